import { Refusal } from "../../lib/topology/refusal";

/** The message with which something is refused. What is not refused, or fails in another way, is a failed test. */
export function refused(act: () => unknown): string {
  try {
    act();
  } catch (problem) {
    if (problem instanceof Refusal) return problem.message;
    throw problem;
  }
  throw new Error("it was not refused");
}
