import { eventsIn } from "../../adobe/webhook/body-events.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { SpoolPlace } from "../../state/spool-files.ts";
import { digest, type Digest, type Digesting } from "../digest.ts";
import { joined } from "../digest-record.ts";
import { readPlace, writePlace, type Spool, type SpooledEvents } from "../receive/spool.ts";
import type { Batch, Source } from "./source.ts";

/** A spool to read, from where on, and how. */
export interface SpoolReading<T> extends Digesting<T> {
  readonly spool: Pick<Spool, "read" | "arrivals" | "end">;
  /** A place as a batch's `next` has it; `null` begins at the spool's end. */
  readonly from: string | null;
  readonly signal: AbortSignal;
}

/** The runs that were received, in the order in which they came, and those that come, until the spool is closed. */
export function spoolSource<T>({ spool, from, signal, ...digesting }: SpoolReading<T>): Source<T> {
  return {
    async *read() {
      for (let place = readPlace(from) ?? spool.end(), mayMore = true; ;) {
        // Asked for before it is read, so that nothing comes in between unseen.
        const next = spool.arrivals.next();
        for (let some = await spool.read(place); some.length > 0; some = await spool.read(place)) {
          yield batchOf(some, place, digesting);
          place = some.at(-1)?.after ?? place;
        }
        if (!mayMore) return;
        mayMore = await next;
        signal.throwIfAborted();
      }
    },
    describe: ({ position }) => `the event ${position}`,
  };
}

function batchOf<T>(some: readonly SpooledEvents[], from: SpoolPlace, digesting: Digesting<T>): Batch<T> {
  const last = some.at(-1);
  return {
    ...joined(some.map((one) => digestOne(one, digesting))),
    mark: {
      next: writePlace(last?.after ?? from),
      last: null,
      atEnd: false,
      recordedAt: last?.at ?? null,
      count: some.reduce((sum, { fresh }) => sum + fresh.length, 0),
    },
    waitMs: 0,
    nextAfter: () => writePlace(from),
  };
}

function digestOne<T>({ via, delivery, fresh, positions }: SpooledEvents, digesting: Digesting<T>): Digest<T> {
  const events = eventsIn(delivery.body) ?? [];
  const id = delivery.headers["x-adobe-event-id"] ?? "without an id";
  const entries = fresh.map((index) => ({ position: positions?.[index] ?? nameOf(id, index), event: events[index] }));
  // A webhook tells no position; what an event is called here is for words about it alone.
  const encode = (run: FlowRun): T => digesting.encode(positions === null ? { ...run, position: "" } : run);
  return digest({ entries }, { ...digesting, encode, via });
}

function nameOf(id: string, index: number): string {
  return index === 0 ? id : `${id}#${index}`;
}
