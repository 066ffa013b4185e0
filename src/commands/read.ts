import { FlowrunError } from "../errors.ts";
import type { Host, Output } from "../host.ts";
import type { Entry, Page } from "../journal/page.ts";
import { readPages, type OnExpired } from "../journal/read-pages.ts";
import { isOlderThanKept, retentionMs, type Start } from "../journal/when.ts";
import type { Notify } from "../notices.ts";
import { emptyTally, pump, type KeptRun, type Sifted, type Tally } from "../pipeline.ts";
import { decideColour } from "../render/colour.ts";
import { clock, createReporter, seconds, type Reporter } from "../reporter.ts";
import type { FlowRun } from "../runs/flow-run.ts";
import { normalise } from "../runs/normalise.ts";
import { createSeen, type Seen } from "../runs/seen.ts";
import { openSink } from "../sinks/index.ts";
import { connect, type Connection } from "./connect.ts";
import { openCursor, type OpenCursor } from "./open-cursor.ts";
import type { ReadingOptions } from "./reading-options.ts";

/** What a reading command adds to the options that all of them share. */
export interface ReadPlan {
  readonly options: ReadingOptions;
  /** `last` reads on from the cursor that the options name, and moves it; nothing else touches a cursor. */
  readonly start: Start;
  readonly follow: boolean;
  readonly onExpired: OnExpired;
  /** Ends the reading with this run; `--max` does so anyway. */
  readonly isLast?: (run: FlowRun) => boolean;
  /** Ends requests and waits; the host's own signal unless a command has a deadline. */
  readonly signal: AbortSignal;
}

export interface ReadResult {
  readonly tally: Readonly<Tally>;
  readonly last: FlowRun | null;
}

/** Runs of one invocation are told apart by this many keys at most, so that a `tail` of weeks does not grow. */
const keysRemembered = 200_000;
/** Rows that a table may hold back to find its widths, where nobody is waiting for them. */
const rowsHeld = 200;

/** Reads flow runs from the journal to stdout as the plan says; stderr tells how it goes. */
export async function read(plan: ReadPlan, host: Host): Promise<ReadResult> {
  const { options, signal } = plan;
  const { quiet = false, verbose = false, progress } = options.common;
  const reporter = createReporter(host, { quiet, verbose, live: progress });
  const { notify } = reporter;
  const connection = await connect({ profile: options.common.profile, notify, signal }, host);
  const began = host.now();
  const tally = emptyTally();
  let cursor: OpenCursor | null = null;
  try {
    cursor = plan.start.kind === "last" ? await openCursor(options.cursor, connection, host, notify) : null;
    const start = cursor?.start ?? placeOf(plan.start);
    remarkOnStart(start, notify);
    const last = await readFrom(start, { plan, cursor, connection, reporter, tally, began }, host);
    return { tally, last };
  } finally {
    reporter.clear();
    if (tally.pages > 0) reporter.summary(tally, host.now() - began);
    await connection.close();
    await cursor?.release();
  }
}

interface Work {
  readonly plan: ReadPlan;
  readonly cursor: OpenCursor | null;
  readonly connection: Connection;
  readonly reporter: Reporter;
  readonly tally: Tally;
  readonly began: number;
}

type Place = Exclude<Start, { kind: "last" }>;

/** @returns the last run printed. */
async function readFrom(start: Place, work: Work, host: Host): Promise<FlowRun | null> {
  const { plan, cursor, connection, reporter, tally } = work;
  const { options, follow, onExpired } = plan;
  const sink = await openSink(sinkOptions(plan, host), quietly(host.stdout, reporter));
  const seen = createSeen(keysRemembered, cursor?.keys);
  let last: FlowRun | null = null;
  await pump(
    {
      pages: readPages({
        journal: connection.journal(patienceOf(plan)),
        start,
        limit: options.limit,
        follow,
        onExpired,
        past: cursor?.past ?? null,
      }),
      sift: sieve(options, seen, reporter),
      encode: sink.encode,
      sink,
      isEnough: (run, printed) => {
        last = run;
        return printed >= options.max || plan.isLast?.(run) === true;
      },
      checkpoint: cursor === null ? null : (made) => cursor.checkpoint(made, seen),
      flushEachPage: follow || cursor !== null,
      onPage: liveLine(start, work, host),
    },
    tally,
  );
  const hidden = sink.hidden();
  if (hidden > 0)
    reporter.notify({
      kind: "remark",
      text: `${String(hidden)} columns hidden to fit the terminal; -o wide shows them`,
    });
  return last;
}

