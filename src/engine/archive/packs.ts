import { placesOf, someNumbers } from "./fill-text.ts";
import type { Insertion, Queries, Row, Value } from "./database.ts";
import {
  packEvent,
  packRecord,
  packTogether,
  unpackTogether,
  writeInPack,
  type InPack,
  type Pack,
  type Packed,
  type RowTexts,
  type RunTexts,
} from "./pack.ts";
import { bytesIn } from "./row-values.ts";
import { writtenOf, type ArchivedRun, type WrittenRun } from "./run-row.ts";
import type { Numbers } from "./take-numbers.ts";

/** Since this version of the schema an archive has a table of packs. */
export const packsSince = 3;

/** The table of packs: each by the numbers of the first and the last of its runs. */
export const packsTable: Insertion = { table: "packs", columns: ["first_seq", "last_seq", "texts"] };

/** Of this many characters a pack holds a hundred runs of the usual size; whoever wants one of them unpacks them all. */
const mostText = 512 * 1024;

/** A text of so many characters is not left lying about, since batches of such ones would take all memory. */
const longText = 16 * 1024;

/**
 * Packs the texts of runs that stand one after the other, as many together as suits. A short one that is left alone stays as
 * it is, since it takes less room in its row.
 */
export async function packRuns(runs: readonly WrittenRun[]): Promise<readonly WrittenRun[]> {
  const packed: WrittenRun[] = [];
  // One after the other: each takes its text once more while it is packed, and most pages are one.
  for (const group of groupsOf(runs)) packed.push(...(await packGroup(group)));
  return packed;
}

function groupsOf(runs: readonly WrittenRun[]): readonly (readonly WrittenRun[])[] {
  const groups: WrittenRun[][] = [];
  let room = 0;
  for (const run of runs) {
    const length = lengthOf(run);
    const group = groups.at(-1);
    if (group === undefined || length > room) {
      groups.push([run]);
      room = mostText - length;
    } else {
      group.push(run);
      room -= length;
    }
  }
  return groups;
}

/** Of a run that is packed already no room is left beside it. */
function lengthOf({ kept }: WrittenRun): number {
  return isPacked(kept) ? Infinity : kept.record.length + (kept.event?.length ?? 0);
}

async function packGroup(runs: readonly WrittenRun[]): Promise<readonly WrittenRun[]> {
  const texts = runs.flatMap(({ kept }) => (isPacked(kept) ? [] : [kept]));
  if (texts.length === 0 || (runs.length === 1 && runs.every((run) => lengthOf(run) < longText))) return runs;
  const pack = { bytes: await packTogether(texts) };
  return runs.map((run, place) => ({ ...run, kept: { pack, place, hasEvent: texts[place]?.event !== null } }));
}

function isPacked(kept: WrittenRun["kept"]): kept is Packed {
  return "pack" in kept;
}

/** Runs with their numbers and with what their rows say of their texts, and the packs that hold these. */
export interface LaidOut {
  readonly runs: readonly LaidRun[];
  readonly packs: readonly PackRow[];
}

interface LaidRun {
  readonly seq: number;
  readonly run: ArchivedRun;
  readonly texts: RowTexts;
  /** In a pack; `null` where its texts stand in its row. */
  readonly place: number | null;
}

/** A pack for the table, by the numbers of the first and the last of its runs. */
export interface PackRow {
  readonly first: number;
  readonly last: number;
  readonly pack: Pack;
}

/**
 * The packs of runs as rows of `packs`, without the texts of those that the archive has already: a run that a webhook brought
 * would take its room twice.
 * @param isIn whether a number's run is one that is in by it.
 */
export async function packRows(
  { runs, packs }: LaidOut,
  isIn: (seq: number) => boolean,
): Promise<readonly (readonly Value[])[]> {
  const rows: (readonly Value[])[] = [];
  for (const { first, last, pack } of packs) {
    const own = runs.filter(({ seq }) => seq >= first && seq <= last);
    const used = own.filter(({ seq }) => isIn(seq));
    if (used.length > 0) rows.push([first, last, used.length === own.length ? pack.bytes : await thinned(pack, used)]);
  }
  return rows;
}

