import { timeOf } from "../../text/time-text.ts";
import type { FlowRun } from "./flow-run.ts";

/** When a run began, or the earliest that is known of it; epoch ms, `null` where it tells no time at all. Pure. */
export function startOfRun({ startedAt, createdAt, completedAt, updatedAt }: FlowRun): number | null {
  const told = startedAt ?? createdAt ?? completedAt ?? updatedAt;
  return told === null ? null : timeOf(told);
}
