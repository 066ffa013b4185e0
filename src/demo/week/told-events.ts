import { between, modulo, numberFrom, uuidFrom } from "../chance.ts";
import { downstreamFlows, sourceFlows, type Flow } from "./cast.ts";
import { wrapRuns } from "./envelope.ts";
import { ranThen, weekMs } from "./earlier.ts";
import { beginningOf, numberAfter, pastRun, type Run } from "./run.ts";

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
  const told = [...sourceFlows, ...downstreamFlows].flatMap((flow) => noticesOf(flow, from, present));
  return [...told, ...told.flatMap(redelivered)].filter(({ at }) => at > from && at <= present);
}

function noticesOf(flow: Flow, from: number, present: number): readonly ToldEvent[] {
  // The next run may have begun already; the one before the first may have been told of late.
  const newest = numberAfter(flow, present);
  const count = numberAfter(flow, from) - newest + flow.together + 1;
  const runs = Array.from({ length: count }, (_, index) => newest + index)
    .filter((n) => ranThen(flow, n, present))
    .map((n) => pastRun(flow, n, present));
  const starts = runs
    .filter(({ completedAt }) => flow.announcesStarts && completedAt > present - weekMs)
    .map((run) => notice([beginningOf(run)], `${run.key} begins`));
  return [...starts, ...grouped(runs, flow.together).map((group) => notice(group, group[0].key))];
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
