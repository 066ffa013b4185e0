import type { PlatformApi } from "../../../adobe/platform/api.ts";
import { openFailedBatch, readFailedRows, type FailedBatch } from "../../../engine/rows/failed-batch.ts";
import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { recordText } from "../../../render/formats/row-columns.ts";
import { renderRowsSheet } from "../../../render/sheets/rows-sheet.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { createPainter } from "../../../render/text/painter.ts";
import { quoteForShell } from "../../../render/text/shell-word.ts";
import { openTimes } from "../../../render/text/times.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { countCodes, type CodeCounter } from "../../../runs/rows/count-codes.ts";
import type { FailedRow } from "../../../runs/rows/failed-row.ts";
import { withoutPersonalData } from "../../../runs/rows/read-row.ts";
import { whyNone } from "../../../runs/rows/why-none.ts";
import { timeStyleOf } from "../../options/clock.ts";
import type { RowsFlags } from "../../options/flags.ts";
import { wantsSheet } from "../../options/output-options.ts";
import { count, type Reporter } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";
import { openStdout } from "../reading/open-stdout.ts";
import { noneFailure, noneRejected, noneWarning } from "./none-words.ts";
import type { RowsWish } from "./rows-options.ts";

/** Whose rejected records are wanted. */
export interface RowsSubject {
  readonly api: PlatformApi;
  readonly batchIds: readonly string[];
  /** `null` where the batch alone is known. */
  readonly run: FlowRun | null;
}

/** How they are told, and where. */
export interface RowsTelling {
  readonly flags: RowsFlags;
  readonly host: Host;
  readonly reporter: Reporter;
}

/** How it ended: the parts of the closing line, and a failure where not one could be shown. */
export interface RowsOutcome {
  readonly outcome: readonly string[];
  readonly failure: FlowrunError | null;
}

/**
 * Prints the rejected records: a sheet with what they were rejected for, or the records alone, as they come.
 * @throws FlowrunError as asking for them does.
 */
export async function tellRows(subject: RowsSubject, wish: RowsWish, telling: RowsTelling): Promise<RowsOutcome> {
  const { reporter } = telling;
  const batches = await openBatches(subject, reporter);
  const counter = countCodes(batches.map(({ facts }) => facts));
  const reading = { subject, batches, counter, wish, reporter };
  const read = wish.isHeld ? await tellHeld(reading, telling) : await tellAsTheyCome(reading, telling);
  reporter.clear();
  if (read.hasMore && !wantsSheet(wish.output)) {
    reporter.notify({ kind: "remark", text: "there are more of them: --max-rows all prints them all" });
  }
  const failure = judgeBatches(read.batches, subject, telling);
  const more = read.hasMore ? ["and there are more"] : [];
  return { outcome: [`${count(read.printed, "rejected record")} printed`, ...more], failure };
}

/**
 * Looks for the batches; of several, one that is not there is told of, and passed over.
 * @throws FlowrunError `notFound` where none is there.
 */
