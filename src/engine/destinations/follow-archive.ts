import type { Retrying } from "../../adobe/gateway/retrying.ts";
import type { World } from "../../host.ts";
import type { Queries } from "../archive/database.ts";
import type { Archive } from "../archive/open.ts";
import { lostTo, renewLease, type Lease } from "../archive/lease.ts";
import { numberIn } from "../archive/row-values.ts";
import { readInOrder } from "../archive/read-archived.ts";
import { insist, insistentQueries } from "../insist.ts";
import type { Digesting } from "../digest.ts";
import { orStopped, type Arrivals } from "../arrivals.ts";
import { batchOfRows } from "../sources/archive.ts";
import type { Batch, Mark, Source } from "../sources/source.ts";
import type { MarkStore } from "../sinks/with-cursor-file.ts";
import { resumptionAt } from "./places.ts";

/** The rows that an archive gets, in the order of their numbers. */
export interface RowsReading<T> extends Digesting<T> {
  readonly archive: Archive;
  /** The number that they come after. */
  readonly after: number;
  readonly arrivals: Pick<Arrivals, "next">;
  /** Up to which moment (epoch milliseconds) the archive has all; `null` where it is behind. Left out where nobody asks. */
  readonly filledUntil?: (() => number | null) | undefined;
  readonly retrying: Omit<Retrying, "blame">;
}

/**
 * Every row of an archive after a number, and those that come, until nothing more does. Numbers are in the order of commits,
 * so that none is passed by. A batch's `next` is the number of its last row. Where it is asked up to when the archive has all,
 * a batch without rows says so once they are given.
 */
export function rowsSource<T>(reading: RowsReading<T>): Source<T> {
  const { archive, after, arrivals, filledUntil, retrying, ...digesting } = reading;
  const { signal } = retrying;
  const queries = insistentQueries(archive.database, retrying);
  return {
    async *read() {
      let reached = after;
      for (let mayMore = true; ;) {
        // Asked for before the rows are looked at, so that none comes in between unseen.
        const next = arrivals.next();
        const until = filledUntil?.() ?? null;
        for await (const batch of batchesAfter(queries, archive.journal, reached, digesting)) {
          yield batch;
          reached = Number(batch.mark.next);
        }
        if (until !== null) yield endBatch(reached, until);
        if (!mayMore) return;
        mayMore = await orStopped(next, signal);
        signal.throwIfAborted();
      }
    },
    describe: ({ position }) => `${position} of the archive`,
  };
}

async function* batchesAfter<T>(
  queries: Queries,
  journal: string,
  after: number,
  digesting: Digesting<T>,
): AsyncGenerator<Batch<T>, void, undefined> {
  for await (const rows of readInOrder(queries, journal, digesting, after)) {
    const last = rows.at(-1);
    if (last === undefined) continue;
    const batch = batchOfRows(rows, digesting);
    yield { ...batch, mark: { ...batch.mark, next: String(last.seq) }, nextAfter: placeOf };
  }
}

/** All that was recorded until then (epoch milliseconds) has been given, up to a row. */
function endBatch(row: number, until: number): Batch<never> {
  const mark = { ...markAtRow(row), atEnd: true, askedAt: until };
  return { candidates: [], runs: 0, rejects: [], withoutRaw: [], mark, waitMs: 0, nextAfter: placeOf };
}

/** A batch is taken whole. */
function placeOf(position: string | null): string {
  return position?.replace("row ", "") ?? "";
}

/** The number of the archive's last row; a destination that is new begins behind it. */
export async function lastRow(queries: Queries): Promise<number> {
  const [row] = await queries.all(`SELECT last_seq FROM {schema}meta`);
  return row === undefined ? 0 : numberIn(row, "last_seq");
}

/** Tells an archive from one that was made anew in its place: numbers begin anew in it. */
export async function identityOf(queries: Queries, journal: string): Promise<string> {
  const [row] = await queries.all(`SELECT made_at FROM {schema}journals WHERE journal = $1`, [journal]);
  return `${journal} ${row === undefined ? 0 : numberIn(row, "made_at")}`;
}

/** The mark of a reading that stands behind a row. Pure. */
export function markAtRow(row: number): Mark {
  return { next: String(row), last: null, atEnd: false, recordedAt: null, count: 0 };
}

/** Which delivery of an archive's rows it is. */
export interface RowsPlace {
  readonly archive: Archive;
  readonly lease: Lease;
  /** The cursor that the rows are read by. */
  readonly cursor: string;
  /** The digest of the destination's address. */
  readonly destination: string;
  readonly host: Pick<World, "now">;
  readonly retrying: Omit<Retrying, "blame">;
}

/**
 * The place of a delivery, in the archive itself: the number of the last row that the destination has. It moves under the
 * lease alone, so that a process which lost that can put nothing back.
 */
export function deliveryStore({ archive, lease, cursor, destination, host, retrying }: RowsPlace): MarkStore {
  const { database, journal } = archive;
  const which = [journal, cursor, destination];
  return {
    find: async () => {
      const [row] = await insistentQueries(database, retrying).all(
        `SELECT seq FROM {schema}deliveries WHERE journal = $1 AND name = $2 AND destination = $3`,
        which,
      );
      return row === undefined ? null : resumptionAt(numberIn(row, "seq"));
    },
    move: async (_, { next }) => {
      const move = async (queries: Queries): Promise<boolean> => {
        if (!(await renewLease(queries, lease))) return false;
        await queries.run(
          `INSERT INTO {schema}deliveries (journal, name, destination, seq, revision, updated_at) VALUES ($1, $2, $3, $4, 1, $5)
          ON CONFLICT (journal, name, destination) DO UPDATE SET seq = excluded.seq, revision = deliveries.revision + 1,
            updated_at = excluded.updated_at`,
          [...which, Number(next), host.now()],
        );
        return true;
      };
      // A process that is frozen in it must not keep the lease's row from whoever takes over.
      const held = { heldMs: lease.lifeMs };
      if (!(await insist(() => database.transaction(move, held), retrying))) throw await lostTo(database, lease.name);
    },
  };
}
