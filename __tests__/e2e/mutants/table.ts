import type { Verdict } from "../../../lib/checks/record";
import type { LabMutants } from "./saboteur";

/** What a lab's checks said while a saboteur was at work: id (without the lab) → verdict. */
export interface Seen {
  readonly lab: string;
  readonly saboteur: string;
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

/** Checks that no saboteur of their lab turned into a fail, and that are not known to be unbreakable. */
export function unnoticed({ lab, saboteurs, unbreakable }: LabMutants, ids: readonly string[]): string[] {
  const noticed = new Set(
    saboteurs.flatMap(({ red }) => Object.entries(red).flatMap(([id, [verdict]]) => (verdict === "fail" ? [id] : []))),
  );
  return ids.filter((id) => !noticed.has(id) && !(id in unbreakable)).map((id) => `${lab}/${id}`);
}

/** One lab's table: a line a check, a column a saboteur; F failed, E could not be measured. Ends with the kill ratio. */
export function table(mutants: LabMutants, seen: readonly Seen[]): string {
  const runs = seen.filter(({ lab }) => lab === mutants.lab);
  const ids = [...new Set(runs.flatMap(({ verdicts }) => Object.keys(verdicts)))];
  const width = Math.max(...ids.map((id) => id.length), 0);
  const columns = runs.map((_, index) => String(index + 1).padStart(3)).join("");
  const lines = ids.map((id) => {
    const cells = runs.map(({ verdicts }) => (LETTER[verdicts[id] ?? "skip"] ?? "?").padStart(3)).join("");
    const reason = mutants.unbreakable[id];
    return `${id.padEnd(width)}${cells}${reason === undefined ? "" : `  (${reason})`}`;
  });
  const legend = runs.map(({ saboteur }, index) => `${String(index + 1).padStart(3)}  ${saboteur}`);
  return [`${"".padEnd(width)}${columns}`, ...lines, "", ...legend, "", ratio(mutants, runs, ids)].join("\n");
}

const LETTER: Readonly<Record<Verdict, string>> = { pass: "·", fail: "F", error: "E", skip: "-" };

/** Counts what is asked on this engine: a check that is skipped from the start says nothing, nor does who breaks it alone. */
function ratio({ lab, unbreakable, saboteurs }: LabMutants, runs: readonly Seen[], ids: readonly string[]): string {
  const isAsked = (id: string): boolean => runs.some(({ verdicts }) => (verdicts[id] ?? "skip") !== "skip");
  const breakable = ids.filter((id) => !(id in unbreakable));
  const asked = breakable.filter(isAsked);
  const fell = asked.filter((id) => runs.some(({ verdicts }) => verdicts[id] === "fail"));
  const noticeable = runs.filter(({ saboteur }) => {
    const red = saboteurs.find(({ name }) => name === saboteur)?.red ?? {};
    return Object.keys(red).length === 0 || Object.keys(red).some(isAsked);
  });
  const killed = noticeable.filter(({ verdicts }) =>
    Object.values(verdicts).some((verdict) => verdict === "fail" || verdict === "error"),
  );
  const percent = noticeable.length === 0 ? 0 : Math.round((100 * killed.length) / noticeable.length);
  const notAsked = breakable.length - asked.length;
  return [
    `${lab}: ${String(killed.length)} of ${String(noticeable.length)} mutants killed (${String(percent)} %)`,
    `${String(fell.length)} of ${String(asked.length)} checks seen to fail`,
    `${String(ids.length - breakable.length)} that no mutant breaks`,
    ...(notAsked === 0 ? [] : [`${String(notAsked)} not asked on this engine`]),
  ].join(", ");
}
