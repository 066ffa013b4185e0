import { isObject } from "../../json.ts";

/**
 * The events of a delivery's body, in their order: a batch is a list of them, a single delivery is one.
 * @returns `null` for a body that is neither. Pure.
 */
export function eventsIn(body: Uint8Array): readonly unknown[] | null {
  const value = parsed(body);
  if (isObject(value)) return [withoutHeaders(value)];
  return Array.isArray(value) ? value.map(withoutHeaders) : null;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

/** Passed on by an action in Adobe's Runtime, an event has the delivery's headers inside; they are no part of it. */
function withoutHeaders(event: unknown): unknown {
  if (!isObject(event) || event["__adobe_headers"] === undefined) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== "__adobe_headers"));
}
