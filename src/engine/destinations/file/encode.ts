import { FlowrunError } from "../../../errors.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import type { Renderer } from "../../../render/formats/renderer.ts";
import { gunzipStart, gzipMember, type GrowingFile } from "../../../state/growing-file.ts";
import type { DeliveredRecord, Subject } from "../destination.ts";
import type { FileForm } from "./form.ts";

/** How records become bytes of a file. */
export interface FileEncoding {
  /**
   * The bytes of some records, in pieces by which a part of them is known again: a line each, or a few of gzip.
   * @param after `nothing`: of the file; `a line`; or a part of one, which stays on a line of its own.
   */
  encode(records: readonly DeliveredRecord[], after: "nothing" | "a line" | "a part"): Promise<readonly Uint8Array[]>;
  /** How a file ends that has something in it. @throws FlowrunError `settings` where records cannot go on behind it. */
  look(file: GrowingFile, size: number): Promise<"a line" | "a part">;
}

/**
 * The encoding of a form.
 * @param of the records whose columns a table has.
 */
export async function encodingFor(
  { format, isPacked }: Pick<FileForm, "format" | "isPacked">,
  of: Subject,
): Promise<FileEncoding> {
  const renderer = format === "csv" ? await csvBySubject[of]() : await ndjson();
  const header = renderer.open();
  return {
    encode: async (records, after) => {
      const lines = [
        ...(after === "nothing" && header !== "" ? [header] : []),
        ...records.map((record) => renderer.lay([renderer.encode(record)])),
      ].map((line) => Buffer.from(line));
      if (isPacked) return piecesOf(await gzipMember(Buffer.concat(lines)));
      return after === "a part" ? [newline, ...lines] : lines;
    },
    look: async (file, size) => {
      const start = await file.read(0, longestHeader);
      const isGzip = start[0] === 0x1f && start[1] === 0x8b;
      if (isGzip !== isPacked) throw notThat(file.path, isGzip);
      const text = Buffer.from(isPacked ? await gunzipStart(start) : start).toString();
      if (header !== "" && !`${text}\n`.startsWith(header)) throw otherColumns(file.path);
      if (isPacked) return "a line";
      const [last] = await file.read(size - 1, 1);
      return last === newline[0] ? "a line" : "a part";
    },
  };
}

const newline = Buffer.from("\n");
const longestHeader = 4096;

/** Small enough that next to nothing of gzip that was cut is left unknown. */
const pieceBytes = 512;

function piecesOf(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, n) =>
    bytes.subarray(n * pieceBytes, (n + 1) * pieceBytes),
  );
}

async function ndjson(): Promise<Renderer<DeliveredRecord>> {
  return (await import("../../../render/formats/json.ts")).ndjsonRenderer();
}

/** Its columns are those of one kind of record, and it is given no other. */
const csvBySubject: Readonly<Record<Subject, () => Promise<Renderer<DeliveredRecord>>>> = {
  runs: async () => {
    const rows = await csv((await import("../../../render/formats/run-columns.ts")).runColumns);
    return { ...rows, encode: (record) => (record.type === "flowrun.run" ? rows.encode(record) : "") };
  },
  jobs: async () => {
    const rows = await csv((await import("../../../render/formats/job-columns.ts")).jobColumns);
    return { ...rows, encode: (record) => (record.type === "flowrun.job" ? rows.encode(record) : "") };
  },
};

async function csv<R>(set: ColumnSet<R>): Promise<Renderer<R>> {
  const [{ csvRenderer }, { pickColumns }] = await Promise.all([
    import("../../../render/formats/csv.ts"),
    import("../../../render/formats/pick-columns.ts"),
  ]);
  return csvRenderer({ columns: pickColumns(set, undefined, "csv"), headers: true });
}

function notThat(path: string, isGzip: boolean): FlowrunError {
  return new FlowrunError("settings", `${path} is not what its name says`, {
    why: `it ${isGzip ? "is gzip, and ends in no .gz" : "ends in .gz, and is no gzip"}: what is added could not be read`,
    hint: "name another file, or move this one away",
  });
}

function otherColumns(path: string): FlowrunError {
  return new FlowrunError("settings", `${path} has other columns`, {
    why: "its first line is not the header of what would be added to it",
    hint: `begin a new file: mv ${path} ${path}.before`,
  });
}
