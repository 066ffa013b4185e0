import type { FlowRecord } from "../../runs/cadence/flow-record.ts";
import type { Painter } from "../text/painter.ts";
import type { ColumnSet } from "./column.ts";

/** A run that nobody told of stands beside the state, which it does not change. */
const lostMark = "lost,";

/** All columns of flows. */
export const flowColumns: ColumnSet<FlowRecord> = {
  all: [
    {
      name: "flow",
      title: "FLOW",
      kind: "text",
      usual: 20,
      value: ({ flowName, flowId }) => flowName ?? flowId,
      isId: ({ flowName }) => flowName === null,
    },
    { name: "flowId", title: "FLOW ID", kind: "id", value: ({ flowId }) => flowId },
    { name: "flowName", title: "FLOW NAME", kind: "text", value: ({ flowName }) => flowName },
    {
      name: "sandbox.name",
      title: "SANDBOX",
      kind: "text",
      yields: { turn: 2, to: "neat" },
      value: ({ sandbox }) => sandbox.name,
    },
    { name: "sandbox.id", title: "SANDBOX ID", kind: "id", value: ({ sandbox }) => sandbox.id },
    { name: "lastRunAt", title: "LAST RUN", kind: "time", value: ({ lastRunAt }) => lastRunAt },
    {
      name: "lastStatus",
      title: "STATUS",
      kind: "status",
      yields: { turn: 7, to: "least" },
      value: ({ lastStatus }) => lastStatus,
    },
    { name: "lastRunId", title: "LAST RUN ID", kind: "id", value: ({ lastRunId }) => lastRunId },
    {
      name: "lastSuccessAt",
      title: "SUCCESS",
      kind: "time",
      yields: { turn: 1, to: "neat" },
      value: ({ lastSuccessAt }) => lastSuccessAt,
    },
    { name: "runs", title: "RUNS", kind: "count", yields: { turn: 3, to: "neat" }, value: ({ runs }) => runs },
    {
      name: "failed",
      title: "FAILED",
      kind: "count",
      yields: { turn: 4, to: "neat" },
      value: ({ failed }) => failed,
      paint: (text, painter) => (text === "0" ? text : painter.red(text)),
    },
    {
      name: "paceMs",
      title: "PACE",
      kind: "duration",
      yields: { turn: 6, to: "least" },
      value: ({ paceMs }) => paceMs,
    },
    { name: "paceFrom", title: "PACE FROM", kind: "id", value: ({ paceFrom }) => paceFrom },
    {
      name: "nextExpectedAt",
      title: "NEXT",
      kind: "time",
      yields: { turn: 5, to: "neat" },
      value: ({ nextExpectedAt }) => nextExpectedAt,
    },
    {
      name: "state",
      title: "STATE",
      kind: "id",
      value: ({ state }) => state,
      mark: ({ lost }) => (lost === null ? null : lostMark),
      paint: paintState,
    },
    { name: "missing", title: "MISSING", kind: "count", value: ({ missing }) => missing },
    { name: "lost.runId", title: "LOST RUN ID", kind: "id", value: ({ lost }) => lost?.runId ?? null },
    { name: "lost.status", title: "LOST STATUS", kind: "status", value: ({ lost }) => lost?.status ?? null },
    { name: "lost.startedAt", title: "LOST RUN", kind: "time", value: ({ lost }) => lost?.startedAt ?? null },
    { name: "profile", title: "PROFILE", kind: "text", value: ({ profile }) => profile },
  ],
  usual: [
    "flow",
    "state",
    "lastRunAt",
    "lastStatus",
    "lastSuccessAt",
    "runs",
    "failed",
    "paceMs",
    "nextExpectedAt",
    "sandbox.name",
  ],
  wide: ["missing", "paceFrom", "lost.runId", "lost.startedAt", "flowId", "lastRunId"],
  id: "flowId",
  fields: [
    "type",
    "schemaVersion",
    "flowId",
    "flowName",
    "sandbox.id",
    "sandbox.name",
    "runs",
    "failed",
    "lastRunId",
    "lastRunAt",
    "lastStatus",
    "lastSuccessAt",
    "paceMs",
    "paceFrom",
    "nextExpectedAt",
    "state",
    "missing",
    "lost.runId",
    "lost.status",
    "lost.startedAt",
    "lost.completedAt",
    "profile",
  ],
};

/** The same for flows of several profiles among each other. */
export const mixedFlowColumns: ColumnSet<FlowRecord> = {
  ...flowColumns,
  usual: flowColumns.usual.flatMap((name, index) => (index === 0 ? ["profile", name] : [name])),
};

/** A state in its colour, with the mark of a lost run before it or without. */
export function paintState(text: string, painter: Painter): string {
  if (text === "absent") return painter.red(text);
  if (text === "late") return painter.yellow(text);
  if (text.startsWith(lostMark)) return text.endsWith("absent") ? painter.red(text) : painter.yellow(text);
  return text === "ok" ? painter.green(text) : text;
}
