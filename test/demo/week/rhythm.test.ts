import { describe, expect, test } from "vitest";
import { calendarFlows, downstreamFlows, sourceFlows } from "../../../src/demo/week/cast.ts";
import { byHand, dueAt, inOfficeHours, numberAfter, regularly, scheduleOf } from "../../../src/demo/week/rhythm.ts";
import { pastRun } from "../../../src/demo/week/run.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const flows = [...sourceFlows, ...calendarFlows, ...downstreamFlows];

test.each(flows.map(({ key, rhythm }) => [key, rhythm] as const))(
  "%s: numbers go back in time, one by one",
  (_, rhythm) => {
    for (const moment of [
      Date.UTC(2026, 10, 23),
      Date.UTC(2026, 10, 29, 12, 0, 0, 1),
      Date.UTC(2024, 1, 29),
      Date.UTC(2031, 6, 4, 3),
    ]) {
      const n = numberAfter(rhythm, moment);
      expect(dueAt(rhythm, n)).toBeGreaterThanOrEqual(moment);
      expect(dueAt(rhythm, n + 1)).toBeLessThan(moment);
      for (let back = n; back < n + 60; back++) {
        expect(dueAt(rhythm, back + 1)).toBeLessThan(dueAt(rhythm, back));
        expect(numberAfter(rhythm, dueAt(rhythm, back))).toBe(back);
        expect(numberAfter(rhythm, dueAt(rhythm, back) + 1)).toBe(back - 1);
      }
    }
  },
);

/** The next runs from a moment on, as the calendar has them. */
function nextOnes(rhythm: Parameters<typeof dueAt>[0], from: string, count: number): readonly string[] {
  const first = numberAfter(rhythm, Date.parse(from));
  return Array.from({ length: count }, (_, index) => new Date(dueAt(rhythm, first - index)).toUTCString().slice(0, 22));
}

describe("by the calendar, in any year", () => {
  test("office hours end on Friday at five and begin on Monday at nine", () => {
    const expected = ["Fri, 28 Feb 2025 17:05", "Mon, 03 Mar 2025 09:05", "Mon, 03 Mar 2025 10:05"];
    expect(nextOnes(inOfficeHours(5), "2025-02-28T16:30:00Z", 3)).toEqual(expected);
  });
  test("every night, and once a week", () => {
    const nights = ["Tue, 31 Dec 2030 02:00", "Wed, 01 Jan 2031 02:00"];
    expect(nextOnes(regularly(day, 2 * hour), "2030-12-31T00:00:00Z", 2)).toEqual(nights);
    const mondays = ["Mon, 30 Nov 2026 05:00", "Mon, 07 Dec 2026 05:00"];
    expect(nextOnes(regularly(7 * day, 5 * hour), "2026-11-29T23:59:00Z", 2)).toEqual(mondays);
  });
  test("by hand", () => {
    const rhythm = byHand([
      [1, 9.5],
      [1, 10],
    ]);
    const expected = ["Tue, 01 Dec 2026 09:30", "Tue, 01 Dec 2026 10:00", "Tue, 08 Dec 2026 09:30"];
    expect(nextOnes(rhythm, "2026-11-29T00:00:00Z", 3)).toEqual(expected);
  });
});

test("the runs of a schedule begin when that has them begin, or somewhat later", () => {
  const present = Date.UTC(2026, 10, 29, 12);
  const regular = flows.filter(({ kind, startedBy }) => kind === "batch" && startedBy === "schedule");
  expect(regular.length).toBeGreaterThan(12);
  for (const flow of regular) {
    const { startMs, everyMs } = scheduleOf(flow.rhythm, flow.durationMs[1], Date.UTC(2026, 1, 2));
    expect(startMs % minute).toBe(0);
    const newest = numberAfter(flow.rhythm, present) + 1;
    const slots = Array.from({ length: 50 }, (_, index) => {
      const { startedAt } = pastRun(flow, newest + index, present);
      expect((startedAt - startMs) % everyMs).toBeLessThan(Math.max(everyMs / 2, 15 * minute));
      return Math.floor((startedAt - startMs) / everyMs);
    });
    // Each has one of its own, and none is left out.
    expect(slots).toEqual(slots.map((_, index) => (slots[0] ?? 0) - index));
  }
});
