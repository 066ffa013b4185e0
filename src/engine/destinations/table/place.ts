import { findCursor } from "../../archive/cursors.ts";
import type { Database, Queries } from "../../archive/database.ts";
import { journalKey } from "../../archive/run-row.ts";
import { setUpSchema } from "../../archive/schema.ts";
import type { DeliveredReading } from "../destination.ts";

/** The place of a reading, as it is kept beside the rows. */
export interface TablePlace {
  readonly journal: string;
  /** Of the cursor and the table: whoever reaches this database by another name, or through a pooler, goes on with it. */
  readonly name: string;
  readonly place: string | null;
  /** Goes up whenever it moves; 0 where it is new. */
  readonly revision: number;
  /** Of the batch that was written with it. */
  readonly batch: string;
}

/** Finds the place, and makes the tables of flowrun's own that it is kept in. @throws FlowrunError of the database. */
export async function openTablePlace(
  database: Database,
  { journal: journalName, cursor }: DeliveredReading,
  { table, now }: { readonly table: string; readonly now: number },
): Promise<TablePlace> {
  await setUpSchema(database);
  const journal = journalKey(journalName);
  const known = await database.all(`SELECT 1 FROM {schema}journals WHERE journal = $1`, [journal]);
  if (known.length === 0) {
    await database.run(
      `INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, $2, $3) ON CONFLICT (journal) DO NOTHING`,
      [journal, journalName, now],
    );
  }
  return findPlaceAgain(database, { journal, name: `${cursor} ${table}` });
}

/** The place as it is now. @throws FlowrunError of the database. */
export async function findPlaceAgain(
  database: Queries,
  { journal, name }: Pick<TablePlace, "journal" | "name">,
): Promise<TablePlace> {
  const found = await findCursor(database, journal, name);
  return {
    journal,
    name,
    place: found?.next ?? null,
    revision: found?.revision ?? 0,
    batch: found?.pageId ?? "",
  };
}

/** A place to move to, with the batch that goes with it. */
export interface PlaceMove {
  readonly place: string;
  readonly batch: string;
  readonly runs: number;
  readonly now: number;
  readonly epoch: number;
}

/** Moves the place, inside the transaction of the rows. @returns false where somebody else has moved it. */
export async function movePlace(
  queries: Queries,
  { journal, name, revision }: TablePlace,
  { place, batch, runs, now, epoch }: PlaceMove,
): Promise<boolean> {
  const values = [place, now, runs, epoch, batch, journal, name, revision];
  const text =
    revision === 0
      ? `INSERT INTO {schema}cursors (next, read_until, moved_at, saved_at, runs, events, epoch, page_id, journal, name,
          revision) VALUES ($1, $2, $2, $2, $3, $3, $4, $5, $6, $7, $8 + 1) ON CONFLICT (journal, name) DO NOTHING`
      : `UPDATE {schema}cursors SET next = $1, read_until = $2, moved_at = $2, saved_at = $2, runs = runs + $3,
          events = events + $3, epoch = $4, page_id = $5, revision = revision + 1
        WHERE journal = $6 AND name = $7 AND revision = $8`;
  return (await queries.run(text, values)) === 1;
}
