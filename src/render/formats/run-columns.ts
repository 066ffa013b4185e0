import { failuresOf } from "../../runs/causes/root-cause.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { shortRunId } from "../../runs/record/run-id.ts";
import { valuesAt } from "../../runs/record/fields.ts";
import { runFields } from "../../runs/record/record-fields.ts";
import type { Painter } from "../text/painter.ts";
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

type RunColumn = Column<FlowRun>;

/** The looks of a field's column, where they are not the usual ones. */
type Look = Partial<Pick<RunColumn, "title" | "sign" | "yields" | "isFlawed" | "paint">> & {
  readonly kind?: "text" | "code" | "status";
};

/**
 * Looks that differ from the usual: the path in capitals for a title, and for a text the kind that is never cut, since
 * most are ids.
 */
const looks: Readonly<Record<string, Look>> = {
  schemaVersion: { title: "SCHEMA" },
  flowName: { kind: "text" },
  status: { kind: "status", isFlawed: ({ records: { failed } }) => failed !== null && failed > 0 },
  "sandbox.name": { title: "SANDBOX", kind: "text", yields: { turn: 4, to: "neat" } },
  imsOrgId: { title: "ORG" },
  createdAt: { title: "CREATED" },
  updatedAt: { title: "UPDATED", yields: { turn: 7, to: "least" } },
  startedAt: { title: "STARTED" },
  completedAt: { title: "COMPLETED" },
  durationMs: { title: "DURATION", yields: { turn: 5, to: "neat" } },
  "records.input": { title: "IN", yields: { turn: 2, to: "neat" } },
  "records.output": { title: "OUT", yields: { turn: 3, to: "neat" } },
  "records.created": { title: "ADDED" },
  "records.updated": { title: "CHANGED" },
  "records.deleted": { title: "DELETED" },
  "records.skipped": { title: "SKIPPED" },
  "records.failed": { title: "BAD", yields: { turn: 6, to: "neat" }, paint: paintBad },
  "records.warning": { title: "WARNED" },
  "bytes.input": { title: "BYTES IN" },
  "bytes.output": { title: "BYTES OUT", yields: { turn: 1, to: "neat" } },
  "files.input": { title: "FILES IN" },
  "files.output": { title: "FILES OUT" },
  "rootCause.code": { title: "ROOT CAUSE", kind: "code" },
  "rootCause.message": { title: "ROOT MESSAGE", kind: "text" },
  providerRefId: { title: "PROVIDER REF" },
  service: { kind: "text" },
  profile: { kind: "text" },
  via: { kind: "text" },
  new: { sign: "NEW" },
};

/** The columns of the fields of which a run has one value each, in the order of the record. */
const plain: readonly RunColumn[] = runFields.singlePaths().map((name) => {
  const kind = runFields.kindAt(name);
  const path = name.split(".");
  return {
    name,
    title: name
      .replaceAll(".", " ")
      .replaceAll(/(?=[A-Z])/g, " ")
      .toUpperCase(),
    kind: kind === null || kind === "group" || kind === "text" ? "id" : kind,
    value: (run) => valuesAt(run, path)[0] ?? null,
    ...looks[name],
  };
});

/** The columns that are made of several fields or of a list. */
const made: readonly RunColumn[] = [
  // As much as `show` takes.
  { name: "run", title: "RUN", kind: "id", brief: shortRunId, usual: shortRunId, value: ({ runId }) => runId },
  {
    name: "flow",
    title: "FLOW",
    kind: "text",
    usual: 20,
    yields: { turn: 8, to: "least" },
    value: (run) => run.flowName ?? run.flowId,
    isId: (run) => run.flowName === null,
  },
  { name: "errors", title: "ERRORS", kind: "list", value: (run) => run.errors.map(({ code }) => code) },
  { name: "error", title: "ERROR", kind: "code", shorten: rootAlone, mark: markNew, value: errorWithRoot },
  {
    name: "message",
    title: "MESSAGE",
    kind: "text",
    value: (run) => failuresOf(run)[0]?.message ?? run.rootCause?.message ?? null,
  },
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
  {
    name: "predecessors",
    title: "PREDECESSORS",
    kind: "list",
    value: (run) => run.predecessors.map(({ runId }) => runId),
  },
  { name: "batchIds", title: "BATCHES", kind: "list", value: (run) => run.batchIds },
  { name: "raw", title: "RAW", kind: "text", value: ({ raw = null }) => (raw === null ? null : JSON.stringify(raw)) },
];

const columns: readonly RunColumn[] = [...plain, ...made];

/** All columns of flow runs: the paths of the record, and what is made of several fields. */
export const runColumns: ColumnSet<FlowRun> = {
  all: columns,
  usual: [
    "run",
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
  id: "runId",
  fields: [...runFields.paths(), "downstream", "raw"],
};

/** The same for runs of several profiles among each other: each says whose it is. */
export const mixedRunColumns: ColumnSet<FlowRun> = {
  ...runColumns,
  usual: runColumns.usual.flatMap((name, index) => (index === 0 ? [name, "profile"] : [name])),
};

/** The first error's code and, where it is another one, the root cause's; reasons to skip or to warn are no errors. */
function errorWithRoot(run: FlowRun): string | null {
  const root = run.rootCause?.code ?? null;
  const code = failuresOf(run)[0]?.code ?? root;
  return root === null || root === code ? code : `${code ?? ""} ${arrow} ${root}`;
}

/** The trouble itself says more than where it was noticed. */
function rootAlone(text: string): string {
  const mark = text.startsWith(newMark) ? newMark : "";
  const end = text.lastIndexOf(arrow);
  return end === -1 ? text : mark + text.slice(end + 1).trimStart();
}

function markNew({ new: isNew }: FlowRun): string | null {
  return isNew === true ? newMark.trimEnd() : null;
}

const newMark = "NEW ";

const arrow = "→";

function paintBad(text: string, painter: Painter): string {
  return text === "0" || text === "-" ? text : painter.yellow(text);
}

function present(names: readonly (string | null)[]): readonly string[] {
  return names.filter((name) => name !== null);
}
