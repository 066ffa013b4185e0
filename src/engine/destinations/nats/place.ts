import { createHash } from "node:crypto";
import { JetStreamApiCodes, type JetStreamClient } from "@nats-io/jetstream";
import { Kvm, type KV } from "@nats-io/kv";
import { FlowrunError } from "../../../errors.ts";
import type { World } from "../../../host.ts";
import { parseObject, textOf } from "../../../json.ts";
import type { Address } from "../address.ts";
import type { DeliveredReading } from "../destination.ts";
import type { NatsLink } from "./connect.ts";
import { jetStreamCode, natsFailure } from "./failure.ts";

/** The place of a reading, in a key-value bucket. */
export interface PlaceKeeper {
  /** As it was found; `null` for none. */
  readonly found: string | null;
  /** @throws FlowrunError `lease` where another process has moved it since. */
  readonly save: (place: string) => Promise<void>;
}

/** Whose place it is, and where. */
export interface PlaceWish {
  /** By which this process knows that it opens a destination anew. */
  readonly address: Address;
  readonly bucket: string;
  readonly subject: string;
  readonly reading: DeliveredReading;
  /** How many copies the stream has, and so the bucket, where it must be made. */
  readonly replicas: number;
  readonly host: Pick<World, "now">;
}

/** Of places some hundreds, each with the keys that are known again; an account may not let streams grow without end. */
const bucketBytes = 16 * 1024 * 1024;

/**
 * Opens the bucket, which is made where there is none, and reads the place. It is not the address that it is kept by, which
 * may come to name other servers of the same cluster, but the subject.
 * @throws FlowrunError `lease` where another process has moved it since this one has known it.
 */
export async function openPlace(client: JetStreamClient, link: NatsLink, wish: PlaceWish): Promise<PlaceKeeper> {
  const { address, bucket, subject, reading, replicas, host } = wish;
  const { party } = link;
  const key = keyOf(wish);
  const kv = await openBucket(client, bucket, replicas).catch((error: unknown) => {
    throw bucketFailure(error, link, bucket, replicas);
  });
  const entry = await kv.get(key).catch((error: unknown) => {
    throw natsFailure(error, `could not read the place in the bucket ${bucket} at ${party.place}`, party);
  });
  const value = entry?.operation === "PUT" ? entry.string() : null;
  // A place that was deleted has a number too.
  const revision = entry?.revision ?? 0;
  const known = knownPlaces.get(address);
  if (known !== undefined && !isAsKnown(known, { revision, value })) throw movedByAnother(bucket, key);
  const found = value === null ? null : placeIn(value, bucket, key);
  let left: StandingPlace = { revision, value };
  knownPlaces.set(address, { ...left, wished: value });
  return {
    found,
    save: async (place) => {
      const { profile, cursor } = reading;
      const wished = JSON.stringify({ place, at: new Date(host.now()).toISOString(), profile, cursor, subject });
      knownPlaces.set(address, { ...left, wished });
      const writing = left.revision === 0 ? kv.create(key, wished) : kv.update(key, wished, left.revision);
      const moved = await writing.catch((error: unknown) => {
        const code = jetStreamCode(error);
        const isMoved =
          code === JetStreamApiCodes.StreamWrongLastSequence ||
          code === JetStreamApiCodes.StreamWrongLastSequenceUnknown;
        if (isMoved) throw movedByAnother(bucket, key);
        throw natsFailure(error, `could not save the place in the bucket ${bucket} at ${party.place}`, party);
      });
      left = { revision: moved, value: wished };
      knownPlaces.set(address, { ...left, wished });
    },
  };
}

/**
 * As this process last knew a place, and wanted it to be. A destination that was away is opened anew, and would else
 * take a place for its own that another process has moved in the meantime, as after a night in which this machine slept;
 * or go on from one of a restored copy that is earlier, or has none, and lacks runs that are not read again.
 */
interface KnownPlace extends StandingPlace {
  readonly wished: string | null;
}

/** The bucket's own words for a place. */
interface StandingPlace {
  readonly revision: number;
  readonly value: string | null;
}

/**
 * Whether a place stands as it was left, or as it was last to be, of which no answer came. A restored bucket counts its
 * revisions anew, so that another process may bring it to the same one with another place. Pure.
 */
function isAsKnown(known: KnownPlace, { revision, value }: StandingPlace): boolean {
  return value === known.wished || (revision === known.revision && value === known.value);
}

const knownPlaces = new WeakMap<Address, KnownPlace>();

function keyOf({ subject, reading: { journal, cursor } }: PlaceWish): string {
  return createHash("sha256").update([journal, cursor, subject].join("\n")).digest("base64url").slice(0, 22);
}

function openBucket(client: JetStreamClient, bucket: string, replicas: number): Promise<KV> {
  // The leader is asked, since a copy may lag behind.
  const options = {
    history: 1,
    replicas,
    max_bytes: bucketBytes,
    allow_direct: false,
    description: "flowrun's places",
  };
  return new Kvm(client).create(bucket, options);
}

/** That one cannot be made is no matter of time. */
function bucketFailure(error: unknown, { party }: NatsLink, bucket: string, replicas: number): FlowrunError {
  const failure = natsFailure(error, `could not open the bucket ${bucket} at ${party.place}`, party);
  const isLimited = limits.includes(jetStreamCode(error) ?? 0);
  if (failure.kind === "unavailable" && !isLimited) return failure;
  return new FlowrunError(isLimited ? "settings" : failure.kind, failure.message, {
    why: failure.why ?? "",
    hint: `have it made: nats kv add ${bucket} --history=1 --replicas=${replicas}   or ${failure.hint ?? ""}`,
    cause: error,
  });
}

/** Of an account's storage. */
const limits = [10002, 10047];

function placeIn(value: string, bucket: string, key: string): string {
  const place = textOf(parseObject(value)?.["place"]);
  if (place !== null) return place;
  throw new FlowrunError("state", `the place in the bucket ${bucket} is none`, {
    why: `under ${key} stands what flowrun has not written`,
    hint: `look at it: nats kv get ${bucket} ${key}   and to begin anew: nats kv del ${bucket} ${key}`,
  });
}

function movedByAnother(bucket: string, key: string): FlowrunError {
  return new FlowrunError("lease", "another process moves this place now", {
    why: `${key} in the bucket ${bucket} is not as left: another process moved it, or the bucket came back as an earlier copy`,
    hint: "let one of them go on alone, or give one a place of its own: --cursor <name>; if it was restored, start it again",
  });
}
