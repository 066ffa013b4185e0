import type { Health } from "../../../engine/receive/admin.ts";
import type { Inbox } from "../../../engine/receive/inbox.ts";
import type { Metrics } from "../../../engine/receive/meter.ts";
import type { RunningReceiver } from "../../../engine/receive/receiver.ts";
import { FlowrunError } from "../../../errors.ts";
import { openAdmin } from "../admin.ts";
import { openReceiver, type ReceiverMeans } from "./open-receiver.ts";

/** Where deliveries come in, and where it is told how that goes. */
export interface Doors extends Pick<RunningReceiver, "origin" | "drain" | "reload"> {
  /** Lets in what comes from now on; until then Adobe is asked to come again (503). */
  lead(to: Behind): void;
  /** Ends what tells of it, at once. */
  close(): Promise<void>;
}

/** The part of a receiver that is behind the doors. */
export interface Behind {
  /** Of Adobe's deliveries, and of those of Lytics. */
  readonly inbox: Inbox;
  readonly lytics: Inbox;
  /** Why nothing more can be taken at the moment; `null` where it can. */
  readonly trouble: () => string | null;
}

/** All that the doors need to know. */
export interface DoorMeans extends Omit<ReceiverMeans, "inbox" | "lyticsInbox"> {
  readonly metrics: Metrics;
  /** Told where deliveries come in: `http://127.0.0.1:8787`. */
  readonly onOpen: (origin: string) => void;
}

/** Opens the receiver and the admin port, with nothing behind them yet. @throws FlowrunError `usage` where one cannot be. */
export async function openDoors({ metrics, onOpen, ...means }: DoorMeans): Promise<Doors> {
  const { listening, notify } = means;
  let behind: Behind = nothing;
  const inbox: Inbox = { put: (delivery, events) => behind.inbox.put(delivery, events) };
  const lyticsInbox: Inbox = { put: (delivery, events) => behind.lytics.put(delivery, events) };
  const receiver = await openReceiver({ ...means, inbox, lyticsInbox });
  onOpen(receiver.origin);
  const health = (): Health => {
    const trouble = behind.trouble();
    const told = receiver.health();
    return trouble !== null && told.state === "ready" ? { state: "failing", why: trouble } : told;
  };
  const admin =
    listening.admin === null
      ? null
      : await openAdmin(listening.admin, { role: "listen", health, meter: metrics, notify });
  return {
    ...receiver,
    lead: (to) => {
      behind = to;
    },
    close: async () => {
      await admin?.close();
    },
  };
}

const closed = "there is no room to keep anything in";

const noInbox: Inbox = {
  put: () =>
    Promise.reject(
      new FlowrunError("state", "nothing that comes can be kept yet", {
        why: closed,
        hint: "make room, as the lines above say; until then whoever delivers is asked to come again",
      }),
    ),
};

const nothing: Behind = { inbox: noInbox, lytics: noInbox, trouble: () => closed };
