import type { Notify } from "../../notices.ts";
import { addToOpening, isWhole, meet, withoutFirst, type Meeting, type Opening } from "./boundary.ts";
import {
  countHandedOn,
  countRead,
  endAt,
  giveUpAll,
  laterThan,
  leaveToTheOneBefore,
  readOnLater,
  shareRead,
  splitAt,
  takeTurn,
  undivided,
  type DividedWindow,
} from "./divided-window.ts";
import { createGate, type Gate } from "./gate.ts";
import type { Page } from "./page.ts";
import { createProgress, type Progress } from "./progress.ts";
import { readPages, type Reading } from "./read-pages.ts";
import { isDropped, isOpeningKnown, isRunning, type Stretch } from "./stretch.ts";
import {
  afterPage,
  cutPages,
  isLeftToTheOneBefore,
  isNextOpeningKnown,
  isPageAfterWanted,
  mayAsk,
  mayGoOn,
  questionOnceMore,
  whatNext,
} from "./what-next.ts";
import type { TimeStart } from "./when.ts";

/** A window that is read from several places at once. */
export interface Places<T> {
  readonly reading: Omit<Reading, "start" | "follow" | "past">;
  readonly start: { readonly kind: "oldest" } | TimeStart;
  /** Nothing is wanted that the journal recorded from then on, epoch milliseconds; `null` where all is, up to now. */
  readonly end?: number | null;
  /** How many readers are at work at the same time, at most; as many others may pause with what they have. */
  readonly jobs: number;
  /** Page → what is handed on, made as soon as the page is in; what waits for its turn is held in this form. */
  readonly digest: (page: Page) => T;
  /** About how many bytes a digest takes while it waits. */
  readonly sizeOf: (digest: T) => number;
  /** Told after each page how much of the window has been read, from 0 to 1. */
  readonly onShare: (share: number) => void;
}

/**
 * Reads a window from many places at once and hands the digests on in the journal's order, each page once.
 *
 * The window is divided into stretches. Each starts by a `seek` of its own and ends where a later one begins, which its
 * reader must come to, since both walk the same journal; that it has is proved by entries that are the same (see
 * boundary.ts), not by a position alone. Nothing but equality is asked of positions, so it does not matter where a `seek`
 * really landed: what a stretch hands on always goes on where the one before it ended. A boundary that is never met (it
 * expired, the journal moved, `seek` landed earlier) or not proved (positions are shared, repeated or missing) makes a
 * reader walk on through the next stretch, whose work is then dropped: that costs time, never a run. Where that happens
 * more often than not, one reader goes on alone. What fails ahead of its turn is asked for once more when its turn comes.
 *
 * One reader begins, and stays alone where its first page is short and the last. Else what seems left of its stretch is
 * split, and so on, as near to the one whose turn it is as can be, so that little has to be held; how long each stretch is
 * follows from how dense the journal is there. One that turns out to be too long stops, and is read on when a reader
 * is free; what is left of it may have another reader meanwhile. When no stretch is too long, the largest is split.
 *
 * Where the window ends before now, what lies beyond is a stretch as well: it is sought like the others, and as soon as its
 * first entries are known its reader stops. The reading ends where the one before it comes to them; where they prove
 * nothing, it goes on to the journal's end.
 *
 * Here is the work alone: a reader, and the drain that hands on. All that is decided stands in what-next.ts.
 * @throws FlowrunError as `readPages` does, when a stretch fails whose turn it is.
 */
