import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { zoneNamed } from "../../src/text/named-zone.ts";
import { instantAt, instantsAt, utc, wallAt, type Zone } from "../../src/text/zone.ts";

/** Zones that change their clocks by an hour, by half of one, at midnight, around Ramadan, and not at all. */
const names = [
  "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut",
  "Asia/Kolkata", "Pacific/Apia", "Pacific/Chatham", "UTC",
] as const; // prettier-ignore

function zoneIn(name: string): Zone {
  const zone = zoneNamed(name);
  if (zone === null) throw new Error(`there is no ${name}`);
  return zone;
}

const hour = 3_600_000;
const moments = fc
  .integer({ min: Date.UTC(2011, 11, 1) / 1000, max: Date.UTC(2027, 11, 31) / 1000 })
  .map((s) => s * 1000);
const zones = fc.constantFrom(...names).map(zoneIn);

describe("what clocks show", () => {
  test("is found again at the first instant at which they show it", () => {
    fc.assert(
      fc.property(zones, moments, (zone, at) => {
        const wall = wallAt(at, zone);
        const found = instantAt(wall, zone);
        expect(wallAt(found, zone)).toBe(wall);
        expect(found).toBeLessThanOrEqual(at);
        expect(instantsAt(wall, zone)).toContain(at);
        expect(instantsAt(wall, zone)[0]).toBe(found);
      }),
    );
  });

  test("is never an earlier instant where it is later", () => {
    const wall = fc.integer({ min: Date.UTC(2011, 11, 1) / 60_000, max: Date.UTC(2027, 11, 31) / 60_000 });
    fc.assert(
      fc.property(zones, wall, fc.integer({ min: 0, max: 3 * 24 * 60 }), (zone, minutes, more) => {
        const [one, other] = [instantAt(minutes * 60_000, zone), instantAt((minutes + more) * 60_000, zone)];
        expect(one).toBeLessThanOrEqual(other);
      }),
    );
  });

  test.each([
    ["in the hour that is left out", "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00Z"],
    ["in the hour that comes twice", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30Z"],
    ["at a midnight that is left out", "Africa/Cairo", "2026-04-24T00:00", "2026-04-23T22:00Z"],
    ["in half an hour that is left out", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30Z"],
    ["on a day that is left out", "Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00Z"],
    ["on any other day", "Asia/Kolkata", "2026-11-28T00:00", "2026-11-27T18:30Z"],
  ])("%s", (_, name, wall, at) => {
    expect(new Date(instantAt(Date.parse(`${wall}Z`), zoneIn(name))).toISOString()).toBe(
      new Date(Date.parse(at)).toISOString(),
    );
  });

  test("comes twice or not at all where clocks are changed", () => {
    const berlin = zoneIn("Europe/Berlin");
    expect(instantsAt(Date.parse("2026-03-29T02:30Z"), berlin)).toEqual([]);
    const twice = instantsAt(Date.parse("2026-10-25T02:30Z"), berlin);
    expect(twice.map((at) => at - Date.parse("2026-10-25T00:30Z"))).toEqual([0, hour]);
  });
});

describe("the name of a zone", () => {
  const winter = Date.parse("2026-11-28T12:00Z");
  const summer = Date.parse("2026-06-28T12:00Z");
  test.each([
    ["Europe/Berlin", winter, "CET"],
    ["Europe/Berlin", summer, "CEST"],
    ["America/New_York", winter, "EST"],
    ["Australia/Sydney", winter, "AEDT"],
    ["Asia/Kolkata", winter, "UTC+05:30"],
    ["America/Sao_Paulo", winter, "UTC-03:00"],
    ["Etc/GMT+5", winter, "UTC-05:00"],
    ["Etc/UTC", winter, "UTC"],
  ])("%s", (name, at, short) => {
    expect(zoneIn(name).nameAt(at)).toBe(short);
  });

  test("is none for what is no zone", () => {
    expect(zoneNamed("Mars/Olympus")).toBeNull();
    expect(utc.nameAt(winter)).toBe("UTC");
  });
});
