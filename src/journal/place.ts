import { findEntries, type Page } from "./page.ts";
import type { Reading } from "./read-pages.ts";

/** One reader's share of a window. */
export interface Place<T> {
  /** Epoch milliseconds; where it looks for its part of the window, which decides nothing but where to split. */
  readonly from: number;
  to: number;
  /** Up to when it, or a page that reaches into it, has read, as well as the events tell. */
  reached: number;
  /** About how much of that a page takes, in milliseconds; `null` until that is known. */
  pace: number | null;
  /** How many pages it has read. */
  pages: number;
  readonly start: Reading["start"];
  /** Whether it is yet to begin: when a reader is free, or when its turn has come. */
  waitsFor: "reader" | "turn" | null;
  /** Its first event's position; `null` when that has none, nothing is there or it failed; `undefined` until it is known. */
  boundary: string | null | undefined;
  /** What to ask after the pages that it has handed on, where that is known. */
  next: string | null;
  /** What waits for its turn, and about how many bytes that takes. */
  readonly queue: T[];
  held: number;
  /** Set when it is done: which place goes on from its end, `null` at the journal's. */
  end: { readonly next: Place<T> | null } | { readonly failure: unknown } | null;
  /** Whether its reader waits until it may hold or ask more. */
  isPaused: boolean;
  readonly stop: AbortController;
}

/** A place that has read nothing yet. */
export function createPlace<T>(parts: Pick<Place<T>, "from" | "to" | "pace" | "start" | "waitsFor">): Place<T> {
  const next = parts.start.kind === "next" ? parts.start.url : null;
  const unread = { reached: parts.from, pages: 0, boundary: undefined, next, queue: [], held: 0, end: null };
  return { ...parts, ...unread, isPaused: false, stop: new AbortController() };
}

export function isRunning<T>({ end, waitsFor, stop }: Place<T>): boolean {
  return end === null && waitsFor === null && !stop.signal.aborted;
}

/**
 * Counts a page of a place, and goes as far as it tells that it reaches. The pace follows the pages read last, half of it
 * the very last one: how dense a journal is changes from hour to hour, and silence before the first event says nothing of
 * it. Of the later places, those next to it that have read nothing know no better, nor that this page reaches so far.
 */
export function moveOn<T>(place: Place<T>, page: Page, later: readonly Place<T>[]): void {
  const { recordedFrom, recordedAt, count } = page;
  place.pages += 1;
  if (recordedAt === null) {
    if (count > 0) place.pace ??= (place.to - place.from) / pagesOfUnknown;
    return;
  }
  const isFirst = place.pages === 1;
  const from = isFirst ? Math.max(place.reached, recordedFrom ?? 0) : place.reached;
  const step = Math.max(0, recordedAt - from);
  place.pace = isFirst || place.pace === null ? step : (place.pace + step) / 2;
  reach(place, recordedAt);
  for (const next of later) {
    if (next.pages > 0) return;
    next.pace = place.pace;
    reach(next, recordedAt);
  }
}

/** What is left of a place whose events tell no time is taken for so many pages, so that it is shared out all the same. */
const pagesOfUnknown = 64;

function reach<T>(place: Place<T>, at: number): void {
  place.reached = Math.min(place.to, Math.max(place.reached, at));
}

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

/**
 * A page up to the first event with which one of these places begins, and that place; the whole page and `null` where it
 * holds none. Pure.
 */
export function cutAtBoundary<T>(page: Page, later: readonly Place<T>[]): { page: Page; next: Place<T> | null } {
  const boundaries = later.flatMap(({ boundary }) => boundary ?? []);
  const entries = findEntries(page, boundaries);
  const at = entries.findIndex(({ position }) => boundaries.includes(position));
  if (at === -1) return { page, next: null };
  const position = entries[at]?.position;
  const next = later.find(({ boundary }) => boundary === position) ?? null;
  return { page: cutPage(page, page.unparsed === null ? entries.slice(0, at) : [], at), next };
}

function cutPage(page: Page, entries: Page["entries"], count: number): Page {
  return { ...page, entries, count, last: entries.at(-1)?.position ?? null };
}
