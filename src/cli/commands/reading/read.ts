import { FlowrunError, worstOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Tally } from "../../../engine/pump.ts";
import type { ColumnValue } from "../../../render/formats/column.ts";
import type { AbsentRecord } from "../../../runs/cadence/flow-record.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { holdingSink, type Keyed } from "../../../engine/sinks/holding.ts";
import type { RunSink } from "../../../engine/sinks/index.ts";
import { shareSink, type Timed } from "../../../engine/sinks/shared.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import { absencesOf } from "./absences-of.ts";
import { inOutlet } from "../outlet.ts";
import { journalReadOn, openCursor } from "../../../engine/cursor.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import type { Window } from "./open-source.ts";
import { nobodyGets, openStdout, tellHidden } from "./open-stdout.ts";
import type { ReadPlan } from "./read-plan.ts";
import { readWindow, type Target } from "./read-window.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";
import { inSessions, type Outcome, type Session, type Sessions } from "./session.ts";
import { inWatch } from "./in-watch.ts";
import { beginOfWatch, watchedTarget } from "./watch.ts";
import { timeOf } from "../../../text/time-text.ts";

/** Runs of one profile that may wait for those of others, so that all come in the order of their times. */
const runsHeld = 2000;

/**
 * Reads flow runs to stdout as the plan says; stderr tells how it goes.
 * @throws FlowrunError `closed` as soon as nobody reads stdout any more; what the reading throws.
 */
export async function read(plan: ReadPlan, host: Host): Promise<Outcome> {
  const { options, start, follow, isLast } = plan;
  // Whoever waits for a run, or keeps a place, is not held up by a pager.
  const pager = options.common.pager && !follow && isLast === undefined && start.kind !== "last";
  return inOutlet({ ...options.common, pager }, host, async (there, finish) => {
    const closed = there.stdout.untilClosed();
    const signal = AbortSignal.any([plan.signal, closed]);
    const work = (sessions: Sessions): Promise<object> =>
      inWatch({ ...plan, signal }, sessions, (watched) => printAll(watched, sessions, finish));
    const outcome = await inSessions(options, signal, there, work, { start });
    closed.throwIfAborted();
    return outcome;
  });
}

/** Lets go of a cursor once all is out, which is when it moves, or once it is known that it never will be. */
type Settle = (isOut: boolean) => Promise<void>;

/** @param finish resolves when what was printed is where it is to be, such as a file in its place. */
async function printAll(plan: ReadPlan, sessions: Sessions, finish: () => Promise<void>): Promise<object> {
  const { options, follow, start } = plan;
  // A reading that may never end must not keep them until then.
  if (follow) options.doubts().forEach(sessions.reporter.notify);
  const stdout = await openStdout(sessions, follow || start.kind === "last", plan.absent !== undefined);
  const settling: Settle[] = [];
  let isOut = false;
  try {
    if (holds(options)) await readHeld(plan, sessions, stdout, settling);
    else await readAll(plan, sessions, printer(stdout), settling);
    await tellHidden(stdout.hidden(), sessions);
    if (settling.length > 0) await finish();
    isOut = true;
  } finally {
    await settleAll(settling, isOut);
  }
  return {};
}

