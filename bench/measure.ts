import { performance } from "perf_hooks";
import { compared, type GroupResult, type Row } from "./results";
import { inRound, summarize } from "./statistics";

/** Something to do, and to measure until it is done. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** One way to the same result: its steps, in their order, begin and end with nothing there. */
export interface Contestant {
  readonly name: string;
  /** Why it cannot take part here. */
  readonly absent?: string | undefined;
  readonly steps: readonly Step[];
}

export interface Group {
  readonly name: string;
  readonly title: string;
  readonly baseline: string;
  /** The contestant that is held against each of the others, too. */
  readonly subject?: string;
  readonly contestants: readonly Contestant[];
}

/** Measures a group's contestants in turns. One round more is run before, and not counted: it fills the caches. */
export async function measure(
  group: Group,
  rounds: number,
  tell: (text: string) => void,
  now: () => number = () => performance.now(),
): Promise<GroupResult> {
  const { name, title, baseline, subject, contestants } = group;
  const present = contestants.filter(({ absent }) => absent === undefined);
  const times = new Map<Step, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    tell(`${name}: ${round === 0 ? "warming up" : `round ${String(round)} of ${String(rounds)}`}`);
    for (const step of inRound(present, round).flatMap(({ steps }) => steps)) {
      const start = now();
      await step.run();
      if (round > 0) times.set(step, [...(times.get(step) ?? []), now() - start]);
    }
  }
  const rows = present.flatMap(({ name: contestant, steps }) =>
    steps.map((step): Row => ({ contestant, step: step.name, ...summarize(times.get(step) ?? []) })),
  );
  const skipped = contestants.flatMap(({ name: contestant, absent: reason }) =>
    reason === undefined ? [] : [{ contestant, reason }],
  );
  return {
    ...{ name, title, baseline, rows: compared(rows, baseline), skipped },
    ...(subject === undefined ? {} : { subject }),
  };
}
