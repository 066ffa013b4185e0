import type { Send } from "../../host.ts";
import type { Notify } from "../../notices.ts";
import { addToOpening, isWhole, meet } from "./boundary.ts";
import { createGate } from "./gate.ts";
import type { Page } from "./page.ts";
import { byLeft, createPlace, cutPage, isRunning, moveOn, pagesLeft, type Place } from "./place.ts";
import { createProgress } from "./progress.ts";
import { readPages, type Reading } from "./read-pages.ts";
import { retentionMs } from "./retention.ts";
import { startAt, type TimeStart } from "./when.ts";

/** A window that is read from several places at once. */
export interface Places<T> {
  readonly reading: Omit<Reading, "start" | "follow" | "past">;
  readonly start: { readonly kind: "oldest" } | TimeStart;
  /** How many places are read at the same time, at most; as many others may pause with what they have. */
  readonly jobs: number;
  /** Page → what is handed on, made as soon as the page is in; what waits for its turn is held in this form. */
  readonly digest: (page: Page) => T;
  /** About how many bytes a digest takes while it waits. */
  readonly sizeOf: (digest: T) => number;
  /** Told after each page how much of the window has been read, from 0 to 1. */
  readonly onShare: (share: number) => void;
}

/** What waits for its turn is bounded to this many bytes; then the readers ahead pause. */
const mostHeld = 8 * 1024 * 1024;
/** The place whose turn it is runs this many pages ahead of its consumer, at most. */
const mostQueued = 2;
/** A place should have about so many pages: each costs a request more, and what is read ahead must be held. */
const pagesOfAPlace = { least: 3, most: 16 };
/** A window whose first page has fewer events may end with it: then another reader would be a request too many. */
const fewEvents = 50;
/** How far ahead is guessed from what has been read: a quiet stretch says little of what follows it. */
const guessAhead = 2;
/** A place that has this many times as many pages as it should is cut: it is read on later, or by another reader. */
const tooLong = 1.5;
/** The next place begins in the page under way, or so it seems, where its first event is so many pages further at most. */
const nearEnd = 1.5;
/** Where places have fewer pages, it takes longer to wait for the last one of each than it costs to ask for another. */
const fewPages = 8;
/** So many boundaries more than those that were proved may turn out not to be, before no more readers join. */
const unprovedAllowed = 2;
/** How much more room those next in turn have than the last one, of what may be held. */
const roomInTurn = 0.75;

/**
 * Reads a window from many places at once and hands the digests on in the journal's order, each page once.
 *
 * Each place starts by a `seek` of its own and ends where a later place begins, which it must come to, since both walk
 * the same journal; that it has is proved by entries that are the same (see boundary.ts), not by a position alone. Nothing
 * but equality is asked of positions, so it does not matter where a `seek` really landed: what a place hands on always
 * goes on where the one before it ended. A boundary that is never met (it expired, the journal moved, `seek` landed
 * earlier) or not proved (positions are shared, repeated or missing) makes a place walk on through its neighbour, whose
 * work is then dropped: that costs time, never a run. Where that happens more often than not, one reader goes on alone.
 * What fails ahead of its turn is asked for once more when its turn comes.
 *
 * One reader begins, and stays alone where its first page is short and the last. Else what seems left of its place is
 * split, and so on, as near to the one whose turn it is as can be, so that little has to be held; how long each place is
 * follows from how dense the journal is there. One that turns out to be too long stops, and is read on when a reader
 * is free; what is left of it may have another reader meanwhile. When no place is too long, the largest is split.
 * @throws FlowrunError as `readPages` does, when a place fails whose turn it is.
 */
export async function* readPlaces<T>(places: Places<T>): AsyncGenerator<T, void, undefined> {
  const field = createField(places);
  try {
    let place: Place<T> | null = field.open();
    while (place !== null) {
      yield* field.drain(place);
      place = field.after(place);
    }
  } finally {
    field.close();
  }
}

