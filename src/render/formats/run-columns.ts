import { failuresOf } from "../../runs/causes/root-cause.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Column, ColumnSet } from "./column.ts";
import { pickColumns } from "./pick-columns.ts";
import type { OutputFormat } from "./registry.ts";

/**
 * The columns of flow runs that a user asked for, in that order, or else the ones that the format shows by itself.
 * @throws FlowrunError `usage` for an unknown name, and for names where the format has no columns. Pure.
 */
export function resolveColumns(words: readonly string[] | undefined, format: OutputFormat): readonly Column<FlowRun>[] {
  return pickColumns(runColumns, words, format);
}

/** Every name that `--columns` knows of flow runs. Pure. */
export function columnNames(): readonly string[] {
  return columns.map(({ name }) => name);
}

/** In the order of the record. */
const columns: readonly Column<FlowRun>[] = [
  { name: "type", title: "TYPE", kind: "id", value: (run) => run.type },
  { name: "schemaVersion", title: "SCHEMA", kind: "count", value: (run) => run.schemaVersion },
  { name: "position", title: "POSITION", kind: "id", value: (run) => run.position },
  { name: "eventId", title: "EVENT ID", kind: "id", value: (run) => run.eventId },
  { name: "eventCode", title: "EVENT CODE", kind: "id", value: (run) => run.eventCode },
  { name: "runId", title: "RUN ID", kind: "id", value: (run) => run.runId },
  { name: "flowId", title: "FLOW ID", kind: "id", value: (run) => run.flowId },
  { name: "flowName", title: "FLOW NAME", kind: "text", value: (run) => run.flowName },
  {
    name: "flow",
    title: "FLOW",
    kind: "text",
    usual: 20,
    value: (run) => run.flowName ?? run.flowId,
    isId: (run) => run.flowName === null,
  },
  { name: "status", title: "STATUS", kind: "status", value: (run) => run.status },
  { name: "sandbox.id", title: "SANDBOX ID", kind: "id", value: (run) => run.sandbox.id },
  {
    name: "sandbox.name",
    title: "SANDBOX",
    kind: "text",
    yields: { turn: 4, to: "neat" },
    value: (run) => run.sandbox.name,
  },
  { name: "imsOrgId", title: "ORG", kind: "id", value: (run) => run.imsOrgId },
  { name: "createdAt", title: "CREATED", kind: "time", value: (run) => run.createdAt },
  {
    name: "updatedAt",
    title: "UPDATED",
    kind: "time",
    yields: { turn: 7, to: "least" },
    value: (run) => run.updatedAt,
  },
  { name: "startedAt", title: "STARTED", kind: "time", value: (run) => run.startedAt },
  { name: "completedAt", title: "COMPLETED", kind: "time", value: (run) => run.completedAt },
  {
    name: "durationMs",
    title: "DURATION",
    kind: "duration",
    yields: { turn: 5, to: "neat" },
    value: (run) => run.durationMs,
  },
  {
    name: "records.input",
    title: "IN",
    kind: "count",
    yields: { turn: 2, to: "neat" },
    value: (run) => run.records.input,
  },
  {
    name: "records.output",
    title: "OUT",
    kind: "count",
    yields: { turn: 3, to: "neat" },
    value: (run) => run.records.output,
  },
  { name: "records.created", title: "NEW", kind: "count", value: (run) => run.records.created },
  { name: "records.updated", title: "CHANGED", kind: "count", value: (run) => run.records.updated },
  { name: "records.deleted", title: "DELETED", kind: "count", value: (run) => run.records.deleted },
  { name: "records.skipped", title: "SKIPPED", kind: "count", value: (run) => run.records.skipped },
  {
    name: "records.failed",
    title: "FAILED",
    kind: "count",
    yields: { turn: 6, to: "least" },
    value: (run) => run.records.failed,
  },
  { name: "records.warning", title: "WARNED", kind: "count", value: (run) => run.records.warning },
  { name: "bytes.input", title: "BYTES IN", kind: "bytes", value: (run) => run.bytes.input },
  {
    name: "bytes.output",
    title: "BYTES OUT",
    kind: "bytes",
    yields: { turn: 1, to: "neat" },
    value: (run) => run.bytes.output,
  },
  { name: "bytes.skipped", title: "BYTES SKIPPED", kind: "bytes", value: (run) => run.bytes.skipped },
  { name: "bytes.failed", title: "BYTES FAILED", kind: "bytes", value: (run) => run.bytes.failed },
  { name: "files.input", title: "FILES IN", kind: "count", value: (run) => run.files.input },
  { name: "files.output", title: "FILES OUT", kind: "count", value: (run) => run.files.output },
  { name: "files.skipped", title: "FILES SKIPPED", kind: "count", value: (run) => run.files.skipped },
  { name: "files.failed", title: "FILES FAILED", kind: "count", value: (run) => run.files.failed },
  { name: "errors", title: "ERRORS", kind: "list", value: (run) => run.errors.map(({ code }) => code) },
  { name: "error", title: "ERROR", kind: "code", value: errorWithRoot },
  {
    name: "message",
    title: "MESSAGE",
    kind: "text",
    value: (run) => failuresOf(run)[0]?.message ?? run.rootCause?.message ?? null,
  },
  { name: "rootCause.code", title: "ROOT CAUSE", kind: "code", value: (run) => run.rootCause?.code ?? null },
  { name: "rootCause.message", title: "ROOT MESSAGE", kind: "text", value: (run) => run.rootCause?.message ?? null },
  {
    name: "activities",
    title: "ACTIVITIES",
    kind: "list",
    value: (run) => present(run.activities.map((step) => step.name ?? step.id)),
  },
  {
    name: "sources",
    title: "SOURCES",
    kind: "list",
    value: (run) => present(run.sources.map((end) => end.id ?? end.type)),
  },
  {
    name: "targets",
    title: "TARGETS",
    kind: "list",
    value: (run) => present(run.targets.map((end) => end.id ?? end.type)),
  },
  { name: "batchIds", title: "BATCHES", kind: "list", value: (run) => run.batchIds },
  { name: "providerRefId", title: "PROVIDER REF", kind: "id", value: (run) => run.providerRefId },
  { name: "service", title: "SERVICE", kind: "text", value: (run) => run.service },
  { name: "key", title: "KEY", kind: "id", value: (run) => run.key },
  { name: "raw", title: "RAW", kind: "text", value: ({ raw = null }) => (raw === null ? null : JSON.stringify(raw)) },
];

/** All columns of flow runs: the paths of the record; `flow`, `error` and `message` are made of several fields. */
export const runColumns: ColumnSet<FlowRun> = {
  all: columns,
  usual: [
    "updatedAt",
    "status",
    "flow",
    "sandbox.name",
    "durationMs",
    "records.input",
    "records.output",
    "records.failed",
    "bytes.output",
    "error",
  ],
  wide: ["runId", "flowId", "eventCode", "position", "message"],
};

/** The first error's code and, where it is another one, the root cause's; reasons to skip or to warn are no errors. */
function errorWithRoot(run: FlowRun): string | null {
  const root = run.rootCause?.code ?? null;
  const code = failuresOf(run)[0]?.code ?? root;
  return root === null || root === code ? code : `${code ?? ""} → ${root}`;
}

function present(names: readonly (string | null)[]): readonly string[] {
  return names.filter((name) => name !== null);
}
