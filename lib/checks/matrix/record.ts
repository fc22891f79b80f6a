import { z } from "zod";

export const Outcome = z.union([
  z.strictObject({ kind: z.literal("answers"), by: z.array(z.string()) }),
  z.strictObject({ kind: z.enum(["refused", "dropped", "unreachable", "reset", "no-name"]) }),
  /** What has no name: somebody else answers, or curl itself could not ask. Never expected. */
  z.strictObject({ kind: z.literal("other"), said: z.string() }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** One cell: who asks whom, by which way, and what comes of it. */
export const MatrixCell = z.strictObject({
  /** `host`, or the server that it is asked from. */
  vantage: z.string(),
  /** How it is named: `127.0.0.1`, `address on lan`, `name` … */
  way: z.string(),
  /** What is asked: `web-1:80`, `web-1 published :8080`. */
  listener: z.string(),
  /** The URL as the vantage asks it, where the address is known. */
  url: z.string().optional(),
  /** What must come of it, from the model alone; several where a resolver's order decides. */
  expected: z.array(Outcome),
  why: z.string(),
  /** The fact that it follows, in the catalogue (lib/checks/facts.ts). */
  fact: z.string(),
  /** What really came of it, if it was measured. */
  actual: Outcome.optional(),
});
export type MatrixCell = z.infer<typeof MatrixCell>;

/** A lab's matrix: everything that is needed to print it. */
export const MatrixRecord = z.strictObject({
  schema: z.literal("matrix/1"),
  lab: z.string(),
  listeners: z.array(z.string()),
  cells: z.array(MatrixCell),
  /** How long it took to measure all cells, if they were. */
  durationMs: z.number().optional(),
});
export type MatrixRecord = z.infer<typeof MatrixRecord>;

/** Whether what was measured is one of what was expected. */
export function agrees({ expected, actual }: MatrixCell): boolean {
  return actual === undefined || expected.some((one) => fits(one, actual));
}

function fits(expected: Outcome, actual: Outcome): boolean {
  if (expected.kind !== "answers" || actual.kind !== "answers") return expected.kind === actual.kind;
  return actual.by.every((server) => expected.by.includes(server));
}
