import { FlowrunError } from "../../errors.ts";
import { askJournal, isPurged, type Asked, type Journal } from "./ask-journal.ts";
import { beginningAt } from "./beginning.ts";
import type { Beginning, Page } from "./page.ts";
import { createProgress, pauseAfter, type Progress } from "./progress.ts";
import { retentionMs } from "./retention.ts";
import { isSliding, startAt, startUrl, type Start } from "./when.ts";

/** The way to go on when the place to read on from has expired (410). */
export type OnExpired = "fail" | "oldest" | "latest";

/** A reading of a journal: where it starts, how far it goes, and what earlier readings left. */
export interface Reading {
  readonly journal: Journal;
  readonly start: Exclude<Start, { kind: "last" }>;
  /** Events per page, sent with the first question only: `next` keeps it. */
  readonly limit: number | null;
  /** Goes on after the end of the journal, waiting as it says. */
  readonly follow: boolean;
  readonly onExpired: OnExpired;
  /** The times of the place to start from, where an earlier reading left it. Epoch milliseconds. */
  readonly past: { readonly readUntil: number; readonly movedAt: number } | null;
  /** The pages that an earlier walk saw, where this one goes on from it, so that going in a circle is noticed. */
  readonly progress?: Progress;
  /** Whether it is likely that the page after the one under way is wanted: then it is asked for already. Default: it is. */
  readonly isNextWanted?: () => boolean;
}

/**
 * Walks a journal page by page, following `next`. While a page is worked on, the one after it is already asked for, so
 * at most one is on its way. Without `follow` the first 204 is the last page (a short page never is); with it the
 * walk ends only with the consumer, or quietly when the signal aborts.
 * @throws FlowrunError, when asking fails for good or the journal brings nothing new.
 */
export async function* readPages(reading: Reading): AsyncGenerator<Page, void, undefined> {
  const stop = new AbortController();
  const outer = reading.journal.signal;
  const onAbort = (): void => {
    stop.abort(outer.reason);
  };
  outer.addEventListener("abort", onAbort, { once: true });
  if (outer.aborted) onAbort();
  try {
    yield* walk({ ...reading, journal: { ...reading.journal, signal: stop.signal } });
  } finally {
    outer.removeEventListener("abort", onAbort);
    // The page ahead is not wanted any more.
    stop.abort();
  }
}

async function* walk(reading: Reading): AsyncGenerator<Page, void, undefined> {
  const { journal, follow } = reading;
  const { host, signal } = journal;
  const isStopped = (): boolean => signal.aborted;
  let progress = reading.progress ?? createProgress();
  const restarts = createProgress();
  const life = {
    readUntil: beginOf(reading.start, host.now()),
    movedAt: host.now(),
    probedAt: -Infinity,
    ...reading.past,
  };
  let place = { start: reading.start, at: host.now() };
  let asked = begin(reading, place.start);
  // What brings nothing new is asked no faster than it is paused for.
  let rounds = 0;
  const isNextWanted = (): boolean => rounds === 0 && reading.isNextWanted?.() !== false;
  let hasRestarted = false;
  /** Why the next page begins a chain; `null` where it goes on from the one before, or from an earlier reading. */
  let begins: Beginning["why"] | null = reading.start.kind === "next" ? null : "start";
  while (!isStopped()) {
    const ahead = asked.head.then((next) =>
      next === null || !isNextWanted() ? null : { next, asked: ask(journal, () => next) },
    );
    let page: Page;
    let loss: Beginning["why"] = "expired";
    try {
      asked.take();
      page = await asked.page;
      if (await isDead(journal, page, life)) {
        loss = "purged";
        throw purged();
      }
    } catch (error) {
      if (isStopped()) return;
      if (hasRestarted || !(error instanceof FlowrunError) || error.kind !== "gap") throw error;
      place = { start: startAfterExpiry(reading, error, life), at: host.now() };
      asked = begin(reading, place.start);
      // What is left may well hold what was seen; only to begin with the same again and again is no progress.
      progress = createProgress();
      rounds = 0;
      hasRestarted = true;
      begins = loss;
      continue;
    }
    if (hasRestarted && !page.atEnd) restarts.note(page);
    hasRestarted = false;
    life.readUntil = page.atEnd ? host.now() : (page.recordedAt ?? life.readUntil);
    if (!page.atEnd) life.movedAt = host.now();
    if (!page.atEnd) rounds = progress.note(page);
    const waitMs = page.atEnd ? page.waitMs : pauseAfter(rounds, () => host.random());
    const answered = { url: page.url, answeredAt: host.now() };
    yield begins === null ? page : { ...page, begins: beginningAt(place.start, answered, begins) };
    begins = null;
    if (page.atEnd && !follow) return;
    if (waitMs > 0) await host.sleep(waitMs, signal);
    const early = await ahead;
    asked = early?.next === page.next ? early.asked : goOn(reading, page, place);
  }
}

