import type { Difference } from "../../runs/figures/changes.ts";
import type { Figures } from "../../runs/figures/figures.ts";
import type { Column, ColumnKind, ColumnValue } from "./column.ts";
import type { StatsRow } from "./stats-rows.ts";

/** The part of figures and of differences that has the same names in both. */
type Either = Pick<Figures & Difference, "durationMs" | "records" | "bytes">;

/** The columns of rows of figures that tell of the window before, and of what changed since. */
export const comparedColumns: readonly Column<StatsRow>[] = [
  { name: "change", title: "CHANGE", kind: "id", value: (row) => ("change" in row ? row.change : null) },
  { name: "previous.partial", title: "BEFORE PARTIAL", kind: "flag", value: partialOf },
  { name: "previous.runs", title: "RUNS BEFORE", kind: "count", value: runsBefore },
  { name: "difference.runs", title: "RUNS ±", kind: "count", value: moreRuns },
  before("failed", "FAILED", "count", ({ failed }) => failed),
  less("failed", "FAILED", "count", ({ failed }) => failed),
  before("successRate", "RATE", "share", ({ successRate }) => successRate),
  less("successRatePoints", "POINTS", "count", ({ successRatePoints }) => successRatePoints),
  ...both("durationMs.p50", "P50", "duration", ({ durationMs }) => durationMs.p50),
  ...both("durationMs.p95", "P95", "duration", ({ durationMs }) => durationMs.p95),
  ...both("records.input", "IN", "count", ({ records }) => records.input),
  ...both("records.output", "OUT", "count", ({ records }) => records.output),
  ...both("records.failed", "BAD", "count", ({ records }) => records.failed),
  ...both("bytes.input", "BYTES IN", "bytes", ({ bytes }) => bytes.input),
  ...both("bytes.output", "BYTES OUT", "bytes", ({ bytes }) => bytes.output),
];

function both(
  name: string,
  title: string,
  kind: ColumnKind,
  of: (one: Either) => ColumnValue,
): readonly Column<StatsRow>[] {
  return [before(name, title, kind, of), less(name, title, kind, of)];
}

function before(name: string, title: string, kind: ColumnKind, of: (one: Figures) => ColumnValue): Column<StatsRow> {
  const value = (row: StatsRow): ColumnValue =>
    (row.row === "total" || row.row === "group") && row.previous !== null ? of(row.previous) : null;
  return { name: `previous.${name}`, title: `${title} BEFORE`, kind, value };
}

function less(name: string, title: string, kind: ColumnKind, of: (one: Difference) => ColumnValue): Column<StatsRow> {
  const value = (row: StatsRow): ColumnValue =>
    (row.row === "total" || row.row === "group") && row.difference !== null ? of(row.difference) : null;
  return { name: `difference.${name}`, title: `${title} ±`, kind, value };
}

function partialOf(row: StatsRow): boolean | null {
  return row.row === "bucket" || row.row === "absent" ? null : (row.previous?.partial ?? null);
}

/** Of a root cause its runs are counted. */
function runsBefore(row: StatsRow): number | null {
  if (row.row === "bucket" || row.row === "absent") return null;
  return row.row === "rootCause" ? (row.previous?.count ?? null) : (row.previous?.runs ?? null);
}

function moreRuns(row: StatsRow): number | null {
  if (row.row === "bucket" || row.row === "absent") return null;
  return row.row === "rootCause" ? (row.difference?.count ?? null) : (row.difference?.runs ?? null);
}
