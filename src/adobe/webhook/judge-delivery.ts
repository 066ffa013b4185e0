import { isObject } from "../../json.ts";
import type { Secret } from "../auth/secret.ts";
import { validationUrlOf } from "./challenge.ts";
import type { WebhookDelivery } from "./delivery.ts";
import type { PublicKeys } from "./public-keys.ts";
import { recipientOf } from "./recipient.ts";
import { digitalSignaturesOf, isHmacOf, isSignedBy } from "./signatures.ts";

/** How deliveries are judged. */
export interface JudgeMeans {
  /** Whose deliveries are taken. */
  readonly clientId: string;
  /** `null`: digital signatures are not looked at (`--no-verify`). */
  readonly keys: PublicKeys | null;
  /** The client's secrets where a signature by one of them will do (`--accept-hmac`); none elsewhere. */
  readonly hmacSecrets: readonly Secret[];
}

/** The findings about a delivery. `why` is for whoever runs the receiver, and quotes nothing of the body. */
export type DeliveryVerdict =
  /** Adobe sent it, and to us. */
  | { readonly kind: "genuine"; readonly events: readonly unknown[] }
  /** Adobe sent it, and it cannot be read; nor could it if it came again. */
  | { readonly kind: "poison"; readonly why: string }
  /** Adobe asks whether the receiver is whose it seems to be: the address is to be fetched, once it has its 200. */
  | { readonly kind: "validation"; readonly url: string }
  | {
      readonly kind: "refused";
      /** 503 where it may be genuine and cannot be judged now, so that it is sent again. */
      readonly status: 401 | 403 | 503;
      readonly reason: "unsigned" | "signature" | "key" | "recipient";
      readonly why: string;
    };

/** Judges a delivery: its signatures first, and what is in it only when one of them is good. */
export async function judgeDelivery(delivery: WebhookDelivery, means: JudgeMeans): Promise<DeliveryVerdict> {
  const hasHmac = isHmacOf(delivery, means.hmacSecrets);
  if (!hasHmac) {
    // Adobe does not sign this question, and the answer goes to Adobe alone.
    const url = validationUrlOf(delivery.body);
    if (url !== null) return { kind: "validation", url };
    const refusal = means.keys === null ? null : await judgeSignatures(delivery, means.keys);
    if (refusal !== null) return refusal;
  }
  const events = eventsIn(delivery.body);
  if (events === null) return { kind: "poison", why: "its body is no JSON object or list" };
  return judgeRecipient(events, means, hasHmac) ?? { kind: "genuine", events: events.map(withoutHeaders) };
}

type Refusal = Extract<DeliveryVerdict, { kind: "refused" }>;

/** `null` as soon as one of them is good, whatever the other is, or takes. */
async function judgeSignatures(delivery: WebhookDelivery, keys: PublicKeys): Promise<Refusal | null> {
  const signatures = digitalSignaturesOf(delivery);
  if (signatures.length === 0) return refused(401, "unsigned", "it has no signature of Adobe's");
  let isProven = false;
  const findings = signatures.map(async (signature): Promise<Finding> => {
    const found = await keys.find(signature.keyPath);
    if ("trouble" in found) return found;
    // One is enough, and looking at the other is half of the work.
    isProven ||= isSignedBy(found.key, signature, delivery.body);
    return isProven ? "good" : "wrong";
  });
  const isGood = await Promise.any(findings.map(orReject)).catch(() => false);
  if (isGood) return null;
  const trouble = (await Promise.all(findings)).find((finding) => typeof finding !== "string");
  if (trouble === undefined) return refused(401, "signature", "its signature was not made by Adobe over this body");
  return refused(503, "key", `its signature cannot be judged: ${trouble.trouble}`);
}

type Finding = "good" | "wrong" | { readonly trouble: string };

async function orReject(finding: Promise<Finding>): Promise<true> {
  if ((await finding) === "good") return true;
  throw new Error("not this one");
}

/** `null` where it is ours. Whoever signed with our own secret may leave the recipient out: flowrun replay does. */
function judgeRecipient(events: readonly unknown[], { clientId }: JudgeMeans, hasHmac: boolean): Refusal | null {
  const recipient = recipientOf(events, clientId);
  if (recipient === "ours" || (recipient === "nobody" && hasHmac)) return null;
  const why = recipient === "another" ? "it is for another client id" : "it does not say which client id it is for";
  return refused(403, "recipient", why);
}

function refused(status: Refusal["status"], reason: Refusal["reason"], why: string): Refusal {
  return { kind: "refused", status, reason, why };
}

/** A batch is a list of events, a single delivery is one; `null` for a body that is neither. */
function eventsIn(body: Uint8Array): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    const events: readonly unknown[] | null = Array.isArray(value) ? value : null;
    return isObject(value) ? [value] : events;
  } catch {
    return null;
  }
}

/** Passed on by an action in Adobe's Runtime, an event has the delivery's headers inside; they are no part of it. */
function withoutHeaders(event: unknown): unknown {
  if (!isObject(event) || event["__adobe_headers"] === undefined) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== "__adobe_headers"));
}
