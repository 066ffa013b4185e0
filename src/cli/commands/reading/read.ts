import { FlowrunError, worstOf } from "../../../errors.ts";
import type { Host, Output } from "../../../host.ts";
import type { OnExpired } from "../../../adobe/journal/read-pages.ts";
import type { Start } from "../../../adobe/journal/when.ts";
import type { Candidate } from "../../../engine/sources/source.ts";
import type { Notice } from "../../../notices.ts";
import { decideColour } from "../../../render/text/colour.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import { openSink, type RunSink } from "../../../engine/sinks/index.ts";
import { shareSink, type SharedSink, type TimedText } from "../../../engine/sinks/shared.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { openCursor } from "../../../engine/cursor.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import { readWindow, type Target, type Window } from "./read-window.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";
import { inSessions, type Outcome, type Session, type Sessions } from "./session.ts";

/** The options that all commands which print runs share, and each one's own ways. */
export interface ReadPlan {
  readonly options: ReadingOptions;
  /** `last` reads on from the cursor that the options name, and moves it; nothing else touches a cursor. */
  readonly start: Start;
  readonly follow: boolean;
  readonly onExpired: OnExpired;
  /** Ends the reading with this run; `--max` does so anyway. */
  readonly isLast?: (run: Candidate<unknown>) => boolean;
  /** Ends requests and waits; the host's own signal unless a command has a deadline. */
  readonly signal: AbortSignal;
}

/** Rows that a table may hold back to find its widths, where nobody is waiting for them. */
const rowsHeld = 200;

/** Runs of one profile that may wait for those of others, so that all come in the order of their times. */
const runsHeld = 2000;

/**
 * Reads flow runs to stdout as the plan says; stderr tells how it goes.
 * @throws FlowrunError `closed` as soon as nobody reads stdout any more; what the reading throws.
 */
export async function read(plan: ReadPlan, host: Host): Promise<Outcome> {
  const closed = host.stdout.untilClosed();
  const signal = AbortSignal.any([plan.signal, closed]);
  const work = async (sessions: Sessions): Promise<object> => {
    const isAtOnce = plan.follow || plan.start.kind === "last";
    const stdout = await openStdout(sessions, isAtOnce);
    if (sessions.profiles === null)
      await sessions.each((session) => readOne(plan, session, { encode: stdout.encode, sink: stdout }));
    else await readSideBySide(plan, sessions, stdout, shareSink(stdout, sessions.profiles, isAtOnce ? 0 : runsHeld));
    tellHidden(stdout.hidden(), sessions.reporter);
    return {};
  };
  const outcome = await inSessions(plan.options, signal, host, work, { start: plan.start });
  closed.throwIfAborted();
  return outcome;
}

/** All print to one stdout, which is closed when the last of them has ended. */
async function readSideBySide(
  plan: ReadPlan,
  { each }: Sessions,
  { encode }: Pick<RunSink, "encode">,
  shared: SharedSink,
): Promise<void> {
  const timed = (run: FlowRun): TimedText => {
    const at = run.updatedAt === null ? null : Date.parse(run.updatedAt);
    return { text: encode(run), at };
  };
  const readOneSide = (session: Session, profile: string): Promise<void> =>
    readOne(plan, session, { encode: timed, sink: shared.lane(profile) });
  try {
    await each(readOneSide, { ended: shared.end, concernsAll: shared.hasFailedWith });
  } catch (error) {
    await shared.close().catch(() => undefined);
    throw error;
  }
  await shared.close();
}

async function readOne<T>(plan: ReadPlan, session: Session, target: Target<T>): Promise<void> {
  const { start } = plan;
  const { origin } = session;
  if (start.kind !== "last") await print(plan, session, { start }, null, target);
  else if (origin.kind === "journal") await readFromCursor(plan, session, origin.connection, target);
}

async function readFromCursor<T>(
  plan: ReadPlan,
  session: Session,
  connection: Connection,
  target: Target<T>,
): Promise<void> {
  const { host, reporter, options } = session;
  const cursor = await openCursor(options.cursor, connection, host, reporter.notify);
  const { isLost } = host.stdout;
  if (isLost) reporter.notify(nobodyGets(options.cursor));
  const past = await cursor.find();
  const start: JournalStart = past === null ? { kind: "oldest" } : { kind: "next", url: past.next };
  try {
    await print(plan, session, { start, past }, isLost ? null : cursor, target);
  } finally {
    await cursor.release();
  }
}

/** A cursor never moves past what nobody got. */
function nobodyGets(cursor: string): Notice {
  const text = `stdout is closed, so nobody gets the runs: the cursor '${cursor}' stays where it is (to pass them by, send them to /dev/null: > /dev/null)`;
  return { kind: "warning", text };
}

/** @param store what keeps the place to read on from; `null` where nothing does. */
async function print<T>(
  { follow, onExpired, isLast }: ReadPlan,
  session: Session,
  from: Pick<Window, "start" | "past">,
  store: MarkStore | null,
  { encode, sink: given }: Target<T>,
): Promise<void> {
  const sink = store === null ? given : withCursorFile(given, store);
  const more = isLast === undefined ? {} : { isLast };
  const window = { ...from, ...more, follow, onExpired, isKept: store !== null };
  await readWindow(session, window, { encode, sink });
}

function tellHidden(hidden: number, reporter: Reporter): void {
  if (hidden === 0) return;
  const columns = hidden === 1 ? "1 column" : `${hidden} columns`;
  reporter.notify({ kind: "remark", text: `${columns} hidden to fit the terminal; -o wide shows all` });
}

/**
 * Where runs are printed, in the format that the options name.
 * @param isAtOnce each batch is printed when it is taken, rather than laid out together with others.
 */
export function openStdout(
  { options, host, reporter }: Pick<Session, "options" | "host" | "reporter">,
  isAtOnce: boolean,
): Promise<RunSink> {
  const { output, columns, columnsNamed, headers, fields = null, time, common } = options;
  const colour = decideColour(common.color, host.env, host.stdout.isTTY);
  const layout = {
    format: output,
    columns,
    columnsNamed,
    headers,
    fields,
    colour,
    time,
    hold: isAtOnce ? 0 : rowsHeld,
  };
  return openSink({ ...layout, now: () => host.now() }, quietly(host.stdout, reporter));
}

/** The live line stands where the next row goes, so it leaves first. */
function quietly(stdout: Output, reporter: Reporter): Output {
  return {
    isTTY: stdout.isTTY,
    isLost: stdout.isLost,
    untilClosed: () => stdout.untilClosed(),
    get columns() {
      return stdout.columns;
    },
    get isMidLine() {
      return stdout.isMidLine;
    },
    write: (text) => {
      reporter.clear();
      return stdout.write(text);
    },
  };
}

/** The exit code of the worst: a profile of several that failed, and what `--exit-status` asks for. @throws FlowrunError. */
export function checkFailed({ exitStatus }: Pick<ReadingOptions, "exitStatus">, { tally, failure }: Outcome): void {
  const isBad = exitStatus && tally.failed > 0;
  const bad = isBad ? new FlowrunError("runFailed", `${tally.failed} of the printed runs failed`) : null;
  const worst = worstOf([failure, bad]);
  if (worst !== null) throw worst;
}
