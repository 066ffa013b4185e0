import { parseObject, textOf } from "../../json.ts";
import { FlowrunError } from "../../errors.ts";
import { claimsOf, coverageOf, type Chain } from "./coverage.ts";
import { chainIn, findCursor, moveCursor, readChains, type ArchiveCursor, type CursorPoint } from "./cursors.ts";
import type { Database, Queries } from "./database.ts";
import { ofJournal } from "./fill-text.ts";
import { countOfMoves } from "./journals.ts";
import { findLease, leaseName } from "./lease.ts";
import type { Archive } from "./open.ts";
import type { RunTexts } from "./pack.ts";
import { packRuns } from "./packs.ts";
import { forgottenBefore } from "./prune.ts";
import { readSomeInOrder, type RowsInOrder } from "./read-archived.ts";
import type { ReadBack } from "./read-back.ts";
import { numberIn, numberOrNull, textIn } from "./row-values.ts";
import { writtenOf, type WrittenRun } from "./run-row.ts";
import { takeNumbers } from "./take-numbers.ts";
import { insertFirsts, insertRuns, nameOfPage, type First } from "./write-page.ts";

/** An archive whose rows another one gets as well. */
export interface Copying {
  readonly from: Archive;
  /** The cursor by which that one is filled. */
  readonly cursor: string;
  readonly to: Archive;
  readonly now: number;
  /** A process that stands still in the transaction is given up by the server after so long. */
  readonly heldMs: number;
}

/** A step of copying, once it is done. */
export interface Copied {
  /** Runs that went over, and those of them that were not there before. */
  readonly runs: number;
  readonly added: number;
  /** Whether there is more to copy at once. */
  readonly mayMore: boolean;
}

/**
 * Copies the next rows of an archive into another, and with the last of them all that the first one can say of itself: its
 * coverage, and the place in the journal to read on from.
 *
 * The number of the last row that was copied is kept over there, and goes in with the rows: a copy that was restored from an
 * earlier day says itself what it lacks. All that is written stays true whoever writes it, and however late: rows that the
 * other archive has committed, each once by its key, and a place that no row before is missing from. So two processes that
 * copy at the same time, or one that has lost its lease and does not know, do each other no harm, and none needs a lease here.
 * @throws FlowrunError of either database; `settings` for a row that is damaged: passed by, it would be a gap that nobody knows of.
 */
export async function copySome(copying: Copying): Promise<Copied> {
  const { from, cursor, to } = copying;
  const leader = await lookAt(from);
  const standing = await findStanding(to, leader.made);
  const floor = await forgottenBefore(to.database, to.journal);
  const begin = await rowToBeginBehind(from, standing, leader.moves);
  // Looked at before the rows are: whatever it has passed is among them.
  const place = await findCursor(from.database, from.journal, cursor);
  // Of rows that were pruned, too: no row tells of these any more.
  const firsts = begin === beginning ? await firstsOf(from) : [];
  const { count, last, runs } = await rowsBehind(from, begin.row, floor);
  const end = last ?? begin;
  const state = await stateBehind(from, end.row);
  // Rows that came by numbers of before are not behind any place: it begins anew.
  const isWhole = !state.hasMore && state.moves === leader.moves;
  const next = JSON.stringify({ ...end, moves: leader.moves });
  const whole = isWhole ? { chains: state.chains, place } : null;
  const step = { standing, floor, next, count, runs, firsts, whole };
  const added = await to.database.transaction((queries) => write(queries, copying, step), { heldMs: copying.heldMs });
  if (added === null) return { runs: 0, added: 0, mayMore: true };
  return { runs: count, added, mayMore: !isWhole };
}

/** A row of the archive that is copied. */
interface RowPoint {
  readonly row: number;
  /** Its event's; by it a number is known that was given out twice, as by an archive that came back as an earlier copy. */
  readonly key: string;
}

const beginning: RowPoint = { row: 0, key: "" };

/** The place of a copying, as it is kept in the copy. */
interface Standing {
  readonly name: string;
  /** `null` where nothing was copied yet. */
  readonly point: CursorPoint | null;
  readonly at: RowPoint;
  readonly moves: number;
}

/** Tells an archive of a journal from one that was made anew in its place, and how often rows came to it from another journal. */
async function lookAt({ database, journal }: Archive): Promise<{ readonly made: number; readonly moves: number }> {
  const [row] = await database.all(
    `SELECT made_at, ${countOfMoves} AS moves FROM {schema}journals WHERE journal = $1`,
    [journal],
  );
  return row === undefined ? { made: 0, moves: 0 } : { made: numberIn(row, "made_at"), moves: numberIn(row, "moves") };
}

