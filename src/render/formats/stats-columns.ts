import type { Figures } from "../../runs/figures/figures.ts";
import type { Stats } from "../../runs/figures/stats.ts";
import type { Column, ColumnKind, ColumnSet, ColumnValue } from "./column.ts";
import { comparedColumns } from "./compared-columns.ts";
import type { StatsRow } from "./stats-rows.ts";

/**
 * The columns of rows of figures of that window, with those of the window before where there is one. Of a root cause only
 * its runs, its time and its flows are counted, of absent runs only how many there are. Pure.
 */
export function statsColumns({ from, to }: Pick<Stats, "from" | "to">, isCompared: boolean): ColumnSet<StatsRow> {
  const all: readonly Column<StatsRow>[] = [
    { name: "row", title: "ROW", kind: "id", value: ({ row }) => row },
    { name: "key", title: "KEY", kind: "id", value: keyOf },
    { name: "name", title: "NAME", kind: "text", value: nameOf },
    { name: "from", title: "FROM", kind: "time", value: (row) => startOf(row) ?? from },
    { name: "to", title: "TO", kind: "time", value: (row) => endOf(row) ?? to },
    { name: "runs", title: "RUNS", kind: "count", value: runsOf },
    figure("success", "SUCCESS", "count", ({ success }) => success),
    figure("partialSuccess", "PARTIAL", "count", ({ partialSuccess }) => partialSuccess),
    figure("failed", "FAILED", "count", ({ failed }) => failed),
    figure("other", "OTHER", "count", ({ other }) => other),
    figure("successRate", "RATE", "share", ({ successRate }) => successRate),
    figure("durationMs.p50", "P50", "duration", ({ durationMs }) => durationMs.p50),
    figure("durationMs.p95", "P95", "duration", ({ durationMs }) => durationMs.p95),
    figure("durationMs.max", "MAX", "duration", ({ durationMs }) => durationMs.max),
    figure("records.input", "IN", "count", ({ records }) => records.input),
    figure("records.output", "OUT", "count", ({ records }) => records.output),
    figure("records.failed", "BAD", "count", ({ records }) => records.failed),
    figure("bytes.input", "BYTES IN", "bytes", ({ bytes }) => bytes.input),
    figure("bytes.output", "BYTES OUT", "bytes", ({ bytes }) => bytes.output),
    {
      name: "flows",
      title: "FLOWS",
      kind: "count",
      value: (row) => (row.row === "rootCause" ? row.flows.length : null),
    },
    { name: "partial", title: "PARTIAL", kind: "flag", value: (row) => (row.row === "bucket" ? row.partial : null) },
    { name: "paceMs", title: "EVERY", kind: "duration", value: (row) => (row.row === "absent" ? row.paceMs : null) },
    { name: "missing", title: "MISSING", kind: "count", value: (row) => (row.row === "absent" ? row.missing : null) },
    ...(isCompared ? comparedColumns : []),
  ];
  return { all, usual: all.map(({ name }) => name), wide: [], id: null, fields: statsFields };
}

const figureFields: readonly string[] = [
  "runs",
  "success",
  "partialSuccess",
  "failed",
  "other",
  "successRate",
  "durationMs.p50",
  "durationMs.p95",
  "durationMs.max",
  "records.input",
  "records.output",
  "records.failed",
  "bytes.input",
  "bytes.output",
];

/** The paths of the fields of all such rows: which of them a row has goes by what it counts. */
export const statsFields: readonly string[] = [
  "type",
  "schemaVersion",
  "row",
  "from",
  "to",
  "by",
  "key",
  "name",
  "isRest",
  "partial",
  ...figureFields,
  "trend.stepMs",
  "trend.runs",
  "trend.failed",
  "code",
  "message",
  "count",
  "firstSeen",
  "lastSeen",
  "flows.id",
  "flows.name",
  "flowId",
  "flowName",
  "sandbox.id",
  "sandbox.name",
  "profile",
  "paceMs",
  "until",
  "missing",
  "change",
  "previous.from",
  "previous.to",
  "previous.partial",
  "previous.knownFrom",
  ...figureFields.map((path) => `previous.${path}`),
  "previous.count",
  ...figureFields.map((path) => `difference.${path === "successRate" ? "successRatePoints" : path}`),
  "difference.count",
];

function figure(
  name: string,
  title: string,
  kind: ColumnKind,
  of: (figures: Figures) => ColumnValue,
): Column<StatsRow> {
  return { name, title, kind, value: (row) => (row.row === "rootCause" || row.row === "absent" ? null : of(row)) };
}

const rest = "(all others)";

function runsOf(row: StatsRow): number | null {
  if (row.row === "absent") return null;
  return row.row === "rootCause" ? row.count : row.runs;
}

function keyOf(row: StatsRow): string | null {
  switch (row.row) {
    case "total":
      return null;
    case "group":
      return row.isRest ? rest : row.key;
    case "bucket":
      return row.from;
    case "rootCause":
      return row.code ?? rest;
    case "absent":
      return row.flowId;
  }
}

function nameOf(row: StatsRow): string | null {
  if (row.row === "group") return row.name;
  if (row.row === "absent") return row.flowName;
  return row.row === "rootCause" ? row.message : null;
}

/** When what it counts begins, where that is not the window's own beginning. */
function startOf(row: StatsRow): string | null {
  if (row.row === "bucket" || row.row === "absent") return row.from;
  return row.row === "rootCause" ? row.firstSeen : null;
}

function endOf(row: StatsRow): string | null {
  if (row.row === "bucket") return row.to;
  if (row.row === "absent") return row.until;
  return row.row === "rootCause" ? row.lastSeen : null;
}
