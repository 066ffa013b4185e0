import type { Host } from "../../host.ts";
import type { Patience } from "../../adobe/gateway/retrying.ts";
import { retentionMs } from "../../adobe/journal/retention.ts";
import type { Beginning } from "../../adobe/journal/page.ts";
import { isSliding } from "../../adobe/journal/when.ts";
import type { Notify } from "../../notices.ts";
import { findCursor, readChains, type ArchiveCursor } from "../archive/cursors.ts";
import type { Database } from "../archive/database.ts";
import type { ChainBeginning, Edge } from "../archive/coverage.ts";
import { lostTo, type Lease } from "../archive/lease.ts";
import type { ArchivedRun } from "../archive/run-row.ts";
import { nameOfPage, takingOf, type ArchivePage } from "../archive/write-page.ts";
import { insist } from "../insist.ts";
import type { Candidate, Mark } from "../sources/source.ts";
import type { Sink } from "./sink.ts";

/** An archive to write to, as one who may move its cursor. */
export interface ArchiveWriting {
  readonly database: Database;
  /** The journal's short name in it. */
  readonly journal: string;
  readonly lease: Lease;
  readonly cursor: string;
  /** Why a chain of pages begins where the reading does. */
  readonly beginsBy: "start" | "moved";
  /** A question as a cursor keeps it, and back. */
  readonly toSaved: (url: string) => string;
  readonly fromSaved: (text: string) => string;
  readonly host: Pick<Host, "now" | "sleep" | "random">;
  readonly signal: AbortSignal;
  readonly patience: Patience;
  readonly notify: Notify;
}

/** A sink that keeps what it is given, and the place to read on from with it. */
export interface ArchiveSink extends Sink<ArchivedRun> {
  /** How many runs were not there before, so far. */
  readonly added: () => number;
  find(name: string): ReturnType<NonNullable<Sink["find"]>>;
}

/** Another process, or a restored copy of the database, has left the cursor elsewhere: reading goes on from there. */
export class CursorElsewhere extends Error {}

/**
 * Keeps runs in an archive, each once, whatever happens in between: a page's runs, the place after it and its coverage are
 * one transaction. A database that is away is waited for as patiently as a journal.
 * @returns a sink whose `take` throws FlowrunError `lease` when another process has taken over, and CursorElsewhere.
 */
export function archiveSink(writing: ArchiveWriting): ArchiveSink {
  const { database, journal, lease, cursor: name } = writing;
  let cursor: Standing | null | undefined;
  let failure: Error | null = null;
  let added = 0;
  /** Of a batch that was passed by: what comes after it begins with it. */
  let begins: Beginning | null = null;

  const known = async (): Promise<Standing | null> =>
    (cursor ??= await insist(() => findCursor(database, journal, name), writing));
  const take = async (batch: readonly Candidate<ArchivedRun>[], mark: Mark): Promise<void> => {
    lease.lost.throwIfAborted();
    const standing = await known();
    const reached = await insist(() => reachBefore(mark, standing, writing), writing);
    const page = pageOf(batch, mark, { cursor: standing, reached }, writing);
    const taken = await insist(takingOf(database, lease, page), writing);
    if (taken.kind === "fenced") throw await lostTo(database, lease.name);
    if (taken.kind === "moved") throw new CursorElsewhere("the archive's cursor stands elsewhere");
    added += taken.added;
    cursor = standingAfter(page);
  };

  return {
    find: async () => {
      const found = await known();
      if (found === null) return null;
      return { next: writing.fromSaved(found.next), readUntil: found.readUntil, movedAt: found.movedAt, keys: [] };
    },
    take: async (batch, mark) => {
      if (failure !== null) throw failure;
      begins = mark.begins ?? begins;
      // A place that slides along with the clock would leave out what comes until it is asked for again.
      if (batch.length === 0 && isSliding(mark.next)) return;
      try {
        await take(batch, { ...mark, begins });
        begins = null;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      }
    },
    close: () => Promise.resolve(),
    added: () => added,
  };
}

/** The things that a page must know of the one before it. */
type Standing = Pick<ArchiveCursor, "next" | "readUntil" | "movedAt" | "chain" | "revision" | "pageId">;

/** These alone: a page that held on to the one before it would hold on to all, and to their runs. Pure. */
function standingAfter({ next, readUntil, movedAt, chain, pageId, from }: ArchivePage): Standing {
  return { next, readUntil, movedAt, chain, pageId, revision: (from?.revision ?? 0) + 1 };
}

/**
 * Until when the chain has read that a page does not go on from, though there is one; `null` for any other page. What lies
 * between the two is lost, even where the oldest event that is left tells a time from before: events come late.
 */
async function reachBefore(
  { begins = null }: Mark,
  cursor: Standing | null,
  { database, journal }: ArchiveWriting,
): Promise<number | null> {
  if (begins?.from !== null || begins.why === "start" || cursor === null) return null;
  const chains = await readChains(database, journal);
  return chains.find(({ from }) => from === cursor.chain)?.to ?? null;
}

function pageOf(
  batch: readonly Candidate<ArchivedRun>[],
  mark: Mark,
  { cursor, reached }: { readonly cursor: Standing | null; readonly reached: number | null },
  { journal, cursor: name, toSaved, host, beginsBy }: ArchiveWriting,
): ArchivePage {
  const now = host.now();
  const next = toSaved(mark.next);
  const began = beginningOf(mark, reached, now);
  const reaches = reachOf(mark, now);
  return {
    journal,
    pageId: nameOfPage(),
    cursor: name,
    from: cursor === null ? null : { revision: cursor.revision, pageId: cursor.pageId },
    runs: batch.map(({ encoded }) => encoded),
    next,
    position: mark.last,
    // What is older than the journal keeps is gone, read or not.
    readUntil: reaches?.at ?? cursor?.readUntil ?? now - retentionMs,
    movedAt: next === cursor?.next ? cursor.movedAt : now,
    now,
    events: mark.count,
    chain: began?.at ?? cursor?.chain ?? null,
    begins: began === null ? null : { isExact: began.isExact, why: whyOf(mark, beginsBy) },
    reaches,
  };
}

/** Where a chain of pages begins with this one; `null` where it goes on. */
function beginningOf(
  { begins = null, recordedFrom = null, askedAt, atEnd }: Mark,
  reached: number | null,
  now: number,
): Edge | null {
  if (begins === null) return null;
  if (begins.from !== null) return { at: Math.round(begins.from), isExact: true };
  // The oldest event: what the page says of its first one, or the moment when there was none.
  const at = Math.round(recordedFrom ?? askedAt ?? now);
  return { at: Math.max(at, (reached ?? -Infinity) + 1), isExact: recordedFrom === null && atEnd };
}

function whyOf({ begins }: Mark, beginsBy: ArchiveWriting["beginsBy"]): ChainBeginning {
  return begins == null || begins.why === "start" ? beginsBy : begins.why;
}

/** Until when all that was recorded is read; at the journal's end, until it was asked. */
function reachOf({ atEnd, askedAt, recordedAt }: Mark, now: number): Edge | null {
  if (atEnd) return { at: askedAt ?? now, isExact: true };
  return recordedAt === null ? null : { at: recordedAt, isExact: false };
}
