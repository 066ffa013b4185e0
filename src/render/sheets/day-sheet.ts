import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Stats } from "../../runs/figures/stats.ts";
import type { Column } from "../formats/column.ts";
import { layTable } from "../formats/table.ts";
import { widthOf } from "../text/cut-text.ts";
import { renderCount, renderShare } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";
import type { TimeTelling } from "../text/times.ts";
import type { NextStep } from "./next-steps.ts";
import { shortRunId } from "../../runs/record/run-id.ts";
import { joinSections, labelWidth, trendLine } from "./trend-line.ts";

/** A day of runs: its figures, the failures to look at, and what to type next. */
export interface Day {
  /** Whose day: `demo`. */
  readonly profile: string;
  readonly stats: Stats;
  /** How many flows ran. */
  readonly flows: number;
  /** The last failed run of each root cause, in the order of their ends. */
  readonly failed: readonly FlowRun[];
  readonly next: readonly NextStep[];
}

/** How it is to look. */
export interface DaySheetLook {
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** Columns that a line may take; Infinity where nothing may be cut. */
  readonly room: number;
}

/** A day as it went, in so few lines that a small terminal shows them all. Pure but for `time`. */
export function renderDay({ profile, stats, flows, failed, next }: Day, look: DaySheetLook): string {
  const { total, trend } = stats;
  const { painter, room } = look;
  const rate = total.successRate === null ? "" : ` · ${renderShare(total.successRate)} succeeded`;
  const counts = `${renderCount(total.runs)} runs of ${renderCount(flows)} flows, ${renderCount(total.failed)} failed`;
  const sections = [
    [painter.bold(`The last day of '${profile}': ${counts}${rate}`)],
    [
      "Runs".padEnd(labelWidth) + trendLine(trend.runs, trend.stepMs, room),
      "Failures".padEnd(labelWidth) + trendLine(trend.failed, trend.stepMs, room, painter),
    ],
    failed.length === 0
      ? []
      : [
          "What failed, the last run of each cause:",
          ...layTable(columns, failed, { ...look, room: room - 2 }).map(setIn),
        ],
    ["Type next:", ...steps(next, room).map(setIn)],
  ];
  return joinSections(sections);
}

const columns: readonly Column<FlowRun>[] = [
  { name: "run", title: "RUN", kind: "id", value: ({ runId }) => runId.slice(0, shortRunId) },
  {
    name: "updatedAt",
    title: "UPDATED",
    kind: "time",
    value: ({ updatedAt }) => updatedAt,
    yields: { turn: 1, to: "neat" },
  },
  {
    name: "flow",
    title: "FLOW",
    kind: "text",
    least: 10,
    value: ({ flowName, flowId }) => flowName ?? flowId,
    yields: { turn: 2, to: "neat" },
  },
  { name: "rootCause", title: "ROOT CAUSE", kind: "code", value: ({ rootCause }) => rootCause?.code ?? null },
];

/** Purposes stand beside their commands, or above them where there is no room. */
function steps(next: readonly NextStep[], room: number): readonly string[] {
  const commandWidth = next.reduce((most, { command }) => Math.max(most, widthOf(command)), 0);
  const purposeWidth = next.reduce((most, { purpose }) => Math.max(most, widthOf(purpose)), 0);
  const isBeside = commandWidth + purposeWidth + 4 <= room;
  return next.flatMap(({ command, purpose }) =>
    isBeside ? [`${command.padEnd(commandWidth)}  ${purpose}`] : [`# ${purpose}`, command],
  );
}

function setIn(line: string): string {
  return `  ${line}`;
}
