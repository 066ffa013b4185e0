import { FlowrunError, reasonOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { mask } from "../../../mask.ts";
import type { Notify } from "../../../notices.ts";
import { openCursor, type ReadOn } from "../../../engine/cursor.ts";
import type { Keeping } from "../../../engine/destinations/delivery-sink.ts";
import type { DeliveredRecord } from "../../../engine/destinations/destination.ts";
import { deliverInLanes, type Member } from "../../../engine/destinations/lanes.ts";
import { journalPlaces } from "../../../engine/destinations/places.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import type { Resumption, Sink } from "../../../engine/sinks/sink.ts";
import type { MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import { hash } from "../../../text/hash.ts";
import { tellCounts, type CountedMember } from "./counts.ts";
import type { Leading } from "./lead.ts";
import type { DeliveredTo, Taking } from "./member.ts";

/** A reading that is delivered to destinations which each keep their own place. */
export interface Together {
  readonly host: Host;
  readonly notify: Notify;
  /** Ends every reading and delivery. */
  readonly signal: AbortSignal;
  /** The thing that places are places in, and the name by which they are kept; `null` where none are. */
  readonly places: { readonly of: ReadOn; readonly cursor: string } | null;
  readonly destinations: readonly DeliveredTo[];
  /** The database that leads; left out where none does. */
  readonly leading?: Leading | undefined;
  /** Makes a member of a destination. */
  readonly open: (to: DeliveredTo, keeping: Keeping | null, right: Right) => Promise<CountedMember>;
  /** Makes one of stdout; `null` where nothing is printed. @param openStore where its place is kept; `null` for nowhere. */
  readonly print: ((openStore: (() => Promise<MarkStore>) | null) => Promise<CountedMember>) | null;
  /** The members as they are read to. */
  readonly over: (member: CountedMember) => Member<DeliveredRecord>;
  /** Reads from a place on; `null` from where the command says. It counts into a tally of its own. */
  readonly read: (
    past: Resumption | null,
    sink: Sink<DeliveredRecord>,
    reading: { readonly signal: AbortSignal; readonly tally: Tally },
  ) => Promise<void>;
  /** True where a place that a member stands at can be read on from later. */
  readonly mayPart: boolean;
  /** Told of a member that is given up while the others go on. */
  readonly onLost: (name: string, failure: FlowrunError) => void;
  /** The counts of the command. */
  readonly tally: Tally;
  /** How one of the records is called. */
  readonly called: string;
}

/** The right by which a member is written to, the signal that ends it, and who is told where it ends by itself. */
export interface Right extends Pick<Taking, "onEnded"> {
  readonly signal: AbortSignal;
  readonly lease: Leading["lease"] | undefined;
  readonly authority: Leading["authority"] | undefined;
}

/**
 * Delivers a reading, and says in the end what each destination has got.
 * @returns the worst failure among several, which has been told.
 * @throws as `deliverInLanes`; the end of a destination that has ended by itself.
 */
export async function deliverTogether(delivering: Together): Promise<FlowrunError | null> {
  const { host, notify, signal: given, read, over: told } = delivering;
  const over = new AbortController();
  const signal = AbortSignal.any([given, over.signal]);
  /** By which a destination has ended the reading; `null` for none. */
  const endOf = (): FlowrunError | null => (over.signal.reason instanceof FlowrunError ? over.signal.reason : null);
  const stores: { release: () => Promise<void> }[] = [];
  const members = await membersOf(delivering, stores, {
    signal,
    onEnded: (end) => {
      over.abort(end);
    },
  });
  const tallies: Tally[] = [];
  try {
    const lost = await deliverInLanes<DeliveredRecord>({
      members: members.map(told),
      read: (past, sink, until) => {
        const tally = emptyTally();
        tallies.push(tally);
        return read(past, sink, { signal: until, tally });
      },
      mayPart: delivering.mayPart,
      host,
      signal,
      stop: () => {
        over.abort();
      },
      onLost: ({ name }, failure) => {
        delivering.onLost(name, failure);
      },
      onParted: ({ name }) => {
        notify({ kind: "remark", text: `${name} does not keep pace; the others go on, and it follows` });
      },
    });
    // One that has ended by itself has ended the reading, which is not told from its own end.
    const end = endOf();
    if (end !== null) throw end;
    return lost;
  } catch (error) {
    // A deadline is told by whoever set it.
    if (given.aborted && !host.signal.aborted && !(error instanceof FlowrunError)) return null;
    // Whoever has ended by itself is why the others were stopped.
    throw endOf() ?? error;
  } finally {
    const { tally, called } = delivering;
    countOnce(tally, tallies, members);
    const { pages, printed } = tally;
    if (pages > 0 || printed > 0) tellCounts(members, pages > 0 ? printed : null, notify, called);
    const ends = await Promise.allSettled(stores.map((store) => store.release()));
    for (const end of ends) if (end.status === "rejected") notify({ kind: "warning", text: reasonOf(end.reason) });
  }
}

async function membersOf(
  { host, notify, places, destinations, leading, open, print }: Together,
  stores: { release: () => Promise<void> }[],
  ending: Pick<Right, "signal" | "onEnded">,
): Promise<readonly CountedMember[]> {
  /** Beside the database that leads, else as a cursor in a file. */
  const openStore = async (of: ReadOn, { beside, file, shown }: StoreNames): Promise<MarkStore> => {
    if (leading !== undefined) return leading.storeOf(beside, journalPlaces(of, host));
    const use = shown === undefined ? {} : { destination: mask(shown) };
    const cursor = await openCursor(file, of, host, notify, use);
    stores.push(cursor);
    return cursor;
  };
  const keepingOf = ({ scheme, address: { digest, shown } }: DeliveredTo): Keeping | null => {
    if (places === null) return null;
    const { of, cursor } = places;
    const file = storeName(cursor, scheme.name, digest);
    return {
      words: journalPlaces(of, host),
      openStore: () => openStore(of, { beside: `${scheme.name}-${digest}`, file, shown }),
      onForeign: () => {
        const text = `the place that ${shown} keeps is of another journal or archive; its delivery begins anew`;
        notify({ kind: "warning", text });
      },
    };
  };
  const members = await Promise.all(
    destinations.map((to) => {
      const leads = to === leading?.leader;
      const lease = leads ? leading.lease : undefined;
      const authority = leads ? undefined : leading?.authority;
      return open(to, keepingOf(to), { ...ending, lease, authority });
    }),
  );
  if (print === null) return members;
  const openPrinted = places === null ? null : () => openStore(places.of, { beside: "stdout", file: places.cursor });
  return [...members, await print(openPrinted)];
}

/** Records that several lanes read are counted once, by the one that has most, and as delivered where anyone has got them. */
function countOnce(tally: Tally, tallies: readonly Tally[], members: readonly CountedMember[]): void {
  const [fullest] = [...tallies].sort((one, other) => other.printed - one.printed);
  if (fullest === undefined) return;
  const delivered = Math.max(...members.map(({ counts }) => counts.delivered));
  Object.assign(tally, fullest, { printed: delivered, matched: fullest.printed });
}

/** The name of a place, wherever it is kept. */
interface StoreNames {
  readonly beside: string;
  readonly file: string;
  /** The destination, for people; left out for stdout, whose cursor is that of a reading without any. */
  readonly shown?: string;
}

/** A cursor of its own for each destination, in a name that a file can have. */
function storeName(cursor: string, scheme: string, digest: string): string {
  const begun = cursor.length <= longestBeginning ? cursor : `${cursor.slice(0, 30)}-${hash(cursor)[0].toString(36)}`;
  return `${begun}.${scheme}-${digest.slice(0, 8)}`;
}

const longestBeginning = 40;
