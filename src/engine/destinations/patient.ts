import { FlowrunError } from "../../errors.ts";
import type { Patience } from "../../adobe/gateway/retrying.ts";
import { insist } from "../insist.ts";
import type { Address } from "./address.ts";
import type { Delivered, Kind, Means, OpenDestination } from "./destination.ts";
import { Away, Refused } from "./refused.ts";

/** A destination that is opened when it is needed, and tried again while it is away. */
export interface PatientDestination {
  /** The place that it keeps; `null` for none. @throws FlowrunError. */
  readonly findPlace: () => Promise<string | null>;
  /** Whether it keeps the place of a reading itself. @throws FlowrunError. */
  readonly keepsPlace: () => Promise<boolean>;
  /** @throws FlowrunError once patience has run out, or where no patience helps; from then on always. */
  readonly deliver: (runs: readonly Delivered[], place: string | null) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How one is treated. */
export interface Treatment {
  readonly patience: Patience;
  /** Runs that it refuses for good: an end of the delivery, or passed by with a warning. */
  readonly onRefused: "stop" | "skip";
  /** Told once, when it has been opened for the first time. */
  readonly onOpen: (destination: OpenDestination) => void;
  /** Told of runs as soon as they are safe over there. */
  readonly onDelivered: (runs: readonly Delivered[]) => void;
  /** Told of runs that are passed by, and why. */
  readonly onPassedBy: (runs: readonly Delivered[], refusal: Refused) => void;
  /** Told where it ends by itself, which ends the reading. */
  readonly onEnded: (end: Error) => void;
}

/** Nothing is opened yet. */
export function patientDestination(
  kind: Kind,
  address: Address,
  means: Means,
  { patience, onRefused, onOpen, onDelivered, onPassedBy, onEnded }: Treatment,
): PatientDestination {
  const { host, signal, notify } = means;
  let open: OpenDestination | null = null;
  let isTold = false;
  let failure: Error | null = null;

  const opened = async (): Promise<OpenDestination> => {
    if (open !== null) return open;
    const { ended } = (open = await kind.open(address, means));
    const tellEnd = (): void => {
      onEnded(ended?.reason instanceof Error ? ended.reason : new Error("the destination has ended"));
    };
    if (ended?.aborted === true) tellEnd();
    else ended?.addEventListener("abort", tellEnd);
    if (!isTold) onOpen(open);
    isTold = true;
    return open;
  };
  const drop = async (): Promise<void> => {
    await open?.close();
    open = null;
  };
  /** One that is away is opened anew for the next try. */
  const withOpen = <R>(work: (destination: OpenDestination) => Promise<R>): Promise<R> => {
    const attempt = async (): Promise<R> => {
      try {
        return await work(await opened());
      } catch (error) {
        if (error instanceof FlowrunError && error.kind === "unavailable") await drop();
        throw error;
      }
    };
    return insist(attempt, { host, signal, patience, notify });
  };

  /** One try to deliver: how many are safe, whether all and the place are. Fails only where nothing came of it. */
  const deliverSome = async (to: OpenDestination, runs: readonly Delivered[], place: string | null) => {
    let sent = 0;
    try {
      await to.deliver(runs, place, (count) => {
        sent = Math.max(sent, count);
      });
      onDelivered(runs);
      return { left: [], isDone: true };
    } catch (error) {
      const left = runs.slice(sent);
      onDelivered(runs.slice(0, sent));
      if (error instanceof Refused && onRefused === "skip") {
        const isRefused = ({ id }: Delivered): boolean => error.ids.includes(id);
        const refused = left.filter(isRefused);
        if (refused.length > 0) {
          onPassedBy(refused, error);
          return { left: left.filter((run) => !isRefused(run)), isDone: false };
        }
      }
      if (sent === 0 || !(error instanceof FlowrunError) || error.kind !== "unavailable") throw error;
      // It went on for a while, so that patience begins anew.
      await drop();
      const waitMs = error instanceof Away ? (error.waitMs ?? 0) : 0;
      if (waitMs > 0) await host.sleep(Math.min(waitMs, patience.maxWaitMs), signal);
      return { left, isDone: false };
    }
  };

  return {
    keepsPlace: () => withOpen(({ findPlace }) => Promise.resolve(findPlace !== undefined)),
    findPlace: () => withOpen((to) => to.findPlace?.() ?? Promise.resolve(null)),
    deliver: async (runs, place) => {
      if (failure !== null) throw failure;
      try {
        for (let left = runs; ;) {
          const outcome = await withOpen((to) => deliverSome(to, left, place));
          if (outcome.isDone) return;
          left = outcome.left;
          if (left.length === 0 && place === null) return;
        }
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw failure;
      }
    },
    close: drop,
  };
}
