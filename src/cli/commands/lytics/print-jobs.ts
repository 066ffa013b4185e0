import type { Host } from "../../../host.ts";
import { endlessPatience } from "../../../adobe/access/connect.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { dayMs } from "../../../adobe/journal/retention.ts";
import type { Start } from "../../../adobe/journal/when.ts";
import { openCursor, type ReadOn } from "../../../engine/cursor.ts";
import { describeFaults } from "../../../engine/faults.ts";
import { emptyTally, pump, type Tally } from "../../../engine/pump.ts";
import { holdingSink, type Keyed } from "../../../engine/sinks/holding.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { Resumption, Sink } from "../../../engine/sinks/sink.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import { lyticsSource, placeIn } from "../../../engine/sources/lytics.ts";
import { FlowrunError } from "../../../errors.ts";
import { connectLytics, type LyticsConnection } from "../../../lytics/connect-lytics.ts";
import { askJobNames, type NameJobs } from "../../../lytics/job-names.ts";
import type { ColumnValue } from "../../../render/formats/column.ts";
import { renderWindow } from "../../../render/text/times.ts";
import { createSeen } from "../../../runs/events/seen.ts";
import type { Job } from "../../../runs/job/job.ts";
import { endsAfter } from "../../options/reading-options.ts";
import { clock, count, createReporter, seconds, type Reporter } from "../../terminal/reporter.ts";
import { inOutlet } from "../outlet.ts";
import { nobodyGets, openStdout, tellHidden } from "../reading/open-stdout.ts";
import { checkFailed } from "../reading/read.ts";
import type { LyticsOptions } from "./lytics-options.ts";

/** Which events of Lytics are printed, and how. */
export interface JobPlan {
  readonly options: LyticsOptions;
  /** `last` reads on from the cursor that the options name, and moves it; nothing else touches a cursor. */
  readonly start: Start;
  readonly follow: boolean;
}

/** Events are told apart by this many keys at most, so that a `tail` of weeks does not grow. */
const keysRemembered = 200_000;

/** So far back goes the first reading that has no cursor yet. */
const firstDays = 7;

/**
 * Prints the events that a plan names to stdout; stderr tells how it goes.
 * @throws FlowrunError `runFailed` where `--fail-on` says so, `closed` as soon as nobody reads stdout any more; what reading throws.
 */
export async function printJobs(plan: JobPlan, host: Host): Promise<void> {
  const { options, start, follow } = plan;
  // Whoever waits for an event, or keeps a place, is not held up by a pager.
  const pager = options.common.pager && !follow && start.kind !== "last";
  const tally = await inOutlet({ ...options.common, pager }, host, async (there, finish) => {
    const closed = there.stdout.untilClosed();
    const { quiet = false, verbose = 0, progress, profile } = options.common;
    const reporter = createReporter(there, { quiet, verbose, live: progress, profile });
    const signal = AbortSignal.any([host.signal, closed]);
    const read = await readToEnd({ ...plan, host: there, reporter, signal, finish });
    closed.throwIfAborted();
    return read;
  });
  checkFailed(options, { tally, failure: null }, "event");
}

/** A plan, and all that it is carried out with. */
interface Reading extends JobPlan {
  readonly host: Host;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Resolves when what was printed is where it is to be, such as a file in its place. */
  readonly finish: () => Promise<void>;
}

/** Connects, reads, and says in one closing line what was read, however that ended. */
async function readToEnd(reading: Reading): Promise<Readonly<Tally>> {
  const { options, start, follow, host, reporter, signal } = reading;
  const tally = emptyTally();
  const began = host.now();
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const { profile } = options.common;
  const connection = await connectLytics({ profile, notify: reporter.notify, signal: until }, host);
  try {
    if (follow) options.doubts().forEach(reporter.notify);
    await printFrom(reading, connection, tally);
    return tally;
  } finally {
    over.abort();
    reporter.clear();
    const tookMs = host.now() - began;
    // The last words come after what they are about.
    await host.stdout.release?.().catch(() => undefined);
    await connection.close();
    if (tally.pages > 0) {
      options.report().forEach(reporter.notify);
      reporter.summary(tally, tookMs, {
        did: "printed",
        hasCondition: options.hasCondition,
        unit: null,
        called: "event",
        window: windowWords(start, options, began),
      });
    }
  }
}

/** The window as it was understood; `null` where all is read, or a cursor to the end. */
function windowWords(start: Start, { until, zone }: LyticsOptions, now: number): string | null {
  const from = start.kind === "time" ? start.at : start.kind === "now" ? now : null;
  const to = until !== null && until < now ? until : null;
  return from === null && to === null ? null : renderWindow({ from, to }, zone, now);
}

