import { expect, test } from "vitest";
import { countAbsences } from "../../../src/runs/figures/absent-spans.ts";
import { countCompared } from "../../../src/runs/figures/compare.ts";
import { countStats } from "../../../src/runs/figures/stats.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { bareRun, onlyRun } from "../events.ts";

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.UTC(2026, 10, 28, 12);
const day = { from: noon - 24 * hour, to: noon };

/** A run that began so many hours before noon and took ten minutes. */
function run(hoursAgo: number, fields: Partial<FlowRun> = {}): FlowRun {
  const startedAt = noon - hoursAgo * hour;
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    ...onlyRun(bareRun({ id: `run ${hoursAgo} hours ago` })),
    startedAt: iso(startedAt),
    completedAt: iso(startedAt + 10 * minute),
    updatedAt: iso(startedAt + 10 * minute),
    durationMs: 10 * minute,
    ...fields,
  };
}

const hourly = Array.from({ length: 24 }, (_, n) => run(24 - n));
const without = (...missing: readonly number[]): readonly FlowRun[] =>
  hourly.filter((_, n) => !missing.includes(24 - n));

function spans(runs: readonly FlowRun[], window = day) {
  const counter = countAbsences(window);
  runs.forEach(counter.pass);
  return counter.read();
}

test("a gap between runs is told with its two ends, and one that lasts still with one", () => {
  expect(spans(without(12, 11, 3, 2, 1))).toEqual([
    expect.objectContaining({
      from: "2026-11-27T23:00:00.000Z",
      until: "2026-11-28T02:00:00.000Z",
      missing: 2,
      paceMs: hour,
    }),
    expect.objectContaining({ from: "2026-11-28T08:00:00.000Z", until: null, missing: 3 }),
  ]);
  expect(spans(hourly)).toEqual([]);
});

test("a run of an archive's figures began when its end and its length say", () => {
  const figures = without(12, 11).map((one) => ({ ...one, startedAt: null, createdAt: null, completedAt: null }));
  expect(spans(figures)?.map(({ from, missing }) => [from, missing])).toEqual([["2026-11-27T23:00:00.000Z", 2]]);
});

test("nobody knows where no run passed by, and a window too short to learn in tells of none", () => {
  expect(spans([])).toBeNull();
  expect(spans(hourly.slice(0, 4))).toEqual([]);
});

test("more runs than can be remembered are not told of by halves", () => {
  const counter = countAbsences(day);
  for (let n = 0; n <= 200_000; n += 1) counter.pass(hourly[0]!);
  expect(counter.read()).toBeNull();
});

test("runs pass by that are not counted, and say when flows ran", () => {
  const counter = countStats({ ...day, by: null, bucketMs: null });
  without(12, 11).forEach(counter.pass);
  expect(counter.read()).toMatchObject({ total: { runs: 0 }, absent: [{ missing: 2 }] });
});

test("of two windows each has its own", () => {
  const counter = countCompared({ from: noon - 12 * hour, to: noon, by: null });
  without(20, 19, 6, 5, 4).forEach(counter.pass);
  const { absent, previous } = counter.read(-Infinity);
  expect([absent, previous?.absent].map((all) => all?.map(({ missing }) => missing))).toEqual([[3], [2]]);
});
