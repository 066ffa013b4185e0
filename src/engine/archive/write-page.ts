import { randomUUID } from "node:crypto";
import type { Database, Insertion, Queries } from "./database.ts";
import { ofJournal } from "./fill-text.ts";
import { renewLease, type Lease } from "./lease.ts";
import { namesOfOrigin } from "../../runs/record/kin.ts";
import {
  errorColumnNames,
  errorValues,
  eventKey,
  idOf,
  runColumnNames,
  runValues,
  type ArchivedRun,
} from "./run-row.ts";
import { findCursor, moveCursor, type ArchiveCursor, type CursorPoint } from "./cursors.ts";
import { placeTexts, packRows, packsTable } from "./packs.ts";
import { takeNumbers, type Numbers } from "./take-numbers.ts";
import { numberIn } from "./row-values.ts";
import type { ChainBeginning, Edge } from "./coverage.ts";
import { timeOf } from "../../text/time-text.ts";

/** The runs of a page, and where its reading stands after it. */
export interface ArchivePage {
  /** The journal's short name. */
  readonly journal: string;
  /** Its name (`nameOfPage`): a cursor that has it has passed this page. */
  readonly pageId: string;
  /** The cursor's name, and where this reading knows it to stand; `null` where it is new. */
  readonly cursor: string;
  readonly from: CursorPoint | null;
  readonly runs: readonly ArchivedRun[];
  /** As a saved cursor has them. */
  readonly next: string;
  readonly position: string | null;
  readonly readUntil: number;
  readonly movedAt: number;
  readonly now: number;
  /** Events of every kind. */
  readonly events: number;
  /** The chain of pages that it belongs to, by its beginning; `null` where its coverage is unknown. */
  readonly chain: number | null;
  /** Where the page begins that chain. */
  readonly begins: { readonly isExact: boolean; readonly why: ChainBeginning } | null;
  /** Everything of the chain until then was read; `null` where the page does not tell. */
  readonly reaches: Edge | null;
}

/** A name for a page that no other page has, of this process or any other. */
export function nameOfPage(): string {
  return randomUUID();
}

/** How the taking of a page came out. */
export type PageTaken =
  /** It is in, with so many runs that were not there before. */
  | { readonly kind: "taken"; readonly added: number }
  /** By an epoch of the past: another process has the lease. */
  | { readonly kind: "fenced" }
  /** The cursor stands elsewhere: another process moved it, or the database was restored. */
  | { readonly kind: "moved" };

/**
 * Takes a page when it is called: its runs, the cursor that passes them and the coverage, all in one transaction, or nothing of it. It
 * may be tried again after a failure: the page is taken once, whatever became of earlier attempts. One whose transaction
 * has ended nobody knows how is looked for first: it is in if the cursor names it.
 * @throws FlowrunError of the database, where the page is not in, or nobody can tell.
 */
export function takingOf(database: Database, lease: Lease, page: ArchivePage): () => Promise<PageTaken> {
  /** Of an attempt whose end nobody knows yet. */
  let unsure: PageTaken | null = null;
  const isIn = (cursor: ArchiveCursor | null): boolean => cursor?.pageId === page.pageId;
  return async () => {
    const taking: { outcome: PageTaken } = { outcome: { kind: "moved" } };
    try {
      await database.transaction(
        async (queries) => {
          taking.outcome = await writeAll(queries, lease, page);
          if (taking.outcome.kind !== "taken") throw new Undone();
        },
        { heldMs: lease.lifeMs },
      );
    } catch (error) {
      const { outcome } = taking;
      if (error instanceof Undone) {
        if (outcome.kind === "fenced" || unsure === null) return outcome;
        return isIn(await findCursor(database, page.journal, page.cursor)) ? unsure : outcome;
      }
      if (outcome.kind === "taken") unsure = outcome;
      const cursor = await findCursor(database, page.journal, page.cursor);
      if (unsure !== null && isIn(cursor)) return unsure;
      if (cursor?.revision !== page.from?.revision || cursor?.pageId !== page.from?.pageId) return { kind: "moved" };
      throw error;
    }
    return taking.outcome;
  };
}

/** Leaves a transaction that is not to be. */
class Undone extends Error {}

async function writeAll(queries: Queries, lease: Lease, page: ArchivePage): Promise<PageTaken> {
  const { cursor: name, now: savedAt } = page;
  const move = { ...page, name, savedAt, runs: page.runs.length, epoch: lease.epoch };
  // What a process does that has lost its lease, or whose cursor stands elsewhere, is undone in the end.
  const [isOwn, numbers, isMoved] = await Promise.all([
    renewLease(queries, lease),
    // Whoever numbers rows waits here for whoever did before, so that numbers come in the order of commits.
    page.runs.length === 0 ? null : takeNumbers(queries, page.runs.length),
    moveCursor(queries, move),
  ]);
  if (!isOwn) return { kind: "fenced" };
  if (!isMoved) return { kind: "moved" };
  const added = numbers === null ? 0 : await insertRuns(queries, { ...page, numbers });
  await extendCoverage(queries, page);
  return { kind: "taken", added };
}

