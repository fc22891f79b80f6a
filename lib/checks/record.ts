import { z } from "zod";
import { ClaimId } from "./check";
import { Vantage } from "./vantage";

export const Verdict = z.enum(["pass", "fail", "skip", "error"]);
export type Verdict = z.infer<typeof Verdict>;

/** One command that was really run, and what it returned. */
export const Evidence = z.strictObject({
  /** The argument list as it was executed, references resolved. */
  command: z.array(z.string()),
  exit: z.number(),
  /** Head and tail, where it is long. */
  stdout: z.string(),
  stderr: z.string(),
  durationMs: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

/** One look at what is checked: when, for how long, and what was seen. */
export const Look = z.strictObject({
  /** Since the run began, by a clock that never jumps. */
  startMs: z.number(),
  durationMs: z.number(),
  verdict: Verdict,
  actual: z.string(),
});
export type Look = z.infer<typeof Look>;

/** What the check ran on: the same for all records of a run, and in each, so that a record can be read alone. */
export const RecordedEngine = z.strictObject({
  version: z.string(),
  /** The kernel's release. */
  kernel: z.string(),
  /** All that the run found out about engine and kernel, in one line. */
  summary: z.string(),
});
export type RecordedEngine = z.infer<typeof RecordedEngine>;

/** What came of one check: everything a report needs, and nothing that only the runner knows. */
export const CheckRecord = z.strictObject({
  schema: z.literal("check-record/1"),
  id: z.string(),
  lab: z.string(),
  what: z.string(),
  /** Why it holds. Absent in records that older versions wrote. */
  why: z.string().optional(),
  claims: z.array(ClaimId),
  verdict: Verdict,
  expected: z.string(),
  /** What was really seen at the last look; of a skipped check, why it was skipped. */
  actual: z.string(),
  /** What a failure or an error means, in plain words. */
  meaning: z.string().optional(),
  /** The first thing that is wrong on the way, where that was found; the first line of `lookAt` shows it. */
  cause: z.string().optional(),
  /** From where it was looked. */
  vantage: Vantage,
  /** Command lines to see the same by hand. */
  seeIt: z.array(z.string()),
  /** Command lines that show more, on a failure. */
  lookAt: z.array(z.string()),
  /** When the check began: date and time in UTC, ISO 8601. */
  startedAt: z.iso.datetime(),
  /** The same since the run began, by a clock that never jumps. */
  startMs: z.number(),
  durationMs: z.number(),
  /** How often it was looked. */
  attempts: z.number(),
  /** Each look, in its order; of very many, the first and the last ones. */
  looks: z.array(Look),
  /** Of the last attempt. */
  evidence: z.array(Evidence),
  engine: RecordedEngine,
});
export type CheckRecord = z.infer<typeof CheckRecord>;

export type Counts = Readonly<Record<Verdict, number>>;

export function count(records: readonly CheckRecord[]): Counts {
  const counts = { pass: 0, fail: 0, skip: 0, error: 0 };
  for (const { verdict } of records) counts[verdict] += 1;
  return counts;
}

/**
 * 0 all pass · 1 a check failed · 2 nothing failed, but something could not be measured.
 * @param strict what was skipped counts as not measured. @default false
 */
export function exitCodeOf(records: readonly CheckRecord[], strict = false): 0 | 1 | 2 {
  const counts = count(records);
  if (counts.fail > 0) return 1;
  return counts.error > 0 || (strict && counts.skip > 0) ? 2 : 0;
}
