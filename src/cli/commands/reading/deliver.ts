import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import type { Patience } from "../../../adobe/gateway/retrying.ts";
import { openCursor } from "../../../engine/cursor.ts";
import { deliverySink, type Keeping } from "../../../engine/destinations/delivery-sink.ts";
import type { Wanted } from "../../../engine/destinations/find-scheme.ts";
import { deliverInLanes, type Member, type ReadLane } from "../../../engine/destinations/lanes.ts";
import { patientDestination } from "../../../engine/destinations/patient.ts";
import { journalPlaces } from "../../../engine/destinations/places.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import { withCursorFile } from "../../../engine/sinks/with-cursor-file.ts";
import { emptyTally } from "../../../engine/pump.ts";
import { isJsonFormat } from "../../../render/formats/registry.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { checkStart, type Delivery } from "../../options/destination-options.ts";
import { failureText } from "../../terminal/failure-text.ts";
import { inOutlet } from "../outlet.ts";
import type { Window } from "./open-source.ts";
import { openStdout, type ReadPlan } from "./read.ts";
import { readWindow } from "./read-window.ts";
import { inSessions, type Outcome, type Session, type Sessions } from "./session.ts";

/**
 * Reads flow runs to destinations as the plan says; stderr tells how it goes.
 * @throws FlowrunError `usage` where the reading cannot be delivered; what reading and delivering throw.
 */
export async function deliver(plan: ReadPlan, delivery: Delivery, host: Host): Promise<Outcome> {
  const { options, start } = plan;
  checkStart(delivery, start);
  return inOutlet({ ...options.common, pager: false }, host, async (there) => {
    const closed = delivery.toStdout ? [there.stdout.untilClosed()] : [];
    const signal = AbortSignal.any([plan.signal, ...closed]);
    const work = (sessions: Sessions): Promise<object> => deliverAll({ ...plan, signal }, delivery, sessions);
    const did = delivery.leader === null ? "delivered" : "archived";
    const outcome = await inSessions(options, signal, there, work, { start, did });
    for (const one of closed) one.throwIfAborted();
    return outcome;
  });
}

async function deliverAll(plan: ReadPlan, delivery: Delivery, sessions: Sessions): Promise<object> {
  const { options, reporter } = sessions;
  if (plan.follow) options.doubts().forEach(reporter.notify);
  const stdout = delivery.toStdout ? await openStdout(sessions, true) : null;
  try {
    await sessions.each(async (session) => {
      const ways = { plan, delivery, session, stdout };
      const lost = delivery.leader === null ? await deliverByLanes(ways) : await deliverByArchive(ways);
      if (lost !== null) throw lost;
    });
  } finally {
    await stdout?.close();
  }
  return {};
}

/** One profile's delivery. */
export interface Ways {
  readonly plan: ReadPlan;
  readonly delivery: Delivery;
  readonly session: Session;
  /** Where runs are printed as well; `null` for nowhere. */
  readonly stdout: RunSink | null;
}

/** Loaded by whoever has an archive among the destinations. */
async function deliverByArchive(ways: Ways): Promise<FlowrunError | null> {
  return (await import("./deliver-archive.ts")).deliverByArchive(ways);
}

