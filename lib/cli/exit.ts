import { explainFolder } from "../setup";
import { Refusal, Unfit } from "../topology/refusal";
import type { Session } from "./session";

/** The program's exit codes; 1 and 2 come from the checks' verdicts. */
export const EXIT = {
  fine: 0,
  /** A check failed. */
  failed: 1,
  /** Nothing failed, but something could not be measured. */
  unmeasured: 2,
  /** The machine or the engine is not fit. */
  unfit: 3,
  /** Usage, or bad input. */
  usage: 64,
  interrupted: 130,
} as const;

/**
 * Says what went wrong, for a person, and returns the exit code. What nobody has foreseen is a defect of the program,
 * and is thrown on, with its stack.
 */
export function explainProblem(problem: unknown, { say, project }: Pick<Session, "say" | "project">): number {
  if (problem instanceof Refusal) {
    say(problem.message);
    return EXIT.usage;
  }
  const reason = problem instanceof Unfit ? problem.message : explainFolder(project.folder, problem);
  if (reason === undefined) throw problem;
  say(reason);
  return EXIT.unfit;
}
