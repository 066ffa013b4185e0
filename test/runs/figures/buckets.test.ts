import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutCalendar } from "../../../src/runs/figures/buckets.ts";
import { zoneNamed } from "../../../src/text/named-zone.ts";
import { utc } from "../../../src/text/zone.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** When the buckets begin, by the clocks of UTC, and after a bar when the last one ends. */
function starts(from: string, to: string, stepMs: number, zone = "UTC"): string {
  const cut = cutCalendar(Date.parse(from), Date.parse(to), stepMs, zoneNamed(zone) ?? utc);
  const told = Array.from({ length: cut.length + 1 }, (_, index) =>
    new Date(cut.startOf(index)).toISOString().slice(8, 16),
  );
  return `${told.slice(0, -1).join(" ")} | ${told.at(-1) ?? ""}`;
}

describe("buckets begin as a calendar has them", () => {
  test.each([
    ["full hours", hour, "UTC", "27T22:00 27T23:00 28T00:00 | 28T01:00"],
    ["full hours of the zone", hour, "Asia/Kolkata", "27T21:30 27T22:30 27T23:30 28T00:30 | 28T01:30"],
    ["quarters of its hours", 15 * minute, "UTC", "27T22:15 27T22:30 27T22:45 27T23:00 27T23:15 27T23:30 27T23:45 28T00:00 28T00:15 28T00:30 | 28T00:45"],
    ["hours of its day", 6 * hour, "Europe/Berlin", "27T17:00 27T23:00 | 28T05:00"],
    ["midnights", day, "UTC", "27T00:00 28T00:00 | 29T00:00"],
    ["midnights of the zone", day, "Asia/Kolkata", "27T18:30 | 28T18:30"],
    ["midnights, days apart", 2 * day, "UTC", "27T00:00 | 29T00:00"],
    ["the hour, where they fit into no day", 5 * hour, "UTC", "27T22:00 | 28T03:00"],
    ["the minute, where they fit into no hour", 50 * minute, "UTC", "27T22:20 27T23:10 28T00:00 | 28T00:50"],
  ])("%s", (_, stepMs, zone, wanted) => {
    expect(starts("2026-11-27T22:20Z", "2026-11-28T00:40Z", stepMs, zone)).toBe(wanted);
  }); // prettier-ignore

  test("a day on which clocks are changed has an hour more or less", () => {
    expect(starts("2026-10-24T22:00Z", "2026-10-26T23:00Z", day, "Europe/Berlin")).toBe("24T22:00 25T23:00 | 26T23:00");
    expect(starts("2026-03-28T23:00Z", "2026-03-29T22:00Z", 6 * hour, "Europe/Berlin")).toBe(
      "28T23:00 29T04:00 29T10:00 29T16:00 | 29T22:00",
    );
  });

  test("and its hours are hours", () => {
    expect(starts("2026-10-25T00:00Z", "2026-10-25T03:00Z", hour, "Europe/Berlin")).toBe(
      "25T00:00 25T01:00 25T02:00 | 25T03:00",
    );
  });
});

test("whatever the window and the zone: each moment of it lies in one bucket, which begins no later", () => {
  const zones = fc.constantFrom("Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "UTC");
  const steps = fc.constantFrom(
    minute,
    7 * minute,
    30 * minute,
    hour,
    90 * minute,
    3 * hour,
    5 * hour,
    12 * hour,
    day,
    3 * day,
    12_345,
  );
  const from = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) });
  fc.assert(
    fc.property(
      zones,
      steps,
      from,
      fc.integer({ min: 0, max: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (name, stepMs, begin, pieces, share) => {
        const to = begin + Math.floor(pieces * stepMs * share);
        const cut = cutCalendar(begin, to, stepMs, zoneNamed(name) ?? utc);
        expect(cut.length).toBeGreaterThan(0);
        expect(cut.startOf(0)).toBeLessThanOrEqual(begin);
        expect(cut.startOf(cut.length)).toBeGreaterThanOrEqual(to);
        const at = begin + Math.floor((to - begin) * share);
        const index = cut.indexOf(at);
        expect(cut.startOf(index)).toBeLessThanOrEqual(at);
        if (index < cut.length - 1) expect(cut.startOf(index + 1)).toBeGreaterThan(at);
        expect(cut.indexOf(begin - day * 10)).toBe(0);
        expect(cut.indexOf(to + day * 10)).toBe(cut.length - 1);
      },
    ),
  );
});
