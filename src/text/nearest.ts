/**
 * The one of `known` that `word` is most likely a misspelling of: in any case, at most a third of its letters (and at
 * least one) wrong, and never more than `mostWrong`. `null` where none is that near. Pure.
 */
export function nearest(word: string, known: readonly string[], mostWrong = Infinity): string | null {
  const wanted = word.trim().toLowerCase();
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    // Of two that are equally near, it is likelier that a letter was mistyped than that one was lost.
    const isNearer =
      distance < least || (distance === least && candidate.length === wanted.length && best?.length !== wanted.length);
    if (isNearer && distance <= Math.min(mostWrong, Math.max(1, Math.floor(candidate.length / 3)))) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** How many letters must be added, dropped, changed or swapped with their neighbour to make one word the other. */
function editDistance(from: string, to: string): number {
  // Two words that differ this much in length cannot be near, and the work is length times length.
  if (Math.abs(from.length - to.length) > to.length) return Infinity;
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(changed, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}