/** The name has a blank, so that it is taken for no cursor of a journal. */
async function findStanding({ database, journal }: Archive, made: number): Promise<Standing> {
  const name = `rows of ${String(made)}`;
  const found = await findCursor(database, journal, name);
  const value = found === null ? null : parseObject(found.next);
  const [row, key, moves] = [value?.["row"], textOf(value?.["key"]), value?.["moves"]];
  return {
    name,
    point: found,
    at: typeof row === "number" && key !== null ? { row, key } : beginning,
    moves: typeof moves === "number" ? moves : 0,
  };
}

/**
 * The row that was copied last, if it is still the same one there. Else it was pruned, with nearly all before it, or the archive
 * is an earlier copy of itself, and has given its number to another: then all that it has is gone through again, and of that
 * goes in what is not there yet.
 */
async function rowToBeginBehind({ database, journal }: Archive, standing: Standing, moves: number): Promise<RowPoint> {
  const { at } = standing;
  if (standing.moves !== moves) return beginning;
  const [found] = await database.all(`SELECT event_key FROM {schema}runs WHERE journal = $1 AND seq = $2`, [
    journal,
    at.row,
  ]);
  return found !== undefined && textIn(found, "event_key") === at.key ? at : beginning;
}

async function firstsOf({ database, journal }: Archive): Promise<readonly First[]> {
  const text = `SELECT flow_id, root_code, first_at FROM {schema}firsts WHERE journal = $1`;
  const rows = await database.all(text, [journal]);
  return rows.map((row) => [textIn(row, "flow_id"), textIn(row, "root_code"), numberIn(row, "first_at")]);
}

/** Some rows of an archive, ready to be put into another. */
interface SomeRows {
  /** How many they are, with those that were forgotten over there. */
  readonly count: number;
  /** The last of them; `null` where there is none. */
  readonly last: RowPoint | null;
  readonly runs: readonly WrittenRun[];
}

/** A step takes no more rows at once, … */
const mostRows = 500;
/** … and ends with the one that makes its texts longer than that, since they wait in memory for the other database. */
const mostText = 4 * 1024 * 1024;
/** How long they are is known when they have been read: of the first ones no more than this. */
const firstRows = 10;

/**
 * The rows behind one, with their texts packed: the transaction that puts them into the other database is not kept waiting.
 * @param floor what was recorded before was forgotten over there (epoch milliseconds).
 */
async function rowsBehind({ database, journal }: Archive, row: number, floor: number): Promise<SomeRows> {
  const written: WrittenRun<RunTexts>[] = [];
  let [count, text] = [0, 0];
  let last: RowPoint | null = null;
  let after: number | null = row;
  for (let limit = firstRows; after !== null && limit > 0;) {
    const some: RowsInOrder = await readSomeInOrder(database, journal, { raw: true }, { after, limit });
    for (const one of some.rows) {
      const run = writtenRunOf(one, database);
      text += run.kept.record.length + (run.kept.event?.length ?? 0);
      if (one.recordedAt >= floor) written.push(run);
      last = { row: one.seq, key: one.eventKey };
    }
    count += some.rows.length;
    after = some.after;
    // As many more as fit if they are like these.
    limit = Math.min(mostRows - count, Math.ceil(((mostText - text) * count) / Math.max(1, text)));
  }
  return { count, last, runs: await packRuns(written) };
}

function writtenRunOf(
  { seq, recordedAt, eventKey: key, record: run }: ReadBack,
  { place }: Database,
): WrittenRun<RunTexts> {
  if (typeof run !== "string") return { key, recordedAt, ...writtenOf(run) };
  throw new FlowrunError("settings", `a run in ${place} cannot be copied`, {
    why: `its row ${String(seq)} ${run}`,
    hint: "see what is damaged: flowrun archive verify; what can be read is saved by: flowrun archive export",
  });
}

/** An archive as it is at one moment, seen from behind a row. */
interface StateBehind {
  readonly chains: readonly Chain[];
  readonly moves: number;
  /** Whether rows follow. */
  readonly hasMore: boolean;
}

/** One question, so that all of it is of one moment: what is covered then stands in rows that are there then. */
async function stateBehind({ database, journal }: Archive, row: number): Promise<StateBehind> {
  const rows = await database.all(
    `SELECT (SELECT seq FROM {schema}runs WHERE ${ofJournal} AND seq > $2 ORDER BY seq LIMIT 1) AS next_row,
      ${countOfMoves} AS moves, from_at, to_at, from_exact, to_exact, why
    FROM {schema}meta LEFT JOIN {schema}coverage ON journal = $1 ORDER BY from_at`,
    [journal, row],
  );
  const [first = {}] = rows;
  return {
    chains: rows.filter((one) => one["from_at"] !== null).map(chainIn),
    moves: numberIn(first, "moves"),
    hasMore: numberOrNull(first, "next_row") !== null,
  };
}

