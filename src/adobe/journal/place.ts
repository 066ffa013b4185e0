import type { Opening } from "./boundary.ts";
import type { Page } from "./page.ts";
import type { Progress } from "./progress.ts";
import type { Reading } from "./read-pages.ts";

/** One reader's share of a window. */
export interface Place<T> {
  /** Epoch milliseconds; where it looks for its part of the window, which decides nothing but where to split. */
  readonly from: number;
  to: number;
  /** Up to when it, or a page that reaches into it, has read, as well as that can be told. */
  reached: number;
  /** The times that the first of its events tells, and the last so far; `null` until one does. */
  told: { readonly first: number; readonly last: number } | null;
  /** About how much of that a page takes, in milliseconds; `null` until that is known. */
  pace: number | null;
  /** How many pages it has read. */
  pages: number;
  readonly start: Reading["start"];
  /** Whether it is yet to begin: when a reader is free, or when its turn has come. */
  waitsFor: "reader" | "turn" | null;
  /** How it begins, as far as that is known; `null` when nothing proves where it does, nothing is there or it failed. */
  opening: Opening | null | undefined;
  /** What to ask after the pages that it has handed on, where that is known. */
  next: string | null;
  /** What waits for its turn, and about how many bytes that takes. */
  readonly queue: T[];
  held: number;
  /** What it, and the place that it goes on from, has seen. */
  readonly progress: Progress;
  /** Set when it is done: which place goes on from its end, `null` at the journal's. */
  end: { readonly next: Place<T> | null } | { readonly failure: unknown } | null;
  /** Whether its reader waits until it may hold or ask more. */
  isPaused: boolean;
  readonly stop: AbortController;
}

/** A place that has read nothing yet. */
export function createPlace<T>(
  parts: Pick<Place<T>, "from" | "to" | "pace" | "start" | "waitsFor" | "progress">,
): Place<T> {
  const next = parts.start.kind === "next" ? parts.start.url : null;
  const unread = { reached: parts.from, told: null, pages: 0, opening: undefined, next, queue: [], held: 0 };
  return { ...parts, ...unread, end: null, isPaused: false, stop: new AbortController() };
}

export function isRunning<T>({ end, waitsFor, stop }: Place<T>): boolean {
  return end === null && waitsFor === null && !stop.signal.aborted;
}

/**
 * Counts a page of a place, and tells from it how far that reaches and at which pace. What events tell is their own time,
 * and the journal may have recorded them much later; so they count from where the place was sought, unless there was
 * silence. The pace follows the pages read last, half of it the very last one: how dense a journal is changes from hour
 * to hour. Of the later places, those next to it that have read nothing know no better, nor that this page reaches so far.
 */
export function moveOn<T>(place: Place<T>, page: Page, later: readonly Place<T>[]): void {
  const { recordedFrom, recordedAt, count } = page;
  place.pages += 1;
  if (recordedAt === null) {
    if (count > 0) place.pace ??= (place.to - place.from) / pagesOfUnknown;
    return;
  }
  const start = recordedFrom ?? recordedAt;
  const { first, last } = place.told ?? { first: start, last: start };
  place.pace = paceOf(place, { first, last }, recordedAt);
  place.told = { first, last: recordedAt };
  const at = Math.max(recordedAt, place.from + recordedAt - first);
  place.reached = Math.min(place.to, Math.max(place.from, at));
  for (const next of later) {
    if (next.pages > 0) return;
    next.pace = place.pace;
    next.reached = Math.min(next.to, Math.max(next.reached, at));
  }
}

/** A time before the last one shows that the last one was no event's: then all pages count alike. */
function paceOf<T>(
  { pace, pages, told }: Place<T>,
  { first, last }: NonNullable<Place<T>["told"]>,
  at: number,
): number {
  if (at < last) return Math.max(0, at - first) / pages;
  return told === null || pace === null ? at - last : (pace + at - last) / 2;
}

/** What is left of a place whose events tell no time is taken for so many pages, so that it is shared out all the same. */
const pagesOfUnknown = 64;

/** How many pages seem left of a place, going by those so far; 0 where another reader would not be worth it. Pure. */
export function pagesLeft<T>({ to, reached, pace, end }: Place<T>): number {
  const isShort = end !== null || pace === null || pace <= 0 || to - reached < leastSpanMs;
  return isShort ? 0 : (to - reached) / pace;
}

const leastSpanMs = 60_000;

/** Orders places by what is left of them, most first. Pure. */
export function byLeft<T>(one: Place<T>, other: Place<T>): number {
  return other.to - other.reached - (one.to - one.reached);
}

/** The first entries of a page, so many of them, as a page of its own. Pure. */
export function cutPage(page: Page, count: number): Page {
  const entries = page.entries.slice(0, count);
  return { ...page, entries, count, last: entries.at(-1)?.position ?? null };
}
