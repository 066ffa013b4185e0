import { resolveEventSelection } from "../../runs/events/event-selection.ts";
import { normalise } from "../../runs/events/normalise.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Database, Queries } from "./database.ts";
import { readInOrder } from "./read-archived.ts";
import type { ReadBack } from "./read-back.ts";
import { readInPack } from "./pack.ts";
import { replaceInPacks, textsAlone, type PackedRecord } from "./packs.ts";
import { bytesIn } from "./row-values.ts";
import { eventKey, runColumnNames, runValues, writtenOf, type ArchivedRun } from "./run-row.ts";
import { insertParts } from "./write-page.ts";

/** How many records were made anew. */
export interface Reindexed {
  readonly runs: number;
  /** Of these, the ones that are not what they were. */
  readonly changed: number;
  /** Without the event as delivered, or one of which this version makes no run: they stay as they are. */
  readonly kept: number;
}

/** Decodes all events of a journal anew: what an older flowrun did not see in them is there afterwards. */
export async function reindex(
  database: Database,
  journal: string,
  onDone: (soFar: Reindexed) => void,
): Promise<Reindexed> {
  const counts = { runs: 0, changed: 0, kept: 0 };
  for await (const rows of readInOrder(database, journal, { raw: true })) {
    const anew = rows.map((row) => ({ row, run: decodeAnew(row) }));
    const changed = anew.filter((one): one is Changed => one.run !== null && isOther(one.row.record, one.run));
    if (changed.length > 0) await database.transaction((queries) => replace(queries, journal, changed));
    counts.runs += rows.length;
    counts.changed += changed.length;
    counts.kept += anew.filter(({ run }) => run === null).length;
    onDone({ ...counts });
  }
  return counts;
}

interface Changed {
  readonly row: ReadBack;
  readonly run: FlowRun;
}

/** The run of a row as this version reads it; `null` where its event is not there, or holds no such run any more. */
function decodeAnew({ eventKey: own, record }: ReadBack): FlowRun | null {
  if (typeof record === "string" || record.raw == null) return null;
  const { position, profile, raw, via } = record;
  const { runs } = normalise(position, raw, { events: everyRun, raw: true, profile, via });
  return runs.find(({ key }) => eventKey(key) === own)?.run ?? null;
}

const everyRun = resolveEventSelection(["runs"]);

function isOther(record: FlowRun | string, run: FlowRun): boolean {
  return JSON.stringify(record) !== JSON.stringify(run);
}

/** The columns that a decoder fills. */
const decoded = runColumnNames.filter(
  (name) => !["journal", "event_key", "seq", "recorded_at", "event"].includes(name),
);

async function replace(queries: Queries, journal: string, changed: readonly Changed[]): Promise<void> {
  const runs: ArchivedRun[] = [];
  const packed: PackedRecord[] = [];
  for (const { row, run } of changed) {
    const [found] = await queries.all(`SELECT document FROM {schema}runs WHERE seq = $1`, [row.seq]);
    if (found === undefined) continue;
    const { kept, ...written } = writtenOf(run);
    const words = bytesIn(found, "document");
    const inPack = readInPack(words);
    // The column of the event is none of those that are written.
    const texts = inPack === null ? textsAlone(kept) : { record: words, event: null };
    const archived = { ...written, key: run.key, recordedAt: row.recordedAt, kept };
    const values = runValues(journal, row.seq, archived, texts);
    const own = decoded.map((name) => values[runColumnNames.indexOf(name)] ?? null);
    const sets = decoded.map((name, n) => `${name} = $${String(n + 2)}`).join(", ");
    // It may have been pruned since it was read.
    if ((await queries.run(`UPDATE {schema}runs SET ${sets} WHERE seq = $1`, [row.seq, ...own])) === 0) continue;
    if (inPack !== null) packed.push({ ...inPack, record: kept.record });
    runs.push(archived);
    for (const table of ["run_errors", "origins"])
      await queries.run(`DELETE FROM {schema}${table} WHERE journal = $1 AND event_key = $2`, [journal, row.eventKey]);
  }
  await replaceInPacks(queries, packed);
  await insertParts(queries, journal, runs);
}
