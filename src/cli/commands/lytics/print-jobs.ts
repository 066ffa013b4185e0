import type { Host } from "../../../host.ts";
import { openCursor } from "../../../engine/cursor.ts";
import { holdingSink, type Keyed } from "../../../engine/sinks/holding.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import type { Resumption, Sink } from "../../../engine/sinks/sink.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import type { ColumnValue } from "../../../render/formats/column.ts";
import type { Job } from "../../../runs/job/job.ts";
import { inOutlet } from "../outlet.ts";
import { nobodyGets, openStdout, tellHidden } from "../reading/open-stdout.ts";
import { checkFailed } from "../reading/read.ts";
import type { JobPlan } from "./job-plan.ts";
import { jobsFrom, inReading, pumpJobs, type JobReading } from "./read-jobs.ts";

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
    const signal = AbortSignal.any([host.signal, closed]);
    const read = await inReading(plan, "printed", { host: there, signal }, (reading) => printFrom(reading, finish));
    closed.throwIfAborted();
    return read;
  });
  checkFailed(options, { tally, failure: null }, "event");
}

/** @param finish resolves when what was printed is where it is to be, such as a file in its place. */
async function printFrom(reading: JobReading, finish: () => Promise<void>): Promise<void> {
  const { options, start, follow, host, reporter, origin } = reading;
  const stdout = await openStdout(reading, follow || start.kind === "last");
  const isHeld = options.last !== Infinity || options.order !== null;
  // A file is in its place, and events that are held back are out, only when all is read.
  const isLate = options.common.out !== undefined || isHeld;
  const cursor =
    start.kind !== "last" || origin.readOn === null
      ? null
      : await openCursor(options.cursor, origin.readOn, host, reporter.notify, {
          saving: isLate ? "at the end" : "each batch",
        });
  try {
    const { isLost } = host.stdout;
    if (cursor !== null && isLost) reporter.notify(nobodyGets(options.cursor, "events"));
    const past = (await cursor?.find()) ?? null;
    const store = isLost ? null : cursor;
    if (isHeld) await printHeld(reading, stdout, past, store);
    else await printTo(reading, { encode: stdout.encode, sink: stdout }, past, store);
    await tellHidden(stdout.hidden(), reading);
    if (cursor !== null) {
      await finish();
      await cursor.settle();
    }
  } finally {
    await cursor?.release();
  }
}

/** Where events go, and in which form. */
interface JobTarget<T> {
  readonly encode: (job: Job) => T;
  readonly sink: Sink<T>;
}

/** Holds back what can be printed only when all is read; what is counted as printed follows from that. */
async function printHeld(
  reading: JobReading,
  stdout: RunSink<Job>,
  past: Resumption | null,
  store: MarkStore | null,
): Promise<void> {
  const { tally, options } = reading;
  const { last, order, max } = options;
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
    await printTo(reading, { encode, sink }, past, store);
  } finally {
    const held = sink.held();
    tally.matched = tally.printed;
    tally.printed = held.length;
    tally.failed = held.filter(({ status }) => status === "failed").length;
  }
}

/** @param store what keeps the place to read on from; `null` where nothing does. */
async function printTo<T>(
  reading: JobReading,
  { encode, sink }: JobTarget<T>,
  past: Resumption | null,
  store: MarkStore | null,
): Promise<void> {
  const { signal, tally } = reading;
  const kept = store === null ? sink : withCursorFile(sink, store);
  await pumpJobs(reading, { from: jobsFrom(reading, past), wantsAll: false, encode, signal, sink: kept, past, tally });
}
