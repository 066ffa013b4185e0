import type { Database } from "../../src/engine/archive/database.ts";
import { readKeptJobs, type JobsWindow, type KeptJob } from "../../src/engine/archive/jobs.ts";
import { takeLease, type Lease } from "../../src/engine/archive/lease.ts";
import { readInOrder } from "../../src/engine/archive/read-archived.ts";
import type { ReadBack } from "../../src/engine/archive/read-back.ts";
import type { CursorPoint } from "../../src/engine/archive/cursors.ts";
import { journalKey, type WholeRun } from "../../src/engine/archive/run-row.ts";
import { takingOf, type ArchivePage, type PageTaken } from "../../src/engine/archive/write-page.ts";
import { resolveEventSelection } from "../../src/runs/events/event-selection.ts";
import { normalise } from "../../src/runs/events/normalise.ts";
import type { FlowRun } from "../../src/runs/record/flow-run.ts";
import { noon, realSleep } from "./host.ts";
import { runEvent, type RunParts } from "./journal.ts";

/** The version of the schema of today. */
export const schemaVersion = 3;

/** Takes a page, once. */
export function writePage(database: Database, lease: Lease, page: ArchivePage): Promise<PageTaken> {
  return takingOf(database, lease, page)();
}

/** The journal of these tests, by its short name. */
export const journal = journalKey("https://journal.test/1");

/** `run-<n>` as it is archived, updated n minutes after noon. */
export function archived(n: number, parts: RunParts = {}, change: Partial<FlowRun> = {}): WholeRun {
  const updatedAt = parts.updatedAt ?? noon + n * 60_000;
  const event = runEvent(n, { ...parts, updatedAt });
  const [first] = normalise(`p${String(n)}`, event, {
    events: resolveEventSelection(["runs"]),
    raw: true,
    profile: "p",
    via: "journal",
  }).runs;
  if (first === undefined) throw new Error("no run");
  return { key: first.key, run: { ...first.run, ...change }, recordedAt: updatedAt };
}

/** The nth page of a journal: three runs, the second of them failed with two errors. */
export function pageOf(n: number, change: Partial<ArchivePage> = {}): ArchivePage {
  const at = 3 * n;
  return {
    journal,
    pageId: pageName(n),
    cursor: "archive",
    from: pointAfter(n),
    runs: [archived(at), archived(at + 1, { status: "failed", errors: ["E-1", "E-2"] }), archived(at + 2)],
    next: `/j?since=${String(n + 1)}`,
    position: `p${String(at + 2)}`,
    readUntil: noon + (at + 2) * 60_000,
    movedAt: noon,
    now: noon + (at + 3) * 60_000,
    events: 5,
    chain: noon,
    begins: n === 0 ? { isExact: false, why: "start" } : null,
    reaches: { at: noon + (at + 2) * 60_000, isExact: false },
    ...change,
  };
}

/** Where a cursor stands that so many pages have moved. */
function pointAfter(pages: number): CursorPoint | null {
  return pages === 0 ? null : { revision: pages, pageId: pageName(pages - 1) };
}

function pageName(n: number): string {
  return `page ${String(n)}`;
}

/** The lease on a cursor, for a process that comes after all others' time is over, and never renews it by itself. */
export async function takeOver(database: Database, holder = "one", name = `${journal} archive`): Promise<Lease> {
  await database.run("UPDATE {schema}leases SET expires_at = 0 WHERE name = $1", [name]);
  const still = new AbortController().signal;
  const host = { sleep: (_: number, signal?: AbortSignal) => realSleep(1_000_000, signal) };
  return takeLease(database, { name, holder, host, signal: still, lifeMs: 60_000 });
}

/** All that an archive has of a journal, in the order of its numbers. */
export async function allOf(database: Database, name = journal): Promise<readonly ReadBack[]> {
  const rows: ReadBack[] = [];
  for await (const some of readInOrder(database, name, { raw: true })) rows.push(...some);
  return rows;
}

/** Their runs' ids. */
export async function idsOf(database: Database, name = journal): Promise<readonly string[]> {
  return (await allOf(database, name)).map(({ record }) => (typeof record === "string" ? record : record.runId));
}

/** How many rows a table has. */
export async function countOf(database: Database, table: string): Promise<number> {
  const [row] = await database.all(`SELECT count(*) AS n FROM {schema}${table}`);
  return Number(row?.["n"]);
}

/** All events of an account of Lytics in a window, as they come. */
export async function jobBatches(
  database: Database,
  account: string,
  window: JobsWindow = { from: -Infinity, to: Infinity },
): Promise<readonly (readonly KeptJob[])[]> {
  const batches: (readonly KeptJob[])[] = [];
  for await (const rows of readKeptJobs(database, account, window)) batches.push(rows);
  return batches;
}
