import { FlowrunError } from "../../../errors.ts";
import type { Host, Output } from "../../../host.ts";
import type { OnExpired } from "../../../adobe/journal/read-pages.ts";
import type { Start } from "../../../adobe/journal/when.ts";
import type { Candidate } from "../../../engine/sources/source.ts";
import type { Notice } from "../../../notices.ts";
import type { Tally } from "../../../engine/pump.ts";
import { decideColour } from "../../../render/text/colour.ts";
import type { Reporter } from "../../terminal/reporter.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { holdingSink } from "../../../engine/sinks/holding.ts";
import { openSink, type RunSink } from "../../../engine/sinks/index.ts";
import type { Sink } from "../../../engine/sinks/sink.ts";
import { inOutlet } from "../outlet.ts";
import { openCursor } from "../../../engine/cursor.ts";
import { withCursorFile, type MarkStore } from "../../../engine/sinks/with-cursor-file.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import { readWindow, type Window } from "./read-window.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";
import { inSession, type Session } from "./session.ts";

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

/**
 * Reads flow runs to stdout as the plan says; stderr tells how it goes.
 * @throws FlowrunError `closed` as soon as nobody reads stdout any more; what the reading throws.
 */
export async function read(plan: ReadPlan, host: Host): Promise<Readonly<Tally>> {
  const { options, start, follow, isLast } = plan;
  // Whoever waits for a run, or keeps a place, is not held up by a pager.
  const pager = options.common.pager && !follow && isLast === undefined && start.kind !== "last";
  return inOutlet({ ...options.common, pager }, host, async (there, finish) => {
    const closed = there.stdout.untilClosed();
    const signal = AbortSignal.any([plan.signal, closed]);
    const work = async (session: Session): Promise<Readonly<Tally>> => {
      const { origin } = session;
      if (start.kind !== "last") await print(plan, session, { start }, null);
      else if (origin.kind === "journal") await readFromCursor(plan, session, origin.connection, finish);
      return session.tally;
    };
    const tally = await inSession(options, signal, there, work, { start });
    closed.throwIfAborted();
    return tally;
  });
}

async function readFromCursor(
  plan: ReadPlan,
  session: Session,
  connection: Connection,
  finish: () => Promise<void>,
): Promise<void> {
  const { host, reporter, options } = session;
  // A file is in its place, and runs that are held back are out, only when all is read.
  const isLate = options.common.out !== undefined || holds(options);
  const saving = isLate ? "at the end" : "each batch";
  const cursor = await openCursor(options.cursor, connection, host, reporter.notify, saving);
  const { isLost } = host.stdout;
  if (isLost) reporter.notify(nobodyGets(options.cursor));
  const past = await cursor.find();
  const start: JournalStart = past === null ? { kind: "oldest" } : { kind: "next", url: past.next };
  try {
    await print(plan, session, { start, past }, isLost ? null : cursor);
    if (isLate) {
      await finish();
      await cursor.settle();
    }
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
async function print(
  { follow, onExpired, isLast }: ReadPlan,
  session: Session,
  from: Pick<Window, "start" | "past">,
  store: MarkStore | null,
): Promise<void> {
  const { reporter, options } = session;
  const stdout = await openStdout(session, follow || store !== null);
  const more = isLast === undefined ? {} : { isLast };
  const window = { ...from, ...more, follow, onExpired, isKept: store !== null };
  if (holds(options)) await printHeld(stdout, session, window, store);
  else await readWindow(session, window, { encode: stdout.encode, sink: kept(stdout, store) });
  const hidden = stdout.hidden();
  if (hidden === 0) return;
  await session.host.stdout.release?.();
  const columns = hidden === 1 ? "1 column" : `${hidden} columns`;
  reporter.notify({ kind: "remark", text: `${columns} hidden to fit the terminal; -o wide shows all` });
}

function kept<T>(sink: Sink<T>, store: MarkStore | null): Sink<T> {
  return store === null ? sink : withCursorFile(sink, store);
}

/** Whether nothing can be printed before all is read. */
function holds({ last, order }: ReadingOptions): boolean {
  return last !== Infinity || order !== null;
}

async function printHeld(stdout: RunSink, session: Session, window: Window, store: MarkStore | null): Promise<void> {
  const { options, tally } = session;
  const { last, order } = options;
  const held = holdingSink(stdout, { last, compare: order?.compare ?? null });
  const encode = (run: FlowRun) => ({ encoded: stdout.encode(run), sortKey: order?.valueOf(run) ?? null });
  try {
    await readWindow(session, window, { encode, sink: kept(held, store) });
  } finally {
    const { printed, failed } = held.counts();
    tally.matched = tally.printed;
    tally.printed = printed;
    tally.failed = failed;
  }
}

/**
 * Where runs are printed, in the format that the options name.
 * @param isAtOnce each batch is printed when it is taken, rather than laid out together with others.
 */
export function openStdout({ options, host, reporter }: Session, isAtOnce: boolean): Promise<RunSink> {
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

/** The exit code that `--fail-on` asks for. @throws FlowrunError `runFailed`. */
export function checkFailed({ exitStatus, failsOnEmpty }: ReadingOptions, tally: Readonly<Tally>): void {
  if (exitStatus && tally.failed > 0) {
    throw new FlowrunError("runFailed", `${tally.failed} of the printed runs failed`);
  }
  if (failsOnEmpty && tally.printed === 0) throw new FlowrunError("runFailed", "no run matched");
}
