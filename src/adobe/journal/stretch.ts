import { isWhole, type Opening } from "./boundary.ts";
import type { Page } from "./page.ts";
import type { Reading } from "./read-pages.ts";

/**
 * A part of a window that one reader reads, as plain data. Times are epoch milliseconds; they are guesses that decide
 * only where to split, never which events belong to it.
 */
export interface Stretch {
  /** The first question of its reader. */
  readonly start: Reading["start"];
  readonly from: number;
  to: number;
  /** How far it has been read: by its own reader, or by the one before it whose last page reaches into it. */
  reached: number;
  /** The times that the first of its events and the last one so far tell; `null` until one does. */
  times: { readonly first: number; readonly last: number } | null;
  /** How many milliseconds of it a page takes, about; `null` until that is known. */
  pace: number | null;
  /** How many pages its reader has handed on. */
  pages: number;
  /**
   * Its first entries, by which the reader before it knows where to stop; `undefined` while none has been read, `null`
   * where none can serve: nothing proves where it begins, nothing is there, or its reader failed.
   */
  opening: Opening | null | undefined;
  /** The question after the pages handed on; `null` before the first one of a stretch that began by time. */
  next: string | null;
  /** Its pages that wait for its turn, and how many bytes they take. */
  waiting: { readonly pages: number; readonly bytes: number };
  stage: Stage;
  /** True for all that lies beyond the window's end, which is looked at for how it begins, and not read. */
  readonly isBeyond: boolean;
}

/** How far the work on a stretch has come. */
export type Stage =
  /** Nobody reads it yet; one will when a reader is free, or not before its turn has come. */
  | { readonly kind: "later"; readonly until: "reader" | "turn" }
  | { readonly kind: "reading" }
  /** Its reader waits until it may hold or ask more. */
  | { readonly kind: "paused" }
  /** It has been read; the reading goes on with `next`, or ends where that is `null`: there the journal does. */
  | { readonly kind: "read"; readonly next: Stretch | null }
  /** It could not be read to its end. */
  | { readonly kind: "failed"; readonly failure: unknown }
  /** It is not wanted any more. */
  | { readonly kind: "dropped" };

/** A stretch of which nothing has been read. Pure. */
export function createStretch(parts: Pick<Stretch, "from" | "to" | "pace" | "start" | "stage">): Stretch {
  const next = parts.start.kind === "next" ? parts.start.url : null;
  const waiting = { pages: 0, bytes: 0 };
  return { ...parts, reached: parts.from, times: null, pages: 0, opening: undefined, next, waiting, isBeyond: false };
}

/** Whether a reader is at work on it, or pauses. Pure. */
export function isRunning({ stage }: Stretch): boolean {
  return stage.kind === "reading" || stage.kind === "paused";
}

/** Whether it is not wanted any more. Pure. */
export function isDropped({ stage }: Stretch): boolean {
  return stage.kind === "dropped";
}

/** Whether it is known how it begins, or that nothing can tell. Pure. */
export function isOpeningKnown({ opening }: Stretch): boolean {
  return opening === null || (opening !== undefined && isWhole(opening));
}

/** How many pages seem left of a stretch, going by those so far; 0 where another reader would not be worth it. Pure. */
export function pagesLeft({ to, reached, pace, stage }: Stretch): number {
  const isOver = stage.kind === "read" || stage.kind === "failed" || stage.kind === "dropped";
  return isOver || pace === null || pace <= 0 || to - reached < leastSpanMs ? 0 : (to - reached) / pace;
}

/** `seek` counts whole seconds, and a page's pace is a guess: what is shorter is hardly ever a page of its own. */
const leastSpanMs = 60_000;

/**
 * Counts a page of a stretch, and tells from it how far that one reaches and at which pace. The times in events are their
 * own, and the journal may have recorded them much later; so they count from where the stretch was sought, unless there was
 * silence. The pace follows the pages read last, half of it the very last one: how dense a journal is changes from hour
 * to hour. Of the later stretches, those next to it that have read nothing know no better, nor that this page reaches so far.
 */
export function moveOn(stretch: Stretch, page: Page, later: readonly Stretch[]): void {
  const { recordedFrom, recordedAt, count } = page;
  stretch.pages += 1;
  if (recordedAt === null) {
    if (count > 0) stretch.pace ??= (stretch.to - stretch.from) / pagesOfUnknown;
    return;
  }
  const start = recordedFrom ?? recordedAt;
  const { first, last } = stretch.times ?? { first: start, last: start };
  stretch.pace = paceAfter(stretch, { first, last }, recordedAt);
  stretch.times = { first, last: recordedAt };
  const at = Math.max(recordedAt, stretch.from + recordedAt - first);
  stretch.reached = Math.min(stretch.to, Math.max(stretch.from, at));
  for (const next of later) {
    if (next.pages > 0) return;
    next.pace = stretch.pace;
    next.reached = Math.min(next.to, Math.max(next.reached, at));
  }
}

/** A time before the last one shows that the last one was no event's: then all pages count alike. */
function paceAfter(
  { pace, pages, times }: Stretch,
  { first, last }: NonNullable<Stretch["times"]>,
  at: number,
): number {
  if (at < last) return Math.max(0, at - first) / pages;
  return times === null || pace === null ? at - last : (pace + at - last) / 2;
}

/** A stretch whose events tell no time is assumed to have this many pages left, so that it is shared out all the same. */
const pagesOfUnknown = 64;
