import { gapsOf, withoutNight, type FlowPace } from "./pace.ts";
import { slotBefore, type Schedule } from "./schedule.ts";

/** Whether a flow ran when it was to. `irregular` is a flow without a pace, which nobody can judge. */
export type FlowState = "ok" | "late" | "absent" | "irregular" | "disabled";

/** Whether a flow has not run when it was to. Pure. */
export function isOverdue(state: FlowState | null): state is "late" | "absent" {
  return state === "late" || state === "absent";
}

/** The state of a flow at a moment. Times are epoch ms; lengths are ms. */
export interface FlowVerdict {
  readonly state: FlowState;
  /** Its usual pace, or that of its schedule; `null` where it has none. */
  readonly paceMs: number | null;
  /** When its next run is to begin; in the past where that is late. `null` where nobody knows. */
  readonly nextExpectedAt: number | null;
  /** How many runs were to begin since the last one, and did not; `null` where it is not judged. */
  readonly missing: number | null;
}

/** The verdict on a flow that is not judged. */
export function notJudged(state: "irregular" | "disabled", paceMs: number | null = null): FlowVerdict {
  return { state, paceMs, nextExpectedAt: null, missing: null };
}

/** A flow as far as it takes to judge it. Times are epoch ms. */
export interface Situation {
  /** When its last run began. */
  readonly last: number;
  readonly now: number;
  /** How long after its start a run is heard of: the present is judged as it was so long ago. */
  readonly lagMs: number;
}

/**
 * How long after its start a run of a flow is told of, by how long it took with those that were (ms): most are told of at
 * their end only. The second-longest time, as one that was held up says nothing. Pure.
 */
export function usualLag(lags: readonly number[]): number {
  let [longest, second] = [0, 0];
  for (const lag of lags) {
    if (lag > longest) [longest, second] = [lag, longest];
    else if (lag > second) second = lag;
  }
  return lags.length === 1 ? longest : second;
}

/** Judges a flow by the pace that it kept so far. Pure. */
export function judgeByPace(pace: FlowPace, { last, now, lagMs }: Situation): FlowVerdict {
  const { clock, periodMs, paceMs, lateAfterMs, absentAfterMs } = pace;
  const shown = clock.shownAt(last);
  const silence = clock.shownAt(now - lagMs) - shown;
  const state = silence > absentAfterMs ? "absent" : silence > lateAfterMs ? "late" : "ok";
  return {
    state,
    paceMs,
    nextExpectedAt: clock.instantOf(shown + periodMs),
    missing: state === "ok" ? 0 : Math.max(1, Math.floor(silence / periodMs)),
  };
}

/**
 * Judges a flow by its schedule: with `last` `null` where no run of it is known since `from`. A run belongs to the slot that
 * it began in or shortly before. Pure.
 */
export function judgeBySchedule(
  schedule: Schedule,
  { last, from, now, lagMs }: Omit<Situation, "last"> & { readonly last: number | null; readonly from: number },
): FlowVerdict {
  const { startMs, everyMs } = schedule;
  const graceMs = Math.max(Math.min(everyMs / 2, 3 * hour), 15 * minute);
  const done = slotBefore(schedule, last === null ? from - 1 : last + Math.min(everyMs / 2, 15 * minute));
  const next = Math.max(startMs, done + everyMs);
  const overdueMs = now - lagMs - next;
  const state = overdueMs > graceMs + everyMs ? "absent" : overdueMs > graceMs ? "late" : "ok";
  return {
    state,
    paceMs: everyMs,
    nextExpectedAt: next,
    missing: state === "ok" ? 0 : Math.floor(overdueMs / everyMs) + 1,
  };
}

const minute = 60_000;
const hour = 60 * minute;

/** A stretch in which runs of a flow were to begin, and did not. Times are epoch ms. */
export interface RunGap {
  /** When the last run before it began. */
  readonly from: number;
  /** When the first run after it began; `null` where none has yet. */
  readonly until: number | null;
  /** How many runs are missing in it. */
  readonly missing: number;
  /** When they were to begin, about; the first 1,000 of them. */
  readonly expectedAt: readonly number[];
}

/** A flow that has been silent for years is drawn by no more than this. */
const mostExpected = 1000;

/** When so many runs were to begin, the first of them at `first` (epoch ms) and each a period after the other. Pure. */
export function expectedTimes(
  { clock, periodMs }: Pick<FlowPace, "clock" | "periodMs">,
  first: number,
  count: number,
): readonly number[] {
  const shown = clock.shownAt(first);
  return Array.from({ length: Math.min(count, mostExpected) }, (_, index) =>
    index === 0 ? first : clock.instantOf(shown + index * periodMs),
  );
}

/**
 * The gaps between these starts (epoch ms, in order) of a flow with that pace. Who looks back can be stricter than who waits:
 * that there were two long gaps excuses neither; and a night is compared with nights. Pure.
 */
export function findGaps(pace: FlowPace, starts: readonly number[]): readonly RunGap[] {
  const { clock, periodMs, gapAfterMs } = pace;
  return gapsOf(clock, starts).flatMap((shown, index) => {
    const [from, until] = [starts[index], starts[index + 1]];
    if (from === undefined || until === undefined) return [];
    const gap = withoutNight(shown, until - from, pace);
    const missing = Math.round(gap / periodMs) - 1;
    if (gap <= gapAfterMs || missing <= 0) return [];
    const next = clock.instantOf(clock.shownAt(from) + periodMs);
    return [{ from, until, missing, expectedAt: expectedTimes(pace, next, missing) }];
  });
}
