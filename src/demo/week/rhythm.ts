import { modulo } from "../chance.ts";
import { firstWhere } from "../source.ts";

/**
 * The moment from which runs are numbered. Every run has a number and a time of its own, whenever the demo is started, so
 * that what was read of it once is the same when it is read again; but for the beats of the story, which move along.
 */
export const zero = Date.UTC(2026, 10, 29, 12);

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;

/** When a flow's runs are due. A run of a greater number is an earlier one. All in ms. */
export type Rhythm = SteadyRhythm | Timetable;

/** At any hour: run 0 ends so long before `zero`, and the others so far apart, all of them a little early. */
export interface SteadyRhythm {
  readonly kind: "steady";
  readonly everyMs: number;
  readonly lastMs: number;
}

/** By the calendar, in UTC: a run begins at each of these moments of a week, counted from Monday's midnight and in order. */
export interface Timetable {
  readonly kind: "timetable";
  readonly slots: readonly number[];
  /** It begins up to so much later. */
  readonly strayMs: number;
}

/** So often (ms), the last run before `zero` ending `lastMs` before it. Pure. */
export function steady(everyMs: number, lastMs: number): SteadyRhythm {
  return { kind: "steady", everyMs, lastMs };
}

/** So often, all week long: first `atMs` after Monday's midnight. `everyMs` goes into a week. Pure. */
export function regularly(everyMs: number, atMs: number): Timetable {
  return timetable(Array.from({ length: week / everyMs }, (_, index) => atMs + index * everyMs));
}

/** Every hour from nine to five, Monday to Friday. Pure. */
export function inOfficeHours(minutesPast: number): Timetable {
  const days = Array.from({ length: 5 }, (_, index) => index * day);
  const hours = Array.from({ length: 9 }, (_, index) => (9 + index) * hour + minutesPast * minute);
  return timetable(days.flatMap((from) => hours.map((at) => from + at)));
}

/** When somebody feels like it, and sometimes again at once: on these days of the week (0: Monday) and hours. Pure. */
export function byHand(times: readonly (readonly [day: number, hour: number])[]): Timetable {
  return timetable(
    times.map(([onDay, atHour]) => onDay * day + Math.round(atHour * hour)),
    9 * minute,
  );
}

function timetable(slots: readonly number[], strayMs = 40 * second): Timetable {
  return { kind: "timetable", slots, strayMs };
}

/** A Monday's midnight, from which the slots of a timetable are counted. */
const monday = Date.UTC(2026, 10, 23);

/** When the run of a number is due (epoch ms): its end where the rhythm is steady, and its start by a timetable. Pure. */
export function dueAt(rhythm: Rhythm, n: number): number {
  if (rhythm.kind === "steady") return zero - rhythm.lastMs - n * rhythm.everyMs;
  const { slots } = rhythm;
  // Counted forwards in time.
  const count = 0 - n;
  return monday + Math.floor(count / slots.length) * week + (slots[modulo(count, slots.length)] ?? 0);
}

/** The number of the first run that is due after a moment (epoch ms), or at it; later runs have smaller ones. Pure. */
export function numberAfter(rhythm: Rhythm, moment: number): number {
  if (rhythm.kind === "steady") return Math.floor((zero - rhythm.lastMs - moment) / rhythm.everyMs);
  const { slots } = rhythm;
  const ofWeek = modulo(moment - monday, week);
  const before = firstWhere(slots.length, (index) => (slots[index] ?? 0) >= ofWeek);
  return 0 - (Math.floor((moment - monday) / week) * slots.length + before);
}

/** From one run to the next, ms; where they are not as far apart everywhere, on average. Pure. */
export function usualGap(rhythm: Rhythm): number {
  return rhythm.kind === "steady" ? rhythm.everyMs : week / rhythm.slots.length;
}

/**
 * The schedule that has runs begin so, the first of them after a moment (epoch ms): none begins before its time. Where only
 * their ends are known, a run takes `longestMs` at most. For rhythms whose runs are the same time apart. Pure.
 */
export function scheduleOf(rhythm: Rhythm, longestMs: number, after: number): { startMs: number; everyMs: number } {
  const everyMs = usualGap(rhythm);
  const earlyMs = rhythm.kind === "steady" ? jitterMs(rhythm) + longestMs : 0;
  return { startMs: dueAt(rhythm, numberAfter(rhythm, after)) - Math.ceil(earlyMs / minute) * minute, everyMs };
}

/** So much earlier than due a run may end. Pure. */
export function jitterMs({ everyMs }: SteadyRhythm): number {
  return everyMs / 10;
}