/** @returns the worst failure among several, which has been told. */
async function deliverByLanes({ plan: given, delivery, session, stdout }: Ways): Promise<FlowrunError | null> {
  const over = new AbortController();
  const signal = AbortSignal.any([given.signal, over.signal]);
  const plan = { ...given, signal };
  const onEnded = (end: Error): void => {
    over.abort(end);
  };
  const { start, follow, onExpired, isLast } = plan;
  const { host, options, origin, reporter, quota } = session;
  const isKept = start.kind === "last" && origin.kind === "journal";
  const stores: { release: () => Promise<void> }[] = [];
  const openStore = async (name: string) => {
    if (origin.kind !== "journal") throw new Error("a place is kept of a journal alone");
    const cursor = await openCursor(name, origin.connection, host, reporter.notify);
    stores.push(cursor);
    return cursor;
  };
  const keepingOf = ({ scheme, address }: Other): Keeping | null => {
    if (!isKept) return null;
    return {
      words: journalPlaces(origin.connection, host),
      openStore: () => openStore(storeName(options.cursor, scheme.name, address.digest)),
      onForeign: () => {
        reporter.notify({ kind: "warning", text: foreignWords(address.shown) });
      },
    };
  };
  const members = await Promise.all(
    delivery.others.map((other) => memberOf(other, keepingOf(other), { plan, delivery, session, onEnded })),
  );
  if (stdout !== null) members.push(await printedMember(stdout, isKept ? () => openStore(options.cursor) : null));
  let isFirst = true;
  const read: ReadLane = async (past, sink, until) => {
    const from: Pick<Window, "start" | "past"> =
      past !== null
        ? { start: { kind: "next", url: past.next }, past }
        : { start: start.kind === "last" ? { kind: "oldest" } : start };
    const more = isLast === undefined ? {} : { isLast };
    // What several lanes read is counted once.
    const counted = isFirst ? session : { ...session, tally: emptyTally() };
    isFirst = false;
    const window = { ...from, ...more, follow, onExpired, isKept: isKept || follow, signal: until };
    await readWindow(counted, window, { encode: (run) => run, sink });
  };
  try {
    const lost = await deliverInLanes({
      members,
      read,
      mayPart: origin.kind === "journal" && (isKept || follow) && !quota.isBounded,
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
    given.signal.throwIfAborted();
    return lost;
  } catch (error) {
    // Whoever has ended by itself is why the others were stopped.
    throw over.signal.aborted && over.signal.reason instanceof FlowrunError ? over.signal.reason : error;
  } finally {
    for (const store of stores) await store.release();
  }
}

type Other = Extract<Wanted, { kind: "other" }>;

/** A cursor of its own for each destination, in a name that a file can have. */
function storeName(cursor: string, scheme: string, digest: string): string {
  return `${cursor.slice(0, 40)}.${scheme}-${digest.slice(0, 8)}`;
}

function foreignWords(shown: string): string {
  return `the place that ${shown} keeps is of another journal or archive; its delivery begins anew`;
}

/** A destination as a member of a delivery. */
export async function memberOf(
  { scheme, address }: Other,
  keeping: Keeping | null,
  { plan, delivery, session, onEnded }: Omit<Ways, "stdout"> & { readonly onEnded: (end: Error) => void },
): Promise<Member> {
  const { host, options, origin, reporter } = session;
  const kind = await scheme.load();
  const connection = origin.kind === "journal" ? origin.connection : null;
  const means = {
    host,
    signal: plan.signal,
    notify: reporter.notify,
    reading: {
      profile: connection?.settings.profile ?? "file",
      journal: connection?.journalName ?? "file:",
      organisation: connection?.settings.imsOrgId ?? null,
      cursor: options.cursor,
    },
    isKept: keeping !== null,
  };
  const to = patientDestination(kind, address, means, {
    patience: patienceOf(plan),
    onRefused: delivery.onRefused,
    onOpen: ({ guarantee }) => {
      tellGuarantee(reporter.notify, address.shown, guarantee ?? scheme.guarantee);
    },
    onEnded,
  });
  return { name: address.shown, sink: deliverySink(to, keeping) };
}

/** `tail` never gives up: it waits out whatever passes. */
export function patienceOf({ follow, options }: Pick<ReadPlan, "follow" | "options">): Patience {
  return follow ? { retries: Infinity, maxWaitMs: Infinity } : options.patience;
}

/** Each destination says once what it promises. */
export function tellGuarantee(notify: Notify, shown: string, guarantee: string): void {
  notify({ kind: "remark", text: `to ${shown}: ${guarantee}` });
}

/** Stdout as a member of a delivery. @param openStore where its place is kept; `null` for nowhere. */
export async function printedMember(
  stdout: RunSink,
  openStore: (() => ReturnType<typeof openCursor>) | null,
): Promise<Member> {
  const sink: Sink<FlowRun> = {
    take: (batch, mark) =>
      stdout.take(
        batch.map((run) => ({ ...run, encoded: stdout.encode(run.encoded) })),
        mark,
      ),
    close: () => Promise.resolve(),
  };
  return { name: "stdout", sink: openStore === null ? sink : withCursorFile(sink, await openStore()) };
}

/** A destination that is given up while the others go on, as it is told. Pure. */
export function lostText(name: string, failure: FlowrunError, { options }: Pick<Session, "options">): string {
  return failureText(failure, isJsonFormat(options.output), name, true);
}
