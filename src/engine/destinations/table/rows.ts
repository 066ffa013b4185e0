import { jobFields } from "../../../runs/job/job.ts";
import type { RecordFields } from "../../../runs/record/fields.ts";
import { runFields } from "../../../runs/record/record-fields.ts";
import type { RecordType, Subject } from "../destination.ts";

/** Records as the rows of a table: which they are, what their columns may be called, and the words for them. */
export interface Rows {
  readonly record: RecordType;
  readonly fields: RecordFields;
  /** The path of the field that a column's name, in lower case, stands for. */
  readonly names: ReadonlyMap<string, string>;
  /** In sentences: `a run`, `runs`. */
  readonly one: string;
  readonly many: string;
  /** A field that every record has, and several for columns of other names, as examples. */
  readonly field: string;
  readonly renamed: string;
  /** The column by which rows are met again, as a rule. */
  readonly key: string;
  /** The keys that make sense, each with what is a row by it. */
  readonly keys: string;
  /** Prints a record, whose fields can be seen in it. */
  readonly look: string;
  /** The columns of a table that suits, as SQL has them. */
  readonly columns: readonly string[];
}

/** The rows of each subject; `records=` names them by these words. */
export const rowsBySubject: Readonly<Record<Subject, Rows>> = {
  runs: {
    record: "flowrun.run",
    fields: runFields,
    names: new Map([
      ...namesOf(runFields, ["errors", "activities", "sources", "targets", "predecessors", "batchIds"]),
      ["sandbox", "sandbox.name"],
      ["root_code", "rootCause.code"],
      ["root_message", "rootCause.message"],
      ...["records", "bytes", "files"].flatMap((group): [string, string][] => [
        [`${group}_in`, `${group}.input`],
        [`${group}_out`, `${group}.output`],
      ]),
    ]),
    one: "a run",
    many: "runs",
    field: "runId",
    renamed: "columns=id=runId,failed=records.failed",
    key: "run_id",
    keys: "key=run_id (a run a row) or key=event_id (a notification a row)",
    look: "flowrun since -P1D --json -n 1",
    columns: [
      "run_id text PRIMARY KEY",
      "flow_id text NOT NULL",
      "flow_name text",
      "status text NOT NULL",
      "sandbox text",
      "updated_at timestamptz",
      "started_at timestamptz",
      "duration_ms bigint",
      "records_in bigint",
      "records_out bigint",
      "records_failed bigint",
      "root_code text",
      "root_message text",
      "record jsonb",
    ],
  },
  jobs: {
    record: "flowrun.job",
    fields: jobFields,
    names: namesOf(jobFields, ["related", "context"]),
    one: "an event of Lytics",
    many: "events",
    field: "id",
    renamed: "columns=work=subjectId,name=jobName",
    key: "event_id",
    keys: "key=event_id (an event a row)",
    look: "flowrun lytics since -P1D --json -n 1",
    columns: [
      "event_id text PRIMARY KEY",
      "at timestamptz",
      "verb text",
      "subject_type text",
      "subject_id text",
      "job_name text",
      "workflow text",
      "status text",
      "notes text",
      "record jsonb",
    ],
  },
};

/**
 * Fields in snake_case, and what all records have: an event's own id may be missing, so that `event_id` is the one by which it is
 * delivered.
 * @param parts that a column may hold whole.
 */
function namesOf(fields: RecordFields, parts: readonly string[]): ReadonlyMap<string, string> {
  return new Map([
    ...[...fields.singlePaths(), ...parts].map((path): [string, string] => [snakeCase(path), path]),
    ["event_id", "id"],
    ["event_key", "id"],
    ["record", "record"],
    ["document", "record"],
  ]);
}

function snakeCase(path: string): string {
  return path
    .replaceAll(".", "_")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}
