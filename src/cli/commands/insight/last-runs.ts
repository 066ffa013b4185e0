import type { FlowRecord } from "../../../runs/cadence/flow-record.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { keptId } from "../../../text/kept.ts";

/** Remembers of each run whether it is as it is asked for, since which one is a flow's last is known in the end only. */
export interface LastRuns {
  add(run: FlowRun): void;
  /** Whether the flow's last run is; not of a flow without one. */
  wants(flow: FlowRecord): boolean;
}

/** Of several notifications of a run the last one says what became of it. */
export function watchLastRuns(wants: (run: FlowRun) => boolean): LastRuns {
  const told = new Map<string, { readonly updatedAt: string; readonly isWanted: boolean }>();
  return {
    add: (run) => {
      const key = keyOf(run.profile, keptId(run.flowId), keptId(run.runId));
      const updatedAt = run.updatedAt ?? "";
      const isWanted = wants(run);
      if ((told.get(key)?.updatedAt ?? "") <= updatedAt) told.set(key, { updatedAt, isWanted });
    },
    wants: ({ profile, flowId, lastRunId }) =>
      lastRunId !== null && told.get(keyOf(profile, flowId, lastRunId))?.isWanted === true,
  };
}

function keyOf(profile: string | null, flowId: string, runId: string): string {
  return `${profile ?? ""}\n${flowId}\n${runId}`;
}
