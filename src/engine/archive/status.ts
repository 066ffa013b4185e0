import { coverageOf, type ChainBeginning, type Coverage } from "./coverage.ts";
import { readCursors, readChains, type ArchiveCursor } from "./cursors.ts";
import type { Database } from "./database.ts";
import { findLease, leaseName, type HeldLease } from "./lease.ts";
import { numberIn, numberOrNull, textIn } from "./row-values.ts";

/** The state of an archive: its share of one journal, and who moves its cursor. */
export interface ArchiveStatus {
  /** The journal's whole name; `null` where nothing was ever archived of it. */
  readonly journalName: string | null;
  readonly coverage: Coverage;
  /** Why nothing before the first stretch is covered; `null` where nothing is at all. */
  readonly beginsBy: ChainBeginning | null;
  /** Notifications of runs. */
  readonly runs: number;
  /** Of these, without the event as delivered. */
  readonly withoutEvent: number;
  /** About when the first and the last of them were recorded, epoch milliseconds; `null` where there is none. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  /** Of the whole database, other journals included. */
  readonly bytes: number;
  /** Journals that share it, this one not counted. */
  readonly otherJournals: number;
  readonly cursors: readonly CursorStatus[];
}

/** A cursor, and who moves it. */
export interface CursorStatus {
  readonly cursor: ArchiveCursor;
  /** `null` where nobody ever did. */
  readonly lease: HeldLease | null;
}

/** Looks at an archive for all there is of a journal (its short name). @throws FlowrunError of the database. */
export async function readStatus(database: Database, journal: string): Promise<ArchiveStatus> {
  const [counts] = await database.all(
    `SELECT count(*) AS runs, count(event) AS events, min(recorded_at) AS first_at, max(recorded_at) AS last_at
    FROM {schema}runs WHERE journal = $1`,
    [journal],
  );
  const [named] = await database.all(`SELECT name FROM {schema}journals WHERE journal = $1`, [journal]);
  const [others] = await database.all(`SELECT count(*) AS n FROM {schema}journals WHERE journal <> $1`, [journal]);
  const runs = counts === undefined ? 0 : numberIn(counts, "runs");
  const cursors: CursorStatus[] = [];
  for (const cursor of await readCursors(database, journal)) {
    cursors.push({ cursor, lease: await findLease(database, leaseName(journal, cursor.name)) });
  }
  const chains = await readChains(database, journal);
  return {
    journalName: named === undefined ? null : textIn(named, "name"),
    coverage: coverageOf(chains),
    beginsBy: chains[0]?.why ?? null,
    runs,
    withoutEvent: runs - (counts === undefined ? 0 : numberIn(counts, "events")),
    firstAt: counts === undefined ? null : numberOrNull(counts, "first_at"),
    lastAt: counts === undefined ? null : numberOrNull(counts, "last_at"),
    bytes: await database.size(),
    otherJournals: others === undefined ? 0 : numberIn(others, "n"),
    cursors,
  };
}
