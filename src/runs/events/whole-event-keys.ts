import { isObject } from "../../json.ts";
import { writeFingerprint } from "../../text/fingerprint.ts";
import { unwrap } from "./unwrap.ts";

/**
 * The keys by which an event is known again, whichever way it comes: those of its bodies, and for what has no id its whole
 * text but for whom it was sent to. A list has those of its parts, as which a webhook may bring it. Fingerprints, at least
 * one, taken from the event alone. Pure.
 */
export function wholeEventKeys(event: unknown): readonly string[] {
  const parts: readonly unknown[] = Array.isArray(event) && event.length > 0 ? event : [event];
  return [...new Set(parts.flatMap(keysOfPart))];
}

function keysOfPart(part: unknown): readonly string[] {
  const found = unwrap(part);
  const keys = found.flatMap(({ key }) => (key === null ? [] : [writeFingerprint(key)]));
  // Its text is made once, however many bodies without an id it has.
  return keys.length > 0 && keys.length === found.length
    ? keys
    : [...keys, writeFingerprint(`\t${textOf(withoutRecipient(part))}`)];
}

/** A webhook's event says whom it is for; the journal's, which is one client's own, need not. */
function withoutRecipient(event: unknown): unknown {
  if (!isObject(event)) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => !recipientFields.includes(name)));
}

const recipientFields = ["recipientclientid", "recipient_client_id"];

/** Of an event that is nested without end there is no text; all such are one. */
function textOf(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch {
    return "";
  }
}
