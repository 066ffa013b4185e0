import { createHash, timingSafeEqual } from "node:crypto";
import type { WebhookDelivery } from "../adobe/webhook/delivery.ts";
import type { Secret } from "../adobe/auth/secret.ts";
import { isDeeperThan } from "../runs/events/depth.ts";
import { itemsOf, readJob } from "../runs/job/read-job.ts";
import { parseBody } from "./parse-body.ts";

/** A header that whoever delivers events of Lytics must show. */
export interface RequiredHeader {
  /** In lower case. */
  readonly name: string;
  readonly value: Secret;
}

/** The findings about a delivery of Lytics. `why` is for whoever runs the receiver, and quotes nothing of the body. */
export type EventsVerdict =
  /** Any of them may be none after all: it is told when it is read, as in a list that is asked for. */
  | { readonly kind: "genuine"; readonly events: readonly unknown[] }
  | {
      readonly kind: "refused";
      readonly status: 400 | 401 | 413;
      readonly reason: "header" | "form" | "events";
      readonly why: string;
    };

/** Beyond a few thousand JSON cannot be written; an event has three. */
const deepest = 500;

/** How deliveries of Lytics are judged. */
export interface EventsMeans {
  /** `null` lets anybody in. */
  readonly required: RequiredHeader | null;
  /** The events of one delivery. */
  readonly most: number;
}

/** Judges a delivery of Lytics by its header first, and what is in it only then. Pure. */
export function judgeEvents({ headers, body }: WebhookDelivery, { required, most }: EventsMeans): EventsVerdict {
  if (required !== null && !isShown(headers[required.name], required.value)) {
    const why = headers[required.name] === undefined ? "it does not have the header" : "its header has another value";
    return { kind: "refused", status: 401, reason: "header", why };
  }
  const content = parseBody(body);
  if (content === undefined) return unreadable("its body is no JSON");
  const items = itemsOf(content);
  if (items === null) return unreadable("its JSON is no event of Lytics, and no list of such");
  if (items.length > most) {
    return { kind: "refused", status: 413, reason: "events", why: `it has more than ${most} events` };
  }
  if (isDeeperThan(items, deepest)) return unreadable("its JSON is nested without end");
  const reasons = items.map((item) => readJob(item, null)).filter((read) => typeof read === "string");
  if (items.length > 0 && reasons.length === items.length) {
    return unreadable(`its JSON is no event of Lytics: it ${reasons[0] ?? ""}`);
  }
  return { kind: "genuine", events: items };
}

/** The items of the body of a delivery that was judged genuine. Pure. */
export function itemsIn(body: Uint8Array): readonly unknown[] {
  return itemsOf(parseBody(body)) ?? [];
}

function unreadable(why: string): EventsVerdict {
  return { kind: "refused", status: 400, reason: "form", why };
}

/** By digests, which are of one length: how long it takes says nothing of the value. */
function isShown(value: string | undefined, wanted: Secret): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(value ?? ""), digest(wanted.reveal()));
}
