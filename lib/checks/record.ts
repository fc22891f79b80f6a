import { z } from "zod";
import { ClaimId } from "./check";

export const Verdict = z.enum(["pass", "fail", "skip", "error"]);
export type Verdict = z.infer<typeof Verdict>;

/** One command that was really run, and what it returned. */
export const Evidence = z.strictObject({
  command: z.array(z.string()),
  exit: z.number(),
  stdout: z.string(),
  stderr: z.string(),
  durationMs: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

/** What came of one check: everything a report needs, and nothing that only the runner knows. */
export const CheckRecord = z.strictObject({
  schema: z.literal("check-record/1"),
  id: z.string(),
  lab: z.string(),
  what: z.string(),
  claims: z.array(ClaimId),
  verdict: Verdict,
  expected: z.string(),
  actual: z.string(),
  /** What a failure or an error means, in plain words. */
  meaning: z.string().optional(),
  /** Command lines to see the same by hand. */
  seeIt: z.array(z.string()),
  /** Command lines that show more, on a failure. */
  lookAt: z.array(z.string()),
  attempts: z.number(),
  durationMs: z.number(),
  /** Of the last attempt. */
  evidence: z.array(Evidence),
});
export type CheckRecord = z.infer<typeof CheckRecord>;

export type Counts = Readonly<Record<Verdict, number>>;

export function count(records: readonly CheckRecord[]): Counts {
  const counts = { pass: 0, fail: 0, skip: 0, error: 0 };
  for (const { verdict } of records) counts[verdict] += 1;
  return counts;
}

/** 0 all pass · 1 a check failed · 2 nothing failed, but something could not be measured. */
export function exitCodeOf(records: readonly CheckRecord[]): 0 | 1 | 2 {
  const counts = count(records);
  if (counts.fail > 0) return 1;
  return counts.error > 0 ? 2 : 0;
}
