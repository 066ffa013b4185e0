import { jetstream, type JetStreamManager } from "@nats-io/jetstream";
import { ndjsonRenderer } from "../../render/formats/json.ts";
import { renderBytes, renderDuration } from "../../render/text/numbers.ts";
import type { Address } from "./address.ts";
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
import { readNatsAddress } from "./nats/address.ts";
import { openAcks } from "./nats/acks.ts";
import { findAlreadyThere } from "./nats/already-there.ts";
import { connectNats, type NatsLink } from "./nats/connect.ts";
import { isForbidden, isTooLarge, jetStreamCode, natsFailure } from "./nats/failure.ts";
import { findNatsTarget, type NatsTarget } from "./nats/files.ts";
import { openPlace } from "./nats/place.ts";
import { openPublisher } from "./nats/publish.ts";
import { findStream, leastWindowMs, type FoundStream } from "./nats/stream.ts";
import { Refused } from "./refused.ts";

/** A message a record in a stream of JetStream, with the record's id, by which the stream knows it again. */
export const nats: Kind = {
  check: (address, env) => {
    readNatsAddress(address, env);
  },
  takes: () => everyRecord,
  open: async (address, means) => {
    const { host, signal } = means;
    const target = await findNatsTarget(readNatsAddress(address, host.env), host);
    const link = await connectNats(target, signal);
    const letGo = (): void => void link.connection.close();
    signal.addEventListener("abort", letGo, { once: true });
    const close = async (): Promise<void> => {
      signal.removeEventListener("abort", letGo);
      await link.connection.close();
    };
    try {
      return { ...(await openStream(link, target, address, means)), close };
    } catch (error) {
      await close();
      signal.throwIfAborted();
      throw error;
    }
  },
};

async function openStream(
  link: NatsLink,
  { domain, inboxPrefix }: NatsTarget,
  address: Address,
  means: Means,
): Promise<Omit<OpenDestination, "close">> {
  const { host, signal, reading, isKept } = means;
  const { subject, bucket } = readNatsAddress(address, host.env);
  const options = { timeout: questionMs, checkAPI: false, ...(domain === null ? {} : { domain }) };
  const client = jetstream(link.connection, options);
  const manager = await client.jetstreamManager();
  const stream = await findStream(manager, subject, link);
  warnOf(stream, address, means);
  const wish = { address, bucket, subject, reading, host, replicas: stream.replicas };
  const place = isKept ? await openPlace(client, link, wish) : null;
  const acks = openAcks(link.connection, subject, inboxPrefix);
  const publish = openPublisher({ ...stream, acks, encode: bytesOf });
  // Whether an earlier process, or connection, has brought a part of the batch there.
  let isUnclear = isKept;

  const deliver: OpenDestination["deliver"] = async (records, next, onSent) => {
    const there = isUnclear ? await lookBack(manager, stream, subject, records, link) : nothing;
    isUnclear = false;
    const missing = there.size === 0 ? records : records.filter(({ id }) => !there.has(id));
    const { safe, trouble } = await publish(missing);
    const first = missing[safe];
    onSent(first === undefined ? records.length : records.indexOf(first));
    if (first !== undefined && isTooLarge(trouble)) throw tooLarge(first, stream);
    if (trouble !== null) throw natsFailure(trouble, `the stream ${stream.name} did not take a message`, link.party);
    if (next !== null) await place?.save(next);
  };

  const window = renderDuration(stream.windowMs);
  return {
    guarantee: `exactly once within ${window}, the duplicate window of the stream ${stream.name}`,
    found: `the stream ${stream.name}, duplicate window ${window}`,
    ...(place === null ? {} : { findPlace: () => Promise.resolve(place.found) }),
    deliver: async (records, next, onSent) => {
      try {
        await deliver(records, next, onSent);
      } catch (error) {
        // The connection was closed since we were told to stop.
        signal.throwIfAborted();
        throw error;
      }
    },
  };
}

/** An answer that says what there is does not take long. */
const questionMs = 5000;

const nothing: ReadonlySet<string> = new Set();

const { encode: renderLine } = ndjsonRenderer<DeliveredRecord>();
const encoder = new TextEncoder();

/** The record as `-o ndjson` prints it, without the end of the line. */
function bytesOf(delivered: Delivered): Uint8Array {
  return encoder.encode(renderLine(recordOf(delivered)).trimEnd());
}

/** Addresses whose streams were spoken of: a destination that was away is opened anew. */
const spokenOf = new WeakSet<Address>();

function warnOf({ name, windowMs, isUnheard }: FoundStream, address: Address, { notify }: Means): void {
  if (spokenOf.has(address)) return;
  spokenOf.add(address);
  const warn = (text: string): void => {
    notify({ kind: "warning", text });
  };
  if (windowMs < leastWindowMs) {
    const window = renderDuration(windowMs);
    warn(
      `the stream ${name} knows a message again for ${window} only: one that is sent again later than that, after a crash or an outage, can stand in it twice; nats stream edit ${name} --dupe-window 10m`,
    );
  }
  if (isUnheard) {
    warn(`the stream ${name} keeps only what a consumer waits for, and there is none: what is sent now is thrown away`);
  }
}

/** Nobody needs to be allowed to read: without that, the duplicate window counts alone. A stream that is gone says so next. */
async function lookBack(
  manager: JetStreamManager,
  { name }: FoundStream,
  subject: string,
  records: readonly Delivered[],
  { party }: NatsLink,
): Promise<ReadonlySet<string>> {
  const ids = records.map(({ id }) => id);
  return findAlreadyThere(manager, name, subject, ids).catch((error: unknown) => {
    if (isForbidden(error) || jetStreamCode(error) !== null) return nothing;
    throw natsFailure(error, `could not look for what the stream ${name} has already`, party);
  });
}

function tooLarge(delivered: Delivered, { name, mostBytes }: FoundStream): Refused {
  const { id } = delivered;
  return new Refused(`${deliveredName(delivered)} is too large for the stream ${name}`, {
    ids: [id],
    why: `its record is ${renderBytes(bytesOf(delivered).length)}, and a message there may be ${renderBytes(mostBytes)}`,
    hint: `nats stream edit ${name} --max-msg-size=-1, max_payload in the server's configuration, or --on-refused skip`,
  });
}
