import { addToOpening, isWhole, meet, withoutFirst, type Opening } from "./boundary.ts";
import type { Page } from "./page.ts";
import { readPages, type Reading } from "./read-pages.ts";
import { startAt } from "./when.ts";

/** So long after a run was updated the journal has recorded it, in milliseconds. */
export const lateMs = 10 * 60_000;

/**
 * Walks a journal like `readPages`, and ends as soon as nothing can come any more that was updated until an instant: with
 * the page in which that begins which the journal recorded ten minutes later. Where that is, a `seek` tells, and the walk
 * knows it by its first entries (see boundary.ts); where they prove nothing, it goes on to the journal's end. A walk that
 * follows ends there once those ten minutes are over.
 * @throws FlowrunError as `readPages` does.
 */
export async function* readPagesUntil(reading: Reading, until: number): AsyncGenerator<Page, void, undefined> {
  const { host } = reading.journal;
  const end = until + lateMs;
  const search = new AbortController();
  const opening = end < host.now() ? findOpening(reading, end, search.signal) : Promise.resolve(null);
  let open: readonly Page[] = [];
  try {
    for await (const page of readPages(reading)) {
      const pages = [...open, page];
      const met = meet(pages, await openings(opening));
      if (met.kind === "met" && met.page < open.length) return;
      yield page;
      if (met.kind === "met" || (page.atEnd && host.now() > end)) return;
      open = met.kind === "open" ? pages.slice(met.page) : [];
    }
  } finally {
    search.abort();
  }
}

async function openings(found: Promise<Opening | null>) {
  const opening = await found;
  return opening === null ? [] : [[opening, opening] as const];
}

/** How that begins which was recorded from an instant on; `null` where nothing tells, since it is only for speed. */
async function findOpening(reading: Reading, at: number, stopped: AbortSignal): Promise<Opening | null> {
  const { journal, limit } = reading;
  const signal = AbortSignal.any([journal.signal, stopped]);
  let opening: Opening | null = null;
  let isFirst = true;
  try {
    const search = { journal: { ...journal, signal }, limit, start: startAt(at), follow: false, past: null } as const;
    for await (const page of readPages({ ...search, onExpired: "fail", isNextWanted: () => false })) {
      if (page.count === 0) continue;
      const wanted = isFirst ? withoutFirst(page) : page;
      isFirst = false;
      if (wanted.count === 0) continue;
      opening = addToOpening(opening, wanted);
      if (opening === null || isWhole(opening)) return opening;
    }
  } catch {
    // Whoever reads will meet with the same, and tell.
  }
  return null;
}
