import type { Database } from "../archive/database.ts";
import { findByRun, readTheseBack, readWindowOf, type ArchivedWindow } from "../archive/read-archived.ts";
import type { ReadBack } from "../archive/read-back.ts";
import { readFiguresOf, type FiguresExtent, type FiguresWindow } from "../archive/read-figures.ts";
import { wants, wantsService } from "../../runs/events/event-selection.ts";
import { digestRecords } from "../digest-record.ts";
import type { Digesting } from "../digest.ts";
import type { Batch, Source } from "./source.ts";

/**
 * How much of each run is wanted: all of it; all of it where it is kept, which its columns are enough to tell; or what figures
 * are counted from, which stands in columns. (There a run's `key` is the archive's form of it.)
 */
export type Extent = "all" | "chosen" | FiguresExtent;

/** A part of an archive to read, and how. */
export interface ArchiveReading<T> extends Digesting<T> {
  readonly database: Database;
  /** The journal's short name in it. */
  readonly journal: string;
  /** By the time of recording; epoch milliseconds. */
  readonly window: Pick<ArchivedWindow, "from" | "to">;
  readonly extent: Extent;
  /** The last number of those that are given. */
  readonly upTo: number;
  /** Nothing that was updated later is kept; `null` where everything is. Epoch milliseconds. */
  readonly until: number | null;
}

/** Flow runs that were archived of a journal, in its order, as records of the profile that reads them. */
export function archiveSource<T>(reading: ArchiveReading<T>): Source<T> {
  const { database, journal, window, upTo, until, extent, ...digesting } = reading;
  const { profile = null, events } = digesting;
  const part = { ...window, upTo };
  const isRead: FiguresWindow["isRead"] = ({ eventCode, service }, at) =>
    wants(events, eventCode) && wantsService(events, eventCode, service) && (until === null || at <= until);
  const figures = { ...part, profile, isRead, ...(typeof extent === "object" ? extent : noMore) };
  return {
    async *read() {
      const read =
        extent === "all" ? readWindowOf(database, journal, part, digesting) : readFiguresOf(database, journal, figures);
      for await (const rows of read) {
        if (extent === "chosen") yield* batchesOfChosen(rows, reading);
        else yield batchOfRows(rows, digesting);
      }
    },
    describe: ({ position }) => `${position} of the archive`,
  };
}

const noMore: FiguresExtent = { starts: false, organisations: false };

/** Records may be long: so many are held at once. */
const wholeAtOnce = 500;

/** Of rows as their columns tell them those that are kept, read whole: of most windows this is a small part. */
async function* batchesOfChosen<T>(
  figures: readonly ReadBack[],
  { database, journal, ...digesting }: ArchiveReading<T>,
): AsyncGenerator<Batch<T>, void, undefined> {
  for (let n = 0; n < figures.length; n += wholeAtOnce) {
    const rows = figures.slice(n, n + wholeAtOnce);
    const told = batchOfRows(rows, { ...digesting, encode: () => null });
    const keys = new Set(told.candidates.map(({ key }) => key));
    const seqs = rows.flatMap(({ seq, eventKey }) => (keys.has(eventKey) ? [seq] : []));
    const whole = new Map<number, ReadBack>();
    for await (const found of readTheseBack(database, journal, digesting, seqs)) {
      for (const row of found) whole.set(row.seq, row);
    }
    const inOrder = seqs.flatMap((seq) => whole.get(seq) ?? []);
    // They are kept already, and whoever watches the filters has seen each of them once.
    const { candidates, rejects } = batchOfRows(inOrder, { ...digesting, keep: () => true });
    yield { ...told, candidates, rejects: [...told.rejects, ...rejects] };
  }
}

/** A run to find in an archive by the beginning of its id, and how. */
export interface ArchivedRunReading<T> extends Omit<ArchiveReading<T>, "window" | "upTo" | "until" | "extent"> {
  readonly beginning: string;
  /** Nothing that was recorded before is given; epoch milliseconds. */
  readonly from: number;
}

/** The notifications of the runs whose id begins so, in one batch. */
export function archivedRunSource<T>(reading: ArchivedRunReading<T>): Source<T> {
  const { database, journal, beginning, from, ...digesting } = reading;
  return {
    async *read() {
      const rows = await findByRun(database, journal, beginning, digesting);
      yield batchOfRows(
        rows.filter(({ recordedAt }) => recordedAt >= from),
        digesting,
      );
    },
    describe: ({ position }) => `${position} of the archive`,
  };
}

/** Rows of an archive, digested: a batch that tells no place, since a reading that keeps one of a journal never comes here. */
export function batchOfRows<T>(rows: readonly ReadBack[], digesting: Digesting<T>): Batch<T> {
  const { profile = null } = digesting;
  const owned = rows.map((row) => asReadBy(profile, row));
  return {
    ...digestRecords(owned, ({ seq }) => `row ${String(seq)}`, digesting),
    mark: { next: "", last: null, atEnd: false, recordedAt: rows.at(-1)?.recordedAt ?? null, count: rows.length },
    waitMs: 0,
    nextAfter: () => "",
  };
}

/** It was archived by this profile, as a rule: to copy each record would take a tenth of the time of figures. */
function asReadBy(profile: string | null, row: ReadBack): ReadBack {
  const { record } = row;
  if (typeof record === "string" || record.profile === profile) return row;
  return { ...row, record: { ...record, profile } };
}
