import type { Downstream } from "../../runs/record/flow-run.ts";
import { shortRunId } from "../../runs/record/run-id.ts";
import type { Column } from "../formats/column.ts";
import { layTable, type SheetTableLook } from "../formats/table.ts";

/** A run that came of another one, and how many stand above it. */
interface Placed {
  readonly run: Downstream;
  readonly depth: number;
}

/** The runs that came of a run, as a tree: a line for each run, set in beneath the one that it came of. Pure but for `time`. */
export function renderDownstream(runs: readonly Downstream[], look: SheetTableLook): readonly string[] {
  const isBrief = Number.isFinite(look.room);
  return layTable(columnsOf(isBrief), placed(runs, 0), look);
}

function placed(runs: readonly Downstream[], depth: number): readonly Placed[] {
  return runs.flatMap((run) => [{ run, depth }, ...placed(run.downstream, depth + 1)]);
}

function columnsOf(isBrief: boolean): readonly Column<Placed>[] {
  return [
    {
      name: "run",
      title: "RUN",
      kind: "id",
      value: ({ run: { runId }, depth }) => branch(depth) + (isBrief ? runId.slice(0, shortRunId) : runId),
    },
    { name: "service", title: "SERVICE", kind: "text", value: ({ run }) => run.service },
    { name: "status", title: "STATUS", kind: "status", value: ({ run }) => run.status },
    {
      name: "updatedAt",
      title: "UPDATED",
      kind: "time",
      yields: { turn: 2, to: "neat" },
      value: ({ run }) => run.updatedAt,
    },
    {
      name: "durationMs",
      title: "DURATION",
      kind: "duration",
      yields: { turn: 6, to: "neat" },
      value: ({ run }) => run.durationMs,
    },
    {
      name: "records.input",
      title: "IN",
      kind: "count",
      yields: { turn: 3, to: "neat" },
      value: ({ run }) => run.records.input,
    },
    {
      name: "records.output",
      title: "OUT",
      kind: "count",
      yields: { turn: 4, to: "neat" },
      value: ({ run }) => run.records.output,
    },
    {
      name: "records.failed",
      title: "BAD",
      kind: "count",
      yields: { turn: 5, to: "neat" },
      value: ({ run }) => run.records.failed,
    },
    {
      name: "flow",
      title: "FLOW",
      kind: "text",
      yields: { turn: 1, to: "neat" },
      value: ({ run }) => run.flowName ?? run.flowId,
      isId: ({ run }) => run.flowName === null,
    },
  ];
}

/** A cell begins with no blank, so a line leads to what lies deeper. */
function branch(depth: number): string {
  return depth === 0 ? "" : `└${"──".repeat(Math.min(depth, deepest) - 1)} `;
}

/** Runs that lie deeper stand beneath each other, so that the table stays one. */
const deepest = 8;