async function printFrom(reading: Reading, connection: LyticsConnection, tally: Tally): Promise<void> {
  const { options, start, follow, host, reporter, finish } = reading;
  const names = options.names ? await askJobNames(connection.lytics(options.patience)) : null;
  const stdout = await openStdout(reading, follow || start.kind === "last");
  const isHeld = options.last !== Infinity || options.order !== null;
  // A file is in its place, and events that are held back are out, only when all is read.
  const isLate = options.common.out !== undefined || isHeld;
  const cursor =
    start.kind !== "last"
      ? null
      : await openCursor(options.cursor, readOn(connection), host, reporter.notify, {
          saving: isLate ? "at the end" : "each batch",
        });
  try {
    const { isLost } = host.stdout;
    if (cursor !== null && isLost) reporter.notify(nobodyGets(options.cursor, "events"));
    const past = (await cursor?.find()) ?? null;
    const from = beginOf(start, past, host.now(), options.cursor, connection.profile);
    const to: Going = { names, from, past, store: isLost ? null : cursor };
    if (isHeld) await pumpHeld(reading, connection, to, stdout, tally);
    else await pumpJobs(reading, connection, to, { encode: stdout.encode, sink: stdout }, tally);
    await tellHidden(stdout.hidden(), reading);
    if (cursor !== null) {
      await finish();
      await cursor.settle();
    }
  } finally {
    await cursor?.release();
  }
}

/** How a reading of Lytics goes on from a cursor, and begins without one. Pure. */
function readOn({ profile, journalName, toSaved, fromSaved }: LyticsConnection): ReadOn {
  return {
    profile,
    journalName,
    toSaved,
    fromSaved,
    firstTime: `reading the last ${String(firstDays)} days`,
    startOver: (name) => `flowrun cursor delete ${name}${profileFlag(profile)}`,
  };
}

/**
 * The moment that a reading begins with, epoch ms.
 * @throws FlowrunError `settings` for a cursor whose place tells none. Pure.
 */
function beginOf(start: Start, past: Resumption | null, now: number, cursor: string, profile: string): number | "now" {
  if (start.kind === "now") return "now";
  if (start.kind === "time") return start.at;
  if (start.kind !== "last") return -Infinity;
  if (past === null) return now - firstDays * dayMs;
  const at = placeIn(past.next);
  if (at !== null) return at;
  throw new FlowrunError("settings", `the cursor '${cursor}' cannot be used`, {
    why: "its place tells no moment; starting over silently might skip or repeat events",
    hint: `start over knowingly: flowrun cursor delete ${cursor}${profileFlag(profile)}`,
  });
}

/** Where a reading goes on, what keeps its place, and what names its works. */
interface Going {
  readonly names: NameJobs | null;
  readonly from: number | "now";
  readonly past: Resumption | null;
  readonly store: MarkStore | null;
}

/** Where events go, and in which form. */
interface JobTarget<T> {
  readonly encode: (job: Job) => T;
  readonly sink: Sink<T>;
}

/** Holds back what can be printed only when all is read; what is counted as printed follows from that. */
async function pumpHeld(
  reading: Reading,
  connection: LyticsConnection,
  to: Going,
  stdout: RunSink<Job>,
  tally: Tally,
): Promise<void> {
  const { last, order, max } = reading.options;
  const sink = holdingSink<ColumnValue>(stdout, {
    last,
    compare: order?.compare ?? null,
    first: order === null ? Infinity : max,
  });
  const encode = (job: Job): Keyed<ColumnValue> => ({
    encoded: stdout.encode(job),
    sortKey: order?.valueOf(job) ?? null,
  });
  try {
    await pumpJobs(reading, connection, to, { encode, sink }, tally);
  } finally {
    const held = sink.held();
    tally.matched = tally.printed;
    tally.printed = held.length;
    tally.failed = held.filter(({ status }) => status === "failed").length;
  }
}

async function pumpJobs<T>(
  { options, follow, host, reporter }: Reading,
  { lytics }: LyticsConnection,
  { names, from, past, store }: Going,
  { encode, sink }: JobTarget<T>,
  tally: Tally,
): Promise<void> {
  const named = names ?? ((job: Job): Job => job);
  let isCaughtUp = false;
  const onPage = (events: number, downTo: number): void => {
    if (isCaughtUp) return;
    const reach = Number.isFinite(downTo) ? `, back to ${new Date(downTo).toISOString().slice(0, 16)}Z` : "";
    reporter.live(`reading · ${count(events, "event")}${reach}`);
  };
  const source = lyticsSource<T>({
    lytics: lytics(follow ? endlessPatience : options.patience),
    asked: { ...options.asked, onPage },
    from,
    to: options.until ?? Infinity,
    follow,
    keep: (job) => options.keep(named(job)),
    encode: (job) => encode(named(job)),
  });
  const most = endsAfter(options);
  await pump(
    {
      source,
      seen: createSeen(keysRemembered, past?.keys),
      sink: store === null ? sink : withCursorFile(sink, store),
      isEnough: (_event, printed) => printed >= most,
      onBatch: (batch) => {
        for (const text of describeFaults(batch, source)) reporter.notify({ kind: "warning", text });
        if (!follow || !batch.mark.atEnd) return;
        isCaughtUp = true;
        const again = `caught up at ${clock(host.now())}, asking again in ${seconds(batch.waitMs)}`;
        reporter.live(`${again} · ${count(tally.printed, "event")}`, true);
      },
    },
    tally,
  );
}
