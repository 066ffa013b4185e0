import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { Extent } from "../../../engine/sources/archive.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Notice } from "../../../notices.ts";
import { countStats, mostBuckets, type Stats, type StatsCounter } from "../../../runs/figures/stats.ts";
import type { RunFilter } from "../../../runs/filter/criterion.ts";
import { compileFilter } from "../../../runs/filter/filter.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { narrowed } from "../../../runs/filter/watch.ts";
import type { Zone } from "../../../text/zone.ts";
import { openZone } from "../../options/clock.ts";
import type { StatsFlags } from "../../options/flags.ts";
import { checkFailed } from "../reading/read.ts";
import { inSessions, type Outcome, type Session, type Sessions } from "../reading/session.ts";
import { reachOf } from "../reading/reach-of.ts";
import { openCompared } from "./compared-windows.ts";
import { countRuns, endOf, leftOutOf, spanOf, spanOfFile, type AskedSpan, type CountedSpan } from "./counted-window.ts";
import { resolveCounting } from "./stats-options.ts";

/**
 * The figures of a window, to the end of the journal; with `--compare` beside those of the window before.
 * @throws FlowrunError `usage` for options that have no meaning here, before anything is asked.
 */
export async function runStats(when: string | undefined, flags: StatsFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const { options, order, start } = await resolveCounting(when, flags, { now, zone });
  const plan = { flags, told: { start, until: options.until, now }, zone, flows: flowsOf(flags) };
  const counting = flags.compare === true ? countBoth(plan) : countOne(plan);
  const work = async ({ each, areAllLost, reporter }: Sessions): Promise<{ readonly stats: Stats | null }> => {
    await each(counting.count);
    reporter.clear();
    const counted = await counting.read();
    if (counted === null || areAllLost()) return { stats: null };
    counted.notices.forEach(reporter.notify);
    const { printStats } = await import("./print-stats.ts");
    await printStats(counted.stats, options, { order, host });
    return { stats: counted.stats };
  };
  const { stats, ...outcome } = await inSessions(options, host.signal, host, work, {
    start: counting.start,
    did: "counted",
  });
  checkFailed(options, flags.compare === true && stats !== null ? ofThisWindow(outcome, stats) : outcome);
}

/** Everything that says which window is counted, and how. */
interface CountingPlan {
  readonly flags: StatsFlags;
  readonly told: AskedSpan;
  readonly zone: Zone;
  /** The flows of which it is told where they did not run, by their runs; `null` where only some runs are counted. */
  readonly flows: RunFilter | null;
}

/** Where runs are chosen, or only so many are read, what is missing is nothing that was asked for. */
function flowsOf({ flow, sandbox, run, code, where, max }: StatsFlags): RunFilter | null {
  const choosesRuns = [run, code, where, max].some((given) => given !== undefined);
  return choosesRuns ? null : compileFilter({ status: ["all"], flow, sandbox }).keep;
}

/** How a window is counted: what is done for each profile, and what came of it. */
interface Counting {
  readonly start: JournalStart;
  readonly count: (session: Session) => Promise<void>;
  /** `null` where nothing was read. */
  readonly read: () => Promise<{ readonly stats: Stats; readonly notices: readonly Notice[] } | null>;
}

/** @throws FlowrunError `usage` for a window or a bucket that cannot be. */
function countOne({ flags, told, zone, flows }: CountingPlan): Counting {
  const { start } = told;
  const bucketOf = (span: CountedSpan): number | null =>
    flags.bucket === undefined ? null : resolveBucket(flags.bucket, span.to - span.from);
  // What a profile's archive adds to the journal is not known before it is open.
  if (flags.from === undefined && start.kind === "time") bucketOf({ from: start.at, to: endOf(told) });
  const open = async (session: Session): Promise<StatsCounter> => {
    const isFile = session.origin.kind === "file";
    const isWholeFile = isFile && start.kind === "oldest";
    const reach = isFile ? -Infinity : (await reachOf(session, start, told.now)).first;
    const span = isWholeFile ? await spanOfFile(session, told) : spanOf(told, reach);
    return countStats({ ...span, zone, by: flags.by ?? null, bucketMs: bucketOf(span) });
  };
  // One for all profiles.
  const shared: { counter: Promise<StatsCounter> | null } = { counter: null };
  return {
    start,
    count: async (session) => {
      const counter = await (shared.counter ??= open(session));
      await lackTheRest(session, told, counter);
      const add = (run: FlowRun): void => {
        counter.add(run);
      };
      await countRuns(passing(session, flows, counter), start, add, extentOf(flows));
    },
    read: async () => {
      const counter = await shared.counter;
      if (counter === null) return null;
      const stats = counter.read();
      return { stats, notices: leftOutOf(stats, counter) };
    },
  };
}

/** @throws FlowrunError `usage` for a window that cannot be. */
function countBoth({ flags, told, zone, flows }: CountingPlan): Counting {
  const span = spanOf(told, -Infinity);
  const compared = openCompared({ ...span, by: flags.by ?? null, zone, now: told.now });
  let isBegun = false;
  return {
    start: compared.start,
    count: async (session) => {
      isBegun = true;
      const opened = await compared.open(session);
      await lackTheRest(session, { ...told, start: opened.start }, opened.passing);
      await countRuns(passing(opened.session, flows, opened.passing), opened.start, opened.add, extentOf(flows));
    },
    read: () => Promise.resolve(isBegun ? compared.read() : null),
  };
}

/** Runs of the window before are no reason for an exit code. */
function ofThisWindow({ tally, ...outcome }: Outcome, { total }: Stats): Outcome {
  return { ...outcome, tally: { ...tally, printed: total.runs, failed: total.failed } };
}

/** When runs began is looked at where it is told of flows that did not run. */
function extentOf(flows: RunFilter | null): Extent {
  return { starts: flows !== null, organisations: false };
}

/** A session whose runs are all seen, whichever are counted, and what it lacks as well. */
function passing(
  session: Session,
  flows: RunFilter | null,
  { pass, lack }: Pick<StatsCounter, "pass" | "lack">,
): Session {
  if (flows === null) return session;
  const { options } = session;
  const miss: Session["miss"] = (parts) => {
    session.miss(parts);
    parts.forEach(lack);
  };
  const keep = (run: FlowRun): boolean => {
    if (flows(run)) pass(run);
    return options.keep(run);
  };
  return { ...session, miss, options: narrowed(options, ["flowId", "flowName", "sandbox.name"], keep) };
}

/** Of an archive that is read alone, what came after it was filled is lacking. */
async function lackTheRest(session: Session, { start, now }: AskedSpan, { lack }: Pick<StatsCounter, "lack">) {
  if (session.origin.kind !== "archive") return;
  const { end } = await reachOf(session, start, now);
  if (end < now) lack({ from: end, to: Infinity });
}

function resolveBucket(words: string, windowMs: number): number {
  const bucketMs = parseDuration(words);
  const count = windowMs / bucketMs;
  if (count <= mostBuckets) return bucketMs;
  throw new FlowrunError("usage", `--bucket ${words} cuts the window into too many pieces`, {
    why: `${Number.isFinite(count) ? Math.ceil(count).toLocaleString("en-US") : "endlessly many"}; ${mostBuckets.toLocaleString("en-US")} are the most`,
    hint: "choose a longer bucket (PT1H) or a shorter window (-PT6H)",
  });
}
