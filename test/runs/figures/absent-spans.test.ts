import { expect, test } from "vitest";
import { countAbsences } from "../../../src/runs/figures/absent-spans.ts";
import { countCompared } from "../../../src/runs/figures/compare.ts";
import { countStats } from "../../../src/runs/figures/stats.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { bareRun, onlyRun } from "../events.ts";

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.UTC(2026, 10, 28, 12);
const week = { from: noon - 7 * 24 * hour, to: noon };

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

const hourly = Array.from({ length: 14 * 24 }, (_, n) => run(14 * 24 - n));
const ofWeek = hourly.slice(-7 * 24);
const without = (...missing: readonly number[]): readonly FlowRun[] =>
  hourly.filter((_, n) => !missing.includes(hourly.length - n));

function spans(runs: readonly FlowRun[], window = week) {
  const counter = countAbsences(window);
  runs.filter(({ updatedAt }) => Date.parse(updatedAt!) >= window.from).forEach(counter.pass);
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
  expect(spans(ofWeek)).toEqual([]);
});

test("a run that says it took longer than there is time began when it ended, as far as anybody knows", () => {
  const endless = run(5, { startedAt: null, createdAt: null, completedAt: null, durationMs: Number.MAX_SAFE_INTEGER });
  expect(spans([...without(12, 11), endless])?.map(({ from, missing }) => [from, missing])).toEqual([
    ["2026-11-27T23:00:00.000Z", 2],
  ]);
});

test("nobody knows where no run passed by, and in less than a week; a flow with few runs has no gaps", () => {
  expect(spans([])).toBeNull();
  expect(spans(without(12, 11), { from: noon - 3 * 24 * hour, to: noon })).toBeNull();
  expect(spans(hourly.slice(-4))).toEqual([]);
});

test("what nobody has of the window is no silence", () => {
  const counter = countAbsences(week);
  without(100, 99, 98, 12, 11).slice(-160).forEach(counter.pass);
  counter.lack({ from: noon - 101 * hour, to: noon - 98 * hour });
  expect(counter.read()?.map(({ missing }) => missing)).toEqual([2]);
  counter.lack({ from: noon - 12.5 * hour, to: noon - 12.4 * hour });
  expect(counter.read()).toEqual([]);
});

test("what nobody has at the end of the window is no silence, and a silence that began before it is one", () => {
  const counter = countAbsences(week);
  without(1, 2, 3, 4, 5, 6, 7, 8).forEach(counter.pass);
  counter.lack({ from: noon - 4 * hour, to: Infinity });
  expect(counter.read()).toMatchObject([{ until: null, missing: 4 }]);
  counter.lack({ from: noon - 8 * hour, to: noon });
  expect(counter.read()).toEqual([]);
});

test("a flow that runs in office hours is not silent at night, nor at the weekend", () => {
  const office = ofWeek.filter(({ startedAt }) => {
    const at = new Date(startedAt!);
    return at.getUTCHours() >= 8 && at.getUTCHours() < 18 && ![0, 6].includes(at.getUTCDay());
  });
  expect(office.length).toBeGreaterThan(40);
  expect(spans(office)).toEqual([]);
});

test("more runs than can be remembered are not told of by halves", () => {
  const counter = countAbsences(week);
  for (let n = 0; n <= 200_000; n += 1) counter.pass(hourly[0]!);
  expect(counter.read()).toBeNull();
});

test("runs pass by that are not counted, and say when flows ran", () => {
  const counter = countStats({ ...week, by: null, bucketMs: null });
  without(12, 11).slice(-160).forEach(counter.pass);
  expect(counter.read()).toMatchObject({ total: { runs: 0 }, absent: [{ missing: 2 }] });
});

test("of two windows each has its own", () => {
  const counter = countCompared({ ...week, by: null });
  without(200, 199, 6, 5, 4).forEach(counter.pass);
  const { absent, previous } = counter.read(-Infinity);
  expect([absent, previous?.absent].map((all) => all?.map(({ missing }) => missing))).toEqual([[3], [2]]);
});