export async function openBatches(
  { api, batchIds, run }: RowsSubject,
  { notify }: Reporter,
): Promise<readonly FailedBatch[]> {
  const found: FailedBatch[] = [];
  const failures: FlowrunError[] = [];
  for (const id of batchIds) {
    try {
      found.push(await openFailedBatch(api, id));
    } catch (error) {
      if (!(error instanceof FlowrunError) || error.kind !== "notFound") throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first !== undefined && found.length === 0) throw first;
  for (const failure of failures) notify({ kind: "warning", text: noneWarning(failure) });
  // Of one batch the run counts what the catalogue may not.
  return found.length > 1 ? found : found.map((batch) => counted(batch, run));
}

function counted(batch: FailedBatch, run: FlowRun | null): FailedBatch {
  const { facts } = batch;
  return { ...batch, facts: { ...facts, failed: facts.failed ?? run?.records.failed ?? null } };
}

interface RowsReading {
  readonly subject: RowsSubject;
  readonly batches: readonly FailedBatch[];
  readonly counter: CodeCounter;
  readonly wish: RowsWish;
  readonly reporter: Reporter;
}

/** A batch that was read. */
interface BatchRead {
  readonly batch: FailedBatch;
  /** `null` where it was not begun, since enough had been read. */
  readonly rows: number | null;
}

/** All batches, as far as they were read. */
interface RowsRead {
  readonly batches: readonly BatchRead[];
  readonly printed: number;
  readonly hasMore: boolean;
}

/** Reads records until there are enough of them, or no more. @param take returns whether it has room for more. */
async function readRows(
  { subject, batches, counter, wish, reporter }: RowsReading,
  take: (rows: readonly FailedRow[]) => Promise<boolean>,
): Promise<RowsRead> {
  const read: BatchRead[] = [];
  let printed = 0;
  let hasMore = false;
  for (const batch of batches) {
    const packed = [...batch.packed];
    let rows = 0;
    if (hasMore) {
      read.push({ batch, rows: null });
      continue;
    }
    const about = {
      runId: subject.run?.runId ?? null,
      onPacked: (file: FailedBatch["packed"][number]) => packed.push(file),
    };
    for await (const some of readFailedRows(subject.api, batch, about)) {
      const wanted = some.slice(0, wish.maxRows - printed).map((row) => (wish.isBare ? withoutPersonalData(row) : row));
      for (const row of wanted) counter.add(row);
      rows += some.length;
      printed += wanted.length;
      const hasRoom = wanted.length === 0 || (await take(wanted));
      reporter.live(`reading · ${count(printed, "rejected record")}`);
      hasMore = wanted.length < some.length || !hasRoom;
      if (hasMore) break;
    }
    read.push({ batch: { ...batch, packed }, rows });
  }
  return { batches: read, printed, hasMore };
}

/** Whoever prints a record at a time never has more than a few in memory. */
async function tellAsTheyCome(reading: RowsReading, { flags, host, reporter }: RowsTelling): Promise<RowsRead> {
  const options = { ...reading.wish.output, time: timeStyleOf(flags.time), common: flags };
  const sink = await openStdout({ options, host, reporter }, false);
  try {
    return await readRows(reading, async (rows) => {
      await sink.write(rows.map(sink.encode));
      return true;
    });
  } finally {
    // Half a document is one that ends as it should.
    await sink.close();
  }
}

/** Characters of records that wait for the last one. */
const mostHeld = 32_000_000;

async function tellHeld(reading: RowsReading, telling: RowsTelling): Promise<RowsRead> {
  const { wish } = reading;
  const { host, flags, reporter } = telling;
  const held: FailedRow[] = [];
  let size = 0;
  const read = await readRows(reading, (rows) => {
    held.push(...rows);
    size = rows.reduce((sum, row) => sum + (recordText(row)?.length ?? 0), size);
    return Promise.resolve(size < mostHeld);
  });
  reporter.clear();
  if (wantsSheet(wish.output)) await printSheet(reading, read, held, telling);
  else await printRows({ options: wish.output, rows: held, color: flags.color }, host, host.stdout);
  return read;
}

/** Columns that a text for reading takes where there is no terminal to ask. */
const pipeWidth = 80;

async function printSheet(
  { subject, batches, counter, wish }: RowsReading,
  { hasMore, batches: read }: RowsRead,
  rows: readonly FailedRow[],
  { flags, host }: RowsTelling,
): Promise<void> {
  const codes = counter.result();
  if (codes.length === 0) return;
  const { stdout, env } = host;
  const look = {
    catalogue: await import("../../../runs/catalogue/catalogue.ts"),
    painter: createPainter(decideColour(flags.color, env, stdout.isTTY)),
    time: await openTimes(timeStyleOf(flags.time) ?? (stdout.isTTY ? "local" : "iso"), () => host.now()),
    width: stdout.isTTY ? stdout.columns : pipeWidth,
    room: stdout.isTTY ? stdout.columns : Infinity,
    columns: wish.output.columns,
    profile: flags.profile ?? null,
  };
  const told = {
    run: subject.run,
    sandbox: subject.api.sandbox,
    batches: batches.map(({ facts }) => facts),
    codes,
    rows,
    hasMore,
    hasPacked: read.some(({ batch }) => batch.packed.length > 0),
    isBare: wish.isBare,
  };
  await tell(renderRowsSheet(told, look), stdout);
}

/**
 * Says of each batch without a record why that is.
 * @returns the failure where records were rejected of which not one was shown.
 */
export function judgeBatches(
  read: readonly BatchRead[],
  { run, api }: RowsSubject,
  { host, reporter, flags }: RowsTelling,
): FlowrunError | null {
  const named = flags.profile === undefined ? "" : ` --profile ${quoteForShell(flags.profile)}`;
  const isAnyShown = read.some(({ rows }) => rows === null || rows > 0);
  const failures: FlowrunError[] = [];
  for (const { batch, rows } of read) {
    if (rows !== 0) continue;
    const why = whyNone(batch.facts, batch.packed.length > 0, host.now());
    if (why === "noneFailed") {
      if (!isAnyShown) reporter.notify({ kind: "remark", text: noneRejected(batch) });
      continue;
    }
    const place = run === null && api.sandbox !== null ? ` --sandbox ${quoteForShell(api.sandbox)}` : "";
    const line = `flowrun rows ${quoteForShell(run?.runId ?? batch.facts.id)}${place}${named}`;
    failures.push(noneFailure(batch, why, line));
  }
  const [first, ...others] = failures;
  const told = isAnyShown ? failures : others;
  for (const failure of told) reporter.notify({ kind: "warning", text: noneWarning(failure) });
  return isAnyShown ? null : (first ?? null);
}
