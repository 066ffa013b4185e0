import type { FlowrunError } from "../../../errors.ts";
import { addJobs } from "../../../engine/archive/jobs.ts";
import { addRuns } from "../../../engine/archive/write-page.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { everyRecord, type DeliveredRecord } from "../../../engine/destinations/destination.ts";
import { deliverInLanes, isOfOneAlone, type ReadLane } from "../../../engine/destinations/lanes.ts";
import { insist } from "../../../engine/insist.ts";
import { emptyTally, type Tally } from "../../../engine/pump.ts";
import { knownToSpool, spoolPlaces, spoolStore } from "../../../engine/receive/spool-places.ts";
import { readPlace, writePlace, type Spool } from "../../../engine/receive/spool.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { Candidate } from "../../../engine/sources/source.ts";
import type { Resumption, Sink } from "../../../engine/sinks/sink.ts";
import type { MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import type { Notify } from "../../../notices.ts";
import { resolveEventSelection } from "../../../runs/events/event-selection.ts";
import type { Job } from "../../../runs/job/job.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { comparePlaces, type SpoolPlace } from "../../../state/spool-files.ts";
import type { ArchiveDestination, DeliveryOptions, OtherDestination } from "../../options/destination-options.ts";
import type { CountedMember } from "../delivery/counts.ts";
import { tellGuarantee } from "../delivery/member.ts";
import { lostText, memberOf, patienceOf, printedMember } from "../reading/deliver-members.ts";
import { createQuota } from "../reading/quota.ts";
import type { ReadPlan } from "../reading/read-plan.ts";
import { readWindow } from "../reading/read-window.ts";
import type { Session } from "../reading/session.ts";
import { tellAside } from "../reading/tell-aside.ts";
import { timeOf } from "../../../text/time-text.ts";

/** Received runs, and events of Lytics, on their way out. */
export interface SpoolDelivery {
  readonly plan: ReadPlan;
  readonly session: Session;
  readonly spool: Spool;
  /** `null` where runs are printed and nothing else. */
  readonly delivery: DeliveryOptions | null;
  /** Where runs are printed; `null` for nowhere. */
  readonly stdout: RunSink | null;
  /** The archive that keeps every run and every event of Lytics, whatever the filters say; `null` for none. */
  readonly archive: Archive | null;
  /** Further archives, which keep the same. */
  readonly copies: readonly SpoolCopy[];
  /** The account of Lytics by its name there. */
  readonly accountName: () => Promise<string>;
  readonly listensToLytics: boolean;
  /** The events of Lytics that are printed and delivered. */
  readonly keepJob: (job: Job) => boolean;
  /** Told of each record that is on its way out for the first time. */
  readonly onRecord: (record: DeliveredRecord) => void;
}

/** A further archive of the line. */
export interface SpoolCopy {
  /** For people, without a secret. */
  readonly name: string;
  /** By which its place in the spool is kept. */
  readonly reader: string;
  /** @throws FlowrunError `unavailable` where another try may help; Twice where it is one of the others. */
  readonly open: () => Promise<Archive>;
}

type Readers = Pick<SpoolDelivery, "delivery" | "stdout" | "archive" | "copies">;

/** The names by which the readers' places are kept. Pure. */
export function readersOf(readers: Readers): readonly string[] {
  const { archive, copies } = readers;
  const archives = [...(archive === null ? [] : [archived]), ...copies.map(({ reader }) => reader)];
  return [...memberNames(readers), ...archives];
}

/** Of those that get what the filters leave. */
function memberNames({ delivery, stdout }: Pick<Readers, "delivery" | "stdout">): readonly string[] {
  return [...(stdout === null ? [] : [printed]), ...destinationsOf(delivery).map(readerOf)];
}

/** Whether anybody but archives gets what is received. Pure. */
export function hasMembers(readers: Pick<Readers, "delivery" | "stdout">): boolean {
  return memberNames(readers).length > 0;
}

/** All but the archive: of tables none leads, since the spool does. */
function destinationsOf(delivery: DeliveryOptions | null): readonly OtherDestination[] {
  if (delivery === null) return [];
  return delivery.table === null ? delivery.others : [delivery.table, ...delivery.others];
}

const printed = "stdout";
const archived = "archive";

/** The name by which the place of a further archive is kept. Pure. */
export function readerOfCopy({ address }: ArchiveDestination): string {
  return `${archived}-${address.digest.slice(0, 8)}`;
}

function readerOf({ scheme, address }: OtherDestination): string {
  return `${scheme.name}-${address.digest.slice(0, 8)}`;
}

/**
 * Prints and delivers what the filters leave of what is received, each at its own pace, until the spool is closed.
 * @returns the worst failure of those that were given up, which has been told.
 * @throws what ends all of it: the failure of the last one, or a destination's own end.
 */
export async function deliverSpool(delivering: SpoolDelivery): Promise<FlowrunError | null> {
  const { session, stdout, spool, keepJob, listensToLytics } = delivering;
  const { reporter } = session;
  const over = new AbortController();
  const ended = new AbortController();
  const signal = AbortSignal.any([delivering.plan.signal, over.signal, ended.signal]);
  const plan = { ...delivering.plan, signal };
  const members = await membersOf({ ...delivering, plan }, (end) => {
    ended.abort(end);
  });
  if (stdout !== null) {
    const openStore = (): Promise<MarkStore> => Promise.resolve(spoolStore(spool, printed));
    members.push(await printedMember(stdout, openStore));
  }
  if (members.length === 0) return null;
  if (listensToLytics) tellOfRunsAlone(members, reporter.notify);
  const count = countOnce(delivering.onRecord);
  const readerNamed = new Map(destinationsOf(delivering.delivery).map((to) => [to.address.shown, readerOf(to)]));
  const tallies: Tally[] = [];
  const read: ReadLane<DeliveredRecord> = async (past, sink, until) => {
    const tally = emptyTally();
    tallies.push(tally);
    await readSpool({ ...session, tally }, sink, { delivering: { plan, spool, keepJob }, past, until });
  };
  try {
    return await deliverInLanes({
      members: members.map((member) => withAside(member, session)).map((member) => countedMember(member, count)),
      read,
      mayPart: !session.quota.isBounded,
      host: session.host,
      signal,
      stop: () => {
        over.abort();
      },
      onLost: ({ name }, failure) => {
        reporter.failure(lostText(name, failure, session));
        // Whoever is given up holds up nobody, and begins at its place when it is asked for again.
        spool.giveUp(readerNamed.get(name) ?? "");
      },
      onParted: ({ name }) => {
        reporter.notify({ kind: "remark", text: `${name} does not keep pace; the others go on, and it follows` });
      },
    });
  } catch (error) {
    // Whoever has ended by itself is why the others were stopped.
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    Object.assign(session.tally, tallies.sort((one, other) => other.printed - one.printed)[0] ?? {});
  }
}

async function membersOf(
  { plan, session, spool, delivery }: SpoolDelivery,
  onEnded: (end: Error) => void,
): Promise<CountedMember[]> {
  if (delivery === null) return [];
  const members = destinationsOf(delivery).map(async (other) => {
    const reader = readerOf(other);
    const store = spoolStore(spool, reader);
    const keeping = {
      words: spoolPlaces(spool),
      openStore: () => Promise.resolve(store),
      findBegin: () => store.find(),
      onForeign: () => {
        const { shown } = other.address;
        const text = `the place that ${shown} keeps is of another reading; its delivery begins with what is new`;
        session.reporter.notify({ kind: "warning", text });
      },
    };
    const member = givenWhatItTakes(await memberOf(other, keeping, { plan, delivery, session, onEnded }));
    return { ...member, sink: knownToSpool(member.sink, spool, reader) };
  });
  return Promise.all(members);
}

function givenWhatItTakes(member: CountedMember): CountedMember {
  const { sink, takes } = member;
  const fits = ({ encoded }: Candidate<DeliveredRecord>): boolean => takes.includes(encoded.type);
  return { ...member, sink: { ...sink, take: (batch, mark) => sink.take(batch.filter(fits), mark) } };
}

/** Where stdout has no form for events of Lytics, they are told on stderr, and so it has them as well. */
function withAside(member: CountedMember, session: Session): CountedMember {
  if (member.name !== printed || member.takes.includes("flowrun.job")) return member;
  const { sink } = givenWhatItTakes(member);
  const take: typeof sink.take = async (batch, mark) => {
    await sink.take(batch, mark);
    for (const { encoded } of batch) if (encoded.type === "flowrun.job") tellAside(encoded, session);
  };
  return { ...member, sink: { ...sink, take }, takes: everyRecord };
}

/** A member of whose records those are counted that it takes. */
function countedMember(member: CountedMember, onHanded: OnHanded): CountedMember {
  const { takes } = member;
  const sink = counted(member.sink, (handed) => {
    if (takes.includes(handed.encoded.type)) onHanded(handed);
  });
  return { ...member, sink };
}

function tellOfRunsAlone(members: readonly CountedMember[], notify: Notify): void {
  for (const { name, takes } of members) {
    if (takes.includes("flowrun.job")) continue;
    const there = name === printed ? "are told here" : "are not delivered there";
    notify({ kind: "remark", text: `${name} takes runs alone; events of Lytics ${there}` });
  }
}

/** Puts every run and every event of Lytics that is received into the archive, whatever the filters say, until the spool is closed. */
export async function archiveSpool(archive: Archive, delivering: SpoolDelivery): Promise<void> {
  const count = hasMembers(delivering) ? null : countOnce(delivering.onRecord);
  await keepSpool(archive, delivering, { reader: archived, count });
}

/**
 * The same for a further archive, which is waited for while it is away.
 * @returns why it was given up while the others go on, which has been told; `null` at the end.
 * @throws what ends all of it.
 */
export async function copySpool(copy: SpoolCopy, delivering: SpoolDelivery): Promise<FlowrunError | null> {
  const { session, spool } = delivering;
  const { name, reader, open } = copy;
  try {
    const archive = await insist(open, retryingOf(delivering));
    try {
      await keepSpool(archive, delivering, { reader, count: null });
    } finally {
      await archive.database.close();
    }
    return null;
  } catch (error) {
    if (!isOfOneAlone(error)) throw error;
    session.reporter.failure(lostText(name, error, session));
    spool.giveUp(reader);
    return error;
  }
}

function retryingOf({ plan, session: { host, reporter } }: SpoolDelivery) {
  return { host, signal: plan.signal, notify: reporter.notify, patience: patienceOf(plan) };
}

/** By which name an archive's place is kept, and who counts what goes in; `null` where somebody else does. */
interface Keeper {
  readonly reader: string;
  readonly count: OnHanded | null;
}

async function keepSpool(
  { database, journal }: Archive,
  delivering: SpoolDelivery,
  { reader, count }: Keeper,
): Promise<void> {
  const { plan, session, spool } = delivering;
  const { host, reporter } = session;
  const account = await delivering.accountName();
  tellGuarantee(reporter.notify, database.place, "exactly once");
  const retrying = retryingOf(delivering);
  const sink: Sink<DeliveredRecord> = {
    take: async (batch, { recordedAt }) => {
      const latest = recordedAt ?? host.now();
      const runs = batch.flatMap(({ key, encoded: run }) =>
        run.type === "flowrun.run" ? [{ key, run, recordedAt: recordingOf(run, latest) }] : [],
      );
      const jobs = batch.flatMap(({ key, encoded: job }) => (job.type === "flowrun.job" ? [{ key, job }] : []));
      // Each of them is there once, so that a batch that is half in may come again, whole.
      await insist(() => addRuns(database, journal, runs), retrying);
      await insist(() => addJobs(database, account, jobs), retrying);
    },
    close: () => Promise.resolve(),
  };
  const store = spoolStore(spool, reader);
  const kept = knownToSpool(sink, spool, reader);
  const options = { ...session.options, events: resolveEventSelection(["runs"]), raw: true, keep: () => true };
  const whole = { ...session, options, quota: createQuota(Infinity), tally: emptyTally() };
  await readSpool(
    count === null ? whole : { ...whole, tally: session.tally },
    count === null ? kept : counted(kept, count),
    {
      delivering: { ...delivering, keepJob: () => true },
      past: await store.find(),
      until: plan.signal,
    },
  );
}

/** When its run was updated, and not later than it came. */
function recordingOf({ updatedAt }: FlowRun, latest: number): number {
  const told = timeOf(updatedAt);
  return Number.isNaN(told) ? latest : Math.min(told, latest);
}

interface SpoolReader {
  readonly delivering: Pick<SpoolDelivery, "plan" | "spool" | "keepJob">;
  readonly past: Resumption | null;
  readonly until: AbortSignal;
}

async function readSpool(
  session: Session,
  sink: Sink<DeliveredRecord>,
  { delivering, past, until }: SpoolReader,
): Promise<void> {
  const { plan, spool, keepJob } = delivering;
  const url = past?.next ?? writePlace(spool.end());
  const { onExpired } = plan;
  const window = { start: { kind: "next", url }, past, follow: true, onExpired, isKept: true, signal: until } as const;
  const jobs = { keep: keepJob, encode: (job: Job): DeliveredRecord => job };
  await readWindow<DeliveredRecord>(session, window, { encode: (run) => run, jobs, sink });
}

/** Told of a record that was handed on somewhere. */
type OnHanded = (record: Candidate<DeliveredRecord>) => void;

function counted(sink: Sink<DeliveredRecord>, onHanded: OnHanded): Sink<DeliveredRecord> {
  return {
    ...sink,
    take: async (batch, mark) => {
      await sink.take(batch, mark);
      batch.forEach(onHanded);
    },
  };
}

/** Each kind of records by itself, since not everybody takes all of them. */
function countOnce(onRecord: SpoolDelivery["onRecord"]): OnHanded {
  const [countRun, countJob] = [countFurthest(onRecord), countFurthest(onRecord)];
  return (handed) => {
    if (handed.encoded.type === "flowrun.job") countJob(handed);
    else countRun(handed);
  };
}

/** Of several that take the same records, whoever is furthest counts them. */
function countFurthest(onRecord: SpoolDelivery["onRecord"]): OnHanded {
  let furthest: SpoolPlace = { file: 0, offset: 0 };
  /** The records that stand there: an event may hold several. */
  let there = new Set<string>();
  return ({ key, position, encoded: record }) => {
    const place = readPlace(position);
    const order = place === null ? -1 : comparePlaces(place, furthest);
    if (place === null || order < 0 || (order === 0 && there.has(key))) return;
    if (order > 0) [furthest, there] = [place, new Set()];
    there.add(key);
    onRecord(record);
  };
}
