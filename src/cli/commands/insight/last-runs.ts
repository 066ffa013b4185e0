import { mostFlows } from "../../../runs/cadence/count-flows.ts";
import type { FlowRecord } from "../../../runs/cadence/flow-record.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { openByFlow, type FlowOfProfile } from "../../../runs/record/by-flow.ts";
import { startOfRun } from "../../../runs/record/run-start.ts";
import { keptId } from "../../../text/kept.ts";

/**
 * Remembers of the last runs of each flow whether they are as they are asked for, since which one is the last is known in
 * the end only.
 */
export interface LastRuns {
  add(run: FlowRun): void;
  /** Whether the flow's last run is; not of a flow without one. */
  wants(flow: FlowRecord): boolean;
}

/** Of a flow; any of them may turn out to be its last. */
const mostRuns = 100;

/** Of several notifications of a run the last one says what became of it. */
export function watchLastRuns(wants: (run: FlowRun) => boolean): LastRuns {
  const flows = openByFlow<Map<string, ToldRun>>();
  const runsOf = (flow: FlowOfProfile): Map<string, ToldRun> | null => {
    const known = flows.get(flow);
    // Of more flows than that nobody judges any.
    if (known !== undefined || flows.values.length >= mostFlows) return known ?? null;
    const runs = new Map<string, ToldRun>();
    flows.add(flow, runs);
    return runs;
  };
  return {
    add: (run) => {
      const runs = runsOf(run);
      const id = keptId(run.runId);
      const updatedAt = run.updatedAt ?? "";
      if (runs === null || (runs.get(id)?.updatedAt ?? "") > updatedAt) return;
      runs.set(id, { startedAt: startOfRun(run) ?? -Infinity, updatedAt, isWanted: wants(run) });
      if (runs.size > mostRuns) runs.delete(firstOf(runs));
    },
    wants: (flow) => flow.lastRunId !== null && flows.get(flow)?.get(flow.lastRunId)?.isWanted === true,
  };
}

interface ToldRun {
  /** Epoch ms. */
  readonly startedAt: number;
  readonly updatedAt: string;
  readonly isWanted: boolean;
}

/** The id of the one that began first. */
function firstOf(runs: ReadonlyMap<string, ToldRun>): string {
  let [first, earliest] = ["", Infinity];
  for (const [id, { startedAt }] of runs) if (startedAt < earliest || first === "") [first, earliest] = [id, startedAt];
  return first;
}
