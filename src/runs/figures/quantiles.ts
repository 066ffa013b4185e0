import { LogCollapsingLowestDenseDDSketch } from "@datadog/sketches-js";

/** The middle, the slow end and the slowest of many lengths of time, in milliseconds; `null` where there was none. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly max: number | null;
}

/** Collects numbers in bounded memory. */
export interface QuantileCounter {
  add(value: number): void;
  /** Adds all that another has collected. */
  merge(other: QuantileCounter): void;
  /** The numbers as they are; where these were too many, a sketch of them, and the highest. */
  collected(): readonly number[] | { readonly sketch: Sketch; readonly max: number };
  read(): Quantiles;
}

/** As much of a sketch as is used; the package's own type would have another kind of sketch to merge. */
interface Sketch {
  accept(value: number): void;
  merge(other: Sketch): void;
  getValueAtQuantile(share: number): number;
}

/** Up to so many numbers are kept as they are, and quantiles are exact (nearest rank); beyond, they are within 1 %. */
const keptWhole = 2000;
const accuracy = 0.01;
const mostBins = 1024;

/** A counter that is exact for up to 2,000 numbers, and a DDSketch from then on. */
export function countQuantiles(): QuantileCounter {
  let whole: number[] = [];
  let sketch: Sketch | null = null;
  let max: number | null = null;

  /** From now on there is a sketch. */
  const sketched = (): Sketch => {
    if (sketch !== null) return sketch;
    sketch = new LogCollapsingLowestDenseDDSketch({ relativeAccuracy: accuracy, binLimit: mostBins });
    for (const kept of whole) sketch.accept(kept);
    whole = [];
    return sketch;
  };
  const add = (value: number): void => {
    max = Math.max(max ?? value, value);
    if (sketch !== null) sketch.accept(value);
    else if (whole.push(value) > keptWhole) sketched();
  };

  return {
    add,
    merge: (other) => {
      const theirs = other.collected();
      if ("sketch" in theirs) {
        sketched().merge(theirs.sketch);
        max = Math.max(max ?? theirs.max, theirs.max);
      } else theirs.forEach(add);
    },
    collected: () => (sketch === null || max === null ? whole : { sketch, max }),
    read: () => {
      if (max === null) return { p50: null, p95: null, max };
      const most = max;
      const sorted = whole.toSorted((one, other) => one - other);
      const at = (share: number): number =>
        // The sketch's answer may lie a little above everything it was given.
        Math.min(most, sketch?.getValueAtQuantile(share) ?? sorted[Math.ceil(share * sorted.length) - 1] ?? most);
      return { p50: Math.round(at(0.5)), p95: Math.round(at(0.95)), max };
    },
  };
}
