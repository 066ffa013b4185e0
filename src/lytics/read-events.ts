import { itemsOf, type JobEvent } from "../runs/job/read-job.ts";
import { createSeen } from "../runs/events/seen.ts";
import { FlowrunError } from "../errors.ts";
import { isObject, wordOf } from "../json.ts";
import { askLytics } from "./ask-lytics.ts";
import { eventIn, type RejectedItem } from "./event-in.ts";
import type { Lytics } from "./lytics.ts";

/** The events that are asked for; every list is of words of which any will do. */
export interface EventsAsked {
  /** Epoch ms, both inside; `to` is Infinity for whatever there is. */
  readonly from: number;
  readonly to: number;
  /** Told to Lytics where it is one word each: it takes no lists. */
  readonly subjectType?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly verb?: string | undefined;
  /** Told after each page: how many events were read of the window, and down to which moment (epoch ms). */
  readonly onPage?: ((events: number, downTo: number) => void) | undefined;
}

/** Some of a window's events, oldest first. */
export interface EventSlice {
  readonly events: readonly JobEvent[];
  readonly rejects: readonly RejectedItem[];
  /** Now, by Lytics' own clock; epoch ms. */
  readonly servedAt: number;
  /** Whether the window ends with it. */
  readonly isLast: boolean;
}

const second = 1000;
/** Lytics gives no more at once. */
const pageSize = 100;
/** So many events are held at once; a window of more is read twice, slice by slice. */
const mostHeld = 100_000;

/**
 * Reads a window's events, oldest first; a long one in slices of up to 100,000 events, so that memory is bounded.
 *
 * Lytics pages newest first. Its cursor goes on with what is strictly older, so that events of one instant on both sides of a
 * page would be lost; each page is asked for from a second after the last one's end instead, and what has come before is known
 * by its id.
 * @throws FlowrunError, as `askLytics` does.
 */
export async function* readEvents(lytics: Lytics, asked: EventsAsked, most = mostHeld): AsyncGenerator<EventSlice> {
  /** Windows that are read after this one, the oldest last. */
  const later: { readonly from: number; readonly to: number }[] = [];
  let to = asked.to;
  let from = asked.from;
  let count = 0;
  for (;;) {
    let held: JobEvent[] = [];
    const rejects: RejectedItem[] = [];
    let servedAt = 0;
    for await (const page of pagesDown(lytics, { ...asked, from, to })) {
      held.push(...page.events);
      rejects.push(...page.rejects);
      servedAt = page.servedAt;
      count += page.events.length;
      asked.onPage?.(count, page.downTo);
      const cut = held.length > most ? cutOf(held, most) : null;
      if (cut === null) continue;
      later.push({ from: cut, to });
      count -= held.length;
      held = held.filter(({ at }) => at === null || at < cut);
      count += held.length;
      to = cut - 1;
    }
    yield { events: inOrder(held), rejects, servedAt, isLast: later.length === 0 };
    const next = later.pop();
    if (next === undefined) return;
    ({ from, to } = next);
  }
}

/**
 * A full second that divides the events: those from then on are as many as may be held, or just less; `null` where too many are of
 * one second to be divided.
 */
function cutOf(held: readonly JobEvent[], most: number): number | null {
  const times = held.flatMap(({ at }) => (at === null ? [] : [at])).sort((one, other) => other - one);
  const cut = ceilTo(times[most - 1] ?? -Infinity, second);
  return (times[0] ?? -Infinity) >= cut && Number.isFinite(cut) ? cut : null;
}

/** By time; those of one instant as Lytics had them, which is newest first. One that tells no time stays where it was. */
function inOrder(held: readonly JobEvent[]): readonly JobEvent[] {
  let before = -Infinity;
  return held
    .toReversed()
    .map((event) => ({ event, at: (before = event.at ?? before) }))
    .sort((one, other) => one.at - other.at)
    .map(({ event }) => event);
}

interface Page extends Omit<EventSlice, "isLast"> {
  /** Everything that is younger has been read. */
  readonly downTo: number;
}

