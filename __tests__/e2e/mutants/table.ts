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
  return [`${"".padEnd(width)}${columns}`, ...lines, "", ...legend, "", ratio(mutants, seen)].join("\n");
}

const LETTER: Readonly<Record<Verdict, string>> = { pass: "·", fail: "F", error: "E", skip: "-" };

/**
 * What was counted of a lab, of that which is asked on this engine: a check that is skipped from the start says nothing,
 * nor does who breaks it alone.
 */
interface Count {
  /** The checks that a saboteur can break here, and those of them that none was seen to turn into a fail. */
  readonly breakable: readonly string[];
  readonly spared: readonly string[];
  /** The saboteurs that break anything that is asked, and those of them that nothing noticed. */
  readonly saboteurs: readonly string[];
  readonly unnoticed: readonly string[];
  /** Checks that are said to be unbreakable, and those of them that failed all the same. */
  readonly unbreakable: readonly string[];
  readonly broken: readonly string[];
  readonly notAsked: readonly string[];
}

function count({ lab, unbreakable, saboteurs }: LabMutants, seen: readonly Seen[]): Count {
  const runs = seen.filter((one) => one.lab === lab);
  const ids = [...new Set(runs.flatMap(({ verdicts }) => Object.keys(verdicts)))];
  const isAsked = (id: string): boolean => runs.some(({ verdicts }) => (verdicts[id] ?? "skip") !== "skip");
  const fell = (id: string): boolean => runs.some(({ verdicts }) => verdicts[id] === "fail");
  const breakable = ids.filter((id) => !(id in unbreakable));
  const asked = breakable.filter(isAsked);
  const exempt = ids.filter((id) => id in unbreakable);
  const noticeable = runs.filter(({ saboteur }) => {
    const red = saboteurs.find(({ name }) => name === saboteur)?.red ?? {};
    return Object.keys(red).length === 0 || Object.keys(red).some(isAsked);
  });
  const unnoticedRuns = noticeable.filter(
    ({ verdicts }) => !Object.values(verdicts).some((verdict) => verdict === "fail" || verdict === "error"),
  );
  return {
    breakable: asked,
    spared: asked.filter((id) => !fell(id)),
    saboteurs: noticeable.map(({ saboteur }) => saboteur),
    unnoticed: unnoticedRuns.map(({ saboteur }) => saboteur),
    unbreakable: exempt,
    broken: exempt.filter(fell),
    notAsked: breakable.filter((id) => !isAsked(id)),
  };
}

/** Why the kill ratio of a lab is not 100 %, or its list of unbreakable checks not right: none, once all saboteurs were at work. */
export function gaps(mutants: LabMutants, seen: readonly Seen[]): string[] {
  const { spared, unnoticed: quiet, broken } = count(mutants, seen);
  const idle = mutants.saboteurs.filter(({ name }) => !seen.some(({ saboteur }) => saboteur === name));
  return [
    ...idle.map(({ name }) => `nobody saw what becomes of it that ${name}`),
    ...quiet.map((name) => `no check notices that ${name}`),
    ...spared.map((id) => `${id} was not seen to fail, and is not said to be unbreakable`),
    ...broken.map((id) => `${id} is said to be unbreakable, and fails`),
  ];
}

function ratio(mutants: LabMutants, seen: readonly Seen[]): string {
  const { breakable, spared, saboteurs, unnoticed: quiet, unbreakable, notAsked } = count(mutants, seen);
  const killed = saboteurs.length - quiet.length;
  const percent = saboteurs.length === 0 ? 0 : Math.round((100 * killed) / saboteurs.length);
  return [
    `${mutants.lab}: ${String(killed)} of ${String(saboteurs.length)} mutants killed (${String(percent)} %)`,
    `${String(breakable.length - spared.length)} of ${String(breakable.length)} checks seen to fail`,
    `${String(unbreakable.length)} that no mutant breaks`,
    ...(notAsked.length === 0 ? [] : [`${String(notAsked.length)} not asked on this engine`]),
  ].join(", ");
}
