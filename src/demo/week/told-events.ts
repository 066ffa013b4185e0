import { between, modulo, numberFrom, uuidFrom } from "../chance.ts";
import { calendarFlows, downstreamFlows, sourceFlows, type Flow } from "./cast.ts";
import { wrapRuns } from "./envelope.ts";
import { ranThen, weekMs } from "./earlier.ts";
import { numberAfter } from "./rhythm.ts";
import { beginningOf, pastRun, settledMs, type Run } from "./run.ts";
import { isHeardOf, takesPlace } from "./silence.ts";

/** An event of the story. */
export interface ToldEvent {
  /** When it was written to the journal, epoch ms. */
  readonly at: number;
  /** The same text seeds everything that must be the same each time. */
  readonly key: string;
  readonly render: () => unknown;
}

/** The story's events about runs that were written after `from` and until `present` (epoch ms), in no order. Pure. */
export function noticesBetween(from: number, present: number): readonly ToldEvent[] {
  const flows = [...sourceFlows, ...calendarFlows, ...downstreamFlows];
  const told = flows.flatMap((flow) => noticesOf(flow, { from, until: present, present }));
  return [...told, ...told.flatMap(redelivered)].filter(({ at }) => at > from && at <= present);
}

/**
 * Of the story that stands at `present`, the events about flows that go on keeping their hours after it, while the demo is
 * watched: those that are written after `from` and until `until` (all epoch ms), in no order. Pure.
 */
export function noticesWhileWatched(stretch: Stretch): readonly ToldEvent[] {
  const told = [...calendarFlows, ...downstreamFlows].flatMap((flow) => noticesOf(flow, stretch));
  return told.filter(({ at }) => at > stretch.from && at <= stretch.until);
}

/** A stretch of the story, as that stands at `present`; epoch ms. */
interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly present: number;
}

/** The flow's runs that are told of in a stretch, the newest first, and some from around it. Pure. */
export function runsOf(flow: Flow, { from, until, present }: Stretch): readonly Run[] {
  const { rhythm, durationMs, together } = flow;
  // By a timetable a run is due when it begins; however the rhythm, the run before the first may have been told of late.
  const longestMs = rhythm.kind === "timetable" ? durationMs[1] + settledMs : 0;
  const newest = numberAfter(rhythm, until);
  const count = numberAfter(rhythm, from - longestMs) - newest + together + 1;
  return Array.from({ length: count }, (_, index) => newest + index)
    .filter((n) => ranThen(flow, n, present) && isHeardOf(flow, n, present))
    .map((n) => pastRun(flow, n, present));
}

/** The flow's events of a stretch, and some from around it. */
function noticesOf(flow: Flow, stretch: Stretch): readonly ToldEvent[] {
  const { present } = stretch;
  const runs = runsOf(flow, stretch);
  const starts = runs
    .filter(({ completedAt }) => flow.announcesStarts && completedAt > present - weekMs)
    .map((run) => notice([beginningOf(run)], `${run.key} begins`));
  return [...starts, ...grouped(runs, flow.together).map((group) => notice(group, group[0].key))];
}

/** The flow's last run, also where its notification was lost; null where nothing is known of any. Pure. */
export function lastRunOf(
  flow: Flow,
  { present, now }: { readonly present: number; readonly now: number },
): Run | null {
  // While the demo is watched, others keep their hours no longer.
  const until = sourceFlows.includes(flow) ? Math.min(present, now) : now;
  const newest = numberAfter(flow.rhythm, until);
  const farthest = newest + 100;
  for (let n = newest; n < farthest; n++) {
    if (!takesPlace(flow, n, present)) continue;
    const run = pastRun(flow, n, present);
    if (heardAt(flow, n, run, present) <= until) return run;
  }
  return null;
}

/** When everybody knows of a run that has taken place. */
function heardAt(flow: Flow, n: number, run: Run, present: number): number {
  if (!isHeardOf(flow, n, present)) return run.completedAt + settledMs;
  const teller = pastRun(flow, n - modulo(n, flow.together), present);
  return notice([teller], teller.key).at;
}

type Runs = readonly [Run, ...Run[]];

/** Runs are counted backwards in time, so the first of a group is the one that completes its event. */
function grouped(runs: readonly Run[], size: number): readonly Runs[] {
  return runs.flatMap((first, index) =>
    modulo(first.n, size) === 0 ? [[first, ...runs.slice(index + 1, index + size)]] : [],
  );
}

function notice(runs: Runs, key: string): ToldEvent {
  const { updatedAt } = runs[0];
  const usual = updatedAt + between(1_500, 40_000, `${key} delivery`);
  // Now and then one is held up, so that others overtake it: the journal promises no order.
  const at = numberFrom(`${key} late`) % 29 === 0 ? usual + 17 * 60_000 : usual;
  return { at, key, render: () => wrapRuns(runs, uuidFrom(`event ${key}`), at) };
}

/** Delivery is at least once: some come again, the same in everything but the position. */
function redelivered({ at, key, render }: ToldEvent): readonly ToldEvent[] {
  const again = { at: at + 4 * 60_000, key: `${key} again`, render };
  return numberFrom(`${key} again`) % 37 === 0 ? [again] : [];
}
