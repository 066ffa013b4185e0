import type { Journal } from "../../adobe/journal/ask-journal.ts";
import type { Page } from "../../adobe/journal/page.ts";
import { readPages, type OnExpired } from "../../adobe/journal/read-pages.ts";
import { readPlaces } from "../../adobe/journal/read-places.ts";
import { lateMs, readPagesUntil } from "../../adobe/journal/read-until.ts";
import { afterPosition, isOlderThanKept, type Start } from "../../adobe/journal/when.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Notify } from "../../notices.ts";
import { cutText } from "../../render/text/cut-text.ts";
import { safeText } from "../../render/text/safe-text.ts";
import { digest, type Digesting } from "../digest.ts";
import type { Batch, Source } from "./source.ts";
import { timeOf } from "../../text/time-text.ts";

/** A place in the journal that a reading can start from. */
export type JournalStart = Exclude<Start, { kind: "last" }>;

/** The journal, the part of it to read, and how. */
export interface JournalReading<T> extends Digesting<T> {
  readonly journal: Journal;
  readonly start: JournalStart;
  /** Nothing that was updated later is wanted, epoch milliseconds; `null` where everything is. */
  readonly until: number | null;
  /** Events per page asked of the journal; `null` leaves it to the journal. */
  readonly limit: number | null;
  /** How many places of the journal may be read at once. */
  readonly jobs: number;
  /** Goes on after the end of the journal. */
  readonly follow: boolean;
  /** True where each batch must say what comes after it: one that is cut for its neighbour does not. */
  readonly isWalked: boolean;
  readonly onExpired: OnExpired;
  /** When an earlier reading that this one goes on with stopped; `null` for a new one. Epoch milliseconds. */
  readonly past: { readonly readUntil: number; readonly movedAt: number } | null;
  /** Told how much of the window has been read, from 0 to 1, where several places are. */
  readonly onShare: (share: number) => void;
}

/**
 * The journal's pages, digested, in its order: walked, or read from many places at once where the window has a beginning
 * and an end and all of it is wanted.
 */
export function journalSource<T>(reading: JournalReading<T>): Source<T> {
  const { journal, start, until, limit, jobs, follow, isWalked, onExpired, past, onShare } = reading;
  const batch = (page: Page): Batch<T> => batchOf(page, reading);
  return {
    async *read() {
      if (jobs > 1 && !isWalked && !follow && (start.kind === "time" || start.kind === "oldest")) {
        const end = until === null ? null : until + lateMs;
        const size = (one: Batch<T>): number => sizeOf(one, reading.raw);
        const window = { reading: { journal, limit, onExpired }, start, end, jobs };
        yield* readPlaces({ ...window, digest: batch, sizeOf: size, onShare });
        return;
      }
      const walk = { journal, start, limit, follow, onExpired, past };
      for await (const page of until === null ? readPages(walk) : readPagesUntil(walk, until)) yield batch(page);
    },
    // Some journal might have positions as long as a page.
    describe: ({ position }) => `the event at ${JSON.stringify(cutText(safeText(position), 200))}`,
  };
}

/** Says where a window begins before anything that the journal still has. */
export function warnOfStart(start: JournalStart, notify: Notify): void {
  if (start.kind !== "time" || !isOlderThanKept(start)) return;
  notify({
    kind: "warning",
    text: "the journal keeps seven days; starting at its oldest event, and what was recorded before that is gone",
  });
}

/** A page without its entries: what waits for its turn must not hold them. */
function batchOf<T>(page: Page, { journal, ...digesting }: JournalReading<T>): Batch<T> {
  const { url, begins, askedAt, next, isCut = false, last, atEnd, recordedFrom, count, waitMs } = page;
  const recordedAt = isCut ? null : page.recordedAt;
  const { until } = digesting;
  const isLater = ({ updatedAt }: FlowRun): boolean => until !== null && timeOf(updatedAt) > until;
  return {
    ...digest(page, { ...digesting, via: "journal", isLater }),
    mark: { begins, askedAt, next, isCut, last, atEnd, recordedFrom, recordedAt, count },
    waitMs,
    nextAfter: (position) => (position === null ? url : afterPosition(journal.url, position, url)),
  };
}

/** The memory that a batch takes while it waits: its texts, or about as much for runs that are handed on as they are. */
function sizeOf({ candidates }: Batch<unknown>, raw: boolean): number {
  const aboutARun = raw ? aboutARawRun : aboutAPlainRun;
  return candidates.reduce(
    (sum, { key, runId, status, encoded }) =>
      sum + key.length + runId.length + status.length + (typeof encoded === "string" ? encoded.length : aboutARun),
    0,
  );
}

const aboutAPlainRun = 3000;
/** With the event as it was parsed: its objects take some times the room of its text. */
const aboutARawRun = 20_000;
