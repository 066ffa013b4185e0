import type { FlowRun } from "../record/flow-run.ts";

/** The properties that runs are grouped by. */
export const groupings = ["flow", "sandbox", "code", "status", "profile"] as const;

/** One of the properties that runs are grouped by (`flowrun stats --by`). */
export type Grouping = (typeof groupings)[number];

/** The group of a run: its flow's id, its sandbox, its root cause's code, its status, its profile; `null` where it has none. Pure. */
export function keyOf(run: FlowRun, by: Grouping): string | null {
  switch (by) {
    case "flow":
      return run.flowId;
    case "sandbox":
      return run.sandbox.name ?? run.sandbox.id;
    case "code":
      return run.rootCause?.code ?? null;
    case "status":
      return run.status;
    case "profile":
      return run.profile;
  }
}
