import { findEntries, type Page } from "./page.ts";
import type { Reading } from "./read-pages.ts";

/** One reader's share of a window. */
export interface Place<T> {
  /** Epoch milliseconds; where it looks for its part of the window, which decides nothing but where to split. */
  readonly from: number;
  to: number;
  /** Up to when it has read, as well as the events tell. */
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
  readonly stop: AbortController;
}

/** A place that has read nothing yet. */
export function createPlace<T>(parts: Pick<Place<T>, "from" | "to" | "pace" | "start" | "waitsFor">): Place<T> {
  const next = parts.start.kind === "next" ? parts.start.url : null;
  const unread = { reached: parts.from, pages: 0, boundary: undefined, next, queue: [], held: 0, end: null };
  return { ...parts, ...unread, stop: new AbortController() };
}

export function isRunning<T>({ end, waitsFor, stop }: Place<T>): boolean {
  return end === null && waitsFor === null && !stop.signal.aborted;
}

const leastSpanMs = 60_000;

/** How many pages seem left of a place, going by those so far; 0 where another reader would not be worth it. Pure. */
export function pagesLeft<T>({ to, reached, pace }: Place<T>): number {
  return pace === null || pace <= 0 || to - reached < leastSpanMs ? 0 : (to - reached) / pace;
}

/** Where a place should end that begins at `from` and should be so long: not so short that it is not worth it. Pure. */
export function endOfPlace(from: number, lengthMs: number, until: number): number {
  return until - from < lengthMs * 1.5 ? until : Math.min(until, from + Math.max(leastSpanMs, lengthMs));
}

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
