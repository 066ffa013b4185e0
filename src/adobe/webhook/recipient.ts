import { isObject } from "../../json.ts";

/** Whom an event is for: the client id that was asked about, another one, or nobody who is named. */
export type Recipient = "ours" | "another" | "nobody";

/**
 * Whom events are for, all of them: `ours` where each is, `another` as soon as one is another's. Where an event does not
 * name its recipient itself, the wrappers do that it is known to come in; what an event tells of (`data`) is not looked at,
 * as anybody may have put anything there. Pure.
 */
export function recipientOf(events: readonly unknown[], clientId: string): Recipient {
  return together(events.map((event) => recipientOfOne(event, clientId, 0)));
}

/** The first name goes away by the end of 2026. */
const names = ["recipient_client_id", "recipientclientid"] as const;

/** The deepest known wrapper is a list of messages in an event. */
const deepest = 6;

function recipientOfOne(value: unknown, clientId: string, depth: number): Recipient {
  if (!isObject(value) || depth > deepest) return "nobody";
  const told = names.map((name) => value[name]).filter((each) => each != null);
  if (told.length > 0) return told.every((each) => each === clientId) ? "ours" : "another";
  const { messages, event, body, value: message } = value;
  if (Array.isArray(messages)) return together(messages.map((each) => recipientOfOne(each, clientId, depth + 1)));
  const inner = [event, body, message].find(isObject);
  return recipientOfOne(inner, clientId, depth + 1);
}

function together(recipients: readonly Recipient[]): Recipient {
  if (recipients.includes("another")) return "another";
  return recipients.length > 0 && recipients.every((each) => each === "ours") ? "ours" : "nobody";
}
