/** The statuses AEP is known to give a run (contract: flow-runs, §2.1). */
export const knownStatuses = ["success", "failed", "partialSuccess", "inProgress"] as const;

/** Statuses of a run that is still to end, in lower case: AEP's own, and those of its destinations API. */
const pending = new Set(["inprogress", "processing", "waiting", "pending", "queued", "unknown"]);

/** Whether a run of this status has ended. Pure. */
export function isTerminal(status: string): boolean {
  return !pending.has(status.toLowerCase());
}
