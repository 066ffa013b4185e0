import { isObject, objectOf, wordOf } from "../../json.ts";
import { writeFingerprint } from "../../text/fingerprint.ts";
import { unwrap, type Unwrapped } from "./unwrap.ts";
import { readTime } from "./work.ts";

/**
 * The keys by which an event is known again, whichever way it comes: those of its bodies, and for what has no id its whole
 * text but for whom it was sent to. A list has those of its parts, as which a webhook may bring it. Fingerprints, at least
 * one, taken from the event alone. Pure.
 */
export function wholeEventKeys(event: unknown): readonly string[] {
  const parts: readonly unknown[] = Array.isArray(event) && event.length > 0 ? event : [event];
  return [...new Set(parts.flatMap(keysOfPart))];
}

/**
 * The keys of all that an event tells, whatever it is called: two with one code, of which not one field of a run differs,
 * tell the same, though their ids differ. Fingerprints, one for each of its runs.
 * @param since epoch milliseconds; a run that was updated before tells nothing new: Adobe's samples are such, and one that is
 * sent to try a webhook is the same each time.
 * @returns none where any of it is no run, or a run that does not say what became of it and when. Pure.
 */
export function contentKeys(event: unknown, since: number): readonly string[] {
  const keys = unwrap(event).map((found) => contentKey(found, since));
  return keys.every((key) => key !== null) ? [...new Set(keys)] : [];
}

function contentKey({ content, eventCode }: Unwrapped, since: number): string | null {
  if (!("body" in content)) return null;
  const { body } = content;
  const { status } = objectOf(objectOf(body["metrics"])["statusSummary"]);
  const isWhole = [body["id"], body["flowId"], status].every((word) => wordOf(word) !== null);
  if (!isWhole || (readTime(body["updatedAt"]) ?? 0) < since) return null;
  // Two services of Adobe's need not write the fields in one order.
  const text = textOf(without([...idFields, ...recipientFields], body), (_, value: unknown) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
  return text === null ? null : writeFingerprint(`${eventCode ?? ""}\n${text}`);
}

function keysOfPart(part: unknown): readonly string[] {
  const found = unwrap(part);
  const keys = found.flatMap(({ key }) => (key === null ? [] : [writeFingerprint(key)]));
  // Its text is made once, however many bodies without an id it has.
  return keys.length > 0 && keys.length === found.length
    ? keys
    : [...keys, writeFingerprint(`\t${textOf(without(recipientFields, part)) ?? ""}`)];
}

function without(fields: readonly string[], event: unknown): unknown {
  if (!isObject(event)) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => !fields.includes(name)));
}

const idFields = ["eventid", "event_id"];

/** A webhook's event says whom it is for; the journal's, which is one client's own, need not. */
const recipientFields = ["recipientclientid", "recipient_client_id"];

/** Of an event that is nested without end there is no text; all such are one. */
function textOf(event: unknown, replacer?: (name: string, value: unknown) => unknown): string | null {
  try {
    return JSON.stringify(event, replacer);
  } catch {
    return null;
  }
}