/** The pages of a window, newest first, with what is new in each. */
async function* pagesDown(lytics: Lytics, asked: EventsAsked): AsyncGenerator<Page> {
  const seen = createSeen(mostHeld);
  let before = asked.to;
  let start = 0;
  let lastShown = "";
  let isLeaping = false;
  for (;;) {
    const { body, servedAt } = await askLytics(lytics, pathOf(asked, before, start));
    const items = listIn(body, lytics);
    const read = items.map((item) => eventIn(item, lytics.profile));
    const events = read.filter((one) => "job" in one);
    const fresh = read.filter(({ key }) => seen.add(key));
    const times = events.flatMap(({ at }) => (at === null ? [] : [at]));
    const oldest = times.length === 0 ? before : Math.min(...times);
    yield {
      events: fresh
        .filter((one) => "job" in one)
        .filter(({ at }) => at === null || (at >= asked.from && at <= asked.to)),
      rejects: fresh.filter((one) => "reason" in one),
      servedAt,
      downTo: Math.max(oldest, asked.from),
    };
    if (items.length === 0 || oldest < asked.from || isEnd(body, items.length, fresh.length)) return;
    const shown = read.map(({ key }) => key).join("\n");
    const isStuck = shown === lastShown;
    const next = ceilTo(oldest, second);
    if (isStuck && isLeaping) return;
    isLeaping = isStuck;
    if (isStuck) {
      // It takes no `start`: only what is older than that second can still be had.
      lytics.notify({ kind: "warning", text: withoutRest(oldest, items.length) });
      [before, start] = [Math.min(before, floorTo(oldest, second)) - second, 0];
    } else if (next < before) [before, start, lastShown] = [next, 0, ""];
    else [start, lastShown] = [start + items.length, shown];
  }
}

function withoutRest(at: number, shown: number): string {
  const of = Number.isFinite(at) ? `the second ${timeTold(at)}` : "those that tell no time";
  return `Lytics shows ${String(shown)} events of ${of} and no others: some of them may be missing`;
}

/**
 * The items of an answer.
 * @throws FlowrunError `protocol` for JSON that is no list: an empty one must not be taken for it.
 */
function listIn(body: unknown, { url }: Lytics): readonly unknown[] {
  const items = itemsOf(body);
  if (items !== null) return items;
  // Where there is nothing, a list that was never made is told as null, or is left out.
  if (isObject(body) && (body["data"] ?? null) === null && ("status" in body || "_meta" in body)) return [];
  throw new FlowrunError("protocol", "Lytics sent an answer that is no list of events", {
    why: "it is JSON, and has none under data",
    hint: `check that its API is at ${url}: FLOWRUN_LYTICS_URL, or flowrun config get lyticsUrl`,
    suspects: ["lyticsUrl"],
  });
}

/** Whether there is nothing older: Lytics says so on a page that is not full, or says nothing and shows nothing new. */
function isEnd(body: unknown, items: number, fresh: number): boolean {
  const meta = isObject(body) ? body["_meta"] : null;
  const goesOn = isObject(meta) ? wordOf(meta["next_cursor"]) !== null : null;
  if (goesOn === true) return false;
  return fresh === 0 || (goesOn === false && items < pageSize);
}

/**
 * Now by Lytics' own clock, epoch ms.
 * @throws FlowrunError, as `askLytics` does.
 */
export async function askLyticsClock(lytics: Lytics): Promise<number> {
  const { servedAt } = await askLytics(lytics, "/v2/event?limit=1");
  return servedAt;
}

function pathOf({ from, subjectType, subjectId, verb }: EventsAsked, before: number, start: number): string {
  const query = new URLSearchParams({
    limit: String(pageSize),
    // Whether it takes its own instant in is not said, and by seconds it may be asked in any form of time.
    ...(Number.isFinite(from) ? { after: timeTold(floorTo(from, second) - second) } : {}),
    ...(Number.isFinite(before) ? { before: timeTold(ceilTo(before, second) + second) } : {}),
    ...(start > 0 ? { start: String(start) } : {}),
    ...(subjectType === undefined ? {} : { type: subjectType }),
    ...(subjectId === undefined ? {} : { id: subjectId }),
    ...(verb === undefined ? {} : { verb }),
  });
  return `/v2/event?${query.toString()}`;
}

function timeTold(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function ceilTo(at: number, step: number): number {
  return Math.ceil(at / step) * step;
}

function floorTo(at: number, step: number): number {
  return Math.floor(at / step) * step;
}
