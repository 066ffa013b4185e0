import type { DemoBatch, DemoFile } from "../batches.ts";
import { account } from "../account.ts";
import { between, chance, hexFrom, uuidFrom } from "../chance.ts";
import { batchIdOf, volumesOf } from "./batch.ts";
import { findFailure } from "./failures.ts";
import type { Run } from "./run.ts";

/** So long does Data Access keep what it has of a batch. */
const keptMs = 30 * 86_400_000;

/** The batch that a run wrote, with the records that it rejected; `now` is epoch ms. Pure. */
export function batchOf(run: Run, now: number): DemoBatch {
  const isKept = now - run.completedAt < keptMs;
  return {
    id: batchIdOf(run),
    sandbox: run.flow.sandbox,
    facts: () => factsOf(run),
    files: () => (isKept ? filesOf(run) : []),
  };
}

function factsOf(run: Run): object {
  const { records, failed, inputBytes, files } = volumesOf(run);
  const causes = findFailure(run, failed)?.causes ?? [];
  const hasFailed = run.outcome === "unreadableRows" || run.outcome === "noFiles";
  const isEmpty = run.outcome === "noFiles";
  return {
    status: hasFailed ? "failed" : "success",
    tags: {
      acp_enableErrorDiagnostics: run.outcome !== "errorsWithoutDiagnostics",
      acp_partialIngestionPercent: 5,
    },
    relatedObjects: [{ type: "dataSet", id: hexFrom(`data set ${run.flow.key}`, 24) }],
    id: batchIdOf(run),
    externalId: batchIdOf(run),
    inputFormat: { format: "parquet" },
    imsOrg: account.imsOrgId,
    created: run.startedAt,
    started: run.startedAt,
    completed: run.completedAt,
    updated: run.updatedAt,
    version: "1.0.5",
    metrics: isEmpty
      ? {}
      : {
          inputByteSize: inputBytes,
          inputFileCount: files,
          inputRecordCount: records,
          outputRecordCount: records - failed,
          failedRecordCount: failed,
        },
    errors: causes.map(({ code, message, recordCount }) => ({
      code,
      description: message,
      ...(recordCount === undefined ? {} : { recordCount }),
    })),
  };
}

function filesOf(run: Run): readonly DemoFile[] {
  const { failed, files } = volumesOf(run);
  const input = Array.from({ length: run.outcome === "noFiles" ? 0 : files }, (_, n): DemoFile => {
    const text = `${JSON.stringify({ path: inputName(run, n) })}\n`;
    return { path: `meta/input_files/fileMetaData${n + 1}.json`, text };
  });
  if (run.outcome === "unreadableRows") {
    return [...input, ...rowFiles(failed, "parsing_errors", (n) => unreadableLine(run, n)), ...failedParts(run)];
  }
  const isKept = run.outcome === "errorsWithinThreshold" || run.outcome === "partialSuccess";
  return isKept ? [...input, ...rowFiles(failed, "conversion_errors", (n) => rejectedLine(run, n))] : input;
}

const rowsInFile = 5000;

function rowFiles(rows: number, name: string, line: (n: number) => string): readonly DemoFile[] {
  return Array.from({ length: Math.ceil(rows / rowsInFile) }, (_, file) => {
    const first = file * rowsInFile;
    const lines = Array.from({ length: Math.min(rowsInFile, rows - first) }, (_line, at) => line(first + at));
    return { path: `meta/row_errors/${name}_${file}.json`, text: lines.map((text) => `${text}\n`).join("") };
  });
}

/** Where nobody could read it, the input lies there as it came in. */
function failedParts(run: Run): readonly DemoFile[] {
  const part = `part-00000-${uuidFrom(`${run.key} part`)}-c000.snappy.parquet`;
  const body = hexFrom(`${run.key} rows`, 4000);
  return [
    { path: "failed/_SUCCESS", text: "" },
    { path: `failed/${part}`, text: `PAR1${body}PAR1` },
  ];
}

function inputName({ flow, key }: Run, n: number): string {
  return `${flow.key}/${hexFrom(`${key} input ${n}`, 8)}-${n}.parquet`;
}

/** A record that was read, and could not be mapped to the data set's schema. */
function rejectedLine(run: Run, n: number): string {
  const record = recordOf(run, n);
  const { field, value, says } = pick(faults, `${run.key} fault ${n}`);
  const file = inputName(run, between(0, volumesOf(run).files - 1, `${run.key} file ${n}`));
  return JSON.stringify({
    ...record,
    [field]: value,
    _errors: [{ code: "MAPPER-3700-400", message: `Mapper Transform Error: ${says}` }],
    _filename: file,
  });
}

/** A line that is no record; now and then one whose report is none either. */
function unreadableLine(run: Run, n: number): string {
  const text = JSON.stringify(recordOf(run, n));
  const torn = text.slice(0, between(Math.floor(text.length / 2), text.length - 2, `${run.key} torn ${n}`));
  const report = JSON.stringify({
    _corrupt_record: torn,
    _errors: [{ code: "1401", message: "Row is corrupted and cannot be read, please fix and resend." }],
    _filename: inputName(run, 0),
  });
  return n % 40 === 39 ? report.slice(0, report.length - 20) : report;
}

/** None of these people exists. */
function recordOf({ key }: Run, n: number): object {
  const seed = `${key} row ${n}`;
  const [first, last] = [pick(firstNames, `${seed} first`), pick(lastNames, `${seed} last`)];
  const joined = new Date(Date.UTC(2021, 0, 1) + between(0, 1900, `${seed} joined`) * 86_400_000);
  return {
    customerId: `KL-${between(100_000, 999_999, `${seed} id`)}`,
    firstName: first,
    lastName: last,
    email: `${first}.${last}@example.com`.toLowerCase(),
    country: pick(["DE", "FR", "NL", "SE", "PT", "PL"], `${seed} country`),
    points: between(0, 4800, `${seed} points`),
    joinedOn: joined.toISOString().slice(0, 10),
  };
}

interface Fault {
  readonly field: string;
  readonly value: string | null;
  readonly says: string;
}

const faults: readonly [Fault, ...Fault[]] = [
  { field: "points", value: "n/a", says: "the value 'n/a' of points is no whole number" },
  { field: "joinedOn", value: "31.02.2025", says: "the value '31.02.2025' of joinedOn is no date" },
  { field: "country", value: "Deutschland", says: "the value of country is longer than 2 characters" },
  { field: "email", value: null, says: "email is required, and is null" },
];

const firstNames = ["Alva", "Bruno", "Carmen", "Dario", "Elin", "Farah", "Gustav", "Hanna", "Ines", "Jonas"] as const;
const lastNames = ["Abelson", "Berger", "Castel", "Dahl", "Eklund", "Ferro", "Grabow", "Holm", "Iversen"] as const;

function pick<T>(list: readonly [T, ...T[]], seed: string): T {
  return list[Math.floor(chance(seed) * list.length)] ?? list[0];
}
