import type { Queries, Value } from "./database.ts";
import { columnsToReadBack, readBack, type ReadBack, type ReadingBack } from "./read-back.ts";
import { ofJournal, placesOf, someNumbers } from "./fill-text.ts";
import { idOf } from "./run-row.ts";
import { numberIn } from "./row-values.ts";

/** A part of what was recorded: from a moment on and before another (epoch milliseconds), with numbers up to one. */
export interface ArchivedWindow {
  readonly from: number;
  readonly to: number;
  readonly upTo: number;
}

const rowsAtOnce = 500;

/**
 * The runs that were recorded in a window, in the order of the journal as far as that can be told: by the time of their
 * recording, then as they were archived.
 */
export async function* readWindowOf(
  queries: Queries,
  journal: string,
  { from, to, upTo }: ArchivedWindow,
  how: ReadingBack,
): AsyncGenerator<readonly ReadBack[], void, undefined> {
  let after: readonly [recordedAt: number, seq: number] = [boundedMoment(from), -1];
  for (;;) {
    const rows = await queries.all(
      `SELECT ${columnsToReadBack(how)} FROM {schema}runs
      WHERE journal = $1 AND recorded_at >= $2 AND recorded_at < $3 AND (recorded_at, seq) > ($2, $4) AND seq <= $5
      ORDER BY recorded_at, seq LIMIT ${rowsAtOnce}`,
      [journal, after[0], boundedMoment(to), after[1], upTo],
    );
    if (rows.length > 0) yield await readBack(queries, rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    after = [numberIn(last, "recorded_at"), numberIn(last, "seq")];
  }
}

/** All runs in the order in which they were archived, from after a number on. */
export async function* readInOrder(
  queries: Queries,
  journal: string,
  how: ReadingBack,
  begin = -1,
): AsyncGenerator<readonly ReadBack[], void, undefined> {
  for (let next: number | null = begin; next !== null;) {
    const { rows, after }: RowsInOrder = await readSomeInOrder(queries, journal, how, {
      after: next,
      limit: rowsAtOnce,
    });
    if (rows.length > 0) yield rows;
    next = after;
  }
}

/** Runs that were archived one after the other, and the number that the next ones come after; `null` where there are none. */
export interface RowsInOrder {
  readonly rows: readonly ReadBack[];
  readonly after: number | null;
}

/** The runs that were archived next after a number, so many at most. */
export async function readSomeInOrder(
  queries: Queries,
  journal: string,
  how: ReadingBack,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<RowsInOrder> {
  const rows = await queries.all(
    `SELECT ${columnsToReadBack(how)} FROM {schema}runs
    WHERE ${ofJournal} AND seq > $2 ORDER BY seq LIMIT $3`,
    [journal, after, limit],
  );
  const last = rows.at(-1);
  return {
    rows: rows.length === 0 ? [] : await readBack(queries, rows),
    after: last === undefined || rows.length < limit ? null : numberIn(last, "seq"),
  };
}

/** The runs with these numbers, some at a time, in any order; of a number that the journal has not, none. */
export async function* readTheseBack(
  queries: Queries,
  journal: string,
  how: ReadingBack,
  seqs: readonly number[],
): AsyncGenerator<readonly ReadBack[], void, undefined> {
  for (let n = 0; n < seqs.length; n += namedAtOnce) {
    const part = someNumbers(seqs, namedAtOnce, n);
    const rows = await queries.all(
      `SELECT ${columnsToReadBack(how)} FROM {schema}runs
      WHERE ${ofJournal} AND seq IN (${placesOf(namedAtOnce, 2)})`,
      [journal, ...part],
    );
    yield await readBack(queries, rows);
  }
}

const namedAtOnce = 100;

/** The notifications of the runs whose id begins so, in any case, in the order of time. */
export async function findByRun(
  queries: Queries,
  journal: string,
  beginning: string,
  how: ReadingBack,
): Promise<readonly ReadBack[]> {
  const spellings = [...new Set([beginning, beginning.toLowerCase(), beginning.toUpperCase()].map(idOf))];
  const ranges = spellings.map((_, n) => `(run_id >= $${2 * n + 2} AND run_id < $${2 * n + 3})`).join(" OR ");
  const values = spellings.flatMap((text): readonly Value[] => [text, `${text}\u{10ffff}`]);
  const rows = await queries.all(
    `SELECT ${columnsToReadBack(how)} FROM {schema}runs
    WHERE ${ofJournal} AND (${ranges}) ORDER BY updated_at, seq LIMIT ${mostFound}`,
    [journal, ...values],
  );
  return readBack(queries, rows);
}

/** A beginning of eight characters belongs to one run, with a handful of notifications. */
const mostFound = 1000;

/** The number that was given out last. */
export async function readLastSeq(queries: Queries): Promise<number> {
  const [row] = await queries.all(`SELECT last_seq FROM {schema}meta`);
  return row === undefined ? 0 : numberIn(row, "last_seq");
}

/** A moment as a database takes it: Infinity is no number of its. Pure. */
export function boundedMoment(at: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, at));
}
