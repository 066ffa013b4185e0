import { createHash, createHmac } from "node:crypto";
import { isLoopback } from "../../adobe/settings/check-value.ts";
import { FlowrunError } from "../../errors.ts";
import type { World } from "../../host.ts";
import { keepSecret, keepSecretsOfUrl } from "../../mask.ts";
import type { Notify } from "../../notices.ts";
import { jsonRenderer } from "../../render/formats/json.ts";
import { urlOf, type Address } from "./address.ts";
import {
  deliveredName,
  everyRecord,
  recordOf,
  type Delivered,
  type DeliveredRecord,
  type Kind,
  type Means,
  type OpenDestination,
} from "./destination.ts";
import { findReceiver, post, type Posting, type Receiver, type RefusedPost } from "./post.ts";
import { Refused } from "./refused.ts";

/**
 * A POST a record, which is its JSON, or an array of them; signed as Standard Webhooks has it (standardwebhooks.com), by an
 * id that is the same whenever it is sent again.
 */
export const webhook: Kind = {
  check: (address, env) => {
    settingsOf(address, env);
  },
  takes: () => everyRecord,
  open: async (address, means) => {
    const settings = settingsOf(address, means.host.env);
    if (settings.keys.length === 0) warnOnce(means.notify);
    await findReceiver(settings.receiver, means);
    return openWebhook(settings, means);
  },
};

interface WebhookSettings {
  readonly receiver: Receiver;
  /** How many records a request carries at most, as an array; `null`: one, as an object. */
  readonly batch: number | null;
  /** By each of them a signature is made. */
  readonly keys: readonly Buffer[];
}

const mostInBatch = 1000;

/** @throws FlowrunError `usage` for the address, `settings` for the secrets. */
function settingsOf(address: Address, env: World["env"]): WebhookSettings {
  const url = urlOf(address);
  const { shown } = address;
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new FlowrunError("usage", `${shown} is plain http, to another machine`, {
      why: "records, signatures and the address itself could be read on the way; http is for this machine only",
      hint: `write https://${url.host}/… , or listen on 127.0.0.1 behind something that speaks TLS`,
    });
  }
  if (url.hostname === "hooks.slack.com") {
    throw new FlowrunError("usage", `${shown} is Slack's, and takes messages, not records`, {
      why: "a record would be refused there as invalid_payload",
      hint: "write slack+https://hooks.slack.com/… for messages that people read",
    });
  }
  const batch = batchOf(url, shown);
  url.searchParams.delete("batch");
  url.hash = "";
  keepSecretsOfUrl(url);
  return { receiver: { url, shown }, batch, keys: keysOf(env["FLOWRUN_WEBHOOK_SECRET"] ?? "") };
}

function batchOf({ searchParams }: URL, shown: string): number | null {
  const text = searchParams.get("batch");
  if (text === null) return null;
  const batch = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (batch >= 1 && batch <= mostInBatch) return batch;
  throw new FlowrunError("usage", `?batch=${text} of ${shown} is no number of records`, {
    why: `it says how many records a request carries at most, 1 to ${mostInBatch}, as a JSON array`,
    hint: "write ?batch=100, or leave it out for one record a request, as an object",
  });
}

/** @throws FlowrunError `settings`, without the secret. */
function keysOf(text: string): readonly Buffer[] {
  const secrets = text.split(/\s+/).filter((secret) => secret !== "");
  for (const secret of secrets) for (const form of [secret, secret.replace(/^whsec_/, "")]) keepSecret(form);
  return secrets.map((secret) => {
    const [, base64] = /^whsec_([A-Za-z\d+/]+={0,2})$/.exec(secret) ?? [];
    const key = Buffer.from(base64 ?? "", "base64");
    if (key.length >= 24 && key.length <= 64) return key;
    throw new FlowrunError("settings", "FLOWRUN_WEBHOOK_SECRET is no secret of a webhook", {
      why:
        base64 === undefined
          ? "it is whsec_ and then base64; several are written with a blank between"
          : `what stands after whsec_ is ${key.length} bytes, where 24 to 64 are asked for`,
      hint: 'copy it from the receiver, or make one for both: echo "whsec_$(openssl rand -base64 32)"',
    });
  });
}

