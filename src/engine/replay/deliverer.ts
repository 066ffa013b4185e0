import { persevere, type Attempt, type Patience } from "../../adobe/gateway/retrying.ts";
import { composeDelivery, mostBatchBytes, mostInBatch } from "../../adobe/webhook/compose.ts";
import { FlowrunError } from "../../errors.ts";
import type { Notify } from "../../notices.ts";
import type { ReplayLedger } from "../../state/replay-ledger.ts";
import type { PostMeans, Receiver } from "../destinations/post.ts";
import { openPace } from "./pace.ts";
import type { ReplayEvent } from "./replay-event.ts";
import { sendDelivery, type DeliveryOutcome } from "./send-delivery.ts";

/** Where events are delivered again, and how. */
export interface Redelivering {
  readonly receiver: Receiver;
  /** Signs each body; `null` where there is none. */
  readonly secret: string | null;
  /** True for arrays of events, false for an event a request. */
  readonly isBatch: boolean;
  /** How many requests may be under way; 1 keeps the order. */
  readonly concurrency: number;
  /** The least time from one request to the next, in milliseconds; 0 for none. */
  readonly intervalMs: number;
  readonly patience: Patience;
  readonly host: PostMeans["host"] & { random(): number };
  /** Ends every request and every wait. */
  readonly signal: AbortSignal;
  readonly notify: Notify;
  /** Takes down what was accepted, before that counts. */
  readonly ledger: Pick<ReplayLedger, "add">;
  /** Told once an event has been accepted, or refused for good. */
  readonly onSettled: (events: readonly ReplayEvent[], verdict: SettledVerdict) => void;
}

/** A verdict that stays. */
export type SettledVerdict = Exclude<DeliveryOutcome, { kind: "later" }>;

/** Delivers events in their order, as far as `concurrency` keeps it. */
export interface Deliverer {
  /** Resolves when there is room for the next one. @throws FlowrunError as `end`. */
  deliver(event: ReplayEvent): Promise<void>;
  /**
   * Resolves when all has been settled. After a failure it waits for what is under way, and throws; more than once will do.
   * @throws FlowrunError: `auth` or `forbidden` where nothing is accepted without Adobe's signature, `unavailable` where
   * patience has run out, `state` where the ledger cannot be kept; the signal's reason.
   */
  end(): Promise<void>;
}

/**
 * The first event goes alone, as a probe: whoever refuses a sender refuses all that it sends. What was refused otherwise is
 * told, and the rest goes on.
 */
export function openDeliverer(delivering: Redelivering): Deliverer {
  const { receiver, secret, isBatch, host, ledger, notify, onSettled } = delivering;
  const stopping = new AbortController();
  const openSignal = (): AbortSignal => AbortSignal.any([delivering.signal, stopping.signal]);
  const over = openSignal();
  // One for each request that may be under way: Node warns of a signal that many listen to.
  const idle = Array.from({ length: delivering.concurrency }, openSignal);
  const pace = openPace(delivering.intervalMs, host);
  const underWay = new Set<Promise<void>>();
  let gathered: ReplayEvent[] = [];
  let gatheredBytes = 0;
  let isProven = false;
  let isAccepted = false;
  const failed: { error: unknown }[] = [];

  const settle = async (events: readonly ReplayEvent[], signal: AbortSignal): Promise<void> => {
    const compose = composeDelivery(events, { isBatch, secret });
    let attempt = 0;
    const tryOnce = async (): Promise<Attempt<SettledVerdict>> => {
      await pace(signal);
      attempt += 1;
      const verdict = await sendDelivery(compose(attempt), receiver, { host, signal });
      if (verdict.kind !== "later") return { value: verdict };
      const { what, why, hint, isThrottled: throttled } = verdict;
      const waitMs = verdict.waitMs ?? backoffMs(attempt, host.random());
      return {
        trouble: { what, why, kind: "unavailable", requestId: null, waitMs, throttled, hint: remedy(hint) },
      };
    };
    const verdict = await persevere(tryOnce, { host, signal, patience: delivering.patience, notify });
    if (verdict.kind === "accepted") {
      await ledger.add(events.map(({ id }) => id));
      isAccepted = true;
    } else if (!isAccepted && (verdict.status === 401 || verdict.status === 403)) {
      throw notLetIn(verdict, receiver, secret !== null);
    }
    isProven = true;
    onSettled(events, verdict);
  };
  const launch = async (): Promise<void> => {
    const events = gathered;
    gathered = [];
    gatheredBytes = 0;
    if (events.length === 0) return;
    while (underWay.size >= (isProven ? delivering.concurrency : 1)) await Promise.race(underWay);
    throwIfFailed();
    const signal = idle.pop() ?? openSignal();
    const work = settle(events, signal)
      .catch((error: unknown) => {
        failed.push({ error });
        // What others have in hand would be sent to somebody who takes nothing.
        stopping.abort(error);
      })
      .finally(() => {
        underWay.delete(work);
        idle.push(signal);
      });
    underWay.add(work);
  };
  const throwIfFailed = (): void => {
    const [first] = failed;
    if (first !== undefined) throw first.error;
  };
  return {
    deliver: async (event) => {
      throwIfFailed();
      // The brackets around it, or the comma before it, are a byte or two.
      const bytes = event.body.length + 2;
      if (gathered.length > 0 && gatheredBytes + bytes > mostBatchBytes) await launch();
      gathered.push(event);
      gatheredBytes += bytes;
      if (!isBatch || !isProven || gathered.length >= mostInBatch) await launch();
      // Its answer decides how many may be sent at once.
      if (!isProven) await Promise.all(underWay);
    },
    end: async () => {
      if (failed.length === 0 && !over.aborted) await launch();
      await Promise.all(underWay);
      throwIfFailed();
      over.throwIfAborted();
    },
  };
}

/** Between the half and the whole of a second that doubles, up to a minute; a second at least. */
function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(60_000, 1000 * 2 ** Math.min(failures - 1, 6));
  return Math.max(1000, Math.round(ceiling * (0.5 + random / 2)));
}

function remedy(hint: string | null): string {
  const again = "what was accepted is written down: the same line again sends only the rest";
  return hint === null ? again : `${hint}; ${again}`;
}

function notLetIn(
  { status, why }: Extract<SettledVerdict, { kind: "refused" }>,
  { shown }: Receiver,
  isSigned: boolean,
): FlowrunError {
  const signed = isSigned
    ? "flowrun signs by HMAC with the client secret (x-adobe-signature)"
    : "flowrun has no client secret here to sign with";
  return new FlowrunError(status === 401 ? "auth" : "forbidden", `${shown} lets no replay in`, {
    why: `${why}; Adobe's RSA signatures cannot be made without Adobe's keys, and ${signed}`,
    hint: "let the endpoint take requests with x-flowrun-replay whose HMAC is right, replay to an address behind its check, or put a password into the address",
  });
}
