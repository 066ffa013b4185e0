import { FlowrunError } from "../../errors.ts";
import { version } from "../../version.ts";
import type { Address } from "./address.ts";
import type { Kind, Means, OpenDestination } from "./destination.ts";
import { createDelivery } from "./otlp/delivery.ts";
import { encodeFor, exportTo, type Sending } from "./otlp/exchange.ts";
import { emptyRequest } from "./otlp/messages.ts";
import { readSettings, resourceAttributes, type OtlpTarget } from "./otlp/settings.ts";
import { recordsFor } from "./otlp/signals.ts";
import { Refused } from "./refused.ts";

/** OTLP over HTTP: a run that has ended is a trace, an event of Lytics a log record; both are counted in metrics. */
export const otlp: Kind = {
  check: (address, env, brings = { of: "runs" }) => {
    readSettings(address, env, brings);
  },
  takes: recordsFor,
  open: openOtlp,
};

async function openOtlp(address: Address, means: Means): Promise<OpenDestination> {
  const { host, reading } = means;
  const settings = readSettings(address, host.env, reading);
  const closing = new AbortController();
  const signal = AbortSignal.any([means.signal, closing.signal]);
  const warn = warner(address.shown, means.notify);
  const sendingTo = (target: OtlpTarget): Sending => ({ target, name: address.shown, host, signal });
  for (const target of settings.targets) await checkReceiver(sendingTo(target));
  for (const text of settings.warnings) warn(text, text);
  const deliver = createDelivery({
    targetOf: settings.targetOf,
    teller: { resource: resourceAttributes(settings, reading), version },
    organisation: reading.organisation,
    now: () => host.now(),
    warn,
    send: async (target, body) => {
      const shortfall = await exportTo(sendingTo(target), body);
      // What it left out must not be sent again, whatever the reason.
      if (shortfall === null) return;
      const { rejected, reason } = shortfall;
      const what =
        rejected === 0 ? `it says of ${target.signal}` : `it left out ${rejected} of the ${target.signal} for good`;
      warn(`${target.signal} ${reason ?? ""}`, `${what}: ${reason ?? "it does not say why"}`);
    },
  });
  return {
    found: settings.targets.map(foundOf).join("; "),
    deliver: async (records, _place, onSent) => {
      let sent = 0;
      await deliver(records, (count) => {
        sent += count;
        onSent(sent);
      });
    },
    close: () => {
      closing.abort(new Error("the destination was closed"));
      return Promise.resolve();
    },
  };
}

/** A receiver may have something new to say each time, and nobody reads that. */
const mostTopics = 100;

/** Warns of each topic once. */
function warner(name: string, notify: Means["notify"]): (topic: string, text: string) => void {
  const told = new Set<string>();
  return (topic, text) => {
    if (told.has(topic) || told.size >= mostTopics) return;
    told.add(topic);
    notify({ kind: "warning", text: `${name}: ${text}` });
  };
}

/**
 * A request without data is answered as any other, and says whether address, key and encoding are right.
 * @throws FlowrunError as `exportTo` does; `settings` where it refuses even that.
 */
async function checkReceiver(sending: Sending): Promise<void> {
  const { target, name } = sending;
  try {
    await exportTo(sending, encodeFor(target, emptyRequest(target.signal)));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new FlowrunError("settings", `${name} refuses even a request without ${target.signal}`, {
      why: error.why ?? error.message,
      hint: "compare the address with what its vendor tells, and see whether a proxy on the way answers instead",
    });
  }
}

function foundOf({ signal, shown, protocol, isPacked }: OtlpTarget): string {
  return `${signal} at ${shown}, ${protocol}${isPacked ? ", gzip" : ""}`;
}