function placeOf(start: Start): Place {
  return start.kind === "last" ? { kind: "oldest" } : start;
}

/** `tail` never gives up: it waits out whatever passes. */
function patienceOf({ follow, options }: ReadPlan) {
  return follow ? { retries: Infinity, maxWaitMs: Infinity } : options.patience;
}

function sinkOptions(plan: ReadPlan, host: Host) {
  const { options, follow } = plan;
  return {
    format: options.output,
    columns: options.columns,
    columnsNamed: options.columnsNamed,
    headers: options.headers,
    colour: decideColour(options.common.color, host.env, host.stdout.isTTY),
    time: options.time,
    now: () => host.now(),
    hold: follow ? 0 : rowsHeld,
  };
}

/** The live line stands where the next row goes, so it leaves first. */
function quietly(stdout: Output, reporter: Reporter): Output {
  return {
    isTTY: stdout.isTTY,
    get columns() {
      return stdout.columns;
    },
    write: (text) => {
      reporter.clear();
      return stdout.write(text);
    },
  };
}

function remarkOnStart(start: Place, notify: Notify): void {
  if (start.kind !== "time" || !isOlderThanKept(start)) return;
  notify({
    kind: "warning",
    text: "the journal keeps seven days; starting at its oldest event, and what was recorded before that is gone",
  });
}

/** Entries → flow runs that were asked for and not seen before. A poison event is reported and passed by. */
function sieve(options: ReadingOptions, seen: Seen, reporter: Reporter): (page: Page) => Sifted {
  const { events, raw, keep } = options;
  return (page) => {
    const kept: KeptRun[] = [];
    let duplicates = 0;
    let unreadable = 0;
    for (const entry of page.entries) {
      const { runs, rejects } = normalise(entry.position, entry.event, { events, raw });
      unreadable += rejects.length;
      for (const reason of rejects) reporter.notify({ kind: "warning", text: poison(entry, reason) });
      for (const candidate of runs) {
        if (!keep(candidate.run)) continue;
        if (seen.add(candidate.key)) kept.push(candidate);
        else duplicates += 1;
      }
    }
    return { kept, duplicates, unreadable };
  };
}

function poison(entry: Entry, reason: string): string {
  return `the event at ${JSON.stringify(entry.position)} could not be read and was passed by: ${reason}`;
}

/** What the live line says after each page: how far a window is read, or that a tail has caught up. */
function liveLine(start: Place, { plan, reporter, began }: Work, host: Pick<Host, "now">) {
  const windowStart = start.kind === "time" ? start.at : began - retentionMs;
  let share = 0;
  return (page: Page, sifted: Sifted, tally: Readonly<Tally>): void => {
    const now = host.now();
    const reached = sifted.kept.at(-1)?.run.updatedAt ?? null;
    if (reached !== null)
      share = Math.max(share, Math.min(1, (Date.parse(reached) - windowStart) / (began - windowStart)));
    const counts = `${tally.printed.toLocaleString("en-US")} runs, ${tally.events.toLocaleString("en-US")} events`;
    if (page.atEnd) {
      if (plan.follow)
        reporter.live(`caught up at ${clock(now)}, asking again in ${seconds(page.waitMs)} · ${counts}`, true);
      return;
    }
    reporter.live(
      start.kind === "now" ? `reading · ${counts}` : `reading ${percent(share)} · ${counts}${left(share, now - began)}`,
    );
  };
}

function percent(share: number): string {
  return `${Math.floor(share * 100).toFixed(0)} % of the window`;
}

function left(share: number, elapsedMs: number): string {
  return share < 0.02 || elapsedMs < 500 ? "" : ` · about ${seconds((elapsedMs * (1 - share)) / share)} left`;
}

/** The exit code that `--exit-status` asks for. @throws FlowrunError `runFailed`. */
export function checkFailed(options: ReadingOptions, tally: Readonly<Tally>): void {
  if (!options.exitStatus || tally.failed === 0) return;
  throw new FlowrunError("runFailed", `${String(tally.failed)} of the printed runs failed`);
}
