import { createHash, createHmac, randomUUID } from "node:crypto";
import type { WebhookDelivery } from "./delivery.ts";

/** An event to be delivered, and what its delivery says of it beside its body. */
export interface DeliverableEvent {
  /** Fits into a header: visible ASCII, 1 to 200 characters. The same whenever the event is delivered again. */
  readonly id: string;
  /** `null` where the event tells none. */
  readonly code: string | null;
  readonly provider: string;
  /** CloudEvents have a content type of their own. */
  readonly isCloudEvent: boolean;
  /** The event's JSON. */
  readonly body: Uint8Array;
}

/** The form of a delivery. */
export interface DeliveryForm {
  /** True for an array of events, as Adobe's `webhook_batch` has it; false for one event. */
  readonly isBatch: boolean;
  /** The client secret by which the body is signed; `null` leaves it unsigned. */
  readonly secret: string | null;
}

/** The most events that one delivery of a batch holds, as with Adobe. */
export const mostInBatch = 20;
/** The most bytes that it has, likewise. */
export const mostBatchBytes = 2_000_000;

/**
 * A delivery with Adobe's own headers, for each attempt: only `x-adobe-delivery-id` and the count of retries differ between
 * them. Adobe's RSA signatures need Adobe's keys; what is signed is signed by HMAC, as Adobe did before.
 * @param events one, or those of a batch: one at least.
 * @returns the delivery of an attempt, the first of which is 1.
 */
export function composeDelivery(
  events: readonly DeliverableEvent[],
  { isBatch, secret }: DeliveryForm,
): (attempt: number) => WebhookDelivery {
  const body = isBatch ? arrayOf(events) : (events[0]?.body ?? new Uint8Array());
  const code = theSame(events.map((event) => event.code));
  const provider = theSame(events.map((event) => event.provider));
  const isCloudEvent = !isBatch && events.every((event) => event.isCloudEvent);
  const headers = {
    "content-type": isCloudEvent ? "application/cloudevents+json; charset=UTF-8" : "application/json; charset=utf-8",
    "x-adobe-event-id": isBatch ? idOfBatch(events) : (events[0]?.id ?? ""),
    "x-flowrun-replay": "1",
    ...(code === null || !isVisible(code) ? {} : { "x-adobe-event-code": code }),
    ...(provider === null || !isVisible(provider) ? {} : { "x-adobe-provider": provider }),
    ...(secret === null ? {} : { "x-adobe-signature": createHmac("sha256", secret).update(body).digest("base64") }),
  };
  return (attempt) => ({
    headers: {
      ...headers,
      "x-adobe-delivery-id": randomUUID(),
      ...(attempt === 1 ? {} : { "x-adobe-retry-count": String(attempt - 1) }),
    },
    body,
  });
}

/** Whether a text can stand in a header as it is: visible ASCII, no longer than ids are. Pure. */
export function isVisible(text: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(text);
}

/** Each event as it is: an array that was written anew would not have their own bytes. */
function arrayOf(events: readonly DeliverableEvent[]): Uint8Array {
  const parts = events.flatMap(({ body }, index) => [Buffer.from(index === 0 ? "[" : ","), body]);
  return Buffer.concat([...parts, Buffer.from("]")]);
}

/** A receiver that knows deliveries by their ids must not take a batch for the first of its events. */
function idOfBatch(events: readonly DeliverableEvent[]): string {
  return createHash("sha256")
    .update(events.map(({ id }) => id).join("\n"))
    .digest("base64url");
}

/** The text that all of them have; `null` where they differ. */
function theSame(texts: readonly (string | null)[]): string | null {
  const [first = null, ...others] = texts;
  return others.every((text) => text === first) ? first : null;
}
