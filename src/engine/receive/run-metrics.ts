import type { FlowRun } from "../../runs/record/flow-run.ts";
import { keptId } from "../../text/kept.ts";
import type { Metrics } from "./meter.ts";

/** The part of a run that is counted. */
export type MeteredRun = Pick<FlowRun, "flowId" | "status" | "completedAt" | "updatedAt">;

/**
 * Has runs counted, whichever way they come.
 * @param cursorAge the age of the place up to which the journal was read, in seconds; `null` where there is none yet.
 * @returns counts a run, once it was printed or delivered.
 */
export function meterRuns(meter: Metrics, cursorAge: () => number | null): (run: MeteredRun) => void {
  const countRun = meter.counter({
    name: "flowrun_runs_total",
    help: "Flow runs printed or delivered, by status.",
    labels: ["status"],
  });
  const setSuccess = meter.gauge({
    name: "flowrun_last_success_timestamp_seconds",
    help: `When the newest run of a flow that succeeded was completed; of the first ${mostFlows} flows.`,
    labels: ["flow"],
    most: mostFlows,
  });
  meter.watch(
    { name: "flowrun_cursor_age_seconds", help: "Age of the place up to which the journal was read." },
    cursorAge,
  );
  const successes = new Map<string, number>();
  return ({ flowId, status, completedAt, updatedAt }) => {
    countRun(1, keptId(status));
    const at = Date.parse(completedAt ?? updatedAt ?? "") / 1000;
    if (status !== "success" || Number.isNaN(at)) return;
    // Flows that succeeded once stay, rather than give way to others: their silence is what an alert listens for.
    const flow = keptId(flowId);
    const newest = successes.get(flow) ?? (successes.size < mostFlows ? -Infinity : null);
    if (newest === null || at <= newest) return;
    successes.set(flow, at);
    setSuccess(at, flow);
  };
}

const mostFlows = 1000;
