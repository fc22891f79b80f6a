/** What a row of the result says of its times, in milliseconds. */
export interface Summary {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** @throws Error for no times at all */
export function summarize(times: readonly number[]): Summary {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  const [minimum, maximum] = [sorted[0], sorted.at(-1)];
  if (minimum === undefined || maximum === undefined) throw new Error("no times");
  return { median: middle.reduce((sum, time) => sum + time, 0) / middle.length, minimum, maximum };
}

/** The same things in another order for each round: whoever comes first or last does so as often as the others. */
export function inRound<T>(things: readonly T[], round: number): T[] {
  const start = round % Math.max(things.length, 1);
  return [...things.slice(start), ...things.slice(0, start)];
}
