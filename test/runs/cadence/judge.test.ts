import { describe, expect, test } from "vitest";
import { workingClock } from "../../../src/runs/cadence/clock.ts";
import { findGaps, judgeByPace, judgeBySchedule } from "../../../src/runs/cadence/judge.ts";
import { learnPace } from "../../../src/runs/cadence/pace.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Monday. */
const monday = Date.UTC(2026, 10, 23);

const every = (stepMs: number, count: number, from = monday): readonly number[] =>
  Array.from({ length: count }, (_, n) => from + n * stepMs);

/** Hourly from nine to five, on working days. */
const office = (days: number, offsetMs = 0): readonly number[] =>
  every(day, days)
    .filter((at) => new Date(at).getUTCDay() % 6 !== 0)
    .flatMap((at) => every(hour, 9, at + 9 * hour + offsetMs));

function stateAt(starts: readonly number[], now: number): string {
  const pace = learnPace(starts);
  const last = starts.at(-1) ?? NaN;
  return pace === null ? "irregular" : judgeByPace(pace, { last, now, lagMs: 0 }).state;
}

describe("by the pace so far", () => {
  test("an hourly flow is late after an hour and a half, and absent an hour later", () => {
    const starts = every(hour, 24);
    const last = starts.at(-1) ?? NaN;
    expect([89, 91, 149, 151].map((minutes) => stateAt(starts, last + minutes * minute))).toEqual([
      "ok",
      "late",
      "late",
      "absent",
    ]);
    const pace = learnPace(starts);
    if (pace === null) throw new Error("no pace");
    expect(judgeByPace(pace, { last, now: last + 4.2 * hour, lagMs: 0 })).toEqual({
      state: "absent",
      paceMs: hour,
      nextExpectedAt: last + hour,
      missing: 4,
    });
    // Its runs are heard of when they end, an hour after they began.
    expect(judgeByPace(pace, { last, now: last + 2.4 * hour, lagMs: hour }).state).toBe("ok");
  });

  test("five starts, and starts without a rhythm, say nothing", () => {
    expect(learnPace(every(hour, 5))).toBeNull();
    expect(learnPace([0, 1, 9, 11, 40, 41, 90, 94].map((n) => monday + n * hour))).toBeNull();
    expect(learnPace(every(0, 20))).toBeNull();
  });

  test("a night is no gap for a flow of office hours, and a silent morning is", () => {
    const starts = office(12);
    const last = starts.at(-1) ?? NaN;
    expect(new Date(last).toISOString()).toBe("2026-12-04T17:00:00.000Z");
    const nextMonday = monday + 14 * day;
    expect(
      [last + 20 * hour, nextMonday + 9 * hour, nextMonday + 10.2 * hour].map((at) => stateAt(starts, at)),
    ).toEqual(["ok", "ok", "late"]);
    expect(stateAt(starts, nextMonday + 12 * hour)).toBe("absent");
  });

  test("an office on the other side of the world has its weekend too", () => {
    // Nine to five at UTC+10 goes past midnight of UTC.
    const starts = office(12, -10 * hour);
    const last = starts.at(-1) ?? NaN;
    const nextOpening = monday + 14 * day - hour;
    expect(stateAt(starts, nextOpening)).toBe("ok");
    expect(stateAt(starts, last + 47 * hour)).toBe("ok");
    expect(stateAt(starts, nextOpening + 3 * hour)).toBe("absent");
  });
});

test("a working clock shows every instant of use once, and goes back to it", () => {
  const clock = workingClock(office(5));
  for (const at of every(7 * minute, 3000)) {
    const back = clock.instantOf(clock.shownAt(at));
    expect(clock.shownAt(back)).toBe(clock.shownAt(at));
    // What it shows when it stops is what it shows when it goes on.
    expect(back - at).toBeGreaterThanOrEqual(-63 * hour);
  }
  expect(clock.shownAt(monday + 7 * day) - clock.shownAt(monday)).toBe(45 * hour);
});

test("gaps are where runs are missing, and a run that is a little late leaves none", () => {
  const starts = every(hour, 48).filter((_, n) => n !== 20 && (n < 30 || n > 32));
  const pace = learnPace(starts);
  if (pace === null) throw new Error("no pace");
  expect(findGaps(pace, starts)).toEqual([
    { from: monday + 19 * hour, until: monday + 21 * hour, missing: 1, expectedAt: [monday + 20 * hour] },
    {
      from: monday + 29 * hour,
      until: monday + 33 * hour,
      missing: 3,
      expectedAt: [30, 31, 32].map((at) => monday + at * hour),
    },
  ]);
});

