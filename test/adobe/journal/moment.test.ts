import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { findMoment, withoutAgo } from "../../../src/adobe/journal/moment.ts";
import { parseUntil, parseWhen } from "../../../src/adobe/journal/when.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { zoneNamed } from "../../../src/text/named-zone.ts";
import { utc } from "../../../src/text/zone.ts";

const names = [
  "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "Pacific/Chatham", "UTC",
] as const; // prettier-ignore

function read(words: string, now: string, name: string): string | null {
  const at = findMoment(words, Date.parse(now), zoneNamed(name) ?? utc);
  return at === null ? null : new Date(at).toISOString().slice(0, 16);
}

/** A Thursday, at 13:00 in Berlin. */
const noon = "2026-11-26T12:00Z";

describe("in Berlin, on a Thursday", () => {
  test.each([
    ["today", "2026-11-25T23:00"],
    ["yesterday", "2026-11-24T23:00"],
    ["Yesterday", "2026-11-24T23:00"],
    ["thursday", "2026-11-25T23:00"],
    ["last thursday", "2026-11-18T23:00"],
    ["monday", "2026-11-22T23:00"],
    ["mon", "2026-11-22T23:00"],
    ["last monday", "2026-11-22T23:00"],
    ["last  Monday  02:00", "2026-11-23T01:00"],
    ["friday", "2026-11-19T23:00"],
    ["thursday 12:00", "2026-11-26T11:00"],
    ["thursday 13:01", "2026-11-19T12:01"],
    ["yesterday 02:00", "2026-11-25T01:00"],
    ["yesterday at 2:00", "2026-11-25T01:00"],
    ["today 13:00:00", "2026-11-26T12:00"],
    ["today 18:00", "2026-11-26T17:00"],
    ["13:00", "2026-11-26T12:00"],
    ["13:01", "2026-11-25T12:01"],
    ["02:00", "2026-11-26T01:00"],
    ["7:30", "2026-11-26T06:30"],
    ["2026-11-20", "2026-11-19T23:00"],
    ["2026-11-20 08:00", "2026-11-20T07:00"],
    ["2026-11-20T08:00Z", "2026-11-20T08:00"],
    ["2026-11-20T08:00+02:00", "2026-11-20T06:00"],
  ])("%s", (words, at) => {
    expect(read(words, noon, "Europe/Berlin")).toBe(at);
  });

  test.each([
    "", "last", "at 02:00", " 02:00 03:00", "24:00", "02:60", "2:0", "monday 25:00", "last today", "mo", "mond", "next monday",
    "monday02:00", "tomorrow", "2026-02-30", "2026-11-20 24:00", "yesterday yesterday",
  ])("'%s' is none", (words) => {
    expect(read(words, noon, "Europe/Berlin")).toBeNull();
  }); // prettier-ignore
});

describe("where clocks are changed", () => {
  test.each([
    // They go from 02:00 to 03:00: that day no clock showed 02:30.
    ["02:30", "2026-03-29T10:00Z", "2026-03-28T01:30"],
    ["today 02:30", "2026-03-29T10:00Z", "2026-03-29T01:00"],
    ["2026-03-29 02:30", "2026-03-29T10:00Z", "2026-03-29T01:00"],
    // They go from 03:00 to 02:00: the last one that showed 02:30 was the second.
    ["02:30", "2026-10-25T10:00Z", "2026-10-25T01:30"],
    ["02:30", "2026-10-25T01:00Z", "2026-10-25T00:30"],
    ["today 02:30", "2026-10-25T10:00Z", "2026-10-25T00:30"],
    // A day that has 25 hours, and the day after it.
    ["today", "2026-10-25T22:59Z", "2026-10-24T22:00"],
    ["yesterday", "2026-10-26T12:00Z", "2026-10-24T22:00"],
    ["last monday", "2026-10-26T12:00Z", "2026-10-18T22:00"],
  ])("%s at %s", (words, now, at) => {
    expect(read(words, now, "Europe/Berlin")).toBe(at);
  });

  test("a midnight that is left out is the moment of the change", () => {
    expect(read("today", "2026-04-24T12:00Z", "Africa/Cairo")).toBe("2026-04-23T22:00");
  });
});

