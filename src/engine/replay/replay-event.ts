import type { Entry } from "../../adobe/journal/page.ts";
import type { DeliverableEvent } from "../../adobe/webhook/compose.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { deliverableOf } from "./deliverable.ts";

/** An event to be sent again, and the runs in it that were asked for. */
export interface ReplayEvent extends DeliverableEvent {
  /** Where it sits in the journal. */
  readonly position: string;
  readonly runs: readonly ReplayRun[];
}

/** As much of a run as a replay needs to know. */
export type ReplayRun = Pick<FlowRun, "runId" | "eventId" | "updatedAt">;

/**
 * The event that a run came in, as it was delivered: in the journal's own bytes where there are any, else as the archive
 * keeps it. Its id is the event's own, or the run's key where it has none.
 * @param run with its event under `raw`.
 * @returns the run alone where its event is not known: imported without it, or nested too deeply.
 * Pure.
 */
export function replayEvent(run: FlowRun, bytes?: Entry["bytes"]): ReplayEvent | { readonly lost: ReplayRun } {
  const { raw = null, position, runId, eventId, updatedAt } = run;
  const own: ReplayRun = { runId, eventId, updatedAt };
  if (raw === null) return { lost: own };
  return { ...deliverableOf(raw, { id: eventId ?? run.key, code: run.eventCode }, bytes), position, runs: [own] };
}

/**
 * Whether two runs came in one event: that is cut, or parsed, once for all of its runs, or stands beside each of them in the
 * archive. Pure.
 */
export function isSameEvent(one: ReplayEvent, other: ReplayEvent): boolean {
  if (one.body === other.body) return true;
  return one.position === other.position && Buffer.from(one.body).equals(other.body);
}
