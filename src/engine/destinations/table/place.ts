import { findCursor, moveCursor } from "../../archive/cursors.ts";
import type { Database, Queries } from "../../archive/database.ts";
import { noteAccount, noteJournal } from "../../archive/journal-names.ts";
import { claimLease, leaseName, renewLease, type Lease } from "../../archive/lease.ts";
import { setUpForJobs, setUpForRuns } from "../../archive/schema.ts";
import { describeSelf } from "../../../state/self.ts";
import { writeFingerprint } from "../../../text/fingerprint.ts";
import type { Authority, DeliveredReading } from "../destination.ts";

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
  { of, journal: journalName, cursor }: DeliveredReading,
  { table, now }: { readonly table: string; readonly now: number },
): Promise<TablePlace> {
  const [setUp, note] = of === "jobs" ? [setUpForJobs, noteAccount] : [setUpForRuns, noteJournal];
  await setUp(database);
  const journal = await note(database, journalName, now);
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
  { journal, name, revision, batch: pageId }: TablePlace,
  { place, batch, runs, now, epoch }: PlaceMove,
): Promise<boolean> {
  const times = { readUntil: now, movedAt: now, savedAt: now };
  const counts = { runs, events: runs };
  // A table knows no chain of pages, nor where in the journal it is.
  const nothing = { position: null, chain: null };
  return moveCursor(queries, {
    journal,
    name,
    from: revision === 0 ? null : { revision, pageId },
    next: place,
    epoch,
    pageId: batch,
    ...times,
    ...counts,
    ...nothing,
  });
}

/** How a place moves with a batch. */
export interface BatchMove {
  readonly from: TablePlace;
  readonly place: string;
  readonly batch: string;
}

/** The name of a batch: the same whenever it is given again. Pure. */
export function batchName(ids: readonly string[], place: string): string {
  return writeFingerprint(`${place}\n${ids.join("\n")}`);
}

/** The place once it has moved. Pure. */
export function movedPlace({ from, place, batch }: BatchMove): TablePlace {
  return { ...from, place, batch, revision: from.revision + 1 };
}

/** Whether the place stands where this move would have it: it was made, and its answer was lost. @throws FlowrunError of the database. */
export async function hasMoved(database: Queries, move: BatchMove): Promise<boolean> {
  const [{ revision, batch }, wished] = [await findPlaceAgain(database, move.from), movedPlace(move)];
  return revision === wished.revision && batch === wished.batch;
}

/** The lease is another process's by now. */
export class Fenced extends Error {}

/** The place is not where it was left. */
export class Moved extends Error {}

/**
 * The first steps of the transaction of a batch, by which whoever comes too late is kept out.
 * @param lease `null` where nobody else may write there; `move` likewise where no place is kept.
 * @throws Fenced, Moved.
 */
export async function enterBatch(
  queries: Queries,
  lease: Pick<Lease, "name" | "epoch" | "lifeMs"> | null,
  move: BatchMove | null,
  { runs, now }: Pick<PlaceMove, "runs" | "now">,
): Promise<void> {
  if (lease !== null && !(await renewLease(queries, lease))) throw new Fenced("fenced");
  if (move === null) return;
  const { from, place, batch } = move;
  if (!(await movePlace(queries, from, { place, batch, runs, now, epoch: lease?.epoch ?? 0 }))) {
    throw new Moved("moved");
  }
}

/**
 * Where the right to deliver is kept beside another destination, this one has a lease of its own, which is claimed by that
 * right; so the database itself keeps out whoever has lost it and does not know yet.
 */
export async function leaseBelow(
  authority: Authority,
  database: Database,
  { journal, name }: Pick<TablePlace, "journal" | "name">,
): Promise<Pick<Lease, "name" | "epoch" | "lifeMs">> {
  await authority.confirm();
  return claimLease(database, { name: leaseName(journal, name), holder: describeSelf() });
}