/** One that cannot be saved keeps none of the others from it. @throws what went wrong first. */
async function settleAll(settling: readonly Settle[], isOut: boolean): Promise<void> {
  const ends = await Promise.allSettled(settling.map((settle) => settle(isOut)));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Where the runs of all profiles go. */
interface Printer<T> {
  readonly sink: Sink<T>;
  readonly encodeFor: (session: Session) => (run: FlowRun) => T;
  /** A flow that does not run; `null` where the sink does not take it. */
  readonly encodeAbsence: (record: AbsentRecord) => T | null;
  /** The memory that an encoded run takes, in characters. */
  readonly sizeOf: (encoded: T) => number;
}

function printer(stdout: RunSink): Printer<string> {
  return {
    sink: stdout,
    encodeFor: () => stdout.encode,
    encodeAbsence: (record) => stdout.encodeOther?.(record) ?? null,
    sizeOf: ({ length }) => length,
  };
}

/** Whether nothing can be printed before all is read. */
function holds({ last, order }: ReadingOptions): boolean {
  return last !== Infinity || order !== null;
}

/** A run that is held back, and the counts that it is counted in. */
interface HeldRun extends Keyed<ColumnValue> {
  readonly tally: Tally;
}

async function readHeld(plan: ReadPlan, sessions: Sessions, stdout: RunSink, settling: Settle[]): Promise<void> {
  const { last, order, max } = plan.options;
  const tallies = new Set<Tally>();
  const sink = holdingSink<ColumnValue, HeldRun>(stdout, {
    last,
    compare: order?.compare ?? null,
    first: order === null ? Infinity : max,
  });
  const encodeFor: Printer<HeldRun>["encodeFor"] = ({ tally }) => {
    tallies.add(tally);
    return (run) => ({ encoded: stdout.encode(run), sortKey: order?.valueOf(run) ?? null, tally });
  };
  try {
    const out = { sink, encodeFor, encodeAbsence: () => null, sizeOf: ({ encoded }: HeldRun) => encoded.length };
    await readAll(plan, sessions, out, settling);
  } finally {
    for (const tally of tallies) {
      tally.matched = tally.printed;
      tally.printed = 0;
      tally.failed = 0;
    }
    for (const { encoded, status } of sink.held()) {
      encoded.tally.printed += 1;
      if (status === "failed") encoded.tally.failed += 1;
    }
  }
}

/** Several profiles print to one sink, which is closed when the last of them has ended. */
async function readAll<T>(plan: ReadPlan, sessions: Sessions, out: Printer<T>, settling: Settle[]): Promise<void> {
  const { each, profiles, options } = sessions;
  const { sink, encodeFor, encodeAbsence, sizeOf } = out;
  if (profiles === null) {
    await each((session) => readOne(plan, session, { encode: encodeFor(session), encodeAbsence, sink }, settling));
    return;
  }
  const isAtOnce = (plan.follow || plan.start.kind === "last") && !holds(options);
  // One that goes on early has more than that behind it, and so is none of the newest.
  const wait = Math.max(runsHeld, options.last === Infinity ? 0 : options.last);
  const shared = shareSink(sink, profiles, { mostRuns: isAtOnce ? 0 : wait, sizeOf });
  const timedAbsence = (record: AbsentRecord): Timed<T> | null => {
    const value = encodeAbsence(record);
    return value === null ? null : { value, at: null };
  };
  const readOneSide = (session: Session, profile: string): Promise<void> => {
    const encode = encodeFor(session);
    const timed = (run: FlowRun): Timed<T> => ({
      value: encode(run),
      at: run.updatedAt === null ? null : timeOf(run.updatedAt),
    });
    const target = { encode: timed, encodeAbsence: timedAbsence, sink: shared.lane(profile) };
    return readOne(plan, session, target, settling);
  };
  try {
    await each(readOneSide, { ended: shared.end, concernsAll: shared.hasFailedWith });
  } catch (error) {
    await shared.close().catch(() => undefined);
    throw error;
  }
  await shared.close();
}

/** Where the runs of one profile are printed, and flows that do not run. */
type Printing<T> = Target<T> & Pick<Printer<T>, "encodeAbsence">;

async function readOne<T>(plan: ReadPlan, session: Session, target: Printing<T>, settling: Settle[]): Promise<void> {
  const { start } = plan;
  const { origin } = session;
  if (start.kind !== "last") await print(plan, session, { start }, null, target);
  else if (origin.kind === "journal") await readFromCursor(plan, session, origin.connection, target, settling);
}

async function readFromCursor<T>(
  plan: ReadPlan,
  session: Session,
  connection: Connection,
  target: Printing<T>,
  settling: Settle[],
): Promise<void> {
  const { host, reporter, options } = session;
  // A file is in its place, and runs that are held back are out, only when all is read.
  const isLate = options.common.out !== undefined || holds(options);
  const saving = isLate ? "at the end" : "each batch";
  const cursor = await openCursor(options.cursor, journalReadOn(connection), host, reporter.notify, { saving });
  const settle: Settle = async (isOut) => {
    try {
      if (isOut) await cursor.settle();
    } finally {
      await cursor.release();
    }
  };
  try {
    const { isLost } = host.stdout;
    if (isLost) reporter.notify(nobodyGets(options.cursor, "runs"));
    const past = await cursor.find();
    const start: JournalStart = past === null ? { kind: "oldest" } : { kind: "next", url: past.next };
    await print(plan, session, { start, past }, isLost ? null : cursor, target);
  } finally {
    // Also where this profile failed in the middle: what it gave is out together with the runs of the others.
    if (isLate) settling.push(settle);
    else await cursor.release();
  }
}

/** @param store what keeps the place to read on from; `null` where nothing does. */
async function print<T>(
  plan: ReadPlan,
  whole: Session,
  from: Pick<Window, "start" | "past">,
  store: MarkStore | null,
  { encode, encodeAbsence, sink: given }: Printing<T>,
): Promise<void> {
  const { follow, onExpired, isLast, watch } = plan;
  const absences = await absencesOf(plan, whole);
  const session = absences?.session ?? whole;
  const kept = store === null ? given : withCursorFile(given, store);
  const sink = absences?.tell(kept, encodeAbsence, from.past?.absent ?? null) ?? kept;
  const more = isLast === undefined ? {} : { isLast };
  const window = { ...from, ...more, follow, onExpired, isKept: store !== null };
  if (watch === undefined) return readWindow(session, window, { encode, sink });
  const begin = from.past?.readUntil ?? beginOfWatch(from.start, session.began);
  const reading = watch.profile(session.origin).begin(begin);
  await readWindow(session, window, watchedTarget({ encode, sink }, reading));
}

/**
 * The exit code of the worst: a profile of several that failed, and what `--fail-on` asks for.
 * @param called how one of the records is called.
 * @throws FlowrunError.
 */
export function checkFailed(
  { exitStatus, failsOnEmpty }: Pick<ReadingOptions, "exitStatus" | "failsOnEmpty">,
  { tally, failure }: Outcome,
  called = "run",
): void {
  const isBad = exitStatus && tally.failed > 0;
  const isEmpty = failsOnEmpty && (tally.matched ?? tally.printed) === 0;
  const bad = isBad ? `${tally.failed} of the printed ${called}s failed` : isEmpty ? `no ${called} matched` : null;
  const worst = worstOf([failure, bad === null ? null : new FlowrunError("runFailed", bad)]);
  if (worst !== null) throw worst;
}
