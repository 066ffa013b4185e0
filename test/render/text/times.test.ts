import { describe, expect, test } from "vitest";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { renderWindow, zoneTold } from "../../../src/render/text/times.ts";
import { titleOf } from "../../../src/render/formats/column.ts";
import { utc } from "../../../src/text/zone.ts";

const now = Date.parse("2026-11-29T12:00Z");
const berlin = localTimeIn("Europe/Berlin");

describe("a window in few words", () => {
  test.each([
    ["2026-11-27T23:00Z", "2026-11-28T23:00Z", "11-28 00:00 to 11-29 00:00 (CET)"],
    ["2026-11-28T01:00Z", "2026-11-28T03:00Z", "11-28 02:00 to 04:00 (CET)"],
    ["2026-11-27T23:00Z", null, "11-28 00:00 to now (CET)"],
    [null, "2026-11-28T23:00Z", "to 11-29 00:00 (CET)"],
    ["2025-12-30T23:00Z", "2026-01-01T23:00Z", "2025-12-31 00:00 to 01-02 00:00 (CET)"],
    ["2026-10-24T21:00Z", "2026-10-25T23:00Z", "10-24 23:00 (CEST) to 10-26 00:00 (CET)"],
  ])("%s to %s", (from, to, words) => {
    const at = (time: string | null): number | null => (time === null ? null : Date.parse(time));
    expect(renderWindow({ from: at(from), to: at(to) }, berlin.zone, now)).toBe(words);
  });

  test("in UTC", () => {
    expect(renderWindow({ from: Date.parse("2026-11-28"), to: null }, utc, now)).toBe("11-28 00:00 to now (UTC)");
  });
});

describe("the title of a column of times", () => {
  const column = { name: "updatedAt", title: "UPDATED", kind: "time", value: () => null } as const;
  test.each([
    ["names UTC", { style: "iso", now: () => now } as const, "UPDATED (UTC)"],
    ["names the zone", { style: "local", local: berlin, now: () => now } as const, "UPDATED (CET)"],
    [
      "names both where clocks were changed in the last week",
      { style: "local", local: berlin, now: () => Date.parse("2026-10-26T12:00Z") } as const,
      "UPDATED (CEST/CET)",
    ],
    [
      "names its offset",
      { style: "local", local: localTimeIn("Asia/Kolkata"), now: () => now } as const,
      "UPDATED (UTC+05:30)",
    ],
    ["names none where times are told by how far they are", { style: "relative", now: () => now } as const, "UPDATED"],
  ])("%s", (_, time, title) => {
    expect(titleOf(column, time)).toBe(title);
    expect(titleOf({ ...column, kind: "count" }, time)).toBe("UPDATED");
    expect(zoneTold(time) === null).toBe(title === "UPDATED");
  });
});
