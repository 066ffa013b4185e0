import { eventsIn } from "../../adobe/webhook/body-events.ts";
import { safeText } from "../../render/text/safe-text.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { SpoolPlace } from "../../state/spool-files.ts";
import { orStopped } from "../arrivals.ts";
import { joined, rejected } from "../digest-record.ts";
import { digest, type Digest, type Digesting } from "../digest.ts";
import { eventIn } from "../../lytics/event-in.ts";
import { itemsIn } from "../../lytics/judge-events.ts";
import { readPlace, writePlace, type Spool, type SpooledEvents } from "../receive/spool.ts";
import { jobCandidates, type JobsTaken } from "./job-candidate.ts";
import type { Batch, Source } from "./source.ts";

/** A spool to read, from where on, and how. */
export interface SpoolReading<T> extends Digesting<T> {
  /** The events of Lytics that stand there as well; left out where they are passed by. */
  readonly jobs?: JobsTaken<T>;
  readonly spool: Pick<Spool, "read" | "arrivals" | "end">;
  /** A place as a batch's `next` has it; `null` begins at the spool's end. */
  readonly from: string | null;
  readonly signal: AbortSignal;
}

/** How runs and events of Lytics become candidates. */
type SpoolDigesting<T> = Digesting<T> & Pick<SpoolReading<T>, "jobs">;

/**
 * The runs and the events of Lytics that were received, in the order in which they came, and those that come, until the spool is closed. A record's
 * position is the place behind its event, so that a reading can be left behind any of them.
 */
export function spoolSource<T>({ spool, from, signal, ...digesting }: SpoolReading<T>): Source<T> {
  /** The names of the last batch's events, by their places. */
  let names = new Map<string, string>();
  return {
    async *read() {
      let place = readPlace(from) ?? spool.end();
      for await (const some of spooledFrom(spool, place, signal)) {
        names = new Map();
        yield batchOf(some, place, digesting, names);
        place = some.at(-1)?.after ?? place;
      }
    },
    describe: ({ position }) => `the event ${names.get(position) ?? "that was received"}`,
  };
}

/**
 * All that lies in a spool from a place on, and what comes, until it is closed; never an empty part.
 * @throws the signal's reason.
 */
export async function* spooledFrom(
  spool: SpoolReading<unknown>["spool"],
  from: SpoolPlace,
  signal: AbortSignal,
): AsyncGenerator<readonly SpooledEvents[], void, undefined> {
  for (let place = from, mayMore = true; ;) {
    // Asked for before it is read, so that nothing comes in between unseen.
    const next = spool.arrivals.next();
    for (let some = await spool.read(place); some.length > 0; some = await spool.read(place)) {
      yield some;
      place = some.at(-1)?.after ?? place;
    }
    if (!mayMore) return;
    mayMore = await orStopped(next, signal);
    signal.throwIfAborted();
  }
}

function batchOf<T>(
  some: readonly SpooledEvents[],
  from: SpoolPlace,
  digesting: SpoolDigesting<T>,
  names: Map<string, string>,
): Batch<T> {
  const last = some.at(-1);
  return {
    ...joined(some.map((one) => digestOne(one, one === some[0] ? (from.parts ?? 0) : 0, digesting, names))),
    mark: {
      next: writePlace(last?.after ?? from),
      last: null,
      atEnd: false,
      recordedAt: last?.at ?? null,
      count: some.reduce((sum, { fresh }) => sum + fresh.length, 0),
    },
    waitMs: 0,
    nextAfter: (position) => position ?? writePlace(from),
  };
}

/** @param done so many of its events were read before. */
function digestOne<T>(
  spooled: SpooledEvents,
  done: number,
  digesting: SpoolDigesting<T>,
  names: Map<string, string>,
): Digest<T> {
  const { via, delivery, fresh, positions, before, after } = spooled;
  const events = via === "lytics" ? itemsIn(delivery.body) : (eventsIn(delivery.body) ?? []);
  const id =
    via === "lytics"
      ? "of Lytics that was received"
      : safeText(delivery.headers["x-adobe-event-id"] ?? "without an id");
  const digests = fresh.slice(done).map((index, at) => {
    const parts = done + at + 1;
    const place = writePlace(parts === fresh.length ? after : { file: before.file, offset: before.offset, parts });
    names.set(place, positions === null ? id : `at ${JSON.stringify(safeText(positions[index] ?? ""))}`);
    if (via === "lytics") return digestItem(events[index], place, digesting);
    // A webhook tells no position.
    const encode = (run: FlowRun): T => digesting.encode({ ...run, position: positions?.[index] ?? "" });
    return digest({ entries: [{ position: place, event: events[index] }] }, { ...digesting, encode, via });
  });
  return joined(digests);
}

/** An event of Lytics is no run, and is counted as none. */
function digestItem<T>(item: unknown, position: string, { jobs, profile = null }: SpoolDigesting<T>): Digest<T> {
  if (jobs === undefined) return joined([]);
  const event = eventIn(item, profile);
  if ("reason" in event) return rejected({ position, reason: `it ${event.reason}` });
  return { ...joined<T>([]), candidates: jobCandidates(event, position, jobs) };
}
