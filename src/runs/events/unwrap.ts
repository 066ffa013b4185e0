import { isObject, type JsonObject, objectOf, objectsOf, wordOf } from "../../json.ts";
import { joinKey, runKey, shortKey } from "./event-key.ts";

/** The content of an event without its envelopes, and what these told of it. */
export interface Unwrapped {
  /** Event id and index in the event, the same at each delivery; `null` where the event has no id. */
  readonly key: string | null;
  readonly eventId: string | null;
  readonly eventCode: string | null;
  readonly imsOrgId: string | null;
  /**
   * The object inside, or why there is none, as the end of a sentence about the event; `unseen` where there may be one
   * all the same, beyond what is looked at.
   */
  readonly content: { readonly body: JsonObject } | { readonly unreadable: string; readonly unseen?: true };
}

/**
 * Takes the envelopes off an event, as Adobe I/O Events and AEP's notifications are known to use them, in this order: a
 * list, a journal entry (with its body inside or beside `event`), CloudEvents (`data` as object or as JSON text), `messages[]`, `{event_id, event}`,
 * `header` and `body`, hybrids of these, or nothing around it at all. An event can hold several bodies. Never throws,
 * and bounded in depth and number, so that nesting without end (even a cycle) ends. Pure.
 */
export function unwrap(event: unknown): readonly Unwrapped[] {
  const found: Found = { contents: [], stepsLeft: mostSteps };
  open(event, noEnvelope, 0, found);
  return found.contents;
}

/** A page of 1.5 MB cannot hold this many bodies. */
const mostSteps = 10_000;
/** The deepest envelope known (a hybrid batch in a journal entry, its data as text) is six deep. */
const deepest = 16;

interface Found {
  readonly contents: Unwrapped[];
  stepsLeft: number;
}

/** The facts that the envelopes taken off so far have told. */
interface Envelope {
  readonly id: EventId | null;
  readonly code: string | null;
  readonly imsOrgId: string | null;
}

interface EventId {
  readonly text: string;
  readonly key: string;
  /** The kind of id: a higher one is preferred. */
  readonly rank: number;
  /** How many bodies of this event have been found. */
  count: number;
}

const noEnvelope: Envelope = { id: null, code: null, imsOrgId: null };

function open(value: unknown, around: Envelope, depth: number, found: Found): void {
  found.stepsLeft -= 1;
  if (found.stepsLeft < 0) return;
  if (found.stepsLeft === 0) keep({ unreadable: `holds more than ${mostSteps} bodies`, unseen: true }, around, found);
  else if (depth > deepest) keep({ unreadable: "is nested without end", unseen: true }, around, found);
  else if (typeof value === "string") openText(value, around, depth, found);
  else if (Array.isArray(value)) for (const item of value) open(item, around, depth + 1, found);
  else if (isObject(value)) openObject(value, readEnvelope(value, around), depth, found);
  else keep({ unreadable: "holds no object" }, around, found);
}

function openText(text: string, around: Envelope, depth: number, found: Found): void {
  const value = parseJson(text);
  if (value === undefined) keep({ unreadable: "holds text that is not JSON" }, around, found);
  else open(value, around, depth + 1, found);
}

function openObject(value: JsonObject, envelope: Envelope, depth: number, found: Found): void {
  const { event, body, data, messages } = value;
  const inner = isContent(event) ? event : body;
  // A flow run or an alert is no envelope, whatever else it has.
  if (value["flowId"] !== undefined) keep({ body: value }, envelope, found);
  else if (value["position"] !== undefined && isObject(event) && body !== undefined) {
    open(body, readEnvelope(event, envelope), depth + 1, found);
  } else if (value["specversion"] !== undefined && data !== undefined) open(data, envelope, depth + 1, found);
  else if (Array.isArray(messages)) openMessages(objectsOf(messages), envelope, depth, found);
  else if (isContent(inner)) open(inner, envelope, depth + 1, found);
  else keep({ body: value }, envelope, found);
}

function openMessages(messages: readonly JsonObject[], envelope: Envelope, depth: number, found: Found): void {
  for (const message of messages) open(message["value"], readEnvelope(message, envelope), depth + 1, found);
}

/** Ids and codes are read wherever they stand; what is further inside knows better, except for a lesser kind of id. */
function readEnvelope(value: JsonObject, around: Envelope): Envelope {
  const header = objectOf(value["header"]);
  const adobeio = objectOf(header["_adobeio"]);
  const code =
    wordOf(adobeio["eventCode"]) ??
    wordOf(objectOf(value["_eventNotificationMeta"])["type"]) ??
    (value["specversion"] === undefined ? null : wordOf(value["type"]));
  const imsOrgId = wordOf(value["imsOrgId"]) ?? wordOf(adobeio["imsOrgId"]) ?? wordOf(header["imsOrgId"]);
  const id = readEventId(value, header);
  return {
    id: id !== null && id.rank >= (around.id?.rank ?? 0) ? id : around.id,
    code: code ?? around.code,
    imsOrgId: imsOrgId ?? around.imsOrgId,
  };
}

function readEventId(value: JsonObject, header: JsonObject): EventId | null {
  const ours = wordOf(value["eventid"]) ?? wordOf(value["event_id"]);
  if (ours !== null) return { text: ours, key: shortKey(ours), rank: 3, count: 0 };
  const cloud = value["specversion"] === undefined ? null : wordOf(value["id"]);
  // CloudEvents: an id is unique within its source only.
  if (cloud !== null) {
    return { text: cloud, key: shortKey(joinKey(wordOf(value["source"]) ?? "", cloud)), rank: 2, count: 0 };
  }
  const message = wordOf(header["msgId"]);
  return message === null ? null : { text: message, key: shortKey(message), rank: 1, count: 0 };
}

function isContent(value: unknown): boolean {
  return typeof value === "string" ? startsLikeJson(value) : typeof value === "object" && value !== null;
}

function keep(content: Unwrapped["content"], { id, code, imsOrgId }: Envelope, found: Found): void {
  found.contents.push({
    key: id === null ? null : runKey(id.key, id.count),
    eventId: id?.text ?? null,
    eventCode: code,
    imsOrgId,
    content,
  });
  if (id !== null) id.count += 1;
}

function parseJson(text: string): unknown {
  if (!startsLikeJson(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object, a list, or either of them written as text once more. */
function startsLikeJson(text: string): boolean {
  return /^\s*[[{"]/.test(text);
}