/** The times of the place that is read from. Epoch milliseconds. */
interface Life {
  /** Everything recorded before was read. */
  readUntil: number;
  /** The journal last gave something then. */
  movedAt: number;
  probedAt: number;
}

/** Nothing before the start was asked for. */
function beginOf(start: Reading["start"], now: number): number {
  if (start.kind === "time") return start.at;
  return start.kind === "now" ? now : now - retentionMs;
}

const silenceToProbeMs = 24 * 3_600_000;

/** A place that has been silent for a day may be at the journal's end, or purged and silent for ever: it is asked about once a day. */
async function isDead(journal: Journal, page: Page, life: Life): Promise<boolean> {
  const now = journal.host.now();
  const isDue = now - life.movedAt >= silenceToProbeMs && now - life.probedAt >= silenceToProbeMs;
  if (!page.atEnd || page.validate === null || !isDue) return false;
  life.probedAt = now;
  const isGone = await isPurged(journal, page.validate);
  // It was silent all along, so nothing after its last movement is known to have been read.
  if (isGone) life.readUntil = life.movedAt;
  return isGone;
}

function purged(): FlowrunError {
  return new FlowrunError("gap", "the place to read on from has expired: events may be missing", {
    why: "the journal answers 204 there, and 400 when asked whether the place still exists",
    hint: "the journal keeps seven days; read what is still there with: flowrun since oldest",
  });
}

function begin(reading: Reading, start: Reading["start"]): Asking {
  const { journal, limit } = reading;
  return ask(journal, () => startUrl(journal.url, start, limit, journal.host.now()));
}

/** A page on its way, which is parsed when it is taken. */
interface Asking extends Asked {
  take(): void;
}

function ask(journal: Journal, question: () => string): Asking {
  let take: () => void = () => undefined;
  const turn = new Promise<void>((resolve) => (take = resolve));
  const asked = askJournal(journal, question, turn);
  // It may be dropped, or fail long before anybody waits for it.
  asked.page.catch(() => undefined);
  return { ...asked, take };
}

/**
 * A 204 without links names no next place. `latest=true` and `seek` count from the moment of asking, so asked again
 * they would leave out what came in between: the same moment is asked for instead.
 */
function goOn(reading: Reading, page: Page, { start, at }: { readonly start: Reading["start"]; readonly at: number }) {
  if (page.next !== page.url || !isSliding(page.url)) return ask(reading.journal, () => page.next);
  return begin(reading, startAt(start.kind === "time" ? start.at : at));
}

/** @throws FlowrunError `gap`, with the time that may be missing, where the policy is to fail. */
function startAfterExpiry({ journal, onExpired }: Reading, error: FlowrunError, life: Life): Reading["start"] {
  const now = journal.host.now();
  const missing = missingWords(life.readUntil, onExpired === "latest" ? now : now - retentionMs);
  if (onExpired === "fail") {
    throw new FlowrunError("gap", `the place to read on from has expired: ${missing}`, {
      why: error.why ?? "the journal answered 410",
      hint: "take what is still there: the same again with --on-expired oldest (or go on from the end: --on-expired latest)",
      requestId: error.requestId,
    });
  }
  const from = onExpired === "oldest" ? "the oldest event that is left" : "the journal's end";
  journal.notify({ kind: "warning", text: `the place to read on from has expired: ${missing}; going on from ${from}` });
  return onExpired === "oldest" ? { kind: "oldest" } : { kind: "now" };
}

function missingWords(from: number, to: number): string {
  const since = new Date(from).toISOString();
  return to > from
    ? `events recorded from ${since} to ${new Date(to).toISOString()} may be missing`
    : `events recorded after ${since} may be missing`;
}
