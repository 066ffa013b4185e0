import { chosenProfile, demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { endlessPatience } from "../../../adobe/access/connect.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { journalReadOn, openCursor } from "../../../engine/cursor.ts";
import { emptyTally } from "../../../engine/pump.ts";
import { meterDeliveries, meterKept, type KeptMeter } from "../../../engine/receive/delivery-metrics.ts";
import { forward } from "../../../engine/receive/forward.ts";
import { meterForwarding } from "../../../engine/receive/forward-metrics.ts";
import { createMetrics, type Metrics } from "../../../engine/receive/meter.ts";
import { patientSpool } from "../../../engine/receive/patient-spool.ts";
import { reconcile } from "../../../engine/receive/reconcile.ts";
import { whenThereIsRoom, type WaitingForRoom } from "../../../engine/receive/when-room.ts";
import { meterJobs } from "../../../engine/receive/job-metrics.ts";
import { meterRuns } from "../../../engine/receive/run-metrics.ts";
import { untilAborted } from "../../../engine/until-aborted.ts";
import type { Receiver } from "../../../engine/destinations/post.ts";
import type { Notify } from "../../../notices.ts";
import { openSpool, type Spool } from "../../../engine/receive/spool.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { FlowrunError, reasonOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { renderDuration } from "../../../render/text/numbers.ts";
import { compileJobFilter } from "../../../runs/filter/job-filter.ts";
import { comparePlaces } from "../../../state/spool-files.ts";
import { lockSpool, spoolFolder } from "../../../state/spool-lock.ts";
import { openZone } from "../../options/clock.ts";
import { resolveDelivery, type DeliveryOptions } from "../../options/destination-options.ts";
import { resolveReading, resolveStart, turnAway, type ReadingOptions } from "../../options/reading-options.ts";
import { count, createReporter, type Reporter } from "../../terminal/reporter.ts";
import { openToFill } from "../archive/open-to-fill.ts";
import { inOutlet } from "../outlet.ts";
import { openStdout } from "../reading/open-stdout.ts";
import { createQuota } from "../reading/quota.ts";
import { checkFailed } from "../reading/read.ts";
import { takeNotes } from "../reading/recent-notes.ts";
import type { Session } from "../reading/session.ts";
import { countedInbox, countJob, countRun, listenWords, noListenCounts } from "./counts.ts";
import { archiveSpool, deliverSpool, readersOf, type SpoolDelivery } from "./deliver-spool.ts";
import { openDoors, type Doors } from "./doors.ts";
import { findIdentity, type Identity } from "./identity.ts";
import { resolveListen, type ListenFlags, type ListenOptions } from "./listen-options.ts";

/** Receives what Adobe delivers, and hands it on together with what only the journal has, until stopped. */
export async function runListen(flags: ListenFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveReading(flags, now, zone);
  const delivery = await resolveDelivery(flags, host.env);
  refuse(flags, options, delivery);
  const isDemo = (await chosenProfile(options.common.profile, host)) === demoProfile;
  const listening = resolveListen(flags, host.env, isDemo);
  const start = flags.since === undefined ? { kind: "now" as const } : resolveStart(flags.since, flags, now, zone);
  if (start.kind === "last") throw noLast();
  await inOutlet({ ...options.common, pager: false }, host, async (there) => {
    const { quiet = false, verbose = 0, progress, profile } = options.common;
    const reporter = createReporter(there, { quiet, verbose, live: progress, profile });
    const keepJob = compileJobFilter({ status: flags.status }).keep;
    const asked = { options, delivery, listening, keepJob, start, reporter };
    await inSpool(asked, there, (receiving) => receive(receiving, there)).finally(() => {
      reporter.clear();
    });
  });
}

/** Everything that the line says. */
interface Asked {
  readonly options: ReadingOptions;
  readonly delivery: DeliveryOptions | null;
  readonly listening: ListenOptions;
  /** Whether an event of Lytics is one of those that are wanted. */
  readonly keepJob: SpoolDelivery["keepJob"];
  /** Where the first comparison with the journal begins. */
  readonly start: JournalStart;
  readonly reporter: Reporter;
}

/** That, for whom, and what was received is kept in. */
interface Receiving extends Asked {
  readonly identity: Identity;
  readonly spool: Spool;
  readonly metrics: Metrics;
  readonly kept: KeptMeter;
  /** Open already, where the disk was full; else it opens them. */
  readonly doors: (onOpen: (origin: string) => void) => Promise<Doors>;
  readonly room: WaitingForRoom;
  /** Events that the journal had brought, and the webhook after all. */
  readonly late: { readonly events: number };
  /** Ends what is under way: when the user says stop, that is finished first. */
  readonly over: AbortController;
}

async function inSpool(asked: Asked, host: Host, work: (receiving: Receiving) => Promise<void>): Promise<void> {
  const { options, listening, reporter } = asked;
  const { notify } = reporter;
  const over = new AbortController();
  const late = { events: 0 };
  const needsJournal = listening.reconcileMs !== null;
  const { profile } = options.common;
  const takesLytics = listening.lytics !== null;
  const identity = await findIdentity({ profile, needsJournal, takesLytics, notify, signal: over.signal }, host);
  try {
    if (listening.acceptsHmac && identity.secrets.length === 0) throw noSecret();
    const folder = spoolFolder(host.dirs.state, identity.profile);
    const metrics = createMetrics();
    let spooled: Spool | null = null;
    const webhook = meterDeliveries(metrics, "webhook");
    const meters = { webhook, lytics: takesLytics ? meterDeliveries(metrics, "lytics") : null };
    const kept = meterKept(metrics, () => spooled?.backlog().events ?? 0);
    let opened: Doors | null = null;
    const doorMeans = { listening, identity, host, notify, signal: over.signal, metrics, meters };
    const doors: Receiving["doors"] = async (onOpen) => {
      if (opened === null) return (opened = await openDoors({ ...doorMeans, onOpen }));
      onOpen(opened.origin);
      return opened;
    };
    // Adobe is told to come again, as it is by a receiver whose disk fills up later.
    const onFull = async (): Promise<void> => {
      await doors((origin) => {
        const text = `listening on ${origin}${listening.path} and asking Adobe to come again until there is room on the disk`;
        notify({ kind: "warning", text });
      });
    };
    const room = { host, signal: host.signal, notify, onFull };
    try {
      const lock = await whenThereIsRoom(() => lockSpool(folder, host), room);
      try {
        const onLate = (events: number): void => void (late.events += events);
        const spool = await whenThereIsRoom(() => openSpool({ folder, host, notify, onLate }), room);
        spooled = spool;
        try {
          await work({ ...asked, identity, spool, metrics, kept, doors, room, over, late });
        } finally {
          await spool.close();
        }
      } finally {
        await lock.release();
      }
    } finally {
      await closeDoors(opened);
    }
  } finally {
    over.abort();
    await identity.close();
  }
}

async function closeDoors(doors: Doors | null): Promise<void> {
  await doors?.close();
  await doors?.drain();
}

async function receive(receiving: Receiving, host: Host): Promise<void> {
  const { options, delivery, listening, identity, keepJob, spool, metrics, kept, over, reporter } = receiving;
  const { notify } = reporter;
  const counts = noListenCounts();
  let comparedAt: number | null = null;
  const meterJob = meterJobs(metrics);
  const meterRun = meterRuns(metrics, () => (comparedAt === null ? null : (host.now() - comparedAt) / 1000));
  const session = sessionOf(receiving, host);
  const archive = await archiveFor(receiving, host);
  const stdout = delivery === null || delivery.toStdout ? await openStdout(session, true, true) : null;
  let where = "";
  const told = (): string => {
    const recovered = Math.max(0, counts.recovered - receiving.late.events);
    return listenWords(
      { ...counts, recovered },
      {
        did: didOf(delivery),
        isCompared: listening.reconcileMs !== null,
        hasRuns: identity.clientId !== null,
        hasJobs: listening.lytics !== null,
      },
    );
  };
  const live = (isNow = false): void => {
    reporter.live(`listening on ${where} · ${told()}`, isNow);
  };
  const delivering: SpoolDelivery = {
    plan: { options, delivery, start: { kind: "last" }, follow: true, onExpired: "oldest", signal: over.signal },
    ...{
      session,
      spool,
      delivery,
      stdout,
      archive,
      accountName: identity.accountName,
      keepJob,
      listensToLytics: listening.lytics !== null,
    },
    onRecord: (record) => {
      if (record.type === "flowrun.job") {
        countJob(counts, record);
        meterJob(record);
      }
      if (record.type === "flowrun.run") {
        countRun(counts, record);
        meterRun(record);
        if (record.via === "journal") kept.recovered(1);
      }
      // What was printed has taken it away.
      live(true);
    },
  };
  try {
    await admitReaders([...readersOf(delivering), ...(listening.forwardTo === null ? [] : [forwarder])], receiving);
    const doors = await receiving.doors((origin) => {
      const path = identity.clientId === null ? listening.lytics?.path : listening.path;
      where = `${origin}${path ?? ""}`;
      tellStart(origin, receiving);
    });
    const { lytics } = spool;
    doors.lead({ inbox: countedInbox(spool, counts, live), lytics, trouble: () => spool.trouble() });
    // Elsewhere it is the terminal that was closed.
    if (listening.tls !== null) reloadOnHangup(doors, notify, host);
    playOthers(doors.origin, receiving, host);
    const onCompared = (): void => {
      comparedAt = host.now();
    };
    const failure = await untilStopped({ doors, delivering, onCompared }, receiving, host);
    const printed = counts.runs + counts.jobs;
    const failed = counts.failed + counts.failedJobs;
    const called = counts.jobs === 0 ? "run" : "record";
    checkFailed(options, { tally: { ...session.tally, printed, failed }, failure }, called);
  } finally {
    reporter.clear();
    await stdout?.close().catch(() => undefined);
    await archive?.database.close();
    notify({ kind: "remark", text: told() });
  }
  host.signal.throwIfAborted();
}

/** The parts that are at work. */
interface Working {
  readonly doors: Doors;
  readonly delivering: SpoolDelivery;
  /** Told when all that the journal has was compared. */
  readonly onCompared: () => void;
}

/**
 * Works until the user says stop, or something ends it. Then nothing more is accepted, and what is in hand is finished, as
 * far as that takes no longer than Adobe waits for an answer.
 * @returns the worst failure of a destination that was given up, which has been told.
 * @throws what ended it.
 */
async function untilStopped(working: Working, asked: Receiving, host: Host): Promise<FlowrunError | null> {
  const { doors, onCompared } = working;
  const { over, reporter } = asked;
  // It is open by now: a disk that fails from here on is waited for, and Adobe is told so.
  const spool = patientSpool(asked.spool, { host, signal: over.signal, notify: reporter.notify });
  const receiving = { ...asked, spool };
  const delivering = { ...working.delivering, spool };
  const enough = new AbortController();
  const { archive } = delivering;
  const delivered = deliverSpool(delivering);
  const tasks: Promise<unknown>[] = [];
  if (readersOf({ ...delivering, archive: null }).length > 0) tasks.push(delivered);
  if (archive !== null) tasks.push(archiveSpool(archive, delivering));
  const { listening } = receiving;
  if (listening.forwardTo !== null) tasks.push(passOn(listening.forwardTo, receiving, host));
  if (listening.reconcileMs !== null) {
    const signal = AbortSignal.any([over.signal, enough.signal]);
    tasks.push(compare({ onCompared, everyMs: listening.reconcileMs, signal }, receiving, host));
  }
  // The first to end ends all: one that has enough, or one that failed.
  const end = await Promise.race([...tasks, untilAborted(host.signal)]).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  enough.abort();
  const isDone = new AbortController();
  const patience = host.sleep(drainMs, isDone.signal).then(() => {
    over.abort(new FlowrunError("aborted", "what was in hand took too long"));
  });
  await doors.drain();
  spool.arrivals.end();
  await Promise.allSettled(tasks);
  isDone.abort();
  await patience;
  if (end !== null) throw end.error;
  return delivered.catch((error: unknown) => {
    if (host.signal.aborted) return null;
    throw error;
  });
}

/** Adobe waits for ten seconds. */
const drainMs = 9000;

async function passOn(
  to: Receiver,
  { identity, spool, metrics, over, reporter }: Receiving,
  host: Host,
): Promise<void> {
  const [secret] = identity.secrets;
  return forward({
    ...{ spool, reader: forwarder, to, secret: secret?.reveal() ?? null, signal: over.signal, notify: reporter.notify },
    host: { ...host, send: identity.send },
    meter: meterForwarding(metrics, host),
  });
}

const forwarder = "forward";

/** How what was received is compared with the journal. */
interface Comparing extends Pick<Working, "onCompared"> {
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

async function compare(
  { everyMs, signal, onCompared }: Comparing,
  { identity, spool, start, reporter, room }: Receiving,
  host: Host,
): Promise<void> {
  const { connection } = identity;
  if (connection === null) return;
  const { notify } = reporter;
  const journal = { ...connection.journal(endlessPatience), signal };
  const tell: Notify = (notice) => {
    // Where it begins is this command's own business.
    if (notice.kind !== "remark") notify(notice);
  };
  const open = () => openCursor(listenCursor, journalReadOn(connection), host, tell);
  const cursor = await whenThereIsRoom(open, { ...room, signal, onFull: () => Promise.resolve() });
  try {
    for (;;) {
      try {
        await reconcile({ spool, journal, cursor, start, everyMs, host, signal, onDone: onCompared });
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof FlowrunError) || error.kind === "bug") throw error;
        // What comes in is none the worse for a journal that does not let anybody in.
        const { message, why, hint } = error;
        const again = `asked again in ${renderDuration(everyMs)}`;
        const text = [`what the webhook missed is not known: ${message}`, why, hint, again].filter(
          (word) => word !== null,
        );
        notify({ kind: "warning", text: text.join(" · ") });
        await host.sleep(everyMs, signal);
      }
    }
  } finally {
    await cursor.release();
  }
}

