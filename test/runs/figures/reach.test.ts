import { expect, test } from "vitest";
import { watchReach } from "../../../src/runs/figures/reach.ts";

const hour = 3_600_000;
const from = Date.UTC(2026, 10, 22);

test.each<[string, readonly (number | null)[], number]>([
  ["no run at all", [], Infinity],
  ["runs that do not say when", [null, null], Infinity],
  ["runs before it", [-5, -4, 3], 0],
  ["one as it begins", [0], 0],
  ["one run, later", [1], 1],
  ["a silence at first that is no longer than another", [6, 7, 13], 0],
  ["a silence at first that is longer than any other", [7, 8, 13, null, 14], 7],
  ["the lines of two files, the later one first", [10, 12, 1, 3, 5], 0],
  ["lines from the last to the first", [9, 6, 3], 3],
])("of %s", (_, hours, known) => {
  const watch = watchReach();
  for (const at of hours) watch.note({ updatedAt: at === null ? null : new Date(from + at * hour).toISOString() });
  expect(watch.knownFrom(from)).toBe(from + known * hour);
});
