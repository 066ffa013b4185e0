import type { JetStreamManager, StreamInfo } from "@nats-io/jetstream";
import { FlowrunError } from "../../../errors.ts";
import type { NatsLink } from "./connect.ts";
import { isUnanswered, jetStreamCode, natsFailure } from "./failure.ts";

/** The stream that takes a subject, as far as it matters for who publishes. */
export interface FoundStream {
  readonly name: string;
  /** For so long it knows an id again, in milliseconds. */
  readonly windowMs: number;
  readonly replicas: number;
  /** True where each message may name the one before it: it takes our subject alone, and has no copies. */
  readonly mayChain: boolean;
  /** The most that a message may be, with its headers, in bytes. */
  readonly mostBytes: number;
  /** True where it keeps only what somebody waits for, and nobody does. */
  readonly isUnheard: boolean;
}

/** A stream takes nothing for longer than this at once, so that a crash and a start lie within. */
export const leastWindowMs = 120_000;

/**
 * Looks for the stream that takes a subject: what is published to a subject without one is lost.
 * @throws FlowrunError `settings` where there is none that can take a run, with the line that makes one.
 */
export async function findStream(
  manager: JetStreamManager,
  subject: string,
  { connection, party }: NatsLink,
): Promise<FoundStream> {
  const add = `nats stream add ${nameFor(subject)} --subjects ${subject} --storage file --dupe-window 10m --defaults`;
  const refuse = (why: string, hint: string): FlowrunError =>
    new FlowrunError("settings", `no stream at ${party.place} can take ${subject}`, { why, hint });
  const info = await findInfo(manager, subject).catch((error: unknown) => {
    if (jetStreamCode(error) === streamNotFound) {
      throw refuse("none has that subject, and what is sent to a subject without a stream is lost", add);
    }
    if (isUnanswered(error)) {
      throw refuse(
        "JetStream is not enabled there: nobody answers for it",
        "start the server as: nats-server --jetstream, or have jetstream: enabled set for this account",
      );
    }
    throw natsFailure(error, `could not look for the stream of ${subject} at ${party.place}`, party);
  });
  const { config, state } = info;
  if (config.no_ack)
    throw refuse(`the stream ${config.name} tells nobody what it has taken`, `${edit(config.name)} --ack`);
  if (config.sealed) throw refuse(`the stream ${config.name} is sealed for good`, add);
  const most = config.max_msg_size > 0 ? config.max_msg_size : Infinity;
  return {
    name: config.name,
    windowMs: config.duplicate_window / 1e6,
    replicas: config.num_replicas,
    // With copies, servers take an id for known whose message they dropped for that, until the window is over.
    mayChain: config.num_replicas === 1 && config.subjects.join() === subject && (config.sources ?? []).length === 0,
    mostBytes: Math.min(most, connection.info?.max_payload ?? Infinity),
    isUnheard: config.retention === "interest" && state.consumer_count === 0,
  };
}

/** The command that changes a stream. Pure. */
function edit(stream: string): string {
  return `nats stream edit ${stream}`;
}

const streamNotFound = 10059;

async function findInfo(manager: JetStreamManager, subject: string): Promise<StreamInfo> {
  return manager.streams.info(await manager.streams.find(subject));
}

/** `aep.runs` → `AEP_RUNS`. */
function nameFor(subject: string): string {
  return subject.replace(/[^A-Za-z0-9-]+/g, "_").toUpperCase();
}