export async function* readPlaces<T>(places: Places<T>): AsyncGenerator<T, void, undefined> {
  const { host, signal } = places.reading.journal;
  if (signal.aborted) return;
  const window = undivided(places.start, host.now(), places.jobs, places.end ?? null);
  const work: Work<T> = { places, window, gate: createGate(places.jobs, () => host.now()), desks: new Map() };
  const stop = (): void => {
    giveUpAll(window);
    changed(work);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (const stretch of window.stretches) if (stretch.isBeyond) void readOpening(work, stretch);
    for (let turn = window.stretches[0] ?? null; turn !== null; turn = takeTurn(window)) yield* drain(work, turn);
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** The work on one window. */
interface Work<T> {
  readonly places: Places<T>;
  readonly window: DividedWindow;
  readonly gate: Gate;
  /** One for each stretch that is still wanted. */
  readonly desks: Map<Stretch, Desk<T>>;
}

/** The things of a stretch's reader that are no plain data. */
interface Desk<T> {
  /** Pages that wait for the stretch's turn, digested. */
  readonly queue: { readonly digest: T; readonly bytes: number }[];
  readonly stop: AbortController;
  /** The memory of what its reader has seen, and the reader that it goes on from. */
  readonly progress: Progress;
}

function deskOf<T>({ desks }: Work<T>, stretch: Stretch, progress?: Progress): Desk<T> {
  const desk = desks.get(stretch) ?? {
    queue: [],
    stop: new AbortController(),
    progress: progress ?? createProgress(),
  };
  desks.set(stretch, desk);
  return desk;
}

/** Stops the readers of what is not wanted any more; all others look again whether they may go on. */
function changed<T>({ desks, gate, places }: Work<T>): void {
  for (const [stretch, { stop }] of desks) {
    if (!isDropped(stretch)) continue;
    stop.abort(places.reading.journal.signal.reason);
    desks.delete(stretch);
  }
  gate.changed();
}

/** Keeps as many readers at work as are allowed. */
function shareOut<T>(work: Work<T>): void {
  const { window, gate } = work;
  for (let step = whatNext(window, gate.allowed()); step !== null; step = whatNext(window, gate.allowed())) {
    void readStretch(work, step.kind === "begin" ? step.stretch : splitAt(window, step.stretch, step.at));
  }
}

/** Hands on what has been read of the stretch whose turn it is, until there is no more to come. */
async function* drain<T>(work: Work<T>, stretch: Stretch): AsyncGenerator<T, void, undefined> {
  const { queue } = deskOf(work, stretch);
  if (stretch.stage.kind === "later") void readStretch(work, stretch);
  for (;;) {
    changed(work);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      countHandedOn(stretch, next.bytes);
      yield next.digest;
      shareOut(work);
      changed(work);
    }
    if (!isRunning(stretch)) return;
    await work.gate.until(() => queue.length > 0 || !isRunning(stretch));
  }
}

/** Reads a stretch to where another one begins, to the journal's end, or until it is too long or dropped. */
async function readStretch<T>(work: Work<T>, stretch: Stretch): Promise<void> {
  const { window, gate } = work;
  let keptBack: readonly Page[] = [];
  let isFirst = true;
  stretch.stage = { kind: "reading" };
  try {
    for await (const read of readPages(readingOf(work, stretch))) {
      const page = isFirst && isJoined(work, stretch) ? { ...read, begins: null } : read;
      isFirst = false;
      if (page.count > 0) lookAtOpening(work, stretch, page);
      await whileRunning(work, stretch, () => isNextOpeningKnown(window, stretch, gate.allowed()));
      if (!isRunning(stretch)) return;
      const pages = [...keptBack, page];
      // Where handing on fails, what was handed on must not be so again.
      keptBack = [];
      keptBack = handOn(work, stretch, pages);
      if (!isRunning(stretch)) return;
      const next = afterPage(window, stretch, keptBack.length, gate.allowed());
      if (next === "readOnLater") leaveRest(work, stretch, page.next, "reader");
      // Before the next page is taken, so that none waits here parsed.
      if (next === "pause") await pause(work, stretch);
      if (!isRunning(stretch)) return;
    }
  } catch (failure) {
    if (!isDropped(stretch)) fail(work, stretch, keptBack, failure);
  } finally {
    end(work, stretch);
  }
}

/**
 * Whether a stretch was sought from inside the window: it is handed on only where the one before it has come to its first
 * entries, so it begins nothing. One that is read on from a question may well find that its place has expired.
 */
function isJoined<T>({ places }: Work<T>, { start }: Stretch): boolean {
  return start.kind !== "next" && start !== places.start;
}

/** Reads how that begins which lies beyond the window, and nothing more of it. */
async function readOpening<T>(work: Work<T>, stretch: Stretch): Promise<void> {
  let isFirst = true;
  stretch.stage = { kind: "reading" };
  try {
    for await (const page of readPages({ ...readingOf(work, stretch), isNextWanted: () => false })) {
      const wanted = isFirst && page.count > 0 ? withoutFirst(page) : page;
      isFirst &&= page.count === 0;
      if (wanted.count > 0) lookAtOpening(work, stretch, wanted);
      if (!isRunning(stretch) || isOpeningKnown(stretch)) return;
    }
  } catch {
    // Whoever reads the window will meet with the same, and tell.
  } finally {
    if (isRunning(stretch) && !isOpeningKnown(stretch)) noteOpening(work, stretch, null);
    end(work, stretch);
  }
}

/** The walk along a stretch, which asks only when it may. */
function readingOf<T>(work: Work<T>, stretch: Stretch): Reading {
  const { window, gate, places } = work;
  const { reading } = places;
  const { host } = reading.journal;
  const { stop, progress } = deskOf(work, stretch);
  const heard = gate.watch(reading.journal.notify);
  // A reader that was stopped has nothing to say any more.
  const notify: Notify = (notice) => {
    if (isRunning(stretch)) heard(notice);
  };
  const send: typeof host.send = async (ask, stopped) => {
    await whileRunning(work, stretch, () => mayAsk(window, stretch, gate.allowed()));
    stopped.throwIfAborted();
    return host.send(ask, stopped);
  };
  const journal = { ...reading.journal, signal: stop.signal, notify, host: { ...host, send } };
  const isNextWanted = (): boolean => isPageAfterWanted(window, stretch);
  return { ...reading, journal, start: stretch.start, progress, isNextWanted, follow: false, past: null };
}

/** Resolves when the condition holds, or the stretch is read no longer. */
function whileRunning<T>({ gate }: Work<T>, stretch: Stretch, holds: () => boolean): Promise<void> {
  return gate.until(() => holds() || !isRunning(stretch));
}

/** Another reader, nearer to its turn, may work meanwhile. */
async function pause<T>(work: Work<T>, stretch: Stretch): Promise<void> {
  stretch.stage = { kind: "paused" };
  shareOut(work);
  await whileRunning(work, stretch, () => mayGoOn(work.window, stretch, work.gate.allowed()));
  if (isRunning(stretch)) stretch.stage = { kind: "reading" };
}

function lookAtOpening<T>(work: Work<T>, stretch: Stretch, page: Page): void {
  if (!isOpeningKnown(stretch)) noteOpening(work, stretch, addToOpening(stretch.opening ?? null, page));
}

function noteOpening<T>(work: Work<T>, stretch: Stretch, opening: Opening | null): void {
  stretch.opening = opening;
  if (opening === null && isLeftToTheOneBefore(work.window, stretch)) leaveToTheOneBefore(work.window, stretch);
  changed(work);
}

/**
 * Hands on what a reader has taken, up to where another stretch begins.
 * @returns what is kept back, since another one may begin there.
 */
function handOn<T>(work: Work<T>, stretch: Stretch, pages: readonly Page[]): readonly Page[] {
  const meeting = findMeeting(work, stretch, pages);
  const { ready, keptBack, end } = cutPages(pages, meeting);
  if (end !== null) endAt(work.window, stretch, end.next);
  for (const page of ready) queue(work, stretch, page);
  return keptBack;
}

/** Where the first of the later stretches begins in these pages; those are given up of which they show that nothing can tell. */
function findMeeting<T>(work: Work<T>, stretch: Stretch, pages: readonly Page[]) {
  for (;;) {
    const openings = laterThan(work.window, stretch).flatMap((other) =>
      other.opening && isWhole(other.opening) ? [[other, other.opening] as const] : [],
    );
    const meeting: Meeting<Stretch> = meet(pages, openings);
    if (meeting.kind !== "twice") return meeting;
    noteOpening(work, meeting.stretch, null);
  }
}

/** Puts a page among those that wait for their turn. */
function queue<T>(work: Work<T>, stretch: Stretch, page: Page): void {
  const { digest, sizeOf, onShare } = work.places;
  const digested = digest(page);
  const bytes = sizeOf(digested);
  deskOf(work, stretch).queue.push({ digest: digested, bytes });
  countRead(work.window, stretch, page, bytes);
  onShare(shareRead(work.window));
  shareOut(work);
  changed(work);
}

/** Leaves what comes after a stretch's last page to another reader, who goes on with what this one has seen. */
function leaveRest<T>(work: Work<T>, stretch: Stretch, url: string, until: "reader" | "turn"): void {
  const { progress } = deskOf(work, stretch);
  deskOf(work, readOnLater(work.window, stretch, url, until), progress);
}

function fail<T>(work: Work<T>, stretch: Stretch, keptBack: readonly Page[], failure: unknown): void {
  for (const page of keptBack) queue(work, stretch, page);
  const url = questionOnceMore(work.window, stretch);
  if (url === null) stretch.stage = { kind: "failed", failure };
  else leaveRest(work, stretch, url, "turn");
}

function end<T>(work: Work<T>, stretch: Stretch): void {
  if (!isOpeningKnown(stretch)) stretch.opening = null;
  if (isRunning(stretch)) endAt(work.window, stretch, null);
  shareOut(work);
  changed(work);
}
