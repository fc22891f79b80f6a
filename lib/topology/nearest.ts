/** How many single letters must be added, dropped or changed to make `a` into `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The candidate that `word` was probably meant to be, or undefined when none is close (more than a third wrong). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, wrong: distance(word, candidate) }))
    .sort((a, b) => a.wrong - b.wrong);
  const best = ranked[0];
  return best !== undefined && best.wrong <= Math.max(2, word.length / 3) ? best.candidate : undefined;
}