/** All that goes in together. */
interface Step {
  readonly standing: Standing;
  /** All that was recorded before was forgotten over there when the rows were read (epoch milliseconds). */
  readonly floor: number;
  /** The place after it. */
  readonly next: string;
  /** How many rows the place passes, … */
  readonly count: number;
  /** … and those of them that go in. */
  readonly runs: readonly WrittenRun[];
  readonly firsts: readonly First[];
  /** The archive's coverage and its place in the journal, once all its rows are copied; `null` before. */
  readonly whole: { readonly chains: readonly Chain[]; readonly place: ArchiveCursor | null } | null;
}

/** @returns how many runs were new; `null` where place or floor are not as they were looked at, and nothing was written. */
async function write(queries: Queries, { to, cursor, now }: Copying, step: Step): Promise<number | null> {
  const { standing, floor, next, count, runs, firsts, whole } = step;
  const { name, point } = standing;
  const { journal } = to;
  // Nobody prunes from here on until this has ended.
  const numbers = await takeNumbers(queries, runs.length);
  if ((await forgottenBefore(queries, journal)) !== floor) return null;
  const isMoved = await moveCursor(queries, {
    ...{ journal, name, next, from: point, chain: null, runs: count, events: count },
    ...{ readUntil: now, movedAt: now, savedAt: now, position: null, epoch: 0, pageId: nameOfPage() },
  });
  if (!isMoved) return null;
  const added = runs.length === 0 ? 0 : await insertRuns(queries, { journal, runs, numbers });
  await insertFirsts(queries, journal, firsts);
  if (whole === null) return added;
  const claims = claimsOf(whole.chains, await readChains(queries, journal), floor);
  if (whole.place !== null)
    await takeCursor(queries, { journal, name: cursor, place: whole.place, claimed: claims.all, floor });
  for (const chain of claims.changed) await writeChain(queries, journal, chain);
  return added;
}

/** By it a cursor is known that nobody has moved but a copying. */
const byCopy = "copy";

interface TakenCursor {
  readonly journal: string;
  readonly name: string;
  /** As the archive that is copied has it. */
  readonly place: ArchiveCursor;
  readonly claimed: readonly Chain[];
  /** All that was recorded before was forgotten over there (epoch milliseconds). */
  readonly floor: number;
}

/**
 * The archive's own place in the journal goes over as well, so that what reads the copy goes on in the journal exactly where
 * it ends, and the copy can be filled by itself from there. While somebody fills it by itself it has a place of its own; one
 * from former times moves on once there is nothing between the two places that the copy lacks.
 */
async function takeCursor(queries: Queries, { journal, name, place, claimed, floor }: TakenCursor): Promise<void> {
  const own = await findCursor(queries, journal, name);
  if (own !== null && own.readUntil > place.readUntil) return;
  if (own !== null && own.pageId !== byCopy && !isCoveredBetween(own, place, claimed)) return;
  const lease = await findLease(queries, leaseName(journal, name));
  if (lease !== null && lease.expiresAt > lease.now) return;
  const begun = place.chain === null ? null : Math.max(place.chain, floor);
  const home = begun === null ? null : claimed.find(({ from, to }) => from <= begun && to >= begun);
  // What it stood at the end of was pruned in the archive that is copied: the next step knows by which beginning it goes now.
  if (home === undefined) return;
  await moveCursor(queries, {
    ...place,
    ...{ journal, name, from: own, chain: home?.from ?? null, pageId: byCopy },
    runs: place.runs - (own?.runs ?? 0),
    events: place.events - (own?.events ?? 0),
  });
}

/** Whether all that was recorded between two places of a journal is covered. Pure. */
function isCoveredBetween(earlier: ArchiveCursor, later: ArchiveCursor, claimed: readonly Chain[]): boolean {
  return coverageOf(claimed).complete.some(({ from, to }) => from.at <= earlier.readUntil && to.at >= later.readUntil);
}

async function writeChain(queries: Queries, journal: string, chain: Chain): Promise<void> {
  const { from, to, isFromExact, isToExact, why } = chain;
  await queries.run(
    `INSERT INTO {schema}coverage (journal, from_at, to_at, from_exact, to_exact, why) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (journal, from_at) DO UPDATE SET to_at = excluded.to_at, to_exact = excluded.to_exact
    WHERE excluded.to_at >= coverage.to_at`,
    [journal, from, to, isFromExact ? 1 : 0, isToExact ? 1 : 0, why],
  );
}
