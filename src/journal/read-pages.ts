import { FlowrunError } from "../errors.ts";
import { backoff } from "../http/backoff.ts";
import { askJournal, type Asked, type Journal } from "./ask-journal.ts";
import type { Page } from "./page.ts";
import { startUrl, type Start } from "./when.ts";

/** What to do when the place to read on from has expired (410). */
export type OnExpired = "fail" | "oldest" | "latest";

export interface Reading {
  readonly journal: Journal;
  readonly start: Exclude<Start, { kind: "last" }>;
  /** Events per page, sent with the first question only: `next` keeps it. */
  readonly limit: number | null;
  /** Goes on after the end of the journal, waiting as it says. */
  readonly follow: boolean;
  readonly onExpired: OnExpired;
}

/**
 * Walks a journal page by page, following `next`. While a page is worked on, the one after it is already asked for, so
 * at most one is on its way. Without `follow` the first 204 is the last page (a short page never is); with it the
 * walk ends only with the consumer, or quietly when the signal aborts.
 * @throws FlowrunError, when asking fails for good or the journal stops moving.
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
  const pace = { next: "", idle: 0 };
  let asked = begin(reading, reading.start);
  let hasRestarted = false;
  while (!journal.signal.aborted) {
    const ahead = asked.head.then((next) => (next === null ? null : { next, asked: ask(journal, () => next) }));
    let page: Page;
    try {
      page = await asked.page;
    } catch (error) {
      if (journal.signal.aborted) return;
      if (hasRestarted) throw error;
      asked = begin(reading, startAfterExpiry(reading, error));
      hasRestarted = true;
      continue;
    }
    hasRestarted = false;
    const waitMs = page.atEnd ? page.waitMs : pauseWithoutProgress(journal, pace, page);
    yield page;
    if (page.atEnd && !follow) return;
    if (waitMs > 0) await journal.host.sleep(waitMs, journal.signal);
    const early = await ahead;
    asked = early?.next === page.next ? early.asked : again(reading, page);
  }
}

function begin(reading: Reading, start: Reading["start"]): Asked {
  const { journal, limit } = reading;
  return ask(journal, () => startUrl(journal.url, start, limit, journal.host.now()));
}

function ask(journal: Journal, question: () => string): Asked {
  const asked = askJournal(journal, question);
  // It may be dropped, or fail long before anybody waits for it.
  asked.page.catch(() => undefined);
  return asked;
}

/**
 * `latest=true` means "from now on" each time it is asked, so where the journal names no next place (a 204 without
 * links) the same moment is kept by time instead.
 */
function again(reading: Reading, page: Page): Asked {
  const { journal, start } = reading;
  if (page.atEnd && page.next === page.url && start.kind === "now" && new URL(page.url).searchParams.has("latest")) {
    const at = journal.host.now() - page.waitMs;
    return begin(reading, { kind: "time", at, seek: "", askedAt: 0 });
  }
  return ask(journal, () => page.next);
}

const mostIdlePages = 5;

/** Pages that bring nothing new are asked for ever more slowly, and an error when `next` does not move either. */
function pauseWithoutProgress(journal: Journal, pace: { next: string; idle: number }, page: Page): number {
  const isStuck = page.next === pace.next || page.next === page.url;
  pace.next = page.next;
  pace.idle = isStuck || page.entries.length === 0 ? pace.idle + 1 : 0;
  if (isStuck && pace.idle >= mostIdlePages) {
    throw new FlowrunError("protocol", `the journal gave the same next link ${String(pace.idle)} times in a row`, {
      why: "it answers 200 and does not move on, so reading on would never end",
      hint: "try again in a while; if it stays so, tell Adobe support the journal's URL and the time",
    });
  }
  return pace.idle === 0 ? 0 : backoff(pace.idle, () => journal.host.random());
}

function startAfterExpiry(reading: Reading, error: unknown): Reading["start"] {
  const { journal, onExpired } = reading;
  if (!(error instanceof FlowrunError) || error.kind !== "gap" || onExpired === "fail") throw error;
  const from = onExpired === "oldest" ? "the oldest event that is left" : "the journal's end";
  journal.notify({ kind: "warning", text: `${error.message} (${error.why ?? "410"}); going on from ${from}` });
  return onExpired === "oldest" ? { kind: "oldest" } : { kind: "now" };
}
