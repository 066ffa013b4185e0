import { isObject } from "../../json.ts";
import { readRecord } from "../../runs/record/read-record.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Queries, Row, Value } from "./database.ts";
import { unpack } from "./pack.ts";
import { bytesIn, numberIn, textIn } from "./row-values.ts";

/** A run as the archive gives it back. */
export interface ReadBack {
  readonly seq: number;
  /** About when it was recorded in the journal, epoch milliseconds. */
  readonly recordedAt: number;
  readonly eventKey: string;
  /** The record, or the end of a sentence that says why it is none. */
  readonly record: FlowRun | string;
}

/** A part of what was recorded: from a moment on and before another (epoch milliseconds), with numbers up to one. */
export interface ArchivedWindow {
  readonly from: number;
  readonly to: number;
  readonly upTo: number;
}

/** Whether the event as delivered is wanted beside each record, as its `raw`. */
export interface ReadingBack {
  readonly raw: boolean;
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
      `SELECT seq, recorded_at, event_key, document${eventColumn(how)} FROM {schema}runs
      WHERE journal = $1 AND recorded_at >= $2 AND recorded_at < $3 AND (recorded_at, seq) > ($2, $4) AND seq <= $5
      ORDER BY recorded_at, seq LIMIT ${rowsAtOnce}`,
      [journal, after[0], boundedMoment(to), after[1], upTo],
    );
    if (rows.length > 0) yield rows.map(readBack);
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
  for (let after = begin; ;) {
    const rows = await queries.all(
      `SELECT seq, recorded_at, event_key, document${eventColumn(how)} FROM {schema}runs
      WHERE seq > $2 AND journal = $1 ORDER BY seq LIMIT ${rowsAtOnce}`,
      [journal, after],
    );
    if (rows.length > 0) yield rows.map(readBack);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    after = numberIn(last, "seq");
  }
}

/** The run with that number; `null` where the journal has none. */
export async function readBackOf(
  queries: Queries,
  journal: string,
  how: ReadingBack,
  seq: number,
): Promise<ReadBack | null> {
  const [row] = await queries.all(
    `SELECT seq, recorded_at, event_key, document${eventColumn(how)} FROM {schema}runs WHERE seq = $2 AND journal = $1`,
    [journal, seq],
  );
  return row === undefined ? null : readBack(row);
}

/** The notifications of the runs whose id begins so, in any case, in the order of time. */
export async function findByRun(
  queries: Queries,
  journal: string,
  beginning: string,
  how: ReadingBack,
): Promise<readonly ReadBack[]> {
  const spellings = [...new Set([beginning, beginning.toLowerCase(), beginning.toUpperCase()])];
  const ranges = spellings.map((_, n) => `(run_id >= $${2 * n + 2} AND run_id < $${2 * n + 3})`).join(" OR ");
  const values = spellings.flatMap((text): readonly Value[] => [text, `${text}\u{10ffff}`]);
  const rows = await queries.all(
    // A journal as it stands would have all its rows looked at, by the index that begins with it.
    `SELECT seq, recorded_at, event_key, document${eventColumn(how)} FROM {schema}runs
    WHERE journal || '' = $1 AND (${ranges}) ORDER BY updated_at, seq LIMIT ${mostFound}`,
    [journal, ...values],
  );
  return rows.map(readBack);
}

/** A beginning of eight characters belongs to one run, with a handful of notifications. */
const mostFound = 1000;

function eventColumn({ raw }: ReadingBack): string {
  return raw ? ", event" : "";
}

/** A row of `runs` with its `document`, and with its `event` where that was asked for. */
export function readBack(row: Row): ReadBack {
  const place = {
    seq: numberIn(row, "seq"),
    recordedAt: numberIn(row, "recorded_at"),
    eventKey: textIn(row, "event_key"),
  };
  const value = unpacked(bytesIn(row, "document"));
  const record = isObject(value) ? readRecord(value) : "cannot be unpacked";
  if (typeof record === "string" || !("event" in row)) return { ...place, record };
  if (row["event"] == null) return { ...place, record: { ...record, raw: null } };
  const raw = unpacked(bytesIn(row, "event"));
  return { ...place, record: raw === null ? "has an event that cannot be unpacked" : { ...record, raw } };
}

/** The JSON that was packed. A row that is damaged is one that cannot be read, and not the end of the reading: `null`. Pure. */
export function unpacked(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(unpack(bytes));
  } catch {
    return null;
  }
}

/** The number that was given out last. */
export async function readLastSeq(queries: Queries): Promise<number> {
  const [row] = await queries.all(`SELECT last_seq FROM {schema}meta`);
  return row === undefined ? 0 : numberIn(row, "last_seq");
}

/** A moment as a database takes it: Infinity is no number of its. Pure. */
export function boundedMoment(at: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, at));
}
