import { type JsonObject, wordOf } from "../../json.ts";
import { statusToldBy } from "./event-selection.ts";

/** The statuses AEP is known to give a run (contract: flow-runs, §2.1). */
export const knownStatuses = ["success", "failed", "partialSuccess", "inProgress"] as const;

/** Whether a run of this status has ended. Pure. */
export function isTerminal(status: string): boolean {
  return !pending.has(status.toLowerCase());
}

/**
 * How a run or an activity ended: what its `statusSummary` says, the known ones in any case, others as delivered; only
 * where that says nothing does the event's code decide; else `unknown`. Pure.
 */
export function readStatus(statusSummary: JsonObject, eventCode: string | null): string {
  const told = wordOf(statusSummary["status"]);
  if (told === null) return statusToldBy(eventCode) ?? "unknown";
  return findStatus(told) ?? told;
}

/** The known status that a word means, in any case. Pure. */
export function findStatus(word: string): string | undefined {
  const wanted = word.trim().toLowerCase();
  return knownStatuses.find((status) => status.toLowerCase() === wanted);
}

/** Statuses of a run that is still to end, in lower case: AEP's own, and those of its destinations API. */
const pending = new Set(["inprogress", "processing", "waiting", "pending", "queued", "unknown"]);
