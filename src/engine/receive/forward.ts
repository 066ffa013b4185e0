import { endlessPatience } from "../../adobe/access/connect.ts";
import { persevere, type Attempt } from "../../adobe/gateway/retrying.ts";
import { composeDelivery } from "../../adobe/webhook/compose.ts";
import { eventsIn } from "../../adobe/webhook/body-events.ts";
import { isLoopback } from "../../adobe/settings/check-value.ts";
import type { WebhookDelivery } from "../../adobe/webhook/delivery.ts";
import { FlowrunError } from "../../errors.ts";
import type { World } from "../../host.ts";
import { keepSecretsOfUrl } from "../../mask.ts";
import type { Notify } from "../../notices.ts";
import { wholeEventKeys } from "../../runs/events/whole-event-keys.ts";
import { parseAddress, urlOf } from "../destinations/address.ts";
import type { Receiver } from "../destinations/post.ts";
import { deliverableOf } from "../replay/deliverable.ts";
import { sendDelivery } from "../replay/send-delivery.ts";
import { spooledFrom } from "../sources/spool.ts";
import type { ForwardMeter } from "./forward-metrics.ts";
import type { Spool, SpooledEvents } from "./spool.ts";

/** An endpoint that deliveries are passed on to, and how. */
export interface Forwarding {
  readonly spool: Pick<Spool, "read" | "arrivals" | "placeOf" | "end" | "move">;
  /** By which its place in the spool is kept. */
  readonly reader: string;
  readonly to: Receiver;
  /** By which what only the journal had is signed; `null` leaves it unsigned. */
  readonly secret: string | null;
  readonly host: Pick<World, "now" | "sleep" | "random" | "send">;
  readonly signal: AbortSignal;
  readonly notify: Notify;
  readonly meter: ForwardMeter;
}

/** @throws FlowrunError `usage` for what is no address, and for plain HTTP to another machine. */
export function resolveForward(text: string, env: World["env"]): Receiver {
  const address = parseAddress(text, env);
  const url = urlOf(address);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    throw new FlowrunError("usage", `nothing is passed on to ${address.shown}`, {
      why: "deliveries go by https, and by plain http to this machine alone",
      hint: "flowrun listen --forward-to http://127.0.0.1:3000/webhook",
    });
  }
  keepSecretsOfUrl(url);
  return { url, shown: address.shown };
}

/**
 * Passes on what is received, in its order: deliveries with their own bytes and headers, and what only the journal had as
 * Adobe would have delivered it. It waits for an endpoint that is away; what that refuses is told, and passed by, as Adobe
 * does. Ends with the spool.
 * @throws the signal's reason; FlowrunError `state` where the spool fails.
 */
export async function forward(forwarding: Forwarding): Promise<void> {
  const { spool, reader, signal } = forwarding;
  for await (const some of spooledFrom(spool, spool.placeOf(reader) ?? spool.end(), signal)) {
    for (const one of some) {
      for (const deliveryOf of deliveriesOf(one, forwarding)) await passOn(deliveryOf, forwarding);
      await spool.move({ [reader]: one.after });
    }
  }
}

/** A delivery's attempts, the first of which is 1. */
type DeliveryOf = (attempt: number) => WebhookDelivery;

function deliveriesOf({ via, delivery, fresh }: SpooledEvents, { secret }: Forwarding): readonly DeliveryOf[] {
  // Whoever takes Adobe's deliveries expects no others.
  if (via === "lytics") return [];
  if (via === "webhook") {
    const passed = { headers: ownHeaders(delivery.headers), body: delivery.body };
    return [() => passed];
  }
  const events = eventsIn(delivery.body) ?? [];
  return fresh.map((index) => {
    const event = events[index];
    const [key = ""] = wholeEventKeys(event);
    return composeDelivery([deliverableOf(event, { id: key, code: null })], { isBatch: false, secret });
  });
}

/** The headers that say something of the delivery, and not of the connection that it came by. */
function ownHeaders(headers: WebhookDelivery["headers"]): WebhookDelivery["headers"] {
  const kept = Object.entries(headers).filter(([name]) => /^x-|^content-type$|^user-agent$/.test(name));
  return Object.fromEntries(kept.filter(([name]) => !name.startsWith("x-forwarded-")));
}

/** Adobe itself comes again after a quarter of an hour at the most, and what waits behind a delivery fills the spool. */
const longestPauseMs = 900_000;

async function passOn(deliveryOf: DeliveryOf, { to, host, signal, notify, meter }: Forwarding): Promise<void> {
  let attempts = 0;
  const attempt = async (): Promise<Attempt<null>> => {
    attempts += 1;
    const verdict = await sendDelivery(deliveryOf(attempts), to, { host, signal });
    meter.tried(verdict.kind);
    if (verdict.kind === "later") {
      const { what, why, hint, isThrottled } = verdict;
      const waitMs = verdict.waitMs === null ? null : Math.min(verdict.waitMs, longestPauseMs);
      const more = hint === null ? {} : { hint };
      return { trouble: { what, kind: "unavailable", why, requestId: null, waitMs, throttled: isThrottled, ...more } };
    }
    if (verdict.kind === "refused") {
      notify({ kind: "warning", text: `${to.shown} will not take a delivery: ${verdict.why}; it is passed by` });
    }
    return { value: null };
  };
  await persevere(attempt, { host, signal, notify, patience: endlessPatience });
}
