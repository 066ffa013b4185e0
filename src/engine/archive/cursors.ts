import type { Queries, Row } from "./database.ts";
import type { Chain, ChainBeginning } from "./coverage.ts";
import { numberIn, numberOrNull, textIn, textOrNull } from "./row-values.ts";

/** A cursor that an archive keeps of a journal. */
export interface ArchiveCursor {
  readonly name: string;
  /** As it is saved; the demo's has no host. */
  readonly next: string;
  readonly position: string | null;
  /** Epoch milliseconds: everything recorded until then is known to have been read; when `next` last moved; and when it was saved. */
  readonly readUntil: number;
  readonly movedAt: number;
  readonly savedAt: number;
  /** Since it was made. */
  readonly runs: number;
  readonly events: number;
  /** The chain of pages that it stands at the end of, by its beginning. */
  readonly chain: number | null;
  /** Goes up with each page. */
  readonly revision: number;
  readonly epoch: number;
  readonly pageId: string;
}

/** The name of the cursor by which an archive itself reads a journal. */
export const archiveCursor = "archive";

/** The cursor of that name; `null` for a new one. */
export async function findCursor(queries: Queries, journal: string, name: string): Promise<ArchiveCursor | null> {
  const [row] = await queries.all(`SELECT * FROM {schema}cursors WHERE journal = $1 AND name = $2`, [journal, name]);
  return row === undefined ? null : cursorOf(row);
}

/** Where a cursor was left: a copy of the database that was put back may have come to the same revision by another page. */
export type CursorPoint = Pick<ArchiveCursor, "revision" | "pageId">;

/** A cursor as it is to be, with what came since: `runs` and `events` are added to those before. */
export interface CursorMove extends Omit<ArchiveCursor, "revision"> {
  readonly journal: string;
  /** Where it is known to stand; `null` for a new one. */
  readonly from: CursorPoint | null;
}

/**
 * Moves a cursor on from where it is known to stand.
 * @returns false where it stands elsewhere: somebody else has moved it, or the database is an older copy of itself.
 */
export async function moveCursor(queries: Queries, move: CursorMove): Promise<boolean> {
  const { next, position, readUntil, movedAt, savedAt, runs, events, chain, epoch, pageId } = move;
  const { journal, name, from } = move;
  const place = [next, position, readUntil, movedAt, savedAt, runs, events, chain, epoch, pageId, journal, name];
  const text =
    from === null
      ? `INSERT INTO {schema}cursors (next, position, read_until, moved_at, saved_at, runs, events, chain, epoch, page_id,
          journal, name, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)
        ON CONFLICT (journal, name) DO NOTHING`
      : `UPDATE {schema}cursors SET next = $1, position = coalesce($2, position), read_until = $3, moved_at = $4,
          saved_at = $5, runs = runs + $6, events = events + $7, chain = $8, epoch = $9, page_id = $10,
          revision = revision + 1
        WHERE journal = $11 AND name = $12 AND revision = $13 AND page_id = $14`;
  return (await queries.run(text, from === null ? place : [...place, from.revision, from.pageId])) === 1;
}

/**
 * All cursors that an archive keeps of a journal, by name. Where a table stands, and a copy of another archive, is kept
 * beside them by names that hold a blank, as no cursor's does: nothing could be read on from there.
 */
export async function readCursors(queries: Queries, journal: string): Promise<readonly ArchiveCursor[]> {
  const text = `SELECT * FROM {schema}cursors WHERE journal = $1 AND name NOT LIKE '% %' ORDER BY name`;
  const rows = await queries.all(text, [journal]);
  return rows.map(cursorOf);
}

function cursorOf(row: Row): ArchiveCursor {
  return {
    name: textIn(row, "name"),
    next: textIn(row, "next"),
    position: textOrNull(row, "position"),
    readUntil: numberIn(row, "read_until"),
    movedAt: numberIn(row, "moved_at"),
    savedAt: numberIn(row, "saved_at"),
    runs: numberIn(row, "runs"),
    events: numberIn(row, "events"),
    chain: numberOrNull(row, "chain"),
    revision: numberIn(row, "revision"),
    epoch: numberIn(row, "epoch"),
    pageId: textIn(row, "page_id"),
  };
}

/** The chains of pages that were read of a journal, in the order of time. */
export async function readChains(queries: Queries, journal: string): Promise<readonly Chain[]> {
  const rows = await queries.all(`SELECT * FROM {schema}coverage WHERE journal = $1 ORDER BY from_at`, [journal]);
  return rows.map(chainIn);
}

/** The chain that a row of `coverage` holds. */
export function chainIn(row: Row): Chain {
  return {
    from: numberIn(row, "from_at"),
    to: numberIn(row, "to_at"),
    isFromExact: numberIn(row, "from_exact") === 1,
    isToExact: numberIn(row, "to_exact") === 1,
    why: beginningIn(textIn(row, "why")),
  };
}

const beginnings: readonly ChainBeginning[] = ["start", "expired", "purged", "moved", "pruned"];

/** A word of a newer flowrun's says no more than that it began anew. */
function beginningIn(text: string): ChainBeginning {
  return beginnings.find((word) => word === text) ?? "start";
}
