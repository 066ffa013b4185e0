import { createInbox, deadline, errors, type MsgHdrs, type NatsConnection } from "@nats-io/transport-node";
import { ackTrouble } from "./ack-trouble.ts";

/** A message on its way to a subject. */
export interface SentMessage {
  readonly headers: MsgHdrs;
  readonly data: Uint8Array;
}

/** Sends messages to one subject, and hears what a stream says of each. */
export interface Acks {
  /**
   * Sends messages one after the other, as they are made, without waiting in between.
   * @returns for each what became of it: `null` where it was taken, else the error. Never rejects.
   */
  readonly sendAll: (messages: Iterable<SentMessage>) => Promise<readonly unknown[]>;
}

/** Longer than a server takes that has just lost its leader; a connection that is lost is noticed at once. */
const silenceMs = 30_000;

/**
 * Opens an inbox for what streams say. The client has the like, with a timer, three promises and an error for each
 * message, which together cost more than the message.
 */
export function openAcks(connection: NatsConnection, subject: string, inboxPrefix: string | null): Acks {
  const inbox = createInbox(inboxPrefix ?? undefined);
  const now: { sending: Sending | null } = { sending: null };
  // Of all that were ever sent, so that what is said late is not taken for something else.
  let sent = 0;
  connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error !== null) now.sending?.fail(error);
      else now.sending?.hear(Number(message.subject.slice(inbox.length + 1)), message.data, message.headers);
    },
  });
  void (async () => {
    // A permission that is wanting is told to nobody in particular.
    for await (const status of connection.status()) {
      const error = status.type === "error" ? status.error : null;
      if (error instanceof errors.PermissionViolationError && error.subject === subject) now.sending?.fail(error);
    }
    now.sending?.fail(new errors.ClosedConnectionError());
  })();
  return {
    sendAll: async (messages) => {
      const mine = startSending(sent);
      now.sending = mine;
      try {
        for (const { headers, data } of messages) {
          mine.expect();
          connection.publish(subject, data, { headers, reply: `${inbox}.${sent}` });
          sent += 1;
        }
      } catch (error) {
        mine.fail(error);
      }
      const outcome = await mine.outcome();
      now.sending = null;
      return outcome;
    },
  };
}

/** Messages that are on their way. */
interface Sending {
  /** One more is. */
  readonly expect: () => void;
  readonly hear: (number: number, data: Uint8Array, headers: MsgHdrs | undefined) => void;
  /** Nothing more will be heard. */
  readonly fail: (error: unknown) => void;
  /** Resolves when each has been heard of, or nothing was for a long time. */
  readonly outcome: () => Promise<readonly unknown[]>;
}

function startSending(first: number): Sending {
  const outcomes: unknown[] = [];
  let unheard = 0;
  let onEnd: () => void = () => undefined;

  const settle = (at: number, outcome: unknown): void => {
    if (outcomes[at] !== waiting) return;
    outcomes[at] = outcome;
    unheard -= 1;
    if (unheard === 0) onEnd();
  };
  const fail = (error: unknown): void => {
    for (let at = 0; at < outcomes.length; at += 1) settle(at, error);
  };
  return {
    expect: () => {
      outcomes.push(waiting);
      unheard += 1;
    },
    hear: (number, data, headers) => {
      const isNobodyThere = data.length === 0 && headers?.code === 503;
      settle(number - first, isNobodyThere ? nobodyThere : ackTrouble(decoder.decode(data)));
    },
    fail,
    outcome: async () => {
      if (unheard === 0) return outcomes;
      const ended = new Promise<void>((resolve) => {
        onEnd = resolve;
      });
      for (let before = unheard; unheard > 0; before = unheard) {
        await deadline(ended, silenceMs).catch((error: unknown) => {
          if (unheard === before) fail(error);
        });
      }
      return outcomes;
    },
  };
}

const waiting = Symbol("waiting");
const decoder = new TextDecoder();
const nobodyThere = new errors.NoRespondersError("the subject");
