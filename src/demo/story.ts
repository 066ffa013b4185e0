import { between, numberFrom, uuidFrom } from "./chance.ts";
import { firstWhere, generatedSource, type JournalSource } from "./source.ts";
import { downstreamFlows, sourceFlows, type Flow } from "./week/cast.ts";
import { wrapRuns } from "./week/envelope.ts";
import { otherEvents } from "./week/others.ts";
import { beginningOf, liveRun, pastRun, type Run } from "./week/run.ts";

/** How often a run is added while the demo is watched. */
const liveMs = 2_000;
/** A little less than is kept, so that the oldest event is still there when it is asked for. */
const spanMs = 7 * 86_400_000 - 600_000;

/**
 * The demo's week up to `present` (epoch ms), then a run every two seconds. Index, position and content of each entry
 * are the same for every `present`, but for the times, which move along with it. Events are rendered when read.
 */
export function storySource(present: number): JournalSource {
  const notices = pastNotices(present);
  const liveAt = (index: number): number => present + (index - notices.length + 1) * liveMs;
  const writtenAt = (index: number): number => notices[index]?.at ?? liveAt(index);
  return generatedSource({
    total: () => Infinity,
    length: (now) =>
      now < present
        ? firstWhere(notices.length, (index) => writtenAt(index) > now)
        : notices.length + Math.floor((now - present) / liveMs),
    writtenAt,
    event: (index) => {
      const notice = notices[index] ?? liveNotice(index - notices.length, liveAt(index));
      return JSON.stringify(notice.render());
    },
  });
}

interface Notice {
  /** When it was written to the journal, epoch ms. */
  readonly at: number;
  /** The same text seeds everything that must be the same each time. */
  readonly key: string;
  readonly render: () => unknown;
}

function pastNotices(present: number): readonly Notice[] {
  const flows = [...sourceFlows, ...downstreamFlows];
  const told = flows.flatMap((flow) => notices(flow, present));
  const others = otherEvents().map(({ ageMs, render }, index): Notice => ({
    at: present - ageMs,
    key: `other ${index}`,
    render: () => render(present),
  }));
  return [...told, ...told.flatMap((notice) => redelivered(notice, present)), ...others]
    .filter(({ at }) => at > present - spanMs)
    .sort((one, other) => one.at - other.at);
}

function notices(flow: Flow, present: number): readonly Notice[] {
  const count = Math.floor((spanMs - flow.lastMs) / flow.everyMs);
  const runs = Array.from({ length: count }, (_, n) => pastRun(flow, n, present));
  const starts = flow.announcesStarts
    ? runs.map((run) => notice([beginningOf(run)], `${run.key} begins`, present))
    : [];
  return [...starts, ...grouped(runs, flow.together).map((group) => notice(group, group[0].key, present))];
}

type Runs = readonly [Run, ...Run[]];

/** Runs are counted backwards in time, so the first of a group is the one that completes its event. */
function grouped(runs: readonly Run[], size: number): readonly Runs[] {
  return runs.flatMap((first, index) => (index % size === 0 ? [[first, ...runs.slice(index + 1, index + size)]] : []));
}

function notice(runs: Runs, key: string, present: number): Notice {
  const { updatedAt } = runs[0];
  const usual = updatedAt + between(1_500, 40_000, `${key} delivery`);
  // Now and then one is held up, so that others overtake it: the journal promises no order.
  const late = numberFrom(`${key} late`) % 29 === 0 ? usual + 17 * 60_000 : usual;
  const at = late < present ? late : usual;
  return { at, key, render: () => wrapRuns(runs, uuidFrom(`event ${key}`), at) };
}

/** Delivery is at least once: some come again, the same in everything but the position. */
function redelivered({ at, key, render }: Notice, present: number): readonly Notice[] {
  const again = { at: at + 4 * 60_000, key, render };
  return numberFrom(`${key} again`) % 37 === 0 && again.at < present ? [again] : [];
}

function liveNotice(n: number, at: number): Notice {
  const flow = sourceFlows[n % sourceFlows.length] ?? sourceFlows[0];
  const run = liveRun(flow, n, at - 3_000);
  return { at, key: run.key, render: () => wrapRuns([run], uuidFrom(`event ${run.key}`), at) };
}
