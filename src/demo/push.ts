import { isObject, objectOf, textOf } from "../json.ts";
import { account } from "./account.ts";
import { uuidFrom } from "./chance.ts";
import { exchange } from "./exchange.ts";
import type { Signing } from "./signing.ts";
import type { JournalSource } from "./source.ts";

/** A webhook that the demo's Adobe delivers to, and the world in which it does so. */
export interface Pushing {
  /** Of this machine. */
  readonly url: string;
  readonly source: JournalSource;
  readonly signing: Signing;
  /** Epoch ms. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told how the webhook fares. */
  readonly onState: (state: HookState) => void;
}

/** As Adobe's registrations tell it. */
export type HookState = "active" | "unstable" | "disabled";

/** One delivery on its way, and how often it has failed. */
interface Underway {
  readonly id: string;
  readonly body: Uint8Array;
  /** `null` where its events tell none, or not the same one. */
  readonly code: string | null;
  /** When it was first to be sent, epoch ms. */
  readonly since: number;
  readonly dueAt: number;
  readonly failures: number;
}

/**
 * Delivers what is recorded from now on as Adobe does: a challenge first, then each event when it is written, some two at
 * once, signed, and again after 1, 2, 4, 8, 15, 15 … minutes where it was not taken, for a day. Now and then one is lost, as they are. A
 * webhook that is disabled gets nothing new, and still what was to be sent again; nobody edits it here, so it stays so.
 */
export async function push(pushing: Pushing): Promise<void> {
  const { source, now, sleep, signal, onState } = pushing;
  let next = source.length(now());
  let failures = 0;
  let isDisabled = false;
  let held: readonly number[] = [];
  let underway: readonly Underway[] = [];
  while (!(await isConfirmed(pushing))) {
    onState("disabled");
    await sleep(lookEveryMs, signal);
    if (signal.aborted) return;
    next = source.length(now());
  }
  onState("active");
  while (!signal.aborted) {
    for (const end = source.length(now()); next < end; next += 1) {
      if (isDisabled) continue;
      if (next % 5 === 3) continue;
      held = [...held, next];
      if (next % 7 === 0) continue;
      underway = [...underway, deliveryOf(source, held, now())];
      held = [];
    }
    const left: Underway[] = [];
    for (const delivery of underway) {
      if (delivery.dueAt > now()) {
        left.push(delivery);
        continue;
      }
      const status = await post(delivery, pushing);
      if (status === null) return;
      const isTaken = status >= 200 && status < 300;
      failures = isTaken ? 0 : failures + 1;
      isDisabled ||= failures >= untilDisabled;
      onState(isDisabled ? "disabled" : failures === 0 ? "active" : "unstable");
      const again = { ...delivery, ...later(delivery, now()) };
      if (!isTaken && isTriedAgain(status) && again.dueAt - again.since <= triedForMs) left.push(again);
    }
    underway = left;
    await sleep(lookEveryMs, signal);
  }
}

const lookEveryMs = 200;
const untilDisabled = 20;
const minute = 60_000;
const triedForMs = 24 * 60 * minute;
const pauses = [1, 2, 4, 8, 15].map((minutes) => minutes * minute);

function later({ failures }: Underway, now: number): Pick<Underway, "dueAt" | "failures"> {
  return { dueAt: now + (pauses[Math.min(failures, pauses.length - 1)] ?? minute), failures: failures + 1 };
}

/** 0 stands for no answer. */
function isTriedAgain(status: number): boolean {
  return status === 0 || status === 429 || (status >= 500 && status !== 505);
}

/** One event, or a batch of several. */
function deliveryOf(source: JournalSource, indexes: readonly number[], now: number): Underway {
  const events = indexes
    .flatMap((index) => eventsAt(source, index))
    .map((event) => ({ ...event, recipient_client_id: account.clientId, recipientclientid: account.clientId }));
  const [first] = indexes;
  const content = events.length === 1 ? events[0] : events;
  return {
    id: uuidFrom(`delivery ${String(first)}`),
    body: new TextEncoder().encode(JSON.stringify(content)),
    code: theSame(events.map(codeOf)),
    since: now,
    dueAt: now,
    failures: 0,
  };
}

/** The events of an entry: one event, or a list of such. */
function eventsAt(source: JournalSource, index: number): readonly object[] {
  const entry: unknown = JSON.parse(source.text(index));
  const event = isObject(entry) ? entry["event"] : null;
  return (Array.isArray(event) ? event : [event]).filter(isObject);
}

/** The code that an event tells in its header, as a CloudEvent or as a message; some runs come without. */
function codeOf(event: unknown): string | null {
  if (Array.isArray(event)) return codeOf(event[0]);
  if (!isObject(event)) return null;
  const { header, specversion, type, _eventNotificationMeta: meta, event: inner, body, messages } = event;
  return (
    textOf(objectOf(objectOf(header)["_adobeio"])["eventCode"]) ??
    textOf(specversion === undefined ? null : type) ??
    textOf(objectOf(meta)["type"]) ??
    codeOf(inner ?? body ?? messages)
  );
}

function theSame(codes: readonly (string | null)[]): string | null {
  const [first = null, ...others] = codes;
  return others.every((code) => code === first) ? first : null;
}

/** Whether the receiver answers the challenge with itself, as text or as JSON. */
async function isConfirmed({ url, now, signal }: Pushing): Promise<boolean> {
  const challenge = uuidFrom(`challenge ${String(now())}`);
  const asked = new URL(url);
  asked.searchParams.set("challenge", challenge);
  const { status, text } = await exchange(asked, { method: "GET", headers: {}, body: null }, signal);
  return status === 200 && (text.trim() === challenge || text.includes(`"challenge":"${challenge}"`));
}

/** The status of the answer; 0 for none in ten seconds; `null` where it all ends, which says nothing of the webhook. */
async function post(
  { id, body, code, failures }: Underway,
  { url, signing, now, signal }: Pushing,
): Promise<number | null> {
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "user-agent": "Adobe/1.0",
    "x-adobe-event-id": id,
    ...(code === null ? {} : { "x-adobe-event-code": code }),
    "x-adobe-provider": "aep_observability_catalog_events",
    "x-adobe-delivery-id": uuidFrom(`attempt ${id} ${String(now())}`),
    "x-request-id": uuidFrom(`request ${id} ${String(now())}`),
    ...(failures === 0 ? {} : { "x-adobe-retry-count": String(failures) }),
    ...signing.headersFor(body),
  };
  const { status } = await exchange(new URL(url), { method: "POST", headers, body }, signal);
  return signal.aborted ? null : status;
}
