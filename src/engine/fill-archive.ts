import { endlessPatience, type Connection } from "../adobe/access/connect.ts";
import type { Patience } from "../adobe/gateway/retrying.ts";
import type { OnExpired } from "../adobe/journal/read-pages.ts";
import type { World } from "../host.ts";
import type { Notify } from "../notices.ts";
import { marksOf, resolveEventSelection } from "../runs/events/event-selection.ts";
import { createSeen } from "../runs/events/seen.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { describeSelf } from "../state/self.ts";
import { holdingLease, leaseName, type Lease, type LeaseWish, type Standby } from "./archive/lease.ts";
import type { Archive } from "./archive/open.ts";
import type { WrittenRun } from "./archive/run-row.ts";
import { pump, type Tally } from "./pump.ts";
import { archiveSink, CursorElsewhere, type ArchiveSink, type ArchiveWriting } from "./sinks/archive.ts";
import { journalSource, type JournalStart } from "./sources/journal.ts";
import { forArchive, joinBatches, readAhead } from "./sources/for-archive.ts";
import type { Batch, Source } from "./sources/source.ts";

/** A journal that is read into an archive, and how. */
export interface Filling {
  readonly archive: Archive;
  readonly connection: Connection;
  /** The archive's cursor that moves. */
  readonly cursor: string;
  /** Goes on after the journal's end. */
  readonly follow: boolean;
  readonly onExpired: OnExpired;
  readonly patience: Patience;
  readonly limit: number | null;
  readonly jobs: number;
  /** Ends after so many runs; Infinity does not. */
  readonly max: number;
  /** Why a chain of pages begins where there is no cursor yet. */
  readonly beginsBy: "start" | "moved";
  readonly signal: AbortSignal;
  readonly notify: Notify;
  /** Told of each page that is in, and of how many runs so far were not there before. */
  readonly onPage: (batch: Batch<Pick<WrittenRun, "run">>, source: Source<unknown>, added: number) => void;
}

/** Runs of one reading are told apart by this many keys at most; the archive tells all. */
const keysRemembered = 10_000;

/** How an archive's cursor is had, so that this process alone moves it. */
export interface CursorHolding {
  readonly archive: Archive;
  readonly cursor: string;
  /** Waits for a holder that lives, rather than name it and fail. */
  readonly standby?: Standby;
  readonly signal: AbortSignal;
}

/**
 * Does work as the one process that may move an archive's cursor; one whose holder is gone is waited for.
 * @throws FlowrunError `usage` that names who else is at it, what the work throws.
 */
export async function holdingCursor<R>(
  holding: CursorHolding,
  host: World,
  work: (lease: Lease) => Promise<R>,
): Promise<R> {
  const { archive, cursor, standby, signal } = holding;
  const wish: LeaseWish = {
    name: leaseName(archive.journal, cursor),
    holder: describeSelf(),
    host,
    signal,
    ...(standby === undefined ? {} : { standby }),
  };
  return holdingLease(archive.database, wish, work);
}

/**
 * Reads the journal from the archive's own cursor to its end, or for ever, into the archive: every run, whatever anybody's
 * filters say, with its event.
 * @returns how many runs were not there before.
 * @throws FlowrunError `lease` where another process took over, what reading throws.
 */
export async function fillArchive(filling: Filling, lease: Lease, tally: Tally, host: World): Promise<number> {
  let added = 0;
  for (;;) {
    const outcome = await fillOnce(filling, lease, { tally, before: added }, host);
    added += outcome.added;
    if (!outcome.isElsewhere) return added;
    filling.notify({ kind: "warning", text: "the archive's cursor stands elsewhere now; reading on from there" });
  }
}

/** Runs for a transaction, and how long a page may wait for others. */
const joined = { mostRuns: 500, mostMs: 1000 };

/** One reading, from where the archive's cursor stands. */
async function fillOnce(
  filling: Filling,
  lease: Lease,
  { tally, before }: { readonly tally: Tally; readonly before: number },
  host: World,
): Promise<{ readonly added: number; readonly isElsewhere: boolean }> {
  const { archive, connection, max, onPage } = filling;
  const signal = AbortSignal.any([filling.signal, lease.lost]);
  const { toSaved, fromSaved } = connection;
  const patience = filling.follow ? endlessPatience : filling.patience;
  const writing: ArchiveWriting = { ...filling, ...archive, toSaved, fromSaved, host, lease, signal, patience };
  const sink = archiveSink(writing);
  const now = (): number => host.now();
  const enough = new AbortController();
  const reading = await readingOf(filling, sink, { patience, signal: AbortSignal.any([signal, enough.signal]) });
  const whole = forArchive(journalSource<FlowRun>(reading), now);
  const stop = (): void => {
    enough.abort();
  };
  // Whoever follows hands on each page as it comes.
  const source = filling.follow ? whole : readAhead(joinBatches(whole, { ...joined, now }), stop);
  try {
    await pump(
      {
        source,
        seen: createSeen(keysRemembered),
        sink,
        isEnough: (_run, printed) => printed >= max,
        onBatch: (batch) => {
          onPage(batch, source, before + sink.added());
        },
      },
      tally,
    );
  } catch (error) {
    if (!(error instanceof CursorElsewhere)) throw error;
    return { added: sink.added(), isElsewhere: true };
  }
  lease.lost.throwIfAborted();
  return { added: sink.added(), isElsewhere: false };
}

async function readingOf(
  filling: Filling,
  sink: ArchiveSink,
  { patience, signal }: Pick<ArchiveWriting, "patience" | "signal">,
) {
  const { connection, cursor, follow, onExpired, limit, jobs, max } = filling;
  const saved = await sink.find(cursor);
  const start: JournalStart = saved === null ? { kind: "oldest" } : { kind: "next", url: saved.next };
  const events = resolveEventSelection(["runs"]);
  return {
    journal: { ...connection.journal(patience), signal, marks: marksOf(events) },
    events,
    raw: true,
    profile: connection.settings.profile,
    via: "journal" as const,
    keep: () => true,
    encode: (run: FlowRun) => run,
    start,
    until: null,
    limit,
    jobs,
    follow,
    // What is cut for its neighbour is joined with it; the last of so many runs may stand in between.
    isWalked: max !== Infinity,
    onExpired,
    past: saved === null ? null : { readUntil: saved.readUntil, movedAt: saved.movedAt },
    onShare: () => undefined,
  };
}