const moments = fc
  .integer({ min: Date.UTC(2024, 0, 1) / 1000, max: Date.UTC(2027, 11, 31) / 1000 })
  .map((s) => s * 1000);
const weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const clock = fc
  .record({ hours: fc.integer({ min: 0, max: 23 }), minutes: fc.integer({ min: 0, max: 59 }) })
  .map(({ hours, minutes }) => `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`);

describe("in any zone, at any time", () => {
  test("a time of day is the last time that a clock showed it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), moments, clock, (name, now, time) => {
        const at = findMoment(time, now, zoneNamed(name) ?? utc) ?? NaN;
        const shows = (ms: number): boolean => DateTime.fromMillis(ms, { zone: name }).toFormat("HH:mm") === time;
        expect(at).toBeLessThanOrEqual(now);
        expect(shows(at)).toBe(true);
        const since = Array.from({ length: Math.floor((now - at) / 60_000) }, (_, n) => at + (n + 1) * 60_000);
        expect(since.filter(shows)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("today is the first instant of the day, and yesterday that of the day before", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), moments, (name, now) => {
        const zone = zoneNamed(name) ?? utc;
        const today = DateTime.fromMillis(now, { zone: name }).startOf("day");
        expect(findMoment("today", now, zone)).toBe(today.toMillis());
        expect(findMoment("yesterday", now, zone)).toBe(today.minus({ hours: 1 }).startOf("day").toMillis());
      }),
    );
  });

  test("a day of the week is that day, has begun, and began less than eight days ago", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names), moments, fc.constantFrom(...weekdays), fc.boolean(), fc.option(clock),
        (name, now, weekday, isLast, time) => {
          const words = [isLast ? "last" : "", weekday, time ?? ""].join(" ").trim();
          const at = findMoment(words, now, zoneNamed(name) ?? utc) ?? NaN;
          const told = DateTime.fromMillis(at, { zone: name });
          expect(told.weekday).toBe(weekdays.indexOf(weekday) + 1);
          expect(at).toBeLessThanOrEqual(now);
          const days = DateTime.fromMillis(now, { zone: name }).startOf("day").diff(told.startOf("day"), "days").days;
          expect(Math.round(days)).toBeLessThanOrEqual(7);
          if (isLast) expect(Math.round(days)).toBeGreaterThanOrEqual(1);
        },
      ),
    ); // prettier-ignore
  });

  test("words that no clock and no calendar has never throw", () => {
    fc.assert(
      fc.property(fc.string(), moments, (words, now) => {
        const at = findMoment(words, now, utc);
        expect(at === null || Number.isInteger(at)).toBe(true);
      }),
    );
  });
});

describe("a while ago", () => {
  test.each([
    ["2 hours ago", "2h"],
    ["an hour ago", "1h"],
    ["a day ago", "1d"],
    ["90 minutes ago", "90m"],
    ["30 Seconds  ago", "30s"],
    ["1 week ago", "1w"],
    ["2h ago", "2h"],
    ["1h30m ago", "1h30m"],
    ["2 months ago", "2 months"],
    ["yesterday", "yesterday"],
    ["-P1D", "-P1D"],
  ])("%s", (words, duration) => {
    expect(withoutAgo(words)).toBe(duration);
  });

  test("is a start like any duration", () => {
    const now = Date.parse(noon);
    expect(parseWhen("2 hours ago", now)).toEqual(parseWhen("2h", now));
    expect(() => parseWhen("2 months ago", now)).toThrow(FlowrunError);
  });
});

describe("where a window ends", () => {
  const now = Date.parse(noon);

  test("may lie in the future, where a beginning may not", () => {
    expect(parseUntil("today 23:00", "--until", now)).toBe(Date.parse("2026-11-26T23:00Z"));
    expect(() => parseWhen("today 23:00", now)).toThrow("'today 23:00' is in the future");
    expect(parseUntil("now", "--until", now)).toBe(now);
  });

  test.each(["oldest", "last"])("'%s' is no instant", (words) => {
    expect(() => parseUntil(words, "--until", now)).toThrow(`--until takes an instant, not '${words}'`);
  });
});
