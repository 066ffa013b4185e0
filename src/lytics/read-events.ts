import { itemsOf, readJob, type JobEvent } from "../runs/job/read-job.ts";
import { createSeen } from "../runs/events/seen.ts";
import { isObject, textOf } from "../json.ts";
import { askLytics } from "./ask-lytics.ts";
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
}

/** Some of a window's events, oldest first. */
export interface EventSlice {
  readonly events: readonly JobEvent[];
  /** What could not be read, as the ends of sentences about it. */
  readonly rejects: readonly string[];
  /** Now, by Lytics' own clock; epoch ms. */
  readonly servedAt: number;
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
  for (;;) {
    let held: JobEvent[] = [];
    const rejects: string[] = [];
    let servedAt = 0;
    for await (const page of pagesDown(lytics, { ...asked, from, to })) {
      held.push(...page.events);
      rejects.push(...page.rejects);
      servedAt = page.servedAt;
      const cut = held.length > most ? cutOf(held, most) : null;
      if (cut === null) continue;
      later.push({ from: cut, to });
      held = held.filter(({ at }) => at === null || at < cut);
      to = cut - 1;
    }
    yield { events: inOrder(held), rejects, servedAt };
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

interface Page {
  readonly events: readonly JobEvent[];
  readonly rejects: readonly string[];
  readonly servedAt: number;
}

/** The pages of a window, newest first, with what is new in each. */
async function* pagesDown(lytics: Lytics, asked: EventsAsked): AsyncGenerator<Page> {
  const seen = createSeen(mostHeld);
  let before = asked.to;
  let start = 0;
  let lastSeen = "";
  for (;;) {
    const { body, servedAt } = await askLytics(lytics, pathOf(asked, before, start));
    const items = itemsOf(body) ?? [];
    const read = items.map((item) => readJob(item, lytics.profile));
    const events = read.filter((one) => typeof one !== "string");
    const fresh = events.filter(({ key }) => seen.add(key));
    const inside = fresh.filter(({ at }) => at === null || (at >= asked.from && at <= asked.to));
    const rejects = read.filter((one, index) => typeof one === "string" && seen.add(JSON.stringify(items[index])));
    yield { events: inside, rejects: rejects.filter((one) => typeof one === "string"), servedAt };
    const times = events.flatMap(({ at }) => (at === null ? [] : [at]));
    const oldest = times.length === 0 ? before : Math.min(...times);
    // Who takes no start gives the same again.
    const shown = events.map(({ key }) => key).join("\n");
    if (items.length === 0 || oldest < asked.from || shown === lastSeen) return;
    if (fresh.length === 0 && !goesOn(body)) return;
    const next = ceilTo(oldest, second);
    if (next < before) [before, start, lastSeen] = [next, 0, ""];
    else [start, lastSeen] = [start + items.length, shown];
  }
}

/** Whether Lytics says that there are older events. */
function goesOn(body: unknown): boolean {
  const meta = isObject(body) ? body["_meta"] : null;
  return isObject(meta) && textOf(meta["next_cursor"]) !== null;
}

function pathOf({ from, subjectType, subjectId, verb }: EventsAsked, before: number, start: number): string {
  const query = new URLSearchParams({
    limit: String(pageSize),
    // Whether it takes its own instant in is not said, and by seconds it may be asked in any form of time.
    ...(Number.isFinite(from) ? { after: timeTold(Math.floor(from / second) * second - second) } : {}),
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
