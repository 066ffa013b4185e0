import type { FieldKind, FieldValue } from "../record/fields.ts";
import type { FlowRun } from "../record/flow-run.ts";
import { runFields } from "../record/record-fields.ts";
import { jobFields, type Job } from "../job/job.ts";
import { flowShown } from "./criterion.ts";

/** The words that a condition over one kind of record may use. */
export interface RecordWords<R> {
  /** The kind of the field at a path; `group` for several fields, `null` for none. */
  readonly kindAt: (path: string) => FieldKind | "group" | null;
  /** Every path that leads to a value. */
  readonly paths: () => readonly string[];
  /** Things that people see and no field is: a text each, by its word. */
  readonly more: Readonly<Record<string, (record: R) => FieldValue>>;
  /** A condition of each kind, for hints. */
  readonly examples: Readonly<Record<"text" | "time" | "count" | "pattern" | "unknown", string>>;
}

/** Those of flow runs: the fields of the record, and the column `flow`. */
export const runWords: RecordWords<FlowRun> = {
  kindAt: (path) => (path === "flow" ? "text" : runFields.kindAt(path)),
  paths: () => [...runFields.paths(), "flow"],
  more: { flow: flowShown },
  examples: {
    text: 'status == "failed"',
    time: 'updatedAt > "2026-11-20T08:00Z"',
    count: "records.failed > 100",
    pattern: "flowName =~ /crm/i",
    unknown: "durationMs != null",
  },
};

/** Those of events of Lytics: the fields of the record, but for `context`, which is the sender's own. */
export const jobWords: RecordWords<Job> = {
  kindAt: jobFields.kindAt,
  paths: jobFields.paths,
  more: {},
  examples: {
    text: 'verb == "failed"',
    time: 'at > "2026-11-20T08:00Z"',
    count: "priority > 3",
    pattern: "notes =~ /quota/i",
    unknown: "status != null",
  },
};
