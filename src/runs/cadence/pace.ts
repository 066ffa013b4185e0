import { steadyClock, workingClock, type Clock } from "./clock.ts";

/** How regularly a flow runs. Lengths of time are ms, as its clock shows them, but for `paceMs`. */
export interface FlowPace {
  /** The clock that it keeps to: one that stops at night and at weekends, or one that does not. */
  readonly clock: Clock;
  /** From one start to the next, as a rule; by its clock, … */
  readonly periodMs: number;
  /** … and by anybody's: from night to night it is a day, though its own clock goes for an hour of it. */
  readonly paceMs: number;
  /** How much longer a gap is as a rule in which the clock stood. */
  readonly nightMs: number;
  /** Whoever looks back calls it a gap where one start is so long after another. */
  readonly gapAfterMs: number;
  /** So long after a start the next one is late, … */
  readonly lateAfterMs: number;
  /** … and so long after it is absent. */
  readonly absentAfterMs: number;
}

/**
 * The pace of a flow whose runs began at these instants (epoch ms, in order); `null` where there is none that could be
 * relied on. The rule was tried on simulated flows (bench/cadence.js): a flow that keeps to it is never called absent. Pure.
 */
export function learnPace(starts: readonly number[]): FlowPace | null {
  if (starts.length < leastStarts) return null;
  const steady = learnOn(steadyClock, starts);
  if (steady !== null && !hasNights(steady, starts)) return steady;
  return mayStop(starts) ? learnOn(workingClock(starts), starts) : null;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const leastStarts = 6;
/** Fewer than that, by hand, may seem regular by chance: then they must be closer. */
const manyStarts = 12;
/** So many it takes to say that a flow never runs at an hour or on a day. */
const leastStartsOfWorking = 12;
const leastDaysOfWorking = 4;

/**
 * Whether silences that would have been called absent were none, as they lie where the flow never runs. Two nights, of the
 * three days in use of a week of holidays, are few enough to be taken for outages.
 */
function hasNights({ absentAfterMs, lateAfterMs }: FlowPace, starts: readonly number[]): boolean {
  const silences = gapsOf(steadyClock, starts).flatMap((gap, index) => (gap > absentAfterMs ? [index] : []));
  if (silences.length === 0) return false;
  const worked = gapsOf(workingClock(starts), starts);
  return silences.every((index) => (worked[index] ?? 0) <= lateAfterMs);
}

function mayStop(starts: readonly number[]): boolean {
  const days = new Set(starts.map((at) => Math.floor(at / day)));
  return starts.length >= leastStartsOfWorking && days.size >= leastDaysOfWorking;
}

function learnOn(clock: Clock, starts: readonly number[]): FlowPace | null {
  const shown = gapsOf(clock, starts);
  const gaps = inOrder(shown);
  const periodMs = middle(gaps);
  if (periodMs <= 0) return null;
  const real = gapsOf(steadyClock, starts);
  const nightMs = nightOf(real, shown, periodMs);
  const days = shown.map((gap, index) => withoutNight(gap, real[index] ?? gap, { nightMs, periodMs }));
  if (!isSteady(inOrder(days), periodMs)) return null;
  const spreadMs = 1.4826 * middle(inOrder(shown.map((gap) => Math.abs(gap - periodMs))));
  if (starts.length < manyStarts && 4 * spreadMs > periodMs / 3) return null;
  const longMs = Math.min(2 * periodMs, gaps.at(-2) ?? periodMs);
  const tellingMs = Math.max(Math.min(periodMs / 2, 3 * hour), 4 * spreadMs);
  const lateAfterMs = Math.max(periodMs + Math.max(tellingMs, 15 * minute), longMs + Math.min(longMs / 4, hour));
  return {
    clock,
    periodMs,
    paceMs: inRoundTime(middle(inOrder(real))),
    nightMs,
    gapAfterMs: periodMs + Math.max(tellingMs, Math.min(15 * minute, 0.75 * periodMs)),
    lateAfterMs,
    absentAfterMs: lateAfterMs + periodMs,
  };
}

/**
 * How much longer a gap is as a rule in which the clock stood: it knows hours only, and where those of anybody were changed
 * the flow leaves one of them out at either end of its day.
 */
function nightOf(real: readonly number[], shown: readonly number[], periodMs: number): number {
  const nights = shown.filter((gap, index) => (real[index] ?? gap) > gap);
  return nights.length === 0 ? 0 : Math.min(hour, Math.max(0, middle(inOrder(nights)) - periodMs));
}

/** A gap as long as it would be without what nights are longer by; the second is how long it was in truth. Pure. */
export function withoutNight(
  gap: number,
  real: number,
  { nightMs, periodMs }: Pick<FlowPace, "nightMs" | "periodMs">,
): number {
  return real > gap && gap > periodMs ? Math.max(periodMs, gap - nightMs) : gap;
}

/** As one would say it: no flow is meant to run each 59 minutes and 58 seconds. */
function inRoundTime(ms: number): number {
  const step = ms >= 6 * hour ? 15 * minute : ms >= hour ? 5 * minute : ms >= 20 * minute ? minute : 1000;
  return Math.round(ms / step) * step;
}

/** Most gaps are about as long as the middle one, and hardly any is as long as two. */
function isSteady(gaps: Float64Array, periodMs: number): boolean {
  const near = gaps.filter((gap) => Math.abs(gap - periodMs) <= Math.max(periodMs / 2, 20 * minute)).length;
  const long = gaps.filter((gap) => gap > 2 * periodMs).length;
  return near >= 0.8 * gaps.length && long <= Math.max(2, 0.03 * gaps.length);
}

/** From each start to the next, as the clock shows it. Pure. */
export function gapsOf({ shownAt }: Clock, starts: readonly number[]): readonly number[] {
  const shown = starts.map(shownAt);
  return shown.slice(1).map((at, index) => at - (shown[index] ?? at));
}

/** From small to large. */
function inOrder(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** Of values in order. */
function middle(sorted: Float64Array): number {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}
