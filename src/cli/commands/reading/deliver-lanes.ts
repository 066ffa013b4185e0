import { FlowrunError, reasonOf } from "../../../errors.ts";
import { journalReadOn, openCursor } from "../../../engine/cursor.ts";
import type { Keeping } from "../../../engine/destinations/delivery-sink.ts";
import { deliverInLanes, type ReadLane } from "../../../engine/destinations/lanes.ts";
import { journalPlaces } from "../../../engine/destinations/places.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { mask } from "../../../mask.ts";
import { hash } from "../../../text/hash.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import type { MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import type { OtherDestination } from "../../options/destination-options.ts";
import { tellCounts, type CountedMember } from "./delivery-counts.ts";
import { lostText, memberOf, printedMember, type Ways } from "./deliver-members.ts";
import { startAt } from "../../../adobe/journal/when.ts";
import type { Window } from "./open-source.ts";
import { readWindow } from "./read-window.ts";
import type { Session } from "./session.ts";
import { beginOfWatch, watchedMember } from "./watch.ts";

/**
 * Delivers one profile's reading to destinations that each keep their own place.
 * @returns the worst failure among several, which has been told.
 */
export async function deliverByLanes({
  plan: given,
  delivery,
  session,
  stdout,
  absences = null,
  leading,
}: Ways): Promise<FlowrunError | null> {
  const over = new AbortController();
  const signal = AbortSignal.any([given.signal, over.signal]);
  const plan = { ...given, signal };
  const onEnded = (end: Error): void => {
    over.abort(end);
  };
  /** By which a destination has ended the reading; `null` for none. */
  const endOf = (): FlowrunError | null => (over.signal.reason instanceof FlowrunError ? over.signal.reason : null);
  const { start, follow, onExpired, isLast } = plan;
  const { host, options, origin, reporter, quota } = session;
  const isKept = start.kind === "last" && origin.kind === "journal";
  const stores: { release: () => Promise<void> }[] = [];
  /** Beside the table that leads, else as a cursor in a file. */
  const openStore = async (connection: Connection, { beside, file, shown }: StoreNames): Promise<MarkStore> => {
    if (leading !== undefined) return leading.storeOf(beside, journalPlaces(connection, host));
    const use = shown === undefined ? {} : { destination: mask(shown) };
    const cursor = await openCursor(file, journalReadOn(connection), host, reporter.notify, use);
    stores.push(cursor);
    return cursor;
  };
  const keepingOf = ({ scheme, address }: OtherDestination): Keeping | null => {
    if (!isKept) return null;
    const { connection } = origin;
    const file = storeName(options.cursor, scheme.name, address.digest);
    return {
      words: journalPlaces(connection, host),
      openStore: () =>
        openStore(connection, { beside: `${scheme.name}-${address.digest}`, file, shown: address.shown }),
      onForeign: () => {
        reporter.notify({ kind: "warning", text: foreignWords(address.shown) });
      },
    };
  };
  const members = await Promise.all(
    delivery.others.map((other) => {
      const isLeading = other === leading?.table;
      const lease = isLeading ? leading.lease : undefined;
      const authority = isLeading ? undefined : leading?.authority;
      return memberOf(other, keepingOf(other), { plan, delivery, session, onEnded, lease, authority });
    }),
  );
  if (stdout !== null) {
    const openPrinted = isKept ? () => openStore(origin.connection, { beside: "stdout", file: options.cursor }) : null;
    members.push(await printedMember(stdout, openPrinted));
  }
  const told = absences === null ? members : members.map(absences.over);
  const watched = plan.watch?.profile(origin);
  const begin = beginOfWatch(start, session.began);
  const tallies: Tally[] = [];
  const read: ReadLane = async (past, sink, until) => {
    const from: Pick<Window, "start" | "past"> =
      past !== null
        ? { start: { kind: "next", url: past.next }, past }
        : { start: start.kind === "last" ? { kind: "oldest" } : beginOf(start, session) };
    const more = isLast === undefined ? {} : { isLast };
    const tally = emptyTally();
    tallies.push(tally);
    const window = { ...from, ...more, follow, onExpired, isKept: isKept || follow, signal: until };
    await readWindow({ ...session, tally }, window, { encode: (run) => run, sink });
  };
  try {
    const lost = await deliverInLanes({
      members: watched === undefined ? told : told.map((member) => watchedMember(member, watched.begin(begin))),
      read,
      mayPart: origin.kind === "journal" && (isKept || follow) && !quota.isBounded && options.until === null,
      host,
      signal,
      stop: () => {
        over.abort();
      },
      onLost: ({ name }, failure) => {
        reporter.failure(lostText(name, failure, session));
      },
      onParted: ({ name }) => {
        reporter.notify({ kind: "remark", text: `${name} does not keep pace; the others go on, and it follows` });
      },
    });
    // One that has ended by itself has ended the reading, which is not told from its own end.
    const end = endOf();
    if (end !== null) throw end;
    return lost;
  } catch (error) {
    // A deadline is told by whoever set it.
    if (given.signal.aborted && !host.signal.aborted && !(error instanceof FlowrunError)) return null;
    // Whoever has ended by itself is why the others were stopped.
    throw endOf() ?? error;
  } finally {
    countOnce(session.tally, tallies, members);
    const { pages, printed } = session.tally;
    if (pages > 0 || printed > 0) tellCounts(members, pages > 0 ? printed : null, reporter.notify);
    const ends = await Promise.allSettled(stores.map((store) => store.release()));
    for (const end of ends)
      if (end.status === "rejected") reporter.notify({ kind: "warning", text: reasonOf(end.reason) });
  }
}

/** Runs that several lanes read are counted once, by the one that has most, and as delivered where anyone has got them. */
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

/** A lane that begins late begins where the command did: nothing that came in between is passed by. */
function beginOf(start: JournalStart, { began, host }: Pick<Session, "began" | "host">): JournalStart {
  return start.kind === "now" && host.now() - began > soonMs ? startAt(began) : start;
}

const soonMs = 1000;

function foreignWords(shown: string): string {
  return `the place that ${shown} keeps is of another journal or archive; its delivery begins anew`;
}
