import type { Retrying } from "../../../adobe/gateway/retrying.ts";
import { confirmLease, holdingLease, type Lease, type Standby } from "../../../engine/archive/lease.ts";
import type { Authority, Means } from "../../../engine/destinations/destination.ts";
import type { PlaceWords } from "../../../engine/destinations/places.ts";
import { storeBeside, type TableHome } from "../../../engine/destinations/table/home.ts";
import type { MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import { describeSelf } from "../../../state/self.ts";
import type { DeliveredTo } from "./member.ts";

/** A database that leads a delivery: it is written to by its lease, and the places of the others are kept beside it. */
export interface Leading {
  readonly leader: DeliveredTo;
  readonly lease: Lease;
  /** By that lease all others write. */
  readonly authority: Authority;
  /** @param name of the other destination, among those of the reading. */
  readonly storeOf: (name: string, words: PlaceWords) => MarkStore;
}

/** Who leads, and how its lease is had. */
export interface Lead {
  readonly home: TableHome;
  readonly leader: DeliveredTo;
  readonly cursor: string;
  /** Waits for a holder that lives; `null` fails and names it. */
  readonly standby: Standby | null;
  readonly retrying: Omit<Retrying, "host" | "blame"> & Pick<Means, "host">;
}

/**
 * Lets `work` deliver as the one process of several hosts that may.
 * @param work is ended by its signal when another host takes over.
 * @throws FlowrunError `usage` that names a process which delivers already; `lease` where another host took over; what the
 * work throws.
 */
export async function leadBy<R>(
  { home, leader, cursor, standby, retrying }: Lead,
  work: (leading: Leading, signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const { database } = home;
  const { host, signal } = retrying;
  const wish = { name: home.lease, holder: describeSelf(), host, signal, held: home.held };
  return holdingLease(database, standby === null ? wish : { ...wish, standby }, async (lease) => {
    const until = AbortSignal.any([signal, lease.lost]);
    const beside = { home, lease, retrying: { ...retrying, signal: until } };
    const done = await work(
      {
        leader,
        lease,
        authority: { confirm: () => confirmLease(database, lease) },
        storeOf: (name, words) => storeBeside({ ...beside, name: `${cursor} ${name}`, words }),
      },
      until,
    );
    lease.lost.throwIfAborted();
    return done;
  });
}
