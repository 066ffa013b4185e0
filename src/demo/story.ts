import { modulo, uuidFrom } from "./chance.ts";
import { firstWhere, generatedSource, type JournalSource, type Places } from "./source.ts";
import { sourceFlows } from "./week/cast.ts";
import { wrapRuns } from "./week/envelope.ts";
import { noticesBetween, type Notice } from "./week/notices.ts";
import { otherEvents } from "./week/others.ts";
import { liveRun, zero } from "./week/run.ts";

/** How often a run is added while the demo is watched. */
const liveMs = 2_000;
/** A little less than is kept, so that the oldest event is still there when it is asked for. */
const spanMs = 7 * 86_400_000 - 600_000;

/**
 * The demo's week up to `present` (epoch ms), then a run every two seconds. What was recorded at a moment has the same
 * position and content for every `present` after it, but for the beats of the story, which move along with it: so who has
 * read an hour ago goes on from there. Events are rendered when read.
 */
export function storySource(present: number): JournalSource {
  const past = pastNotices(present);
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
    event: (index) => JSON.stringify((past[index] ?? liveNotice(liveAt(index))).render()),
    places: placesOf(past, { firstLive, writtenAt }),
  });
}

function pastNotices(present: number): readonly Notice[] {
  const from = present - spanMs;
  const others = otherEvents(present).filter(({ at }) => at > from);
  return [...noticesBetween(from, present), ...others].sort(inOrder);
}

/** By the time of recording; of the same moment, in an order that is always the same. */
function inOrder(one: Notice, other: Notice): number {
  return one.at - other.at || (one.key < other.key ? -1 : 1);
}

/** Entries of the same millisecond are told apart up to so many. */
const mostAtOnce = 16;

/** An entry's place is the moment when it was recorded: the week before it may begin anywhere. */
function placesOf(
  past: readonly Notice[],
  { firstLive, writtenAt }: { readonly firstLive: number; readonly writtenAt: (index: number) => number },
): Places {
  const of = (index: number): number => {
    if (index < 0) return 0;
    const at = writtenAt(index);
    let same = 0;
    while (past[index - same - 1]?.at === at) same += 1;
    return at * mostAtOnce + Math.min(same, mostAtOnce - 1);
  };
  return {
    of,
    indexOf: (place) => {
      if (place === 0) return -1;
      const at = Math.floor(place / mostAtOnce);
      if (at >= firstLive) return past.length + Math.floor((at - firstLive) / liveMs);
      const next = firstWhere(past.length, (index) => of(index) > place);
      // What was recorded before the first is gone.
      return next === 0 ? -2 : next - 1;
    },
  };
}

function liveNotice(at: number): Notice {
  const n = (at - zero) / liveMs - 1;
  const flow = sourceFlows[modulo(n, sourceFlows.length)] ?? sourceFlows[0];
  const run = liveRun(flow, n, at - 3_000);
  return { at, key: run.key, render: () => wrapRuns([run], uuidFrom(`event ${run.key}`), at) };
}
