import type { PlatformApi } from "../../adobe/platform/api.ts";
import { findBatch } from "../../adobe/platform/catalog.ts";
import { readExport } from "../../adobe/platform/export-bytes.ts";
import { findSampleFile, listExportFiles, type ExportFile } from "../../adobe/platform/export-files.ts";
import type { BatchFacts } from "../../runs/rows/batch-facts.ts";
import type { FailedRow, RowOrigin } from "../../runs/rows/failed-row.ts";
import { readRow } from "../../runs/rows/read-row.ts";
import { linesOf } from "../../text/lines.ts";

/** A batch, and the files that its rejected records are in. */
export interface FailedBatch {
  readonly facts: BatchFacts;
  /** Those that are read, in that order. */
  readonly files: readonly RowFile[];
  /** Those that hold no text: Parquet and packed ones. */
  readonly packed: readonly ExportFile[];
  /** All of them. */
  readonly kept: readonly ExportFile[];
}

/** A file of lines, each a rejected record. */
interface RowFile extends ExportFile {
  readonly folder: RowOrigin;
}

/**
 * Looks for a batch and its rejected records: the rows with their errors, or else the failed parts, or else a sample.
 * @throws FlowrunError `notFound` where there is no such batch in the sandbox; `forbidden`, `unavailable` and the like.
 */
export async function openFailedBatch(api: PlatformApi, batchId: string): Promise<FailedBatch> {
  const facts = await findBatch(api, batchId);
  const rows = (await listExportFiles(api, batchId, "row_errors")) ?? [];
  // What failed as a whole is kept as it came in; where rows have been sorted out, these tell more.
  const parts = (await listExportFiles(api, batchId, "failed")) ?? [];
  const found = [...rows, ...parts];
  const packed = found.filter(({ name }) => isPacked(name));
  const readable = [rows, parts].map((files) => files.filter(({ name }) => !isPacked(name)).flatMap(asRows));
  const files = readable.find((some) => some.length > 0) ?? [];
  if (found.length > 0) return { facts, files, packed, kept: found };
  const sample = await findSampleFile(api, batchId);
  const only = sample === null ? [] : [sample];
  return { facts, files: only.flatMap(asRows), packed, kept: only };
}

function asRows(file: ExportFile): readonly RowFile[] {
  const { folder } = file;
  return folder === "input_files" ? [] : [{ ...file, folder }];
}

/** Everything that a batch may be made of beside lines of text. */
function isPacked(name: string): boolean {
  return /\.(?:parquet|avro|orc|gz|zip|snappy|bz2|zst)$/i.test(name);
}

/** Whose records are read. */
export interface RowsAbout {
  readonly runId: string | null;
  /** Told of a file that turns out to hold no text. */
  readonly onPacked: (file: ExportFile) => void;
}

/**
 * The rejected records of a batch, some at a time, as they come: no more than a few pieces of a file are in memory. Left
 * early, it reads no further.
 * @throws FlowrunError as `readExport`.
 */
export async function* readFailedRows(
  api: PlatformApi,
  { facts, files }: FailedBatch,
  { runId, onPacked }: RowsAbout,
): AsyncGenerator<readonly FailedRow[], void, undefined> {
  for (const file of files) {
    const { name, folder } = file;
    const place = { runId, batchId: facts.id, sandbox: api.sandbox, from: folder, file: name };
    for await (const lines of linesOf(readExport(api, file), longestLine)) {
      const [first] = lines;
      if (first?.number === 1 && first.text.startsWith(parquetMark)) {
        onPacked(file);
        break;
      }
      yield lines.map((line) => readRow(line, place));
    }
  }
}

/** How every Parquet file begins, whatever it is called. */
const parquetMark = "PAR1";

/** Characters: a record is a few hundred of them. */
const longestLine = 262_144;
