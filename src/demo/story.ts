import { modulo, uuidFrom } from "./chance.ts";
import { firstWhere, generatedSource, type JournalSource } from "./source.ts";
import { sourceFlows } from "./week/cast.ts";
import { wrapRuns } from "./week/envelope.ts";
import { noticesBetween, noticesWhileWatched, type ToldEvent } from "./week/told-events.ts";
import { otherEvents } from "./week/others.ts";
import { zero } from "./week/rhythm.ts";
import { liveRun } from "./week/run.ts";

/** How often a run is added while the demo is watched. */
const liveMs = 2_000;
/** A little less than is kept, so that the oldest event is still there when it is asked for. */
const spanMs = 7 * 86_400_000 - 600_000;

/**
 * The demo's week up to `present` (epoch ms), then a run every two seconds, of whatever flow where none is due. What was recorded at a moment has the same
 * position and content for every `present` after it, but for the beats of the story, which move along with it: so who has
 * read an hour ago goes on from there. Events are rendered when read.
 */
export function storySource(present: number): JournalSource {
  const past = noticesUntil(present, present - spanMs);
  const firstLive = (Math.floor(present / liveMs) + 1) * liveMs;
  const liveAt = (index: number): number => firstLive + (index - past.length) * liveMs;
  const writtenAt = (index: number): number => past[index]?.at ?? liveAt(index);
  return generatedSource({
    total: () => Infinity,
    length: (now) =>
      now < firstLive
        ? firstWhere(past.length, (index) => writtenAt(index) > now)
        : past.length + Math.floor((now - firstLive) / liveMs) + 1,
    writtenAt,
    event: (index) => JSON.stringify((past[index] ?? liveNotice(liveAt(index), present)).render()),
    places: {
      of: (index) => (past[index] === undefined && index >= 0 ? liveAt(index) * mostAtOnce : placeOf(past, index)),
      indexOf: (place) => {
        if (place === 0) return -1;
        const at = Math.floor(place / mostAtOnce);
        if (at >= firstLive) return past.length + Math.floor((at - firstLive) / liveMs);
        const next = firstWhere(past.length, (index) => placeOf(past, index) > place);
        // What was recorded before the first is gone.
        return next === 0 ? -2 : next - 1;
      },
    },
  });
}

/** The story's events that are written after `from` and until `present` (epoch ms), in the journal's order. Pure. */
export function noticesUntil(present: number, from: number): readonly ToldEvent[] {
  const others = otherEvents(present).filter(({ at }) => at > from);
  return [...noticesBetween(from, present), ...others].sort(inOrder);
}

/** By the time of recording; of the same moment, in an order that is always the same. */
function inOrder(one: ToldEvent, other: ToldEvent): number {
  return one.at - other.at || (one.key < other.key ? -1 : 1);
}

/** Entries of the same millisecond are told apart up to so many. */
const mostAtOnce = 16;

/**
 * The place (see source.ts) of one of these events, which are in order: the moment when it was recorded, since the week
 * before it may begin anywhere. Pure.
 */
export function placeOf(notices: readonly ToldEvent[], index: number): number {
  const at = notices[index]?.at ?? 0;
  let same = 0;
  while (at > 0 && notices[index - same - 1]?.at === at) same += 1;
  return at * mostAtOnce + Math.min(same, mostAtOnce - 1);
}

function liveNotice(at: number, present: number): ToldEvent {
  const due = dueNotice(at, present);
  if (due !== null) return due;
  const n = (at - zero) / liveMs - 1;
  const flow = sourceFlows[modulo(n, sourceFlows.length)] ?? sourceFlows[0];
  const run = liveRun(flow, n, at - 3_000);
  return { at, key: run.key, render: () => wrapRuns([run], uuidFrom(`event ${run.key}`), at) };
}

/** No more events fall due in so long a time than there are places for. */
const queueMs = 30 * liveMs;

/** The event of a flow that keeps its hours: it takes the first place after it is written, or the next that is free. */
function dueNotice(at: number, present: number): ToldEvent | null {
  const due = noticesWhileWatched({ from: Math.max(present, at - queueMs), until: at, present });
  let place = 0;
  for (const notice of [...due].sort(inOrder)) {
    place = Math.max(Math.ceil(notice.at / liveMs) * liveMs, place + liveMs);
    if (place === at) return notice;
  }
  return null;
}
