import { steadyClock, workingClock, type Clock } from "./clock.ts";

/** How regularly a flow runs. Lengths of time are ms, as its clock shows them. */
export interface Pace {
  /** The clock that it keeps to: one that stops at night and at weekends, or one that does not. */
  readonly clock: Clock;
  /** From one start to the next, as a rule. */
  readonly periodMs: number;
  /** How much longer than that it may take and still be no other pace. */
  readonly patienceMs: number;
  /** So long after a start the next one is late, … */
  readonly lateAfterMs: number;
  /** … and so long after it is absent. */
  readonly absentAfterMs: number;
}

/**
 * The pace of a flow whose runs began at these instants (epoch ms, in order); `null` where there is none that could be
 * relied on. The rule was tried on simulated flows (bench/cadence.js): a flow that keeps to it is never called absent. Pure.
 */
export function learnPace(starts: readonly number[]): Pace | null {
  return learnOn(steadyClock, starts) ?? (mayStop(starts) ? learnOn(workingClock(starts), starts) : null);
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const leastStarts = 6;
/** What it takes to say that a flow never runs at an hour or on a day. */
const leastStartsOfWorking = 12;
const leastDaysOfWorking = 4;

function mayStop(starts: readonly number[]): boolean {
  const days = new Set(starts.map((at) => Math.floor(at / day)));
  return starts.length >= leastStartsOfWorking && days.size >= leastDaysOfWorking;
}

function learnOn(clock: Clock, starts: readonly number[]): Pace | null {
  if (starts.length < leastStarts) return null;
  const gaps = gapsOf(clock, starts);
  const periodMs = middle(gaps);
  if (periodMs <= 0 || !isSteady(gaps, periodMs)) return null;
  const spreadMs = 1.4826 * middle(gaps.map((gap) => Math.abs(gap - periodMs)));
  const longMs = Math.min(2 * periodMs, [...gaps].sort((one, other) => other - one)[1] ?? periodMs);
  const patienceMs = Math.max(Math.min(periodMs / 2, 3 * hour), 4 * spreadMs, 15 * minute);
  const lateAfterMs = Math.max(periodMs + patienceMs, longMs + Math.min(longMs / 4, hour));
  return { clock, periodMs, patienceMs, lateAfterMs, absentAfterMs: lateAfterMs + periodMs };
}

/** Most gaps are about as long as the middle one, and hardly any is as long as two. */
function isSteady(gaps: readonly number[], periodMs: number): boolean {
  const near = gaps.filter((gap) => Math.abs(gap - periodMs) <= Math.max(periodMs / 2, 20 * minute)).length;
  const long = gaps.filter((gap) => gap > 2 * periodMs).length;
  return near >= 0.8 * gaps.length && long <= Math.max(2, 0.03 * gaps.length);
}

/** From each start to the next, as the clock shows it. Pure. */
export function gapsOf({ shownAt }: Clock, starts: readonly number[]): readonly number[] {
  const shown = starts.map(shownAt);
  return shown.slice(1).map((at, index) => at - (shown[index] ?? at));
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}
