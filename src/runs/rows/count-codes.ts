import { unnamed } from "../causes/causes-in-text.ts";
import { rankOf } from "../catalogue/ranks.ts";
import type { BatchFacts } from "./batch-facts.ts";
import type { FailedRow } from "./failed-row.ts";

/** A code, and how many records were rejected for it. */
export interface CodeCount {
  readonly code: string;
  /** As the catalogue of data sets counts them; `null` where it does not. */
  readonly told: number | null;
  /** How many of them were read. */
  readonly read: number;
  /** The first of them. */
  readonly sample: FailedRow | null;
}

/** Counts records by code while they are read; of any number of codes no more is kept than a few samples. */
export interface CodeCounter {
  add(row: FailedRow): void;
  /** Those with the most records first. */
  result(): readonly CodeCount[];
}

/** A counter that knows what the catalogue of data sets counts of these batches. */
export function countCodes(batches: readonly BatchFacts[]): CodeCounter {
  const counts = new Map<string, { told: number | null; read: number; sample: FailedRow | null }>();
  const countOf = (code: string) => {
    const known = counts.get(code) ?? { told: null, read: 0, sample: null };
    if (counts.has(code) || counts.size < mostCodes) counts.set(code, known);
    return known;
  };
  for (const { code, count } of batches.flatMap(({ errors }) => errors)) {
    if (code === null) continue;
    const known = countOf(code);
    if (count !== null) known.told = (known.told ?? 0) + count;
  }
  return {
    add: (row) => {
      for (const code of row.codes.length === 0 ? [unnamed] : row.codes) {
        const known = countOf(code);
        known.read += 1;
        known.sample ??= row;
      }
    },
    result: () => {
      const all = [...counts].map(([code, count]) => ({ code, ...count }));
      // What says only that records failed is told where nothing says why.
      const causes = all.filter(({ code, told, read }) => told !== null || read > 0 || rankOf(code) !== "summary");
      return (causes.length > 0 ? causes : all).sort((one, other) => sizeOf(other) - sizeOf(one));
    },
  };
}

/** Files could hold any number of them. */
const mostCodes = 1000;

function sizeOf({ told, read }: CodeCount): number {
  return Math.max(told ?? 0, read);
}