const listenCursor = "listen";

/** The parts of a reading's session that are of use here; runs come from the spool. */
function sessionOf({ options, identity, spool, reporter }: Receiving, host: Host): Session {
  const { profile, connection } = identity;
  return {
    ...{ host, options, reporter },
    origin: { kind: "spool", profile, spool, connection },
    archive: () => Promise.resolve(null),
    archiveIfAny: () => Promise.resolve(null),
    miss: () => undefined,
    tally: emptyTally(),
    quota: createQuota(options.max),
    names: null,
    notes: takeNotes(),
    began: host.now(),
  };
}

async function archiveFor({ delivery, identity, reporter }: Receiving, host: Host): Promise<Archive | null> {
  if (delivery?.leader == null) return null;
  const { url } = delivery.leader;
  const place = url === null ? await identity.archivePlace() : ({ kind: "postgres", url, isSet: true } as const);
  return openToFill(place, identity, reporter.notify, host);
}

/**
 * Whoever is new begins with what comes from now on; that is put down before anything comes. Whoever is not delivered to
 * any more is waited for no longer, and told.
 */
async function admitReaders(readers: readonly string[], { spool, reporter, room }: Receiving): Promise<void> {
  const { notify } = reporter;
  for (const reader of spool.readers()) {
    const place = spool.placeOf(reader);
    if (place === null) continue;
    if (readers.includes(reader)) {
      if (comparePlaces(place, spool.start()) >= 0) continue;
      const text = `some of what came in while nothing was delivered to ${reader} is kept here no longer; the journal has it for seven days`;
      notify({ kind: "warning", text });
    } else if (comparePlaces(place, spool.end()) < 0) {
      const text = `what came in and was not delivered to ${reader} yet is not kept for it, since the line does not name it any more`;
      notify({ kind: "warning", text });
    }
  }
  spool.readBy(readers);
  const fresh = readers.filter((reader) => spool.placeOf(reader) === null);
  const begin = Object.fromEntries(fresh.map((reader) => [reader, spool.end()]));
  await whenThereIsRoom(() => spool.move(begin), room);
  const { events } = spool.backlog();
  if (events === 0) return;
  const text = `${count(events, "event")} from before ${events === 1 ? "comes" : "come"} first`;
  notify({ kind: "remark", text });
}

