import type { Meeting } from "./boundary.ts";
import { laterThan, type DividedWindow } from "./divided-window.ts";
import type { Page } from "./page.ts";
import { isOpeningKnown, isRunning, pagesLeft, type Stretch } from "./stretch.ts";

/*
 * The decisions while a window is read in stretches: each follows from the data alone, and changes nothing. `allowed` is
 * how many readers may ask at the same time, at the moment.
 *
 * The figures beside the constants are of a simulated week of 240 pages, at 80 ms an answer at most: even, crowded at
 * either end, and full of bursts, on average. As they are, four readers ask 1.05 times a page and take 3.7 s, sixteen 1.46
 * times and 1.4 s; where a page takes 300 kB while it waits, 5.7 s and 2.3 s.
 */

/** A thing for one more reader to do. */
export type Step =
  /** To read this stretch, which has no reader. */
  | { readonly kind: "begin"; readonly stretch: Stretch }
  /** To read a stretch of its own: from that instant (epoch milliseconds) to where this one was to end. */
  | { readonly kind: "split"; readonly stretch: Stretch; readonly at: number };

/** The next thing to be done by one more reader; `null` where none is to join now. Pure. */
export function whatNext(window: DividedWindow, allowed: number): Step | null {
  return isReaderFree(window, allowed) ? nearestStep(window) : null;
}

/** A window whose first page has fewer events may end with it: then another reader would be a request too many. */
const fewEvents = 50;
/** So many boundaries more than those that were proved may turn out not to be, before no more readers join. */
const unprovedAllowed = 2;

/** Each reader that pauses may be stood in for by one other. */
function isReaderFree(window: DividedWindow, allowed: number): boolean {
  const { stretches, pagesRead, eventsRead, proved, unproved } = window;
  const isShort = pagesRead < 2 && eventsRead < fewEvents;
  const running = stretches.filter(isRunning);
  const paused = running.filter(({ stage }) => stage.kind === "paused").length;
  const isFree = running.length - Math.min(paused, allowed) < allowed;
  return isFree && !isShort && unproved <= proved + unprovedAllowed;
}

/**
 * How far ahead is guessed from what has been read: a quiet stretch says little of what follows it. It is no fine number:
 * with 1 or 4 no figure is more than 5 % worse.
 */
const guessAhead = 2;
/**
 * A stretch that has this many times as many pages as it should is cut: it is read on later, or by another reader. With
 * 4, sixteen readers of large pages take a quarter longer.
 */
const tooLong = 1.5;

/** As near to the stretch whose turn it is as can be, so that little has to be held. */
function nearestStep(window: DividedWindow): Step | null {
  const pages = Math.min(window.pagesWanted, guessAhead * window.pagesRead);
  let before = 0;
  for (const stretch of window.stretches) {
    if (!hasRoom(window, before)) return null;
    if (stretch.stage.kind === "later" && stretch.stage.until === "reader") return { kind: "begin", stretch };
    if (isRunning(stretch) && pagesLeft(stretch) > pages * tooLong) return splitAfter(stretch, pages);
    before += pagesLeft(stretch);
  }
  return splitLargest(window);
}

/**
 * Of what has no more pages, another reader would leave too few to the one that is there. With 1, four readers ask 4 %
 * more and sixteen 16 %.
 */
const leastToSplit = 3;

function splitLargest({ stretches }: DividedWindow): Step | null {
  const length = ({ to, reached }: Stretch): number => to - reached;
  const [largest] = stretches
    .filter((stretch) => isRunning(stretch) && pagesLeft(stretch) > leastToSplit)
    .sort((one, other) => length(other) - length(one));
  return largest === undefined ? null : splitAfter(largest, pagesLeft(largest) / 2);
}

/**
 * Near a page's end, so that little of it is read twice, but not at it: its last entries prove the boundary. In
 * mid-page, sixteen readers would ask 5 % more.
 */
function splitAfter(stretch: Stretch, pages: number): Step {
  return { kind: "split", stretch, at: stretch.reached + (stretch.pace ?? 0) * (Math.floor(pages) - 0.3) };
}

/** So many bytes may wait for their turn; then the readers ahead pause. */
const mostHeld = 8 * 1024 * 1024;
/**
 * How much more room those next in turn have than the last one, of what may be held. With none, sixteen readers of
 * large pages take half as long again.
 */
const roomInTurn = 0.75;

/** Whether a reader may hold still more, that has so many pages before it to be handed on first. */
function hasRoom({ stretches, jobs, pagesWanted }: DividedWindow, pagesBefore: number): boolean {
  const distance = Math.min(1, pagesBefore / (jobs * pagesWanted));
  const held = stretches.reduce((sum, { waiting }) => sum + waiting.bytes, 0);
  return held < mostHeld * (1 - roomInTurn * distance);
}

/** Whether it is this stretch's turn: what it reads is handed on at once. Pure. */
function hasTurn({ stretches }: DividedWindow, stretch: Stretch): boolean {
  return stretches[0] === stretch;
}

/**
 * Whether a stretch's reader may ask the journal: one ahead of its turn asks nothing, a retry included, while the journal
 * wants fewer; the one whose turn it is never waits for others. Pure.
 */
export function mayAsk(window: DividedWindow, stretch: Stretch, allowed: number): boolean {
  if (hasTurn(window, stretch)) return true;
  return stretch.stage.kind !== "later" && window.stretches.filter(isRunning).indexOf(stretch) < allowed;
}

