/**
 * Whoever reads what is printed may have enough of it (`lab checks | head -1`). What is at work then goes on to its end
 * in order, and prints no more: a lab that is half reset would be a worse surprise.
 */
export function heedClosedPipes(outputs: readonly NodeJS.EventEmitter[]): void {
  for (const output of outputs) {
    output.on("error", (problem: NodeJS.ErrnoException) => {
      if (problem.code !== "EPIPE") throw problem;
    });
  }
}

/** Whether nobody reads any more: what would go on for ever ends then. */
export function isClosed({ errored }: { readonly errored: Error | null }): boolean {
  return errored !== null;
}
