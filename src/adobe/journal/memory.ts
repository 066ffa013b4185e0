/** Fingerprints of pages seen, in bounded memory. */
export interface Memory {
  /** Whether a fingerprint is among those that are still remembered. */
  has(print: number): boolean;
  /** Remembers the fingerprints of one more page. */
  add(prints: readonly number[]): void;
}

/**
 * Remembers the latest pages (`latest` to twice as many), and of those before them the first `marked` after each multiple
 * of `latest`, of twice that, of four times that and so on: only the last multiple of each, so that there are no more of
 * these marks than the number of pages has digits.
 *
 * So the second lap of a cycle of any length L is recognised, `marked` pages in a row, wherever the cycle begins. If L is
 * no more than `latest`, each page of it is. Else take the smallest power of two times `latest`, P, that is at least
 * L + marked, and so less than twice that: within P pages a multiple of P comes; the pages after it come again L pages
 * later, in a row, and before the next multiple of P makes them forgotten. That is Brent's way of finding a cycle, begun
 * anew at each scale, so that it does not matter how long all went well before.
 */
export function createMemory(latest: number, marked: number): Memory {
  let young = new Set<number>();
  let old = new Set<number>();
  let pages = 0;
  /** The first one's multiples are those of `latest`, the second one's those of twice that, and so on. */
  const marks: Set<number>[] = [];

  const multipleOf = (scale: number): number => latest * 2 ** scale;
  const begin = (): void => {
    if (pages % latest !== 0) return;
    [old, young] = [young, new Set()];
    for (let scale = 0; pages > 0 && pages % multipleOf(scale) === 0; scale += 1) marks[scale] = new Set();
  };
  return {
    has: (print) => young.has(print) || old.has(print) || marks.some((mark) => mark.has(print)),
    add: (prints) => {
      begin();
      const taking = marks.filter((_, scale) => pages % multipleOf(scale) < marked);
      for (const taker of [young, ...taking]) for (const print of prints) taker.add(print);
      pages += 1;
    },
  };
}
