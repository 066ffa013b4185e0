import { JetStreamApiError, type JetStreamClient, type PubAck } from "@nats-io/jetstream";
import { jetStreamCode } from "./failure.ts";

/** A run as it is published. */
export interface NatsMessage {
  readonly id: string;
  readonly data: Uint8Array;
}

/** How far a publishing came: so many from the beginning are safe, and why the next one is not; `null` where all are. */
export interface Published {
  readonly safe: number;
  readonly trouble: unknown;
}

/** Publishes messages to one subject, in their order. It fails by what it returns. */
export interface Publisher {
  readonly publish: (messages: readonly NatsMessage[]) => Promise<Published>;
}

/** So many are on their way at once; one by one would take a journey each. */
const mostInFlight = 500;

/** Longer than a server takes that has just lost its leader; a connection that is lost is noticed at once. */
const ackMs = 30_000;

/**
 * A publisher that awaits what is on its way all at once. In a stream of our own each message names the one before it, and
 * the stream takes it only behind that one: so none passes one that was not taken. Where others write in between, a stream
 * cannot be asked for that.
 * @param isOurs whether the stream takes our subject alone.
 */
export function openPublisher(client: JetStreamClient, subject: string, isOurs: boolean): Publisher {
  let isChained = isOurs;

  const publishSome = async (messages: readonly NatsMessage[]): Promise<Published> => {
    const acks = messages.map(({ id, data }, at) => {
      const before = isChained ? messages[at - 1] : undefined;
      const expect = before === undefined ? {} : { expect: { lastMsgID: before.id } };
      return client.publish(subject, data, { msgID: id, timeout: ackMs, ...expect }).then(checkAck);
    });
    const outcomes = await Promise.allSettled(acks);
    const safe = outcomes.findIndex(({ status }) => status === "rejected");
    const failed = outcomes[safe];
    return failed?.status === "rejected" ? { safe, trouble: failed.reason } : { safe: messages.length, trouble: null };
  };

  return {
    publish: async (messages) => {
      let safe = 0;
      while (safe < messages.length) {
        const some = await publishSome(messages.slice(safe, safe + mostInFlight));
        safe += some.safe;
        if (some.trouble === null) continue;
        if (!isChained || jetStreamCode(some.trouble) !== wrongLastId) return { safe, trouble: some.trouble };
        // Somebody else writes to our subject as well.
        isChained = false;
      }
      return { safe, trouble: null };
    },
  };
}

/** How large a message is with its headers, in bytes, about: it may name one before it with a longer id. Pure. */
export function sizeOf({ id, data }: NatsMessage): number {
  return data.length + "NATS/1.0\r\nNats-Msg-Id: \r\nNats-Expected-Last-Msg-Id: \r\n\r\n".length + 2 * id.length;
}

const wrongLastId = 10070;

/** Servers before 2.10.21 say of a message that is still on its way, or was dropped on it, that it is there already. */
function checkAck({ seq }: PubAck): void {
  if (seq > 0) return;
  throw new JetStreamApiError({ code: 400, err_code: 10158, description: "duplicate message id is in process" });
}
