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