/** The places of all others stay, and are empty. */
function thinned(pack: Pack, used: readonly LaidRun[]): Promise<Uint8Array> {
  const places = new Set(used.flatMap(({ place }) => place ?? []));
  const texts = unpackTogether(pack.bytes);
  return packTogether(texts.map((own, place) => (places.has(place) ? own : { record: "", event: null })));
}

/**
 * Where the texts of runs go that have these numbers: into packs, those of one run alone into its row, and all of them where
 * the archive is of a version that has no packs.
 */
export async function placeTexts(runs: readonly ArchivedRun[], { first, version }: Numbers): Promise<LaidOut> {
  const written = runs.map((run) => (run.kept === undefined ? { ...run, ...writtenOf(run.run) } : run));
  const packs = new Map<Pack, PackRow>();
  const put = (seq: number, kept: RunTexts | Packed): RowTexts => {
    if (!isPacked(kept)) return textsAlone(kept);
    const row = { ...(packs.get(kept.pack) ?? { first: seq, pack: kept.pack }), last: seq };
    packs.set(kept.pack, row);
    const words = writeInPack({ pack: row.first, place: kept.place });
    return { record: words, event: kept.hasEvent ? words : null };
  };
  // A page's are packed by now; runs of several pages that were left alone are packed here.
  const packed = version < packsSince ? unpackRuns(written) : await packRuns(written);
  const laid = packed.map((run, index) => {
    const seq = first + index;
    return { seq, run, texts: put(seq, run.kept), place: isPacked(run.kept) ? run.kept.place : null };
  });
  return { runs: laid, packs: [...packs.values()] };
}

/** The texts of a run, packed by themselves. Pure. */
export function textsAlone({ record, event }: RunTexts): RowTexts {
  return { record: packRecord(record), event: event === null ? null : packEvent(event) };
}

function unpackRuns(runs: readonly WrittenRun[]): readonly WrittenRun[] {
  const known = new Map<Pack, readonly RunTexts[]>();
  return runs.map((run) => {
    const { kept } = run;
    if (!isPacked(kept)) return run;
    const texts = known.get(kept.pack) ?? unpackTogether(kept.pack.bytes);
    known.set(kept.pack, texts);
    const own = texts[kept.place];
    if (own === undefined) throw new RangeError("a pack without that place");
    return { ...run, kept: own };
  });
}

/** Finds packs by their numbers, `packsAtOnce` at most. @returns rows with `first_seq` and `texts`, in any order. */
export function findPacks(queries: Queries, numbers: readonly number[]): Promise<readonly Row[]> {
  const some = someNumbers(numbers, packsAtOnce);
  const places = placesOf(packsAtOnce);
  return queries.all(`SELECT first_seq, texts FROM {schema}packs WHERE first_seq IN (${places})`, some);
}

/** Some hundred rows that were recorded one after the other lie in fewer. */
export const packsAtOnce = 20;

/** A record to stand in the place of the one that is in a pack. */
export interface PackedRecord extends InPack {
  readonly record: string;
}

/** Puts other records into packs; the events in them, and all else, stay. */
export async function replaceInPacks(queries: Queries, records: readonly PackedRecord[]): Promise<void> {
  for (const number of new Set(records.map(({ pack }) => pack))) {
    // Locked from here on, since another process may be at its other records.
    const [found] = await queries.all("UPDATE {schema}packs SET texts = texts WHERE first_seq = $1 RETURNING texts", [
      number,
    ]);
    if (found === undefined) continue;
    const texts = [...unpackTogether(bytesIn(found, "texts"))];
    for (const { pack, place, record } of records) {
      const old = texts[place];
      if (pack === number && old !== undefined) texts[place] = { ...old, record };
    }
    await queries.run(`UPDATE {schema}packs SET texts = $2 WHERE first_seq = $1`, [number, await packTogether(texts)]);
  }
}
