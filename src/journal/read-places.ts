import type { Send } from "../host.ts";
import { createGate } from "./gate.ts";
import { findEntries, firstPosition, type Page } from "./page.ts";
import { readPages, type Reading } from "./read-pages.ts";
import { retentionMs } from "./retention.ts";
import { startAt, type TimeStart } from "./when.ts";

/** A window that is read from several places at once. */
export interface Places<T> {
  readonly reading: Omit<Reading, "start" | "follow" | "past">;
  readonly start: { readonly kind: "oldest" } | TimeStart;
  /** How many places are read at the same time, at most. */
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
const pagesOfAPlace = { least: 4, most: 16 };
/** Until the journal's density is known, the window is cut into this many places for each reader. */
const firstCuts = 4;
const leastSpanMs = 60_000;

/**
 * Reads a window from many places at once and hands the digests on in the journal's order, each page once.
 *
 * Each place starts by a `seek` of its own and ends at the first position of a later place, which it must come to,
 * since both walk the same journal. Positions are compared for equality only, so it does not matter where a `seek`
 * really landed: what a place hands on always goes on where the one before it ended. A boundary that is never met
 * (it expired, the journal moved, `seek` landed earlier) makes a place walk on through its neighbour, whose work is
 * then dropped: that costs time, never a run. What fails ahead of its turn is asked for once more when its turn comes.
 *
 * Places are opened from the window's beginning on, near the one whose turn it is, so that little has to be held; how
 * long each is follows from how dense the journal was so far. When none is left to open, the largest one is split.
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

/** One reader and its share of the window. */
interface Place<T> {
  /** Epoch milliseconds; where it looks for its part of the window, which decides nothing but where to split. */
  readonly from: number;
  to: number;
  /** Up to when it has read, as well as the events tell. */
  reached: number;
  pages: number;
  /** Its first event's position; `null` when that has none, nothing is there or it failed; `undefined` until it is known. */
  boundary: string | null | undefined;
  /** What to ask after the pages that it has handed on. */
  next: string | null;
  /** True for one that stands in for another that failed: it asks when its turn has come. */
  readonly isSpare: boolean;
  readonly queue: T[];
  held: number;
  /** Set when it is done: which place goes on from its end, `null` at the journal's. */
  end: { readonly next: Place<T> | null } | { readonly failure: unknown } | null;
  readonly stop: AbortController;
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
  let opened = begin;
  let msPerPage: number | null = null;
  let current: Place<T> | null = null;
  let isClosed = false;

  const isRunning = (place: Place<T>): boolean => place.end === null && !place.stop.signal.aborted;
  const heldInAll = (): number => places.reduce((sum, { held }) => sum + held, 0);
  const later = (place: Place<T>): readonly Place<T>[] => places.slice(places.indexOf(place) + 1);

  /** A reader ahead asks nothing, a retry included, while the journal wants fewer; the current one never waits for others. */
  const mayAsk = (place: Place<T>): boolean =>
    place === current || (!place.isSpare && places.filter(isRunning).indexOf(place) < gate.allowed());

  /** A reader ahead waits while too much is held already. */
  const mayGoOn = (place: Place<T>): boolean =>
    place === current ? place.queue.length < mostQueued : heldInAll() < mostHeld && mayAsk(place);

  const send =
    (place: Place<T>): Send =>
    async (ask, stopped) => {
      await gate.until(() => mayAsk(place) || !isRunning(place));
      stopped.throwIfAborted();
      return host.send(ask, stopped);
    };

  const walk = async (place: Place<T>, from: Reading["start"]): Promise<void> => {
    const { notify } = reading.journal;
    const own = { signal: place.stop.signal, notify: gate.watch(notify), host: { ...host, send: send(place) } };
    const journal = { ...reading.journal, ...own };
    try {
      for await (const page of readPages({ ...reading, journal, start: from, follow: false, past: null })) {
        if (page.count > 0) tellBoundary(place, firstPosition(page));
        // The neighbour's first position must be known before this page is handed on, or it could be overlooked.
        await gate.until(() => isNextKnown(place) || !isRunning(place));
        if (!isRunning(place)) return;
        const cut = cutAtBoundary(page, later(place));
        keep(place, digest(cut.page), cut.page);
        if (cut.next !== null || page.atEnd) place.end = { next: cut.next };
        if (place.end !== null) return;
        place.next = page.next;
        // Before the next page is taken, so that none waits here parsed.
        await gate.until(() => mayGoOn(place) || !isRunning(place));
        if (!isRunning(place)) return;
      }
    } catch (failure) {
      place.end = place === current || place.next === null ? { failure } : { next: standIn(place, place.next) };
    } finally {
      tellBoundary(place, null);
      place.end ??= { next: null };
      openMore();
      gate.changed();
    }
  };

