import type { Entry } from "../../adobe/journal/page.ts";
import { isVisible, type DeliverableEvent } from "../../adobe/webhook/compose.ts";
import { isObject, objectOf, textOf } from "../../json.ts";
import { unwrap } from "../../runs/events/unwrap.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { eventKey } from "../archive/run-row.ts";

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
  // An event may hold several: whichever of its runs is asked for, it goes by the first one's id.
  const [first] = unwrap(raw);
  return {
    id: headerId(first?.eventId ?? eventId ?? run.key),
    code: first?.eventCode ?? run.eventCode,
    provider: providerOf(raw, mostEnvelopes) ?? platform,
    isCloudEvent: isObject(raw) && raw["specversion"] !== undefined,
    body: bytes?.() ?? new TextEncoder().encode(JSON.stringify(raw)),
    position,
    runs: [own],
  };
}

/** An id as a header takes it: as it is, or a digest of it. Pure. */
export function headerId(id: string): string {
  return isVisible(id) ? id : eventKey(id);
}

/**
 * Whether two runs came in one event: that is cut, or parsed, once for all of its runs, or stands beside each of them in the
 * archive. Pure.
 */
export function isSameEvent(one: ReplayEvent, other: ReplayEvent): boolean {
  if (one.body === other.body) return true;
  return one.position === other.position && Buffer.from(one.body).equals(other.body);
}

/** Whose flow runs are: where an event does not say, it is the platform's. */
const platform = "aep_observability_catalog_events";

/** No known event has more around it. */
const mostEnvelopes = 6;

function providerOf(event: unknown, left: number): string | null {
  if (left === 0) return null;
  if (Array.isArray(event)) return providerOf(event[0], left - 1);
  if (!isObject(event)) return null;
  const { header, source, event: inner, body } = event;
  const named = textOf(objectOf(objectOf(header)["_adobeio"])["providerMetadata"]);
  const [, urn = null] = /^urn:aio_provider_metadata:(.+)$/.exec(textOf(source) ?? "") ?? [];
  return named ?? urn ?? providerOf(inner, left - 1) ?? providerOf(body, left - 1);
}
