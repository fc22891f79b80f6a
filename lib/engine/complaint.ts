import type { Executed } from "./execute";

/** Why a program failed, in its own words: the last it said, since what comes before is where it was on its way. */
export function complaintOf({ stderr, missing }: Pick<Executed, "stderr" | "missing">): string {
  const lines = stderr.trim().split("\n");
  // docker ends with where to read on, in other words with each release.
  const said = lines.filter((line) => line.trim() !== "" && !/^(?:See|Run) 'docker .*--help'/.test(line)).at(-1);
  return missing ?? said ?? "it said nothing";
}
