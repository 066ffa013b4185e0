import type { AbsentRecord } from "../../runs/cadence/flow-record.ts";
import { cutText } from "../text/cut-text.ts";
import { renderCount, renderDuration } from "../text/numbers.ts";
import type { Painter } from "../text/painter.ts";
import { safeText } from "../text/safe-text.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";

/**
 * A flow that does not run, or runs again, in a line: `absent: Web orders (prod) has not run since 2026-11-29T13:00:00Z;
 * usually every 15m, expected …, 3 runs missing`. Pure but for `time`.
 */
export function absenceLine(record: AbsentRecord, painter: Painter, time: TimeTelling): string {
  const { state } = record;
  if (state === "absent") return `${painter.red("absent:")} ${silence(record, time)}`;
  if (state === "late") return `${painter.yellow("late:")} ${silence(record, time)}`;
  return `${painter.green("back:")} ${back(record, time)}`;
}

function silence(record: AbsentRecord, time: TimeTelling): string {
  const { silentSince, paceMs, nextExpectedAt, missing } = record;
  const since = silentSince === null ? "" : ` since ${renderTime(silentSince, time)}`;
  const facts = [
    ...(paceMs === null ? [] : [`usually every ${renderDuration(paceMs)}`]),
    ...(nextExpectedAt === null ? [] : [`expected ${renderTime(nextExpectedAt, time)}`]),
    ...(missing === null ? [] : [`${renderCount(missing)} run${missing === 1 ? "" : "s"} missing`]),
  ];
  return `${flowOf(record)} has not run${since}${facts.length === 0 ? "" : `; ${facts.join(", ")}`}`;
}

function back(record: AbsentRecord, time: TimeTelling): string {
  const { lastRunAt, silentSince } = record;
  if (lastRunAt === null) return `${flowOf(record)} runs again`;
  const after =
    silentSince === null ? "" : `, after ${renderDuration(Date.parse(lastRunAt) - Date.parse(silentSince))} of silence`;
  return `${flowOf(record)} runs again since ${renderTime(lastRunAt, time)}${after}`;
}

const longestName = 200;

function flowOf({ flowName, flowId, sandbox }: AbsentRecord): string {
  const where = sandbox.name ?? sandbox.id;
  const told = (text: string): string => cutText(safeText(text), longestName);
  return where === null ? told(flowName ?? flowId) : `${told(flowName ?? flowId)} (${told(where)})`;
}