  const tellBoundary = (place: Place<T>, position: string | null): void => {
    if (place.boundary !== undefined) return;
    place.boundary = position;
    gate.changed();
  };

  /** A neighbour that may not ask is not waited for, since it may wait for this one. */
  const isNextKnown = (place: Place<T>): boolean => {
    const [next] = later(place);
    return next === undefined || next.boundary !== undefined || !mayAsk(next);
  };

  const keep = (place: Place<T>, digested: T, page: Page): void => {
    place.queue.push(digested);
    place.held += sizeOf(digested);
    place.pages += 1;
    if (page.recordedAt !== null) place.reached = Math.min(place.to, Math.max(place.reached, page.recordedAt));
    if (place.reached > place.from) msPerPage = (place.reached - place.from) / place.pages;
    onShare(shareRead());
    openMore();
    gate.changed();
  };

  const shareRead = (): number => {
    const unread = places.reduce((sum, place) => sum + (place.end === null ? place.to - place.reached : 0), 0);
    return Math.max(0, Math.min(1, (opened - begin - unread) / Math.max(1, until - begin)));
  };

  const add = (from: number, to: number, at: number, start: Reading["start"], isSpare = false): Place<T> => {
    const place: Place<T> = {
      from,
      to,
      reached: from,
      pages: 0,
      boundary: undefined,
      next: null,
      isSpare,
      queue: [],
      held: 0,
      end: null,
      stop: new AbortController(),
    };
    places.splice(at, 0, place);
    void walk(place, start);
    return place;
  };

  const standIn = (place: Place<T>, url: string): Place<T> =>
    add(place.reached, place.to, places.indexOf(place) + 1, { kind: "next", url }, true);

  /** Keeps as many readers at work as are allowed, as near to the one whose turn it is as can be. */
  const openMore = (): void => {
    while (!isClosed && places.filter(isRunning).length < gate.allowed() && heldInAll() < mostHeld) {
      if (opened < until) openNext();
      else if (!splitLargest()) return;
    }
  };

  const openNext = (): void => {
    const usual = msPerPage === null ? (until - begin) / (jobs * firstCuts) : msPerPage * pagesWanted;
    const from = opened;
    const to = until - from < usual * 1.5 ? until : from + Math.max(leastSpanMs, usual);
    opened = Math.min(to, until);
    add(from, opened, places.length, from === begin ? start : startAt(from));
  };

  const splitLargest = (): boolean => {
    const [largest] = places.filter((place) => isRunning(place) && isWorthSplitting(place)).sort(byLeft);
    if (largest === undefined) return false;
    const middle = largest.reached + (largest.to - largest.reached) / 2;
    add(middle, largest.to, places.indexOf(largest) + 1, startAt(middle));
    largest.to = middle;
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
      openMore();
      return places[0] ?? null;
    },

    /** Hands on what a place has read, until it is done. */
    drain: async function* (place: Place<T>): AsyncGenerator<T, void, undefined> {
      current = place;
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
      return isClosed ? null : next;
    },

    close: (): void => {
      signal.removeEventListener("abort", close);
      close();
    },
  };
}

/** Whether enough seems left of a place for a second reader, going by its pages so far. */
function isWorthSplitting<T>({ from, to, reached, pages }: Place<T>): boolean {
  const perPage = (reached - from) / Math.max(1, pages);
  return perPage > 0 && to - reached > Math.max(leastSpanMs, perPage * pagesOfAPlace.least);
}

function byLeft<T>(one: Place<T>, other: Place<T>): number {
  return other.to - other.reached - (one.to - one.reached);
}

interface Cut<T> {
  readonly page: Page;
  /** The place whose first event the page holds: it goes on from there. */
  readonly next: Place<T> | null;
}

function cutAtBoundary<T>(page: Page, later: readonly Place<T>[]): Cut<T> {
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
