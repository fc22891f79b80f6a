/** Runs `work` while no other process of this checkout does work of the same name; waits for its turn. */
export function alone<Result>(
  project: string,
  name: string,
  waiting: (owner: string) => void,
  work: () => Promise<Result>,
): Promise<Result>;

/** The start time of a process in clock ticks since boot, or "" where it cannot be told. */
export function startTime(pid: number): string;
