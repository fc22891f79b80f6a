import { Unfit } from "../topology/refusal";
import { complaintOf } from "./complaint";
import { execute, type Executed } from "./execute";

/**
 * Runs a program that has to succeed.
 * @param without what cannot be without it, as the beginning of a sentence: `image nginx cannot be given to host-a`
 * @param remedy what a person can do then
 * @returns what it printed
 * @throws Unfit where it fails, with its own words
 */
export async function must(
  without: string,
  argv: readonly string[],
  timeoutMs: number,
  remedy?: string,
): Promise<string> {
  return demanded(without, await execute(argv, timeoutMs), remedy);
}

/** The same of a program that has been run. @throws Unfit where it has failed */
export function demanded(without: string, executed: Executed, remedy?: string): string {
  if (executed.exit === 0) return executed.stdout;
  throw new Unfit(`${without}: ${complaintOf(executed)}`, remedy);
}
