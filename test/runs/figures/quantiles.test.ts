import { describe, expect, test } from "vitest";
import { countQuantiles } from "../../../src/runs/figures/quantiles.ts";

function quantilesOf(values: readonly number[]) {
  const counter = countQuantiles();
  for (const value of values) counter.add(value);
  return counter.read();
}

describe("few numbers: exact, by nearest rank", () => {
  test.each([
    [[], null, null, null],
    [[7], 7, 7, 7],
    [[0], 0, 0, 0],
    [[30, 10, 20], 20, 30, 30],
    [[4, 1, 3, 2], 2, 4, 4],
    [Array.from({ length: 100 }, (_, n) => 100 - n), 50, 95, 100],
    [Array.from({ length: 2000 }, (_, n) => n + 1), 1000, 1900, 2000],
  ])("%j", (values, p50, p95, max) => {
    expect(quantilesOf(values)).toEqual({ p50, p95, max });
  });
});

describe("many numbers: within one per cent, the highest exact", () => {
  test.each([
    ["an even spread", (n: number) => n + 1],
    ["lengths of time from milliseconds to weeks", (n: number) => Math.round(1.0002 ** n)],
    ["mostly nothing", (n: number) => (n % 10 === 0 ? n : 0)],
    ["always the same", () => 61_000],
  ])("%s", (_, value) => {
    const values = Array.from({ length: 100_000 }, (__, n) => value(n));
    const { p50, p95, max } = quantilesOf(values);
    const sorted = values.toSorted((one, other) => one - other);
    expect(max).toBe(sorted.at(-1));
    for (const [told, at] of [
      [p50, 50_000],
      [p95, 95_000],
    ] as const) {
      const exact = sorted[at] ?? NaN;
      expect(Math.abs((told ?? NaN) - exact)).toBeLessThanOrEqual(Math.max(1, exact * 0.0101));
      expect(told).toBeLessThanOrEqual(max ?? NaN);
    }
  });
});

describe("merged: the same as of all numbers in one", () => {
  test.each([
    ["few and few", [10, 20]],
    ["few that are many together", [1500, 1500]],
    ["few into many", [5000, 3]],
    ["many into few", [3, 5000]],
    ["many into nothing, and nothing into many", [0, 5000, 0]],
    ["many and many", [5000, 40_000, 2001]],
    ["nothing", [0, 0]],
  ])("%s", (_, counts) => {
    const parts = counts.map((count, part) => Array.from({ length: count }, (__, n) => (part + 1) * (n + 1) * 7));
    const merged = countQuantiles();
    for (const part of parts) {
      const counter = countQuantiles();
      for (const value of part) counter.add(value);
      const alone = counter.read();
      merged.merge(counter);
      expect(counter.read()).toEqual(alone);
    }
    expect(merged.read()).toEqual(quantilesOf(parts.flat()));
    // What is added later goes to the one, and not to those that it was merged of.
    merged.add(1_000_000_000);
    expect(merged.read().max).toBe(1_000_000_000);
  });
});
