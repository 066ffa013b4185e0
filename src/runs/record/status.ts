/** The statuses that AEP's notifications and Flow Service are known to give a run; others are told as delivered. */
export const knownStatuses = ["success", "failed", "partialSuccess", "inProgress"] as const;

/** Whether a run of this status has ended. Pure. */
export function isTerminal(status: string): boolean {
  return !pending.has(status.toLowerCase());
}

/** The known status that a word means, in any case. Pure. */
export function findStatus(word: string): string | undefined {
  const wanted = word.trim().toLowerCase();
  return knownStatuses.find((status) => status.toLowerCase() === wanted);
}

/** Statuses of a run that is still to end, in lower case: AEP's own, and those of its destinations API. */
const pending = new Set(["inprogress", "processing", "waiting", "pending", "queued", "unknown"]);
