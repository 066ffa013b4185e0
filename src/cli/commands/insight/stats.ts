import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { retentionMs } from "../../../adobe/journal/retention.ts";
import { isOlderThanKept, parseDuration } from "../../../adobe/journal/when.ts";
import type { StatsFlags } from "../../options/flags.ts";
import { renderRows } from "../print-rows.ts";
import { tell } from "../../terminal/tell.ts";
import { pickColumns } from "../../../render/formats/pick-columns.ts";
import { checkFields } from "../../../render/formats/pick-fields.ts";
import { formats } from "../../../render/formats/registry.ts";
import { decideColour } from "../../../render/text/colour.ts";
import { countStats, mostBuckets, type Stats, type StatsCounter } from "../../../runs/figures/stats.ts";
import { checkFailed } from "../reading/read.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { emptyTally } from "../../../engine/pump.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { readWindow, runTarget } from "../reading/read-window.ts";
import { createQuota } from "../reading/quota.ts";
import { openZone } from "../../options/clock.ts";
import type { Zone } from "../../../text/zone.ts";
import { turnAway, resolveReading, resolveStart, type ReadingOptions } from "../../options/reading-options.ts";
import { inSessions, type Session, type Sessions } from "../reading/session.ts";

/**
 * The figures of a window, to the end of the journal.
 * @throws FlowrunError `usage` for options that have no meaning here, before anything is asked.
 */
export async function runStats(when: string | undefined, flags: StatsFlags, host: Host): Promise<void> {
  checkFlags(flags);
  turnAway(["last", "sort"], flags, "stats", {
    why: "it prints figures over many runs, not the runs themselves",
    hint: "choose the runs first: flowrun since -P7D --last 100 --json | flowrun stats --from -",
  });
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveCounting(flags, now, zone);
  const start = resolveBegin(when ?? (flags.from === undefined ? "-P1D" : "oldest"), flags, now, zone);
  const bucketOf = (span: Span): number | null =>
    flags.bucket === undefined ? null : resolveBucket(flags.bucket, span.to - span.from);
  const told = { start, until: options.until, now };
  // How far back an older window goes, the archive says.
  const isJournals = start.kind !== "time" || !isOlderThanKept(start);
  if (flags.from === undefined && isJournals) bucketOf(spanOf(told));
  const open = async (session: Session): Promise<StatsCounter> => {
    const isWholeFile = session.origin.kind === "file" && start.kind === "oldest";
    const span = isWholeFile ? await spanOfFile(session, told) : spanOf(told, await goesFurther(session, start));
    return countStats({ ...span, zone, by: flags.by ?? null, bucketMs: bucketOf(span) });
  };
  const work = async ({ each, areAllLost, reporter }: Sessions): Promise<object> => {
    // One for all profiles.
    const shared: { counter: Promise<StatsCounter> | null } = { counter: null };
    await each(async (session) => {
      const counter = await (shared.counter ??= open(session));
      await count(session, start, (run) => {
        counter.add(run);
      });
    });
    reporter.clear();
    const counter = await shared.counter;
    if (counter === null || areAllLost()) return {};
    const stats = counter.read();
    if (formats[options.output].laid === null) await host.stdout.write(await renderFigures(stats, options, host));
    else if (formats[options.output].laid === "whole") await host.stdout.write(await renderSheet(stats, options, host));
    else await tell(await renderSheet(stats, options, host), host.stdout);
    return {};
  };
  checkFailed(options, await inSessions(options, host.signal, host, work, { start, did: "counted" }));
}

/** Whether there may be something from before anything that the journal keeps: in a file, or in an archive. */
async function goesFurther({ origin, archive }: Session, start: JournalStart): Promise<boolean> {
  if (origin.kind === "file") return true;
  // Why it cannot be read, the reading will say.
  return start.kind === "time" && isOlderThanKept(start) && (await archive(start).catch(() => null)) !== null;
}

async function count(session: Session, start: JournalStart, add: (run: FlowRun) => void): Promise<void> {
  await readWindow(session, { start, follow: false, onExpired: "fail" }, runTarget(add));
  // Figures of half a window would pass for those of the whole.
  session.host.signal.throwIfAborted();
}

/** A stretch of time, epoch milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The window that was asked for. */
interface AskedSpan {
  readonly start: JournalStart;
  readonly until: number | null;
  readonly now: number;
}

