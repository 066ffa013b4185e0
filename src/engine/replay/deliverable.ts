import type { Entry } from "../../adobe/journal/page.ts";
import { isVisible, type DeliverableEvent } from "../../adobe/webhook/compose.ts";
import { isObject, objectOf, textOf } from "../../json.ts";
import { unwrap } from "../../runs/events/unwrap.ts";
import { eventKey } from "../archive/run-row.ts";

/**
 * An event as Adobe delivers it. It goes by its own id, and where it holds several by the first one's.
 * @param told what it goes by where it tells nothing itself.
 * @param bytes its own bytes, where there are any; else it is written anew. Pure.
 */
export function deliverableOf(
  event: unknown,
  told: Pick<DeliverableEvent, "id" | "code">,
  bytes?: Entry["bytes"],
): DeliverableEvent {
  const [first] = unwrap(event);
  return {
    id: headerId(first?.eventId ?? told.id),
    code: first?.eventCode ?? told.code,
    provider: providerOf(event, mostEnvelopes) ?? platform,
    isCloudEvent: isObject(event) && event["specversion"] !== undefined,
    body: bytes?.() ?? new TextEncoder().encode(JSON.stringify(event)),
  };
}

/** An id as a header takes it: as it is, or a digest of it. Pure. */
export function headerId(id: string): string {
  return isVisible(id) ? id : eventKey(id);
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
