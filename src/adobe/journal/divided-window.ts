import type { Page } from "./page.ts";
import { retentionMs } from "./retention.ts";
import { createStretch, moveOn, type Stretch } from "./stretch.ts";
import { startAt, type TimeStart } from "./when.ts";

/**
 * A window of the journal, divided into stretches that are read at the same time: plain data, and all that `what-next.ts`
 * decides by. The functions of this file carry the decisions out: they change that data and nothing else.
 */
export interface DividedWindow {
  /** Its bounds, epoch milliseconds. */
  readonly begin: number;
  readonly until: number;
  /** How many stretches are read at the same time, at most. */
  readonly jobs: number;
  /** How many pages a stretch should have. */
  readonly pagesWanted: number;
  /** In the journal's order. It is the first one's turn: only what that one has read is handed on. */
  readonly stretches: Stretch[];
  /** How many pages have been read of the window, and how many events were in them. */
  pagesRead: number;
  eventsRead: number;
  /** How many stretches were seen to end exactly where another begins, and how many of those others were read in vain. */
  proved: number;
  unproved: number;
}

/**
 * A stretch has so many pages, and fewer the more readers there are: each costs a request more, and what is read ahead of
 * its turn must be held. By the figures of what-next.ts: with 8 at most, four readers take 6 % longer; with 8 at least,
 * sixteen readers of large pages 60 %.
 */
const pagesOfAStretch = { least: 3, most: 16, ofAll: 64 };

/**
 * A window up to now of which nothing has been read: one stretch, which a reader may begin. One that ends earlier, at `end`,
 * has a second one, of all that lies beyond: nothing of it is handed on, and the window ends where it is seen to begin. Pure.
 */
export function undivided(
  start: { readonly kind: "oldest" } | TimeStart,
  now: number,
  jobs: number,
  end: number | null = null,
): DividedWindow {
  const { least, most, ofAll } = pagesOfAStretch;
  const begin = Math.max(start.kind === "time" ? start.at : -Infinity, now - retentionMs);
  const until = end === null ? now : Math.max(begin, Math.min(end, now));
  const first = createStretch({ from: begin, to: until, pace: null, start, stage: { kind: "later", until: "turn" } });
  // Nothing stands before it that would have to find where it begins.
  first.opening = null;
  const beyond = until === now ? [] : [createBeyond(until, now)];
  return {
    begin,
    until,
    jobs,
    pagesWanted: Math.max(least, Math.min(most, Math.ceil(ofAll / jobs))),
    stretches: [first, ...beyond],
    pagesRead: 0,
    eventsRead: 0,
    proved: 0,
    unproved: 0,
  };
}

/** All that lies beyond a window's end. Its share of the reading is none. */
function createBeyond(from: number, to: number): Stretch {
  const parts = { from, to, pace: null, start: startAt(from), stage: { kind: "later", until: "turn" } } as const;
  return { ...createStretch(parts), reached: to, isBeyond: true };
}

/** The stretches after one, in order. Pure. */
export function laterThan({ stretches }: DividedWindow, stretch: Stretch): readonly Stretch[] {
  return stretches.slice(stretches.indexOf(stretch) + 1);
}

/** How much of the window has been read, from 0 to 1. Pure. */
export function shareRead({ begin, until, stretches }: DividedWindow): number {
  const isOpen = ({ stage }: Stretch): boolean => stage.kind !== "read" && stage.kind !== "failed";
  const unread = stretches.filter(isOpen).reduce((sum, { to, reached }) => sum + to - reached, 0);
  return Math.max(0, 1 - unread / Math.max(1, until - begin));
}

/** Counts a page that waits for its stretch's turn, and so many bytes that it takes meanwhile. */
export function countRead(window: DividedWindow, stretch: Stretch, page: Page, bytes: number): void {
  stretch.waiting = { pages: stretch.waiting.pages + 1, bytes: stretch.waiting.bytes + bytes };
  stretch.next = page.next;
  window.pagesRead += 1;
  window.eventsRead += page.count;
  moveOn(stretch, page, laterThan(window, stretch));
}

/** Counts a page that waits no longer. */
export function countHandedOn(stretch: Stretch, bytes: number): void {
  stretch.waiting = { pages: stretch.waiting.pages - 1, bytes: stretch.waiting.bytes - bytes };
}

/**
 * Ends a stretch at an instant, epoch milliseconds, where another begins.
 * @returns the other one, which a reader may begin.
 */
export function splitAt(window: DividedWindow, stretch: Stretch, at: number): Stretch {
  const { to, pace } = stretch;
  stretch.to = at;
  const start = startAt(at);
  return addAfter(
    window,
    stretch,
    createStretch({ from: at, to, pace, start, stage: { kind: "later", until: "reader" } }),
  );
}

/**
 * Ends a stretch where its reader has come to.
 * @returns what is left of it, to be read on from that question later.
 */
export function readOnLater(window: DividedWindow, stretch: Stretch, url: string, until: "reader" | "turn"): Stretch {
  const { to, reached, pace } = stretch;
  const rest = createStretch({
    from: reached,
    to,
    pace,
    start: { kind: "next", url },
    stage: { kind: "later", until },
  });
  addAfter(window, stretch, rest);
  stretch.stage = { kind: "read", next: rest };
  return rest;
}

function addAfter({ stretches }: DividedWindow, stretch: Stretch, other: Stretch): Stretch {
  stretches.splice(stretches.indexOf(stretch) + 1, 0, other);
  return other;
}

/** Ends a stretch where another one begins, or the journal ends. */
export function endAt(window: DividedWindow, stretch: Stretch, next: Stretch | null): void {
  stretch.stage = { kind: "read", next };
  if (next !== null) window.proved += 1;
}

/** Drops a stretch that is not the first: the one before it reads on through it. */
export function leaveToTheOneBefore(window: DividedWindow, stretch: Stretch): void {
  const at = window.stretches.indexOf(stretch);
  const before = window.stretches[at - 1];
  if (before === undefined) return;
  before.to = stretch.to;
  window.stretches.splice(at, 1);
  stretch.stage = { kind: "dropped" };
  window.unproved += 1;
}

/**
 * Drops the first stretch, of which all has been handed on, and those that it was read through.
 * @returns the one whose turn it is now; `null` when there is none.
 * @throws what the first one failed with.
 */
export function takeTurn(window: DividedWindow): Stretch | null {
  const [first, ...others] = window.stretches;
  if (first?.stage.kind === "failed") throw first.stage.failure;
  const next = first?.stage.kind === "read" ? first.stage.next : null;
  const passed = next === null ? others : others.slice(0, others.indexOf(next));
  window.stretches.splice(0, 1 + passed.length);
  window.unproved += passed.filter(({ opening }) => opening != null).length;
  if (first !== undefined) first.stage = { kind: "dropped" };
  for (const one of passed) one.stage = { kind: "dropped" };
  return next;
}

/** Drops all stretches, but for those that have failed. */
export function giveUpAll({ stretches }: DividedWindow): void {
  for (const stretch of stretches) if (stretch.stage.kind !== "failed") stretch.stage = { kind: "dropped" };
}