/**
 * The stretch whose turn it is runs this many pages ahead of its consumer, at most. With 1, four readers take 15 %
 * longer; more than 2 buys nothing.
 */
const mostQueued = 2;

/**
 * Whether a stretch's reader may take another page: one ahead of its turn waits while too much is held already, but not
 * before it is known where it begins, since the reader before it waits for that. Pure.
 */
export function mayGoOn(window: DividedWindow, stretch: Stretch, allowed: number): boolean {
  if (hasTurn(window, stretch)) return stretch.waiting.pages < mostQueued;
  return (
    mayAsk(window, stretch, allowed) && (!isOpeningKnown(stretch) || hasRoom(window, pagesBefore(window, stretch)))
  );
}

function pagesBefore({ stretches }: DividedWindow, stretch: Stretch): number {
  return stretches.slice(0, stretches.indexOf(stretch)).reduce((sum, earlier) => sum + pagesLeft(earlier), 0);
}

/**
 * Whether what a stretch has read may be handed on: where the one after it begins must be known before, or its beginning
 * could be overlooked. One that may not ask is not waited for, since it may wait for this one. Pure.
 */
export function isNextOpeningKnown(window: DividedWindow, stretch: Stretch, allowed: number): boolean {
  const [next] = laterThan(window, stretch);
  return next === undefined || isOpeningKnown(next) || !mayAsk(window, next, allowed);
}

/** The ways to go on after a page; `readOnLater` leaves the rest of the stretch to the next reader that is free. */
export type AfterPage = "goOn" | "pause" | "readOnLater";

/**
 * How a reader goes on after a page that has been handed on, or kept back: `keptBack` pages wait for the next one to tell
 * whether another stretch begins in them. Pure.
 */
export function afterPage(window: DividedWindow, stretch: Stretch, keptBack: number, allowed: number): AfterPage {
  if (keptBack > 0) return "goOn";
  if (isTooLong(window, stretch, stretch.pages)) return "readOnLater";
  return mayGoOn(window, stretch, allowed) ? "goOn" : "pause";
}

function isTooLong(window: DividedWindow, stretch: Stretch, pages: number): boolean {
  return !hasTurn(window, stretch) && pages >= window.pagesWanted * tooLong;
}

/**
 * The next stretch begins in the page under way, or so it seems, where its first event is so many pages further at
 * most. Without this, four readers would ask 6 % more, beyond a tenth.
 */
const nearEnd = 1.5;
/**
 * Where stretches have fewer pages, it takes longer to wait for the last one of each than it costs to ask for another:
 * 4 % for sixteen readers, which would ask 17 % less.
 */
const fewPages = 8;

/**
 * Whether the page after the one under way is likely to be wanted: that one may be the last that the stretch's reader
 * takes. Pure.
 */
export function isPageAfterWanted(window: DividedWindow, stretch: Stretch): boolean {
  if (window.pagesWanted < fewPages) return true;
  const [next] = laterThan(window, stretch);
  const { times, pace } = stretch;
  const isEnd = next?.times != null && times !== null && times.last + nearEnd * (pace ?? 0) >= next.times.first;
  return !isEnd && !isTooLong(window, stretch, stretch.pages + 1);
}

/** Pages that a reader has taken and not handed on yet, cut in two. */
export interface Cut {
  /** Those to be handed on; where another stretch begins, the last one goes no further. */
  readonly ready: readonly Page[];
  /** Those to be kept back: another stretch may begin there, which the next page tells. */
  readonly keptBack: readonly Page[];
  /** Where the reading goes on after them, `null` at the journal's end; no end while it goes on in the stretch itself. */
  readonly end: { readonly next: Stretch | null } | null;
}

/** Where pages that follow one another are cut, by what they have met. Pure. */
export function cutPages(pages: readonly Page[], meeting: Exclude<Meeting<Stretch>, { kind: "twice" }>): Cut {
  const isAtEnd = pages.at(-1)?.atEnd === true;
  if (meeting.kind === "met") {
    const cut = pages.slice(meeting.page, meeting.page + 1).map((page) => firstOf(page, meeting.entry));
    return { ready: [...pages.slice(0, meeting.page), ...cut], keptBack: [], end: { next: meeting.stretch } };
  }
  if (isAtEnd) return { ready: pages, keptBack: [], end: { next: null } };
  const whole = meeting.kind === "open" ? meeting.page : pages.length;
  return { ready: pages.slice(0, whole), keptBack: pages.slice(whole), end: null };
}

/** The first entries of a page, so many of them, as a page of its own. */
function firstOf(page: Page, count: number): Page {
  const entries = page.entries.slice(0, count);
  return { ...page, entries, count, last: entries.at(-1)?.position ?? null, isCut: true };
}

/**
 * Whether a stretch of which nothing proves where it begins is left to the one before it: not where that one was seen to
 * end there, nor where it is too late. Pure.
 */
export function isLeftToTheOneBefore(window: DividedWindow, stretch: Stretch): boolean {
  const isJoined = window.stretches.some(({ stage }) => stage.kind === "read" && stage.next === stretch);
  return isRunning(stretch) && !hasTurn(window, stretch) && !isJoined;
}

/**
 * The question with which a stretch that could not be read on is asked about once more, when its turn comes; `null` where
 * it has failed for good: it was its turn, or nothing of it has been read. Pure.
 */
export function questionOnceMore(window: DividedWindow, stretch: Stretch): string | null {
  return hasTurn(window, stretch) ? null : stretch.next;
}
