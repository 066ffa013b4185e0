import { chosenProfile, demoProfile } from "../../../adobe/access/chosen-profile.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { placeOfAddress } from "../../../engine/archive/place.ts";
import { emptyTally } from "../../../engine/pump.ts";
import { meterDeliveries, meterKept } from "../../../engine/receive/delivery-metrics.ts";
import { forward } from "../../../engine/receive/forward.ts";
import { meterForwarding } from "../../../engine/receive/forward-metrics.ts";
import { createMetrics } from "../../../engine/receive/meter.ts";
import { patientSpool } from "../../../engine/receive/patient-spool.ts";
import { whenThereIsRoom } from "../../../engine/receive/when-room.ts";
import { meterJobs } from "../../../engine/receive/job-metrics.ts";
import { meterRuns } from "../../../engine/receive/run-metrics.ts";
import { untilAborted } from "../../../engine/until-aborted.ts";
import type { Receiver } from "../../../engine/destinations/post.ts";
import type { Notify } from "../../../notices.ts";
import { openSpool, type Spool } from "../../../engine/receive/spool.ts";
import { FlowrunError, reasonOf, worstTold } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { compileJobFilter } from "../../../runs/filter/job-filter.ts";
import { clearHalfPoison } from "../../../state/poison-files.ts";
import { lockSpool, spoolFolder } from "../../../state/spool-lock.ts";
import { openZone } from "../../options/clock.ts";
import { bothBrought, resolveDelivery, runsBrought, type DeliveryOptions } from "../../options/destination-options.ts";
import { resolveReading, resolveStart } from "../../options/reading-options.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { openToFill } from "../archive/open-to-fill.ts";
import { inOutlet } from "../outlet.ts";
import { openStdout } from "../reading/open-stdout.ts";
import { createQuota } from "../reading/quota.ts";
import { checkFailed } from "../reading/read.ts";
import { takeNotes } from "../reading/recent-notes.ts";
import type { Session } from "../reading/session.ts";
import { admitReaders, playOthers, tellStart } from "./at-start.ts";
import { compare, type Comparing } from "./compare.ts";
import {
  countedInbox,
  countJob,
  countRun,
  listenWords,
  liveWords,
  noListenCounts,
  type ListenCounts,
} from "./counts.ts";
import { copiesFor } from "./copies.ts";
import { archiveSpool, copySpool, deliverSpool, hasMembers, readersOf, type SpoolDelivery } from "./deliver-spool.ts";
import { openDoors, type Doors } from "./doors.ts";
import { findIdentity } from "./identity.ts";
import { resolveListen, type ListenFlags } from "./listen-options.ts";
import type { ListenLine, Receiving } from "./receiving.ts";
import { noLast, noSecret, refuseListen } from "./refuse-listen.ts";

/** Receives what Adobe delivers, and hands it on together with what only the journal has, until stopped. */
export async function runListen(flags: ListenFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveReading(flags, now, zone);
  const delivery = await resolveDelivery(flags, host.env, flags.lytics === undefined ? runsBrought : bothBrought);
  refuseListen(flags, options, delivery);
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

async function inSpool(asked: ListenLine, host: Host, work: (receiving: Receiving) => Promise<void>): Promise<void> {
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
    // Whoever delivers is told to come again, as by a receiver whose disk fills up later.
    const onFull = async (): Promise<void> => {
      await doors((origin) => {
        const at = doorAt(origin, { listening, identity });
        const text = `listening on ${at} and asking whoever delivers to come again until there is room on the disk`;
        notify({ kind: "warning", text });
      });
    };
    const room = { host, signal: host.signal, notify, onFull };
    try {
      const lock = await whenThereIsRoom(() => lockSpool(folder, host), room);
      try {
        await clearHalfPoison(folder);
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

/** The address of the door that counts: Adobe's, but where Lytics alone delivers. */
function doorAt(origin: string, { listening, identity }: Pick<Receiving, "listening" | "identity">): string {
  const path = identity.clientId === null ? listening.lytics?.path : listening.path;
  return `${origin}${path ?? ""}`;
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
  const wording = {
    did: didOf(delivery),
    isCompared: listening.reconcileMs !== null,
    hasRuns: identity.clientId !== null,
    hasJobs: listening.lytics !== null,
  };
  const counted = (): ListenCounts => {
    const recovered = Math.max(0, counts.recovered - receiving.late.events);
    return { ...counts, recovered };
  };
  const live = (isNow = false): void => {
    const texts = liveWords(where, counted(), wording);
    reporter.live(texts.find(({ length }) => length < host.stderr.columns) ?? texts.at(-1) ?? "", isNow);
  };
  const delivering: SpoolDelivery = {
    plan: { options, delivery, start: { kind: "last" }, follow: true, onExpired: "oldest", signal: over.signal },
    ...{ session, spool, delivery, stdout, archive, keepJob },
    copies: archive === null ? [] : await copiesFor(archive.database, receiving, host),
    accountName: identity.accountName,
    listensToLytics: listening.lytics !== null,
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
      where = doorAt(origin, receiving);
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
    notify({ kind: "remark", text: listenWords(counted(), wording) });
  }
  host.signal.throwIfAborted();
}

/** The parts that are at work. */
interface Working extends Pick<Comparing, "onCompared"> {
  readonly doors: Doors;
  readonly delivering: SpoolDelivery;
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
  const copied = delivering.copies.map((copy) => copySpool(copy, delivering));
  const tasks: Promise<unknown>[] = copied.map(unlessLost);
  if (hasMembers(delivering)) tasks.push(delivered);
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
  await Promise.allSettled([...tasks.slice(copied.length), ...copied]);
  isDone.abort();
  await patience;
  if (end !== null) throw end.error;
  const failures = await Promise.all([delivered, ...copied]).catch((error: unknown) => {
    if (host.signal.aborted) return [];
    throw error;
  });
  return worstTold(failures.flatMap((failure) => failure ?? []));
}

/** An archive that is given up while the others go on ends nothing. */
async function unlessLost(copied: Promise<FlowrunError | null>): Promise<void> {
  if ((await copied) !== null) await new Promise<never>(() => undefined);
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
  return openToFill(await placeOfAddress(delivery.leader.url, identity.archivePlace), identity, reporter.notify, host);
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