const warned = new WeakSet<Notify>();

/** A destination is opened anew whenever the other side was away, and whoever reads has been told. */
function warnOnce(notify: Notify): void {
  if (warned.has(notify)) return;
  warned.add(notify);
  notify({
    kind: "warning",
    text: "FLOWRUN_WEBHOOK_SECRET is not set: what is posted is not signed, and a receiver cannot tell who it is from",
  });
}

function openWebhook({ receiver, batch, keys }: WebhookSettings, means: Means): OpenDestination {
  const closing = new AbortController();
  const posting = { host: means.host, signal: AbortSignal.any([means.signal, closing.signal]) };
  const form = batch === null ? "a record a request" : `up to ${batch} records a request`;
  return {
    found: `${form}, ${keys.length === 0 ? "not signed" : `signed by ${count(keys.length, "secret")}`}`,
    // Cut in the order in which they come, so that a batch that is tried again, behind what is safe, is cut alike.
    deliver: async (records, _, onSent) => {
      const size = batch ?? 1;
      for (let at = 0; at < records.length; at += size) {
        const part = records.slice(at, at + size);
        const { id, body } = batch === null ? single(part) : several(part);
        const message = signed({ id, body }, keys, means.host.now());
        await post(message, receiver, posting, (refusal) => refused(refusal, receiver, part));
        onSent(at + part.length);
      }
    },
    close: () => {
      closing.abort(new Error("the destination is closed"));
      return Promise.resolve();
    },
  };
}

interface Content {
  readonly id: string;
  readonly body: string;
}

const { encode } = jsonRenderer<DeliveredRecord>();

function single(records: readonly Delivered[]): Content {
  return { id: records.map(({ id }) => id).join(), body: records.map((one) => encode(recordOf(one))).join() };
}

function several(records: readonly Delivered[]): Content {
  const ids = createHash("sha256").update(records.map(({ id }) => id).join("\n"));
  return { id: ids.digest("base64url"), body: `[${records.map((one) => encode(recordOf(one))).join(",\n")}]` };
}

/** @param now epoch milliseconds; each attempt is signed anew, since receivers refuse what is old. */
function signed({ id, body }: Content, keys: readonly Buffer[], now: number): Posting {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = keys.map(
    (key) => `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`,
  );
  return {
    body,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      ...(keys.length === 0 ? {} : { "webhook-signature": signatures.join(" ") }),
    },
  };
}

function refused({ status, why }: RefusedPost, { shown }: Receiver, records: readonly Delivered[]): Refused {
  const [first] = records;
  const what = records.length === 1 && first !== undefined ? deliveredName(first) : `${records.length} records`;
  const details = {
    ids: records.map(({ id }) => id),
    hint: `${remedies.get(status) ?? usualRemedy}; or pass by: --on-refused skip`,
  };
  if (status !== 410) return new Refused(`${shown} refuses ${what}`, { ...details, why });
  return new Refused(`${shown} is gone: the receiver asks for no more`, { ...details, why });
}

const usualRemedy = "see what the receiver's own log says of it";

const remedies = new Map([
  [401, "compare FLOWRUN_WEBHOOK_SECRET, and the password in the address if there is one, with the receiver's"],
  [403, "compare FLOWRUN_WEBHOOK_SECRET with the receiver's, and look at what may stand in between"],
  [404, "check the path of the address"],
  [405, "check the path of the address: what is there takes no POST"],
  [410, "take it out of --to, or ask whoever runs it for its new address"],
  [413, "send less at once: a smaller ?batch="],
]);

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
