/**
 * Flows that never were: nine schedules with jitter, runs that are held up, holidays and clocks that are changed; and what
 * the rule of src/runs/cadence says of them, moment by moment. Everything follows from a seed.
 */
import { findGaps, judgeByPace, usualLag, type FlowState } from "../../src/runs/cadence/judge.ts";
import { learnPace, type FlowPace } from "../../src/runs/cadence/pace.ts";
import { zoneNamed } from "../../src/text/named-zone.ts";
import { instantAt, utc, wallAt } from "../../src/text/zone.ts";
import { luckOf, type Luck } from "./luck.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** One run: when it was due, when it began, and when it ended, which is when it is told of. Epoch ms. */
interface SimulatedRun {
  readonly dueAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A flow, and the stretches in which it was silent because of a holiday: a true silence, which nobody could foresee. */
export interface SimulatedFlow {
  readonly name: string;
  readonly runs: readonly SimulatedRun[];
  readonly holidays: readonly { readonly from: number; readonly to: number }[];
}

/** From when to when flows are simulated, epoch ms, and the days (as wall clocks show them) that are holidays. */
export interface Season {
  readonly from: number;
  readonly to: number;
  readonly holidays: readonly string[];
}

/** When a flow is to run on a day: the wall clock's times, ms from midnight; and its zone. */
interface Schedule {
  readonly name: string;
  readonly zone: string;
  readonly keepsHolidays: boolean;
  readonly timesOn: (day: number, luck: Luck) => readonly number[];
  /** How far a start may lie from its time as a rule, and how long a run takes, ms. */
  readonly jitterMs: number;
  readonly takesMs: readonly [least: number, most: number];
  /** How long one run of a hundred is held up, at most. */
  readonly heldUpMs: number;
}

const times = (firstMs: number, stepMs: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, n) => firstMs + n * stepMs);
const isWorkday = (at: number): boolean => new Date(at).getUTCDay() % 6 !== 0;
const office = (zone: string): Schedule => ({
  name: `office hours, ${zone}`,
  zone,
  keepsHolidays: true,
  timesOn: (at) => (isWorkday(at) ? times(8 * hour + 10 * minute, hour, 10) : []),
  jitterMs: 3 * minute,
  takesMs: [3 * minute, 12 * minute],
  heldUpMs: 15 * minute,
});
const always = { zone: "UTC", keepsHolidays: false } as const;

const schedules: readonly Schedule[] = [
  {
    ...always,
    name: "quarter-hourly",
    timesOn: () => times(0, 15 * minute, 96),
    jitterMs: minute,
    takesMs: [minute, 4 * minute],
    heldUpMs: 5 * minute,
  },
  {
    ...always,
    name: "hourly",
    timesOn: () => times(5 * minute, hour, 24),
    jitterMs: 3 * minute,
    takesMs: [3 * minute, 12 * minute],
    heldUpMs: 15 * minute,
  },
  {
    ...always,
    name: "two-hourly",
    timesOn: () => times(20 * minute, 2 * hour, 12),
    jitterMs: 5 * minute,
    takesMs: [5 * minute, 25 * minute],
    heldUpMs: 30 * minute,
  },
  office("UTC"),
  office("Europe/Berlin"),
  office("Australia/Sydney"),
  {
    name: "nightly, Europe/Berlin",
    zone: "Europe/Berlin",
    keepsHolidays: false,
    timesOn: () => [90 * minute],
    jitterMs: 10 * minute,
    takesMs: [20 * minute, 70 * minute],
    heldUpMs: 90 * minute,
  },
  {
    name: "working days, nightly",
    zone: "Europe/Berlin",
    keepsHolidays: true,
    timesOn: (at) => (isWorkday(at) ? [2 * hour + 20 * minute] : []),
    jitterMs: 10 * minute,
    takesMs: [20 * minute, 70 * minute],
    heldUpMs: 90 * minute,
  },
  {
    name: "weekly",
    zone: "Europe/Berlin",
    keepsHolidays: false,
    timesOn: (at) => (new Date(at).getUTCDay() === 0 ? [4 * hour] : []),
    jitterMs: 15 * minute,
    takesMs: [hour, 3 * hour],
    heldUpMs: 90 * minute,
  },
  {
    name: "by hand",
    zone: "Europe/Berlin",
    keepsHolidays: true,
    timesOn: (at, luck) =>
      isWorkday(at)
        ? Array.from({ length: luck.below(4) }, () => 8 * hour + luck.below(10 * hour)).sort(ascending)
        : [],
    jitterMs: minute,
    takesMs: [2 * minute, 40 * minute],
    heldUpMs: minute,
  },
];