test("a run that is missing in office hours was expected in office hours", () => {
  const starts = office(12).filter((at) => at < monday + 4 * day + 16 * hour || at > monday + 7 * day + 11 * hour);
  const pace = learnPace(starts);
  if (pace === null) throw new Error("no pace");
  const [gap, ...others] = findGaps(pace, starts);
  expect(others).toEqual([]);
  expect(gap!.expectedAt).toHaveLength(gap!.missing);
  for (const at of gap!.expectedAt) {
    const hours = (at - monday) / hour;
    expect(hours % 24 >= 9 && hours % 24 < 18 && Math.floor(hours / 24) % 7 < 5, `${hours} h after Monday`).toBe(true);
  }
});

describe("by a schedule", () => {
  const nightly = { startMs: monday + 2 * hour, everyMs: day };
  const at = (last: number | null, now: number) =>
    judgeBySchedule(nightly, { last, from: monday, now: monday + now, lagMs: 10 * minute });

  test("a run that began in its slot, or shortly before, is that slot's", () => {
    for (const began of [2 * hour, 2 * hour + 40 * minute, 2 * hour - minute]) {
      expect(at(monday + began, 20 * hour)).toMatchObject({
        state: "ok",
        nextExpectedAt: monday + 26 * hour,
        missing: 0,
      });
    }
  });

  test("a run is late once its grace is over, and absent a day later", () => {
    const last = monday + 2 * hour;
    expect([29, 29.2, 53, 53.2].map((hours) => at(last, hours * hour).state)).toEqual(["ok", "late", "late", "absent"]);
    expect(at(last, 53.2 * hour).missing).toBe(2);
  });

  test("a flow that never ran is judged from where the reading begins, or where it is to begin", () => {
    expect(at(null, 60 * hour)).toMatchObject({ state: "absent", nextExpectedAt: monday + 2 * hour, missing: 3 });
    expect(at(null, 1 * hour).state).toBe("ok");
    const later = { startMs: monday + 9 * day, everyMs: day };
    expect(judgeBySchedule(later, { last: null, from: monday, now: monday + 5 * day, lagMs: 0 })).toMatchObject({
      state: "ok",
      nextExpectedAt: later.startMs,
    });
  });
});

describe("nights", () => {
  test("of a week of three working days are no outages, and there are too few to know", () => {
    const starts = office(7).slice(0, 27);
    expect(learnPace(starts)).toBeNull();
    expect(stateAt(office(7), monday + 4 * day + 23 * hour)).toBe("ok");
  });

  test("an outage of a flow that runs at any hour is none", () => {
    const starts = every(hour, 120).filter((at) => at < monday + 50 * hour || at > monday + 60 * hour);
    const pace = learnPace(starts);
    expect(pace).toMatchObject({ periodMs: hour, paceMs: hour });
    expect(findGaps(pace!, starts)).toMatchObject([{ missing: 11 }]);
  });

  test("where clocks were changed an hour of the day more is used, and no run is missed in it but on the day itself", () => {
    const starts = [...office(12), ...office(12, hour).filter((at) => at > monday + 13 * day)].concat(
      office(12, hour).map((at) => at + 14 * day),
    );
    const pace = learnPace(starts);
    expect(pace).toMatchObject({ nightMs: hour, paceMs: hour });
    expect(findGaps(pace!, starts)).toMatchObject([{ from: monday + 11 * day + 17 * hour, missing: 1 }]);
    const without = starts.filter((_, index) => index !== 9);
    expect(findGaps(learnPace(without)!, without)).toMatchObject([{ from: monday + 17 * hour }, { missing: 1 }]);
  });

  test("from night to night it is a day, though the clock goes for an hour", () => {
    const starts = every(day, 28)
      .filter((at) => new Date(at).getUTCDay() % 6 !== 0)
      .map((at) => at + 2 * hour);
    expect(learnPace(starts)).toMatchObject({ paceMs: day, periodMs: hour });
  });
});

test("by hand, a few runs that seem regular by chance are no pace", () => {
  const minutes = [0, 1150, 2793, 4103, 4115, 5348];
  expect(learnPace(minutes.map((at) => monday + at * minute))).toBeNull();
});