/** All places of one window, in the journal's order. */
function createField<T>(options: Places<T>) {
  const { reading, start, jobs, digest, sizeOf, onShare } = options;
  const { host, signal } = reading.journal;
  const until = host.now();
  const begin = start.kind === "time" ? Math.max(start.at, until - retentionMs) : until - retentionMs;
  const gate = createGate(jobs, () => host.now());
  const places: Place<T>[] = [];
  const pagesWanted = Math.max(pagesOfAPlace.least, Math.min(pagesOfAPlace.most, Math.ceil(64 / jobs)));
  let pagesRead = 0;
  let eventsRead = 0;
  /** How many boundaries were proved, and how many were not: where no event can be told from another, one reader is enough. */
  let proved = 0;
  let unproved = 0;
  let current: Place<T> | null = null;
  let isClosed = false;

  const running = (): readonly Place<T>[] => places.filter(isRunning);
  const later = (place: Place<T>): readonly Place<T>[] => places.slice(places.indexOf(place) + 1);

  /** Whether a reader that has to wait for so many pages may hold still more. */
  const hasRoom = (pages: number): boolean => {
    const distance = Math.min(1, pages / (jobs * pagesWanted));
    return places.reduce((sum, { held }) => sum + held, 0) < mostHeld * (1 - roomInTurn * distance);
  };

  const pagesBefore = (place: Place<T>): number =>
    places.slice(0, places.indexOf(place)).reduce((sum, earlier) => sum + pagesLeft(earlier), 0);

  /** A reader ahead asks nothing, a retry included, while the journal wants fewer; the current one never waits for others. */
  const mayAsk = (place: Place<T>): boolean =>
    place === current || (place.waitsFor === null && running().indexOf(place) < gate.allowed());

  /** A reader ahead waits while too much is held already, but not before it knows where it begins: the one before it waits for that. */
  const mayGoOn = (place: Place<T>): boolean => {
    if (place === current) return place.queue.length < mostQueued;
    return mayAsk(place) && (!isOpeningKnown(place) || hasRoom(pagesBefore(place)));
  };

  const send =
    (place: Place<T>): Send =>
    async (ask, stopped) => {
      await gate.until(() => mayAsk(place) || !isRunning(place));
      stopped.throwIfAborted();
      return host.send(ask, stopped);
    };

  const walk = async (place: Place<T>): Promise<void> => {
    place.waitsFor = null;
    const tell = gate.watch(reading.journal.notify);
    // What a reader still had to say when it was stopped is nobody's business.
    const notify: Notify = (notice) => {
      if (isRunning(place)) tell(notice);
    };
    const journal = { ...reading.journal, signal: place.stop.signal, notify, host: { ...host, send: send(place) } };
    const isNextWanted = (): boolean => isMoreWanted(place);
    const { start, progress } = place;
    const own = { ...reading, journal, start, progress, isNextWanted, follow: false, past: null };
    /** What was read and is not handed on before it is known whether another place begins in it. */
    let held: readonly Page[] = [];
    try {
      for await (const page of readPages(own)) {
        if (page.count > 0) tellOpening(place, page);
        // The neighbour's opening must be known before this page is handed on, or it could be overlooked.
        await gate.until(() => isNextKnown(place) || !isRunning(place));
        if (!isRunning(place)) return;
        const pages = [...held, page];
        held = [];
        held = handOn(place, pages);
        if (place.end !== null) return;
        if (held.length > 0) continue;
        if (isTooLong(place)) {
          place.end = { next: goOnLater(place, page.next, "reader") };
          return;
        }
        // Before the next page is taken, so that none waits here parsed.
        if (!mayGoOn(place)) await pause(place);
        if (!isRunning(place)) return;
      }
    } catch (failure) {
      for (const page of held) keep(place, page);
      place.end =
        place === current || place.next === null ? { failure } : { next: goOnLater(place, place.next, "turn") };
    } finally {
      if (!isOpeningKnown(place)) place.opening = null;
      place.end ??= { next: null };
      openMore();
      gate.changed();
    }
  };

  const isTooLong = (place: Place<T>, pages = place.pages): boolean =>
    place !== current && pages >= pagesWanted * tooLong;

  /** Whether the page after the one under way is likely to be wanted: that one may be the last that this place reads. */
  const isMoreWanted = (place: Place<T>): boolean => {
    const [next] = later(place);
    const { told, pace } = place;
    const isEnd = next?.told != null && told !== null && told.last + nearEnd * (pace ?? 0) >= next.told.first;
    return pagesWanted < fewPages || (!isEnd && !isTooLong(place, place.pages + 1));
  };

  /**
   * Hands on what a place has read, up to where another one begins.
   * @returns what cannot be handed on yet, since another one may begin there.
   */
  const handOn = (place: Place<T>, pages: readonly Page[]): readonly Page[] => {
    const openings = later(place).flatMap((other) =>
      other.opening && isWhole(other.opening) ? [[other, other.opening] as const] : [],
    );
    const meeting = meet(pages, openings);
    if (meeting.kind === "twice") {
      meeting.place.opening = null;
      giveUp(meeting.place);
      return handOn(place, pages);
    }
    const isEnd = pages.at(-1)?.atEnd === true;
    const whole = meeting.kind === "none" || (meeting.kind === "open" && isEnd) ? pages.length : meeting.page;
    const [cut] = pages.slice(whole);
    if (meeting.kind === "met") place.end = { next: meeting.place };
    else if (isEnd) place.end = { next: null };
    for (const page of pages.slice(0, whole)) keep(place, page);
    if (meeting.kind !== "met" || cut === undefined) return pages.slice(whole);
    proved += 1;
    keep(place, cutPage(cut, meeting.entry));
    return [];
  };

  /** Another reader, nearer to its turn, may work meanwhile. */
  const pause = async (place: Place<T>): Promise<void> => {
    place.isPaused = true;
    openMore();
    await gate.until(() => mayGoOn(place) || !isRunning(place));
    place.isPaused = false;
  };

  const tellOpening = (place: Place<T>, page: Page): void => {
    if (isOpeningKnown(place)) return;
    place.opening = addToOpening(place.opening ?? null, page);
    if (place.opening === null) giveUp(place);
    gate.changed();
  };

  /** What cannot be joined to the place before it is left to that one, unless it is joined already. */
  const giveUp = (place: Place<T>): void => {
    const at = places.indexOf(place);
    const before = places[at - 1];
    const isJoined = places.some(({ end }) => end !== null && "next" in end && end.next === place);
    if (before === undefined || place === current || isJoined || !isRunning(place)) return;
    before.to = place.to;
    places.splice(at, 1);
    place.stop.abort();
    unproved += 1;
  };

  /** A neighbour that may not ask is not waited for, since it may wait for this one. */
  const isNextKnown = (place: Place<T>): boolean => {
    const [next] = later(place);
    return next === undefined || isOpeningKnown(next) || !mayAsk(next);
  };

  const keep = (place: Place<T>, page: Page): void => {
    const digested = digest(page);
    place.queue.push(digested);
    place.held += sizeOf(digested);
    place.next = page.next;
    pagesRead += 1;
    eventsRead += page.count;
    moveOn(place, page, later(place));
    onShare(shareRead());
    openMore();
    gate.changed();
  };

  const shareRead = (): number => {
    const unread = places.reduce((sum, place) => sum + (place.end === null ? place.to - place.reached : 0), 0);
    return Math.max(0, 1 - unread / Math.max(1, until - begin));
  };

  const add = (at: number, parts: Parameters<typeof createPlace<T>>[0]): Place<T> => {
    const place = createPlace<T>(parts);
    places.splice(at, 0, place);
    if (place.waitsFor === null) void walk(place);
    return place;
  };

  const goOnLater = (place: Place<T>, url: string, waitsFor: Place<T>["waitsFor"]): Place<T> => {
    const { to, reached, pace, progress } = place;
    const start = { kind: "next", url } as const;
    return add(places.indexOf(place) + 1, { from: reached, to, pace, start, waitsFor, progress });
  };

  /** Keeps as many readers at work as are allowed, as near to the one whose turn it is as can be. */
  const openMore = (): void => {
    while (!isClosed && mayOpen() && openNearest());
  };

  /** Each reader that pauses may be stood in for by one other. */
  const mayOpen = (): boolean => {
    if ((pagesRead < 2 && eventsRead < fewEvents) || unproved > proved + unprovedAllowed) return false;
    const readers = running();
    const paused = readers.filter(({ isPaused }) => isPaused).length;
    return readers.length - Math.min(paused, gate.allowed()) < gate.allowed();
  };

  const openNearest = (): boolean => {
    const pages = Math.min(pagesWanted, guessAhead * pagesRead);
    let before = 0;
    for (const place of places) {
      if (!hasRoom(before)) return false;
      if (place.waitsFor === "reader") {
        void walk(place);
        return true;
      }
      if (isRunning(place) && pagesLeft(place) > pages * tooLong) {
        return split(place, pages);
      }
      before += pagesLeft(place);
    }
    return splitLargest();
  };

  const splitLargest = (): boolean => {
    const [largest] = running()
      .filter((place) => pagesLeft(place) > pagesOfAPlace.least)
      .sort(byLeft);
    return largest !== undefined && split(largest, pagesLeft(largest) / 2);
  };

  /** Near a page's end, so that little of it is read twice, but not at it: its last entries prove the boundary. */
  const split = (place: Place<T>, pages: number): boolean => {
    const { reached, to, pace } = place;
    const at = reached + (pace ?? 0) * (Math.floor(pages) - 0.3);
    place.to = at;
    const progress = createProgress();
    add(places.indexOf(place) + 1, { from: at, to, pace, start: startAt(at), waitsFor: null, progress });
    return true;
  };

  const close = (): void => {
    isClosed = true;
    for (const { stop } of places) stop.abort(signal.reason);
    gate.changed();
  };

  return {
    open: (): Place<T> | null => {
      signal.addEventListener("abort", close, { once: true });
      isClosed = signal.aborted;
      if (isClosed) return null;
      const progress = createProgress();
      const place = add(0, { from: begin, to: until, pace: null, start, waitsFor: null, progress });
      // Nothing stands before it that would have to find where it begins.
      place.opening = null;
      return place;
    },

    /** Hands on what a place has read, until it is done. */
    drain: async function* (place: Place<T>): AsyncGenerator<T, void, undefined> {
      current = place;
      if (place.waitsFor !== null) void walk(place);
      for (;;) {
        gate.changed();
        for (let next = place.queue.shift(); next !== undefined; next = place.queue.shift()) {
          place.held -= sizeOf(next);
          yield next;
          openMore();
          gate.changed();
        }
        if (place.end !== null) return;
        await gate.until(() => place.queue.length > 0 || place.end !== null);
      }
    },

    /** The place that goes on where this one ended; those that it walked through are dropped, and so is itself. */
    after: (place: Place<T>): Place<T> | null => {
      if (place.end !== null && "failure" in place.end) throw place.end.failure;
      const next = place.end?.next ?? null;
      const passed = places.splice(0, next === null ? places.length : places.indexOf(next));
      for (const { stop } of passed) stop.abort();
      unproved += passed.filter((one) => one !== place && one.opening != null).length;
      return isClosed ? null : next;
    },

    close: (): void => {
      signal.removeEventListener("abort", close);
      close();
    },
  };
}

function isOpeningKnown<T>({ opening }: Place<T>): boolean {
  return opening === null || (opening !== undefined && isWhole(opening));
}
