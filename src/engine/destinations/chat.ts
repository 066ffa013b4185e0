import type { FlowrunError } from "../../errors.ts";
import { alertsOf } from "./alert.ts";
import type { Alert } from "./alert/form.ts";
import { recordOf, type Delivered, type Means, type OpenDestination } from "./destination.ts";
import { findReceiver, post, type Receiver, type RefusedPost } from "./post.ts";

/** A chat that people read: how an alert is written there, and what its refusals mean. */
export interface Chat {
  readonly receiver: Receiver;
  /** The body of a request, JSON; no longer than the chat takes. */
  readonly write: (alert: Alert) => string;
  /** @param ids of the records that the message was about. */
  readonly refuse: (refusal: RefusedPost, ids: readonly string[]) => FlowrunError;
}

/** The least time between two messages, in milliseconds: as Slack asks for; Teams takes hardly more. */
const paceMs = 1000;

/** Opens a chat: a message for each alert of a batch, at most one a second, each safe as soon as it is answered. */
export async function openChat({ receiver, write, refuse }: Chat, means: Means): Promise<OpenDestination> {
  const { host, reading } = means;
  const closing = new AbortController();
  const posting = { host, signal: AbortSignal.any([means.signal, closing.signal]) };
  let nextAt = 0;
  const pace = async (): Promise<void> => {
    // A clock that was set back must not make it longer.
    const waitMs = Math.min(paceMs, nextAt - host.now());
    if (waitMs > 0) await host.sleep(waitMs, posting.signal);
    posting.signal.throwIfAborted();
  };
  await findReceiver(receiver, means);
  return {
    found: "a message a record, those that failed alike together, at most one a second",
    deliver: async (records, _, onSent) => {
      const sent = new Set<number>();
      let safe = 0;
      for (const alert of alertsOf(records.map(recordOf), reading.profile)) {
        await pace();
        await post({ body: write(alert) }, receiver, posting, (refusal) => refuse(refusal, idsOf(alert, records)));
        nextAt = host.now() + paceMs;
        for (const place of alert.places) sent.add(place);
        while (sent.has(safe)) safe += 1;
        onSent(safe);
      }
    },
    close: () => {
      closing.abort(new Error("the destination is closed"));
      return Promise.resolve();
    },
  };
}

function idsOf({ places }: Alert, records: readonly Delivered[]): readonly string[] {
  return places.flatMap((place) => records[place]?.id ?? []);
}
