import { describe, expect, test } from "vitest";
import { leaveOut, simulateFlows, spread, stopAll, watch, type Season } from "../../support/cadence.ts";

const hour = 3_600_000;
const day = 24 * hour;

/**
 * Six weeks about each change of the clocks, on both halves of the earth, and a Christmas of three working days a week. All
 * of it is bench/cadence.js's.
 */
const seasons: readonly (Season & { readonly name: string })[] = [
  {
    name: "autumn",
    from: Date.UTC(2026, 8, 21),
    to: Date.UTC(2026, 10, 2),
    holidays: ["2026-10-05", "2026-10-26"],
  },
  {
    name: "Christmas",
    from: Date.UTC(2026, 11, 7),
    to: Date.UTC(2027, 0, 11),
    holidays: ["2026-12-24", "2026-12-25", "2026-12-31", "2027-01-01"],
  },
  { name: "spring", from: Date.UTC(2027, 2, 8), to: Date.UTC(2027, 3, 19), holidays: ["2027-03-26", "2027-03-29"] },
];
const windows = [7, 28].map((days) => ({ days, ms: days * day }));

describe.each(seasons)("in $name", (season) => {
  const flows = simulateFlows(season, 7);
  test.each(windows)("nobody who runs is called absent, in $days days", ({ ms }) => {
    const told = flows.map((flow) => [flow.name, watch(flow, ms, season, hour).falseAbsent]);
    expect(told).toEqual(flows.map(({ name }) => [name, 0]));
  });
});

const [autumn] = seasons;
const flowsOf = (season: Season) => new Map(simulateFlows(season, 7).map((flow) => [flow.name, flow]));

test("what stops is noticed: after a run and a half, and a run later", () => {
  const flows = flowsOf(autumn!);
  const noticed = ["hourly", "two-hourly", "office hours, UTC"].map((name) => {
    const { late, absent } = stopAll(flows.get(name)!, 7 * day, autumn!, 12);
    return [name, spread(late).median / hour, spread(absent).median / hour];
  });
  expect(noticed).toEqual([
    ["hourly", 0.75, 1.75],
    ["two-hourly", 1.5, 3.5],
    ["office hours, UTC", 0.75, 1.75],
  ]);
});

test("a single run that is left out is found, and nothing else", () => {
  const flows = flowsOf(autumn!);
  const found = ["quarter-hourly", "hourly", "office hours, Europe/Berlin"].map((name) => {
    const left = leaveOut(flows.get(name)!, 7 * day, autumn!, 40);
    return [name, left.found >= 0.9 * left.of, left.falseGaps];
  });
  expect(found).toEqual([
    ["quarter-hourly", true, 0],
    ["hourly", true, 0],
    ["office hours, Europe/Berlin", true, 0],
  ]);
});
