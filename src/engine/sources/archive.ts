import type { Database } from "../archive/database.ts";
import { findByRun, readWindowOf, type ArchivedWindow } from "../archive/read-archived.ts";
import type { ReadBack } from "../archive/read-back.ts";
import { readFiguresOf } from "../archive/read-figures.ts";
import { digestRecords } from "../digest-record.ts";
import type { Digesting } from "../digest.ts";
import type { Batch, Source } from "./source.ts";

/** How much of each run is wanted: all of it; what figures are counted from, which stands in columns; or its organisation too. */
export type Extent = "all" | "figures" | "figures and organisations";

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
}

/** Flow runs that were archived of a journal, in its order, as records of the profile that reads them. */
export function archiveSource<T>({
  database,
  journal,
  window,
  upTo,
  extent,
  ...digesting
}: ArchiveReading<T>): Source<T> {
  return {
    async *read() {
      const part = { ...window, upTo };
      const { profile = null } = digesting;
      const read =
        extent === "all"
          ? readWindowOf(database, journal, part, digesting)
          : readFiguresOf(database, journal, { ...part, profile, withOrganisations: extent === "figures and organisations" });
      for await (const rows of read) yield batchOfRows(rows, digesting);
    },
    describe: ({ position }) => `${position} of the archive`,
  };
}

/** A run to find in an archive by the beginning of its id, and how. */
export interface ArchivedRunReading<T> extends Omit<ArchiveReading<T>, "window" | "upTo" | "extent"> {
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
