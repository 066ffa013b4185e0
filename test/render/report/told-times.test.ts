import { expect, test } from "vitest";
import { reportTimes } from "../../../src/render/report/told-times.ts";
import { zoneNamed } from "../../../src/text/named-zone.ts";
import { utc } from "../../../src/text/zone.ts";

const from = Date.UTC(2026, 9, 22, 22, 30);
const to = Date.UTC(2026, 9, 29, 22, 30);

test("times are told in one zone, which has two names where its clocks are changed", () => {
  const there = reportTimes(zoneNamed("Europe/Berlin")!, { from, to });
  expect(there.zoneName).toBe("CEST/CET");
  expect(there.moment(from)).toBe("Fri 23 Oct 00:30");
  expect(there.moment(to)).toBe("Thu 29 Oct 23:30");
  const here = reportTimes(utc, { from, to });
  expect(here.zoneName).toBe("UTC");
  expect(here.moment(from)).toBe("Thu 22 Oct 22:30");
});

test("a year is told where it is another one, and a day once", () => {
  const times = reportTimes(utc, { from, to });
  expect(times.moment(Date.UTC(2025, 0, 1))).toBe("Wed 1 Jan 2025 00:00");
  expect(times.span(from, from + 3_600_000)).toBe("Thu 22 Oct 22:30 to 23:30");
  expect(times.span(from, from + 7_200_000)).toBe("Thu 22 Oct 22:30 to Fri 23 Oct 00:30");
});

test("what no calendar has is told all the same", () => {
  const times = reportTimes(utc, { from, to });
  for (const at of [NaN, 1e20, -1e20, Infinity]) expect(times.moment(at)).toMatch(/^\w{3} \d+ \w{3} -?\d+ \d\d:\d\d$/);
});
