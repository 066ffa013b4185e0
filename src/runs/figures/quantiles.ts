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
  read(): Quantiles;
}

/** Up to so many numbers are kept as they are, and quantiles are exact (nearest rank); beyond, they are within 1 %. */
const keptWhole = 2000;
const accuracy = 0.01;
const mostBins = 1024;

/** A counter that is exact for up to 2,000 numbers, and a DDSketch from then on. */
export function countQuantiles(): QuantileCounter {
  let whole: number[] = [];
  let sketch: LogCollapsingLowestDenseDDSketch | null = null;
  let max: number | null = null;

  return {
    add: (value) => {
      max = Math.max(max ?? value, value);
      if (sketch !== null) {
        sketch.accept(value);
        return;
      }
      whole.push(value);
      if (whole.length <= keptWhole) return;
      sketch = new LogCollapsingLowestDenseDDSketch({ relativeAccuracy: accuracy, binLimit: mostBins });
      for (const kept of whole) sketch.accept(kept);
      whole = [];
    },
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
