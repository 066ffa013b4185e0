import { FlowrunError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { isLoopback } from "../settings/check-value.ts";
import type { Interest, Registration } from "./registration.ts";

/** The deliveries that flowrun can set up. */
export const deliveries = ["webhook", "webhook_batch", "journal"] as const;

/** One of them. */
export type DeliveryKind = (typeof deliveries)[number];

/** A registration as it is to be. */
export interface Draft {
  readonly name: string;
  readonly description: string | null;
  readonly deliveryType: DeliveryKind;
  readonly webhookUrl: string | null;
  readonly interests: readonly Interest[];
}

/** The parts of a registration that are to change; what is left out stays. */
export type DraftChanges = Partial<Omit<Draft, "description">> & { readonly description?: string };

/** The limits of the API, in characters. */
const nameLength = { least: 3, most: 255 } as const;
const mostDescription = 5000;
const mostUrl = 4000;

/**
 * The body of a POST that makes a registration for a credential.
 * @throws FlowrunError `usage` for what Adobe would refuse. Pure.
 */
export function createBody(draft: Draft, clientId: string): JsonObject {
  checkDraft(draft);
  const { name, description, deliveryType, webhookUrl, interests } = draft;
  return {
    client_id: clientId,
    name,
    ...(description === null ? {} : { description }),
    delivery_type: deliveryType,
    ...(webhookUrl === null ? {} : { webhook_url: webhookUrl }),
    events_of_interest: interests.map(interestBody),
    enabled: true,
  };
}

/**
 * The body of a PUT, which replaces a registration whole: what the changes leave out is taken from what there is.
 * @throws FlowrunError `usage` for what Adobe would refuse, or for a kind of delivery of which flowrun would lose a part.
 * Pure.
 */
export function updateBody(registration: Registration, changes: DraftChanges): JsonObject {
  const { deliveryType: current, runtimeAction, filters, enabled } = registration;
  const deliveryType = changes.deliveryType ?? deliveries.find((known) => known === current);
  if (deliveryType === undefined) throw foreignDelivery(registration);
  const isJournal = deliveryType === "journal";
  const webhookUrl = changes.webhookUrl ?? (isJournal ? null : registration.webhookUrl);
  // A registration has one or the other.
  const action = webhookUrl === null && !isJournal ? runtimeAction : null;
  const draft: Draft = {
    name: changes.name ?? registration.name,
    description: changes.description ?? registration.description,
    deliveryType,
    webhookUrl,
    interests: changes.interests ?? registration.interests,
  };
  checkDraft(draft, action !== null);
  return {
    name: draft.name,
    ...(draft.description === null ? {} : { description: draft.description }),
    delivery_type: deliveryType,
    ...(webhookUrl === null ? {} : { webhook_url: webhookUrl }),
    ...(action === null ? {} : { runtime_action: action }),
    events_of_interest: draft.interests.map(interestBody),
    ...(filters.length === 0 ? {} : { subscriber_filters: filters }),
    enabled,
  };
}

/** The body of a PATCH (RFC 6902) that switches a registration on or off. Pure. */
export function enabledPatch(enabled: boolean): readonly JsonObject[] {
  return [{ op: "replace", path: "/enabled", value: enabled }];
}

function interestBody({ providerId, eventCode }: Interest): JsonObject {
  return { provider_id: providerId, event_code: eventCode };
}

function checkDraft({ name, description, deliveryType, webhookUrl, interests }: Draft, hasAction = false): void {
  const { least, most } = nameLength;
  if (name.trim().length < least || name.length > most) {
    throw usage(`a registration cannot be called ${quote(name)}`, {
      why: `a name has ${least} to ${most} characters, and this one has ${name.trim().length}`,
      hint: "say another one: --name <name>",
    });
  }
  if (description !== null && description.length > mostDescription) {
    throw usage("the description is too long", {
      why: `Adobe takes ${mostDescription} characters, and it has ${description.length}`,
      hint: "say it in fewer words: --description <text>",
    });
  }
  if (deliveryType === "journal") {
    if (webhookUrl !== null) {
      throw usage("a journal registration has no webhook", {
        why: "its events wait in the journal until they are read, and are posted nowhere",
        hint: "leave --webhook-url out, or say --delivery webhook (an event a request) or webhook_batch (up to 20)",
      });
    }
  } else if (webhookUrl !== null) checkWebhookUrl(webhookUrl);
  else if (!hasAction) {
    throw usage("a webhook registration needs the webhook's URL", {
      why: "Adobe asks it a challenge at once, and then posts the events to it",
      hint: "say where it is: --webhook-url https://…, or --delivery journal for one that is read",
    });
  }
  if (interests.some(({ providerId }) => providerId === null)) {
    throw new FlowrunError("protocol", "the registration came without the providers of its events", {
      why: "a change sends all of it again, and Adobe would not know whose events are meant",
      hint: "say which events: --events sources, or their codes, with --provider <id>",
    });
  }
  if (interests.length === 0) {
    throw usage("a registration listens to one event at least", {
      why: "there is none in it",
      hint: "say which: --events sources, or the codes of events (flowrun providers list --events)",
    });
  }
}

/**
 * Where Adobe posts to: https, or this machine for a demo or a tunnel's test.
 * @throws FlowrunError `usage` that shows no password.
 */
function checkWebhookUrl(text: string): void {
  const hint = "write it whole: --webhook-url https://host/path";
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = /^[\x21-\x7e]+$/.test(text);
  if (url === null || !isPlain || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw usage("the webhook's address is no URL of the web", { why: `it reads ${quote(text)}`, hint });
  }
  if (text.length > mostUrl) {
    throw usage("the webhook's URL is too long", {
      why: `Adobe takes ${mostUrl} characters, and it has ${text.length}`,
      hint,
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw usage("the webhook's URL holds a user name or password", {
      why: "everybody who sees the registration would see it; deliveries are told genuine by Adobe's signature",
      hint: "remove everything between :// and @",
    });
  }
  if (url.hash !== "") {
    throw usage("the webhook's URL has a #… at its end", { why: "that part is never sent to a server", hint });
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw usage(`the webhook's URL is plain http, to ${url.host}`, {
      why: "Adobe posts events over https; http is taken for this machine only",
      hint: `--webhook-url https://${url.host}${url.pathname}`,
    });
  }
}

function foreignDelivery({ deliveryType, name }: Registration): FlowrunError {
  return usage(`flowrun does not change a registration that delivers to ${quote(deliveryType)}`, {
    why: `a change sends all of a registration again, and not all of '${name}' is known here`,
    hint: "change it in Adobe Developer Console → your project → the registration → Edit",
  });
}

function usage(message: string, { why, hint }: { readonly why: string; readonly hint: string }): FlowrunError {
  return new FlowrunError("usage", message, { why, hint });
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
