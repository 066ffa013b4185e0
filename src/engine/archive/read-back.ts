import { isObject } from "../../json.ts";
import { readRecord } from "../../runs/record/read-record.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Queries, Row } from "./database.ts";
import { readInPack, unpack, unpackTogether, type RunTexts } from "./pack.ts";
import { findPacks, packsAtOnce } from "./packs.ts";
import { placesOf } from "./fill-text.ts";
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

/** Whether the event as delivered is wanted beside each record, as its `raw`. */
export interface ReadingBack {
  readonly raw: boolean;
}

/** The columns of `runs` that are asked for to read runs back. */
export function columnsToReadBack({ raw }: ReadingBack): string {
  return `seq, recorded_at, event_key, document${raw ? ", event" : ""}`;
}

/** A row whose texts are packed with others, and at which place. */
interface Placed {
  readonly row: Row;
  readonly place: number;
}

/**
 * The runs of rows that were asked for by `columnsToReadBack`, in their order; without those that have been pruned since. One
 * whose texts are damaged, or not there, says so in place of its record.
 */
export async function readBack(queries: Queries, rows: readonly Row[]): Promise<readonly ReadBack[]> {
  const read = new Map<Row, ReadBack>();
  const byPack = new Map<number, Placed[]>();
  for (const row of rows) {
    const words = readInPack(bytesIn(row, "document"));
    if (words === null) read.set(row, withRecord(row));
    else {
      const placed = byPack.get(words.pack) ?? [];
      placed.push({ row, place: words.place });
      byPack.set(words.pack, placed);
    }
  }
  const packs = [...byPack.keys()];
  for (let n = 0; n < packs.length; n += packsAtOnce) {
    for (const found of await findPacks(queries, packs.slice(n, n + packsAtOnce))) {
      const texts = textsOf(found);
      for (const { row, place } of byPack.get(numberIn(found, "first_seq")) ?? [])
        read.set(row, withRecord(row, texts[place]));
    }
  }
  const lost = rows.filter((row) => !read.has(row));
  for (const row of await stillThere(queries, lost)) read.set(row, { ...placeOf(row), record: "is in no pack" });
  return rows.flatMap((row) => read.get(row) ?? []);
}

/** A pack that is damaged has none. */
function textsOf(found: Row): readonly RunTexts[] {
  return orNull(() => unpackTogether(bytesIn(found, "texts"))) ?? [];
}

async function stillThere(queries: Queries, rows: readonly Row[]): Promise<readonly Row[]> {
  if (rows.length === 0) return [];
  const seqs = rows.map((row) => numberIn(row, "seq"));
  const found = await queries.all(`SELECT seq FROM {schema}runs WHERE seq IN (${placesOf(seqs.length)})`, seqs);
  const there = new Set(found.map((row) => numberIn(row, "seq")));
  return rows.filter((row) => there.has(numberIn(row, "seq")));
}

/** @param texts of a pack, where the row says that they are there. */
function withRecord(row: Row, texts?: RunTexts): ReadBack {
  const place = placeOf(row);
  const value = parsedOf(bytesIn(row, "document"), texts?.record);
  const record = isObject(value) ? readRecord(value) : "cannot be unpacked";
  if (typeof record === "string" || !("event" in row)) return { ...place, record };
  if (row["event"] == null) return { ...place, record: { ...record, raw: null } };
  const raw = parsedOf(bytesIn(row, "event"), texts?.event ?? "");
  return { ...place, record: raw === null ? "has an event that cannot be unpacked" : { ...record, raw } };
}

/** The JSON of a text; `null` for one that cannot be read. */
function parsedOf(bytes: Uint8Array, inPack = ""): unknown {
  return readInPack(bytes) === null ? unpacked(bytes) : orNull((): unknown => JSON.parse(inPack));
}

function placeOf(row: Row): Omit<ReadBack, "record"> {
  return {
    seq: numberIn(row, "seq"),
    recordedAt: numberIn(row, "recorded_at"),
    eventKey: textIn(row, "event_key"),
  };
}

/** The JSON that was packed by itself; `null` for what is damaged. Pure. */
export function unpacked(bytes: Uint8Array): unknown {
  return orNull((): unknown => JSON.parse(unpack(bytes)));
}

/** A row that is damaged is one that cannot be read, and not the end of the reading. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