function tellStart(origin: string, { listening, reporter, identity }: Receiving): void {
  const { path, lytics, reconcileMs, verifies, forwardTo } = listening;
  const { clientId } = identity;
  const compared =
    reconcileMs === null ? "" : `; every ${renderDuration(reconcileMs)} the journal is asked for what it missed`;
  if (clientId !== null) {
    reporter.notify({ kind: "remark", text: `listening on ${origin}${path} for ${clientId}${compared}` });
  }
  if (lytics !== null) {
    reporter.notify({ kind: "remark", text: `listening on ${origin}${lytics.path} for events of Lytics` });
    if (lytics.header === null) {
      const text = "no header is asked for (--lytics-header): anybody on this machine can say that a work failed";
      reporter.notify({ kind: "warning", text });
    }
  }
  if (forwardTo !== null) reporter.notify({ kind: "remark", text: `passing on to ${forwardTo.shown}` });
  if (verifies || clientId === null) return;
  const text = "signatures are not verified (--no-verify): anybody on this machine can say that a run failed";
  reporter.notify({ kind: "warning", text });
}

/** The demo's Adobe, and its Lytics, deliver to this very process. */
function playOthers(origin: string, { identity, listening, over, reporter }: Receiving, host: Host): void {
  let last: string | null = null;
  const onState = (state: string): void => {
    if (state !== (last ?? "active")) {
      reporter.notify({ kind: "warning", text: `Adobe, played here, calls this webhook ${state}` });
    }
    last = state;
  };
  const sleep: Host["sleep"] = (ms, signal) => host.sleep(ms, signal);
  const { path, lytics } = listening;
  const world = { sleep, signal: over.signal };
  void identity.connection?.deliverTo?.(`${origin}${path}`, { ...world, onState });
  if (lytics === null) return;
  const { header } = lytics;
  const headers = header === null ? {} : { [header.name]: header.value.reveal() };
  void identity.connection?.deliverJobsTo?.(`${origin}${lytics.path}`, { ...world, headers });
}