/** All of the flows in a season. */
export function simulateFlows(season: Season, seed: number): readonly SimulatedFlow[] {
  return schedules.map((schedule, index) => simulate(schedule, season, luckOf(seed * 100 + index)));
}

function simulate(schedule: Schedule, { from, to, holidays }: Season, luck: Luck): SimulatedFlow {
  const { name, timesOn, jitterMs, takesMs, heldUpMs, keepsHolidays } = schedule;
  const zone = schedule.zone === "UTC" ? utc : (zoneNamed(schedule.zone) ?? utc);
  const runs: SimulatedRun[] = [];
  const missed: number[] = [];
  for (let wall = floorTo(wallAt(from, zone), day); wall < wallAt(to, zone); wall += day) {
    const isHoliday = keepsHolidays && holidays.includes(new Date(wall).toISOString().slice(0, "2026-11-28".length));
    for (const time of timesOn(wall, luck)) {
      const dueAt = instantAt(wall + time, zone);
      if (isHoliday) missed.push(dueAt);
      else runs.push(runOf(dueAt, runs.at(-1)?.endedAt ?? -Infinity, luck, { jitterMs, takesMs, heldUpMs }));
    }
  }
  return { name, runs, holidays: silencesAround(missed, runs) };
}

/** A run waits for the one before it. */
function runOf(
  dueAt: number,
  freeAt: number,
  luck: Luck,
  { jitterMs, takesMs: [least, most], heldUpMs }: Pick<Schedule, "jitterMs" | "takesMs" | "heldUpMs">,
): SimulatedRun {
  const heldUp = luck.isTrue(0.01) ? luck.below(heldUpMs) : 0;
  const startedAt = Math.max(dueAt + luck.below(jitterMs) + heldUp, freeAt + 1000);
  return { dueAt, startedAt, endedAt: startedAt + least + luck.below(most - least) };
}

function silencesAround(missed: readonly number[], runs: readonly SimulatedRun[]): SimulatedFlow["holidays"] {
  const silences = new Map<number, { readonly from: number; readonly to: number }>();
  for (const dueAt of missed) {
    const to = runs.find(({ startedAt }) => startedAt > dueAt)?.endedAt ?? Infinity;
    if (!silences.has(to)) silences.set(to, { from: dueAt, to });
  }
  return [...silences.values()];
}

/** The words about a flow of who looks at it each quarter of an hour, with a window that goes along. */
export interface Watched {
  /** Of a hundred looks: how many found a pace to judge by. */
  readonly judged: number;
  /** How often it became late or absent although nothing was missing, … */
  readonly falseLate: number;
  readonly falseAbsent: number;
  /** … and of so many holidays, in how many it was called absent, as it was. */
  readonly holidays: number;
  readonly absentOnHolidays: number;
}

/** Looks at the flow each quarter of an hour, or so often, once it has run for as long as the window is. */
export function watch(
  { runs, holidays }: SimulatedFlow,
  windowMs: number,
  { from, to }: Season,
  everyMs = 15 * minute,
): Watched {
  const look = looker(runs, windowMs);
  const counts = { looks: 0, judged: 0, falseLate: 0, falseAbsent: 0 };
  const absentOn = new Set<unknown>();
  let before: FlowState = "ok";
  for (let now = from + windowMs; now < to; now += everyMs) {
    const state = look(now);
    const holiday = holidays.find((silence) => now >= silence.from && now <= silence.to) ?? null;
    counts.looks += 1;
    if (state !== "irregular") counts.judged += 1;
    if (state === "absent" && holiday !== null) absentOn.add(holiday);
    if (holiday === null && state === "late" && before !== "late") counts.falseLate += 1;
    if (holiday === null && state === "absent" && before !== "absent") counts.falseAbsent += 1;
    before = state;
  }
  const seen = holidays.filter((silence) => silence.from >= from + windowMs && silence.from < to);
  return {
    judged: (100 * counts.judged) / Math.max(1, counts.looks),
    falseLate: counts.falseLate,
    falseAbsent: counts.falseAbsent,
    holidays: seen.length,
    absentOnHolidays: seen.filter((silence) => absentOn.has(silence)).length,
  };
}

