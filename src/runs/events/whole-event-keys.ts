import { writeFingerprint } from "../../text/fingerprint.ts";
import { unwrap } from "./unwrap.ts";

/**
 * The keys by which an event is known again, whichever way it comes: those of its bodies, and for what has no id its whole
 * text. Fingerprints, at least one, taken from the event alone. Pure.
 */
export function wholeEventKeys(event: unknown): readonly string[] {
  const found = unwrap(event);
  const keys = new Set(found.map(({ key }) => writeFingerprint(key ?? `\t${textOf(event)}`)));
  return keys.size > 0 ? [...keys] : [writeFingerprint(`\t${textOf(event)}`)];
}

/** Of an event that is nested without end there is no text; all such are one. */
function textOf(event: unknown): string {
  try {
    return JSON.stringify(event);
  } catch {
    return "";
  }
}