function reloadOnHangup(doors: Doors, notify: Notify, host: Host): void {
  const tell = (): void => {
    notify({ kind: "remark", text: "the TLS files were read again" });
  };
  const complain = (error: unknown): void => {
    notify({
      kind: "warning",
      text: `the TLS files could not be read again, and stay as they were: ${reasonOf(error)}`,
    });
  };
  host.onHangup(() => {
    doors.reload().then(tell, complain);
  });
}

function didOf(delivery: DeliveryOptions | null): string {
  if (delivery === null) return "printed";
  return delivery.leader !== null && delivery.others.length === 0 && !delivery.toStdout ? "archived" : "delivered";
}

/** @throws FlowrunError `usage` for what has no meaning here. */
function refuse(flags: ListenFlags, { profiles }: ReadingOptions, delivery: DeliveryOptions | null): void {
  turnAway(["last", "sort", "out", "source", "strict"], flags, "listen", {
    why: "it hands on what comes in as it comes, and goes on until it is stopped",
    hint: "read a window to its end: flowrun since -P1D",
  });
  const why = "it receives for one client id, and keeps what comes in for one profile";
  if (profiles !== null) {
    const hint = "start one for each, on a port of its own: flowrun listen --profile acme --port 8787";
    throw new FlowrunError("usage", "listen takes one profile", { why, hint });
  }
  if (flags.from !== undefined) {
    const hint = "read a file: flowrun since --from runs.ndjson";
    throw new FlowrunError("usage", "--from has no meaning with listen", { why: "runs come from the webhook", hint });
  }
  if (delivery !== null && flags.max !== undefined) {
    throw new FlowrunError("usage", "--max has no meaning with listen --to", {
      why: "each destination takes runs at its own pace, and none of them is the last for all",
      hint: "leave it out, or print so many: flowrun listen --max 10",
    });
  }
  if (delivery?.standby !== true) return;
  throw new FlowrunError("usage", "--standby has no meaning with listen", {
    why: "whoever is reached by Adobe receives, and two receivers know nothing of each other",
    hint: "let two hosts follow the journal: flowrun tail --to postgres://… --standby",
  });
}

function noSecret(): FlowrunError {
  return new FlowrunError("settings", "--accept-hmac needs a client secret, and there is none", {
    why: "by it the signature is made, and a token that is given ready-made (FLOWRUN_ACCESS_TOKEN) says nothing of it",
    hint: "set FLOWRUN_CLIENT_SECRET, or: flowrun login",
  });
}

function noLast(): FlowrunError {
  return new FlowrunError("usage", "--since last has no meaning with listen", {
    why: "it goes on where it stopped anyway; --since says where the first comparison with the journal begins",
    hint: "flowrun listen --since -P1D",
  });
}
