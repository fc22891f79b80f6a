import { setMaxListeners } from "events";

/**
 * Does work that can be stopped: Ctrl-C aborts its signal, and so does the end of its time. The work then ends in order,
 * with what it has; pressed again, Ctrl-C ends the program at once.
 * @param limitMs how long it may take; without a limit, as long as it likes
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limitMs: number | undefined,
): Promise<T> {
  const controller = new AbortController();
  // Every command that runs listens to it.
  setMaxListeners(0, controller.signal);
  const interrupt = (): void => controller.abort("interrupted");
  const limit =
    limitMs === undefined
      ? undefined
      : setTimeout(() => controller.abort(`the time limit of ${String(limitMs / 1000)} s is over`), limitMs);
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(limit);
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
    // What is still under way then, such as a request to an engine that says nothing, must not keep the program.
    if (controller.signal.aborted) setTimeout(() => process.exit(), LEAVE_MS).unref();
  }
}

/** Time enough to write out what was printed. */
const LEAVE_MS = 2000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;