/** How soon a stop is noticed: ms since the run was due that did not come, for each stop; Infinity where it never was. */
export interface Stops {
  readonly late: readonly number[];
  readonly absent: readonly number[];
}

/** Lets the flow stop after each of so many runs, which lie evenly in the season, and looks at it from then on. */
export function stopAll({ runs }: SimulatedFlow, windowMs: number, { from }: Season, count: number): Stops {
  const first = runs.findIndex(({ endedAt }) => endedAt >= from + windowMs);
  const step = Math.max(1, Math.floor((runs.length - 1 - first) / count));
  const late: number[] = [];
  const absent: number[] = [];
  for (let at = first; first >= 0 && at < runs.length - 1; at += step) {
    const dueAt = runs[at + 1]?.dueAt ?? NaN;
    const look = looker(runs.slice(0, at + 1), windowMs);
    const noticed = { late: Infinity, absent: Infinity };
    for (let now = dueAt; now < dueAt + windowMs && noticed.absent === Infinity; now += 15 * minute) {
      const state = look(now);
      if (state === "late" || state === "absent") noticed.late = Math.min(noticed.late, now - dueAt);
      if (state === "absent") noticed.absent = now - dueAt;
    }
    late.push(noticed.late);
    absent.push(noticed.absent);
  }
  return { late, absent };
}

/** How many single runs that were left out are found in a window in whose middle they lie, of how many. */
export interface LeftOut {
  readonly found: number;
  readonly of: number;
  /** Gaps that were found elsewhere in these windows, where there is none but a holiday's: each counts once. */
  readonly falseGaps: number;
}

/** Leaves each of so many runs out, one at a time. */
export function leaveOut(
  { runs, holidays }: SimulatedFlow,
  windowMs: number,
  { from, to }: Season,
  count: number,
): LeftOut {
  const inside = runs.flatMap(({ startedAt }, index) =>
    startedAt >= from + windowMs / 2 && startedAt < to - windowMs / 2 ? [index] : [],
  );
  const step = Math.max(1, Math.floor(inside.length / count));
  const chosen = inside.filter((_, at) => at % step === 0);
  const elsewhere = new Set<number>();
  let found = 0;
  for (const left of chosen) {
    const middle = runs[left]?.startedAt ?? NaN;
    const starts = runs.flatMap(({ startedAt }, index) =>
      index !== left && Math.abs(startedAt - middle) <= windowMs / 2 ? [startedAt] : [],
    );
    const pace = learnPace(starts);
    const gaps = pace === null ? [] : findGaps(pace, starts);
    for (const gap of gaps) {
      if (gap.from < middle && middle < (gap.until ?? Infinity)) found += 1;
      else if (!holidays.some((silence) => gap.from <= silence.from && silence.from < (gap.until ?? 0))) {
        elsewhere.add(gap.from);
      }
    }
  }
  return { found, of: chosen.length, falseGaps: elsewhere.size };
}

/** Who looks at moments that only grow: what was told of by then, in a window that long. */
function looker(runs: readonly SimulatedRun[], windowMs: number): (now: number) => FlowState {
  const starts = runs.map(({ startedAt }) => startedAt);
  const lags = runs.map(({ startedAt, endedAt }) => endedAt - startedAt);
  let [first, end] = [0, 0];
  let learnt: { readonly pace: FlowPace | null; readonly lagMs: number } | null = null;
  return (now) => {
    const before = `${first} ${end}`;
    while ((runs[end]?.endedAt ?? Infinity) <= now) end += 1;
    while (first < end && (runs[first]?.endedAt ?? Infinity) < now - windowMs) first += 1;
    if (learnt === null || before !== `${first} ${end}`) {
      learnt = { pace: learnPace(starts.slice(first, end)), lagMs: usualLag(lags.slice(first, end)) };
    }
    const last = first < end ? starts[end - 1] : undefined;
    if (learnt.pace === null || last === undefined) return "irregular";
    return judgeByPace(learnt.pace, { last, now, lagMs: learnt.lagMs }).state;
  };
}

/** The middle one and the longest of these. */
export function spread(values: readonly number[]): { readonly median: number; readonly worst: number } {
  const sorted = [...values].sort(ascending);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN, worst: sorted.at(-1) ?? NaN };
}

function ascending(one: number, other: number): number {
  return one - other;
}

function floorTo(at: number, step: number): number {
  return Math.floor(at / step) * step;
}