/** Adds runs that came by another way than a journal's pages: no cursor moves, and they cover nothing. @returns how many were new. */
export async function addRuns(database: Database, journal: string, runs: readonly ArchivedRun[]): Promise<number> {
  if (runs.length === 0) return 0;
  return database.transaction(async (queries) => {
    const numbers = await takeNumbers(queries, runs.length);
    return insertRuns(queries, { journal, runs, numbers });
  });
}

/** Runs to be written together. */
export interface NumberedRuns {
  readonly journal: string;
  readonly runs: readonly ArchivedRun[];
  readonly numbers: Numbers;
}

/** Writes runs that are not there yet, with their texts and errors, in a transaction. @returns how many were new. */
export async function insertRuns(queries: Queries, { journal, runs, numbers }: NumberedRuns): Promise<number> {
  const laid = await placeTexts(runs, numbers);
  const rows = laid.runs.map(({ seq, run, texts }) => runValues(journal, seq, run, texts));
  const added = await queries.insert({ table: "runs", columns: runColumnNames }, rows);
  const isIn = added === runs.length ? () => true : await newOf(queries, journal, numbers.first, runs.length);
  const fresh = laid.runs.filter(({ seq }) => isIn(seq));
  const packs = await packRows(laid, isIn);
  const parts = fresh.map(({ run }) => run);
  await Promise.all([queries.insert(packsTable, packs), insertParts(queries, journal, parts)]);
  return added;
}

/** A run that was there before keeps its errors: those of another telling of it would be mixed with them. */
async function newOf(
  queries: Queries,
  journal: string,
  first: number,
  count: number,
): Promise<(seq: number) => boolean> {
  const rows = await queries.all(`SELECT seq FROM {schema}runs WHERE ${ofJournal} AND seq >= $2 AND seq < $3`, [
    journal,
    first,
    first + count,
  ]);
  const numbers = new Set(rows.map((row) => numberIn(row, "seq")));
  return (seq) => numbers.has(seq);
}

/** Writes what other tables hold of runs that are there: their errors, what they came of, and what was met first. */
export async function insertParts(queries: Queries, journal: string, runs: readonly ArchivedRun[]): Promise<void> {
  const errors = runs.flatMap((run) => errorValues(journal, run));
  const origins = runs.flatMap(({ key, run }) =>
    namesOfOrigin(run).map((name) => [journal, eventKey(key), idOf(name)]),
  );
  await Promise.all([
    queries.insert({ table: "run_errors", columns: errorColumnNames }, errors),
    queries.insert({ table: "origins", columns: ["journal", "event_key", "name"] }, origins),
    noteFirsts(queries, journal, runs),
  ]);
}

const firstsTable: Insertion = {
  table: "firsts",
  columns: ["journal", "flow_id", "root_code", "first_at"],
  onConflict: `(journal, flow_id, root_code) DO UPDATE SET first_at = excluded.first_at
    WHERE excluded.first_at < firsts.first_at`,
};

/** Of each flow and each of its root causes, the first time; the flow itself has an empty code. */
async function noteFirsts(queries: Queries, journal: string, runs: readonly ArchivedRun[]): Promise<void> {
  const firsts = new Map<string, First>();
  for (const { run, recordedAt } of runs) {
    const at = run.updatedAt === null ? Math.round(recordedAt) : timeOf(run.updatedAt);
    const flow = idOf(run.flowId);
    const codes = run.rootCause === null ? [""] : ["", idOf(run.rootCause.code)];
    for (const code of codes) {
      const known = firsts.get(`${flow}\0${code}`);
      if (known === undefined || at < known[2]) firsts.set(`${flow}\0${code}`, [flow, code, at]);
    }
  }
  await insertFirsts(queries, journal, [...firsts.values()]);
}

/** When a flow, or a root cause of it, was met first: epoch milliseconds; the flow itself has an empty code. */
export type First = readonly [flow: string, code: string, at: number];

/** Notes when each was met first, unless an earlier time is known. */
export async function insertFirsts(queries: Queries, journal: string, firsts: readonly First[]): Promise<void> {
  const rows = [...firsts].sort(byText).map((first) => [journal, ...first]);
  await queries.insert(firstsTable, rows);
}

/** In one order, so that two writers never wait for each other in a circle. */
function byText(one: First, other: First): number {
  return one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : one[1] < other[1] ? -1 : 1;
}

async function extendCoverage(queries: Queries, { journal, chain, begins, reaches }: ArchivePage): Promise<void> {
  if (chain === null) return;
  if (begins !== null) {
    await queries.run(
      `INSERT INTO {schema}coverage (journal, from_at, to_at, from_exact, to_exact, why) VALUES ($1, $2, $2, $3, $3, $4)
      ON CONFLICT (journal, from_at) DO NOTHING`,
      [journal, chain, begins.isExact ? 1 : 0, begins.why],
    );
  }
  if (reaches === null) return;
  await queries.run(
    `UPDATE {schema}coverage SET to_at = $3, to_exact = $4 WHERE journal = $1 AND from_at = $2 AND to_at <= $3`,
    [journal, chain, Math.round(reaches.at), reaches.isExact ? 1 : 0],
  );
}