/**
 * The window as it was asked for; the journal holds nothing older than it keeps, while a file or an archive may.
 * @throws FlowrunError `usage` where it ends before that.
 */
function spanOf({ start, until, now }: AskedSpan, goesBack = false): Span {
  const kept = now - retentionMs;
  const to = Math.min(now, until ?? now);
  const from = start.kind === "time" && (goesBack || start.at > kept) ? start.at : kept;
  if (from <= to) return { from, to };
  throw new FlowrunError("usage", "nothing is left of that window", {
    why: `it ends at ${new Date(to).toISOString()}, and the journal keeps seven days`,
    hint: "count what it still has: flowrun stats -P7D",
  });
}

/** From the first run of a file to the last, or to where the window ends; it takes a reading of its own that says nothing. */
async function spanOfFile(session: Session, { until, now }: AskedSpan): Promise<Span> {
  const times = { from: Infinity, to: -Infinity };
  const silent = { ...session.reporter, notify: () => undefined };
  const apart = { ...session, reporter: silent, tally: emptyTally(), quota: createQuota(session.options.max) };
  await count(apart, { kind: "oldest" }, ({ updatedAt }) => {
    const at = updatedAt === null ? NaN : Date.parse(updatedAt);
    if (at < times.from) times.from = at;
    if (at > times.to) times.to = at;
  });
  const last = times.from <= times.to ? times.to : now;
  const to = until === null ? last : Math.min(now, until);
  return { from: Math.min(times.from, to), to };
}

/** As for every reading, but that `--json=…` names fields of the figures. */
async function resolveCounting({ jsonFields, ...flags }: StatsFlags, now: number, zone: Zone): Promise<ReadingOptions> {
  if (jsonFields === undefined) return resolveReading(flags, now, zone);
  const { statsFields } = await import("../../../render/formats/stats-columns.ts");
  const fields = checkFields({ fields: statsFields }, jsonFields);
  return { ...(await resolveReading({ ...flags, json: true }, now, zone)), fields };
}

function checkFlags({ raw }: StatsFlags): void {
  if (raw !== true) return;
  throw new FlowrunError("usage", "--raw has no meaning with stats", {
    why: "it prints figures over many runs, not the runs themselves",
    hint: "leave it out, or choose what to count: flowrun stats --by flow -o csv",
  });
}

function resolveBegin(when: string, flags: StatsFlags, now: number, zone: Zone): JournalStart {
  const start = resolveStart(when, flags, now, zone);
  if (start.kind === "time" || start.kind === "oldest") return start;
  throw new FlowrunError("usage", `stats cannot start at '${when}'`, {
    why: "it counts from a moment in the past to the end of the journal, and touches no cursor",
    hint: "give a duration (-P1D, 2h), a date or time, or oldest",
  });
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

/** One document, or a row for each of the figures, as the format has it. */
async function renderFigures(
  stats: Stats,
  { output, headers, fields = null, common }: ReadingOptions,
  host: Host,
): Promise<string> {
  const { statsColumns, statsRows } = await import("../../../render/formats/stats-columns.ts");
  const options = {
    output,
    columns: pickColumns(statsColumns(stats), undefined, output),
    columnsNamed: false,
    headers,
    fields,
    order: null,
  };
  const told = { rows: statsRows(stats), document: stats, color: common.color };
  return renderRows({ options, ...told }, host, host.stdout);
}

async function renderSheet(stats: Stats, options: ReadingOptions, host: Host): Promise<string> {
  const [{ renderStatsSheet }, { createPainter }, { openTimes }, catalogue] = await Promise.all([
    import("../../../render/sheets/stats-sheet.ts"),
    import("../../../render/text/painter.ts"),
    import("../../../render/text/times.ts"),
    stats.rootCauses.length === 0 ? null : import("../../../runs/catalogue/catalogue.ts"),
  ]);
  const { output, common, time, headers } = options;
  const { stdout, env } = host;
  return renderStatsSheet(stats, {
    catalogue,
    painter: createPainter(decideColour(common.color, env, stdout.isTTY)),
    time: await openTimes(time ?? (stdout.isTTY ? "local" : "iso"), () => host.now()),
    room: stdout.isTTY && formats[output].laid === "fitted" ? stdout.columns : Infinity,
    headers,
  });
}
