import { FlowrunError, worstOf } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { startOf } from "../../../render/text/cut-text.ts";
import { renderDuration } from "../../../render/text/numbers.ts";
import { sortRows } from "../../../render/formats/sort-rows.ts";
import { countFlows, type FlowHistory, type UnreadPart } from "../../../runs/cadence/count-flows.ts";
import type { FlowRecord } from "../../../runs/cadence/flow-record.ts";
import { isOverdue } from "../../../runs/cadence/judge.ts";
import { byNeed, hasFailedLast, isBad, worksByNeed } from "../../../runs/cadence/need.ts";
import type { WorkRecord } from "../../../runs/cadence/work-record.ts";
import type { Service } from "../../../runs/record/flow-run.ts";
import { keptId } from "../../../text/kept.ts";
import { openZone } from "../../options/clock.ts";
import type { FlowsFlags } from "../../options/flags.ts";
import { count } from "../../terminal/reporter.ts";
import { tooManyFlows } from "../too-many-flows.ts";
import { reachOf } from "../reading/reach-of.ts";
import { readWindow, runTarget } from "../reading/read-window.ts";
import { inSessions, type Outcome, type Session, type Sessions } from "../reading/session.ts";
import type { CountedSpan } from "./counted-window.ts";
import { resolveFlows, type FlowsOptions } from "./flows-options.ts";
import { watchLastRuns } from "./last-runs.ts";
import { printFlows, type FoundFlows } from "./print-flows.ts";
import { checkAnyToken, checkWithLytics, readWorks, type ProfileWorks } from "./read-works.ts";
import { timeOf } from "../../../text/time-text.ts";

/**
 * Each flow of a window once, judged at its end.
 * @throws FlowrunError `usage` for options that have no meaning here, before anything is asked; `runFailed` where
 * `--fail-on` says so.
 */
export async function runFlows(when: string | undefined, flags: FlowsFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveFlows(when, flags, { now, zone });
  checkWithLytics(flags, options.reading, host);
  const work = async (sessions: Sessions): Promise<{ readonly found: FoundFlows }> => {
    const judged: FlowHistory[] = [];
    const reads: ProfileWorks[] = [];
    await sessions.each(async (session, profile) => {
      const window = await windowOf(session, options, now);
      if (options.withWorks) reads.push(await readWorks(session, profile, cutAt(window, session.options.until)));
      // Of a profile that fails on the way nothing is judged: by half of its runs all would be absent.
      judged.push(...(await judgeFlows(session, options, { ...window, now })));
    });
    sessions.reporter.clear();
    if (sessions.areAllLost()) return { found: { flows: [], works: null } };
    const all = judged.map(({ flow }) => flow);
    const wanted = options.isLate ? all.filter(({ state }) => isOverdue(state)) : all;
    const flows = sortRows(byNeed(wanted), options.output.order).slice(0, options.most);
    const found = { flows, works: options.withWorks ? worksOf(reads, options) : null };
    const isWhole = await printFlows(found, options, host);
    tellMore(judged, sessions);
    if (options.withWorks) tellWorks(reads, isWhole, sessions);
    sessions.outcome = statesOf(all, "flow", all.filter(({ lost }) => lost !== null).length);
    return { found };
  };
  const { found, ...outcome } = await inSessions(options.reading, host.signal, host, work, {
    start: options.start,
    did: "found",
  });
  checkFound(found, options, outcome);
}

/** The window as far as its source goes back; `to` is where that ends. */
async function windowOf(session: Session, { start }: FlowsOptions, now: number): Promise<CountedSpan> {
  const reach = session.origin.kind === "file" ? { first: -Infinity, end: now } : await reachOf(session, start, now);
  return { from: start.kind === "time" ? Math.max(start.at, reach.first) : reach.first, to: reach.end };
}

function cutAt({ from, to }: CountedSpan, until: number | null): CountedSpan {
  return { from, to: Math.min(to, until ?? to) };
}

/** Reads a profile's window, and judges its flows as of the end of what was read. */
async function judgeFlows(
  session: Session,
  options: FlowsOptions,
  { from, to, now }: CountedSpan & { readonly now: number },
): Promise<readonly FlowHistory[]> {
  const { start, extent, wantsLast, sandboxes, isScheduled } = options;
  const { origin } = session;
  const counter = countFlows(from);
  const last = wantsLast === null ? null : watchLastRuns(wantsLast);
  const isWanted = ({ flow }: FlowHistory): boolean => last?.wants(flow) !== false;
  const services = new Map<string, Service>();
  const unread: UnreadPart[] = [];
  let newest = -Infinity;
  const read = runTarget((run) => {
    counter.add(run);
    last?.add(run);
    if (isScheduled) services.set(keptId(run.flowId), run.service);
    const at = timeOf(run.updatedAt);
    if (at <= now && at > newest) newest = at;
  });
  const miss: Session["miss"] = (parts) => {
    unread.push(...parts);
    session.miss(parts);
  };
  await readWindow({ ...session, miss }, { start, follow: false, onExpired: "fail", extent }, read);
  // Flows of half a window would be called absent.
  session.host.signal.throwIfAborted();
  if (counter.leavesOut()) session.reporter.notify(tooManyFlows);
  const at = judgedAt(session, { now, newest, end: to });
  const histories = counter.read(at, [], unread);
  if (!isScheduled || origin.kind !== "journal") return histories.filter(isWanted);
  const { loadDeclared } = await import("../scheduled-flows.ts");
  const scheduled = {
    flows: histories.map(({ flow }) => flow),
    serviceOf: (flowId: string): Service => services.get(flowId) ?? "unknown",
    options: session.options,
    sandboxes,
    withSilent: last === null,
  };
  const told = counter.read(at, await loadDeclared(origin.connection, scheduled), unread);
  const { profile } = origin.connection.settings;
  return told.map((history) => ofProfile(history, profile)).filter(isWanted);
}

/** A flow that never ran comes from no run's profile, but from the one whose Flow Service was asked. */
function ofProfile(history: FlowHistory, profile: string | null): FlowHistory {
  return history.flow.profile === null ? { ...history, flow: { ...history.flow, profile } } : history;
}

/** The present, as far as it is known. */
interface Present {
  readonly now: number;
  /** When the newest run was told of; -Infinity where there is none. */
  readonly newest: number;
  /** Where the source ends. */
  readonly end: number;
}

/**
 * The moment to judge at: when the window ends, but not after its source does. Whoever reads a file of last week does not
 * want to hear that all has stopped since, and is told so, as is who reads an archive that was not filled lately.
 */
function judgedAt({ origin, options, reporter }: Session, { now, newest, end }: Present): number {
  const { until } = options;
  const asked = Math.min(now, until ?? now);
  const isFile = origin.kind === "file";
  const at = isFile ? (until === null && newest !== -Infinity ? newest : asked) : Math.min(asked, end);
  if (at < asked) {
    const where = isFile ? "where the file ends; as of now: --until now" : "where the archive ends";
    reporter.notify({ kind: "remark", text: `judged as of ${new Date(at).toISOString()}, ${where}` });
  }
  return at;
}

/** A silence so much longer than any before is told of, though there were too few runs to call it late. */
const muchLonger = 2;
const mostTold = 5;

/** Tells more than the rows say: runs that nobody told of, and silences that could not be judged. */
function tellMore(judged: readonly FlowHistory[], { reporter }: Sessions): void {
  const lost = judged.flatMap(({ flow }) => (flow.lost === null ? [] : [{ flow, run: flow.lost }]));
  for (const { flow, run } of lost.slice(0, mostTold)) {
    const id = run.runId === null ? "" : `${run.runId}, `;
    const hint = `what is known of it: flowrun show ${run.runId ?? "<run id>"}, from the journal or an archive`;
    const text = `lost: no notification told of a run of ${called(flow)} (${id}${run.status ?? "ended"}, begun ${run.startedAt}), which Flow Service has; ${hint}`;
    reporter.notify({ kind: "remark", text });
  }
  const silent = judged.filter(
    ({ flow, longestMs, silentMs }) =>
      flow.state === "irregular" && longestMs > 0 && (silentMs ?? 0) > muchLonger * longestMs,
  );
  if (silent.length === 0) return;
  const names = silent
    .slice(0, mostTold)
    .map(({ flow, silentMs }) => `${called(flow)} (${renderDuration(silentMs ?? 0)})`);
  const more = silent.length > names.length ? ` and ${silent.length - names.length} more` : "";
  const text = `not judged, but silent for longer than ever before: ${names.join(", ")}${more}`;
  reporter.notify({ kind: "remark", text });
}

function called({ flowName, flowId }: FlowRecord): string {
  return startOf(flowName ?? flowId, 0, longestCalled);
}

const longestCalled = 60;

/** `12 flows, 1 absent, 2 late`, for the closing line. */
function statesOf(
  all: readonly Pick<FlowRecord | WorkRecord, "state" | "lastStatus">[],
  word: string,
  lost = 0,
): readonly string[] {
  const of = (keep: (one: (typeof all)[number]) => boolean): number => all.filter(keep).length;
  const counts = [
    { n: of(({ state }) => state === "absent"), word: "absent" },
    { n: of(({ state }) => state === "late"), word: "late" },
    { n: lost, word: "lost" },
    { n: of(hasFailedLast), word: "failed last" },
    { n: of(({ state }) => state === "disabled"), word: "disabled" },
    { n: of(({ state }) => state === "irregular"), word: "not judged" },
  ];
  return [count(all.length, word), ...counts.flatMap(({ n, word }) => (n === 0 ? [] : [`${n} ${word}`]))];
}

/** The works of all profiles that are wanted, those first that need a look. @throws FlowrunError where no profile has a token. */
function worksOf(reads: readonly ProfileWorks[], { isLate, wantsStatus, most }: FlowsOptions): readonly WorkRecord[] {
  checkAnyToken(reads);
  const wanted = reads
    .flatMap(({ works }) => works ?? [])
    .filter(({ state }) => !isLate || isOverdue(state))
    .filter(({ lastStatus }) => wantsStatus?.(lastStatus) !== false);
  return worksByNeed(wanted).slice(0, most);
}

/** The closing line counts what was read in the journal; Lytics has one of its own. */
function tellWorks(reads: readonly ProfileWorks[], areShown: boolean, { reporter, options }: Sessions): void {
  const works = reads.flatMap((read) => read.works ?? []);
  const events = reads.reduce((sum, read) => sum + read.events, 0);
  const text = `Lytics: ${statesOf(works, "work").join(", ")} · ${count(events, "event")} of theirs`;
  reporter.notify({ kind: "remark", text });
  if (areShown) return;
  const hint = "they are in -o json, ndjson and yaml, and below a table";
  reporter.notify({ kind: "remark", text: `-o ${options.output} has no place for works: ${hint}` });
}

/** The exit code of the worst: a profile of several that failed, and what `--fail-on` asks for. @throws FlowrunError. */
function checkFound({ flows, works }: FoundFlows, { reading }: FlowsOptions, { failure }: Outcome): void {
  const bad = [
    { n: flows.filter(isBad).length, word: "flow" },
    { n: (works ?? []).filter(isBad).length, word: "work" },
  ].flatMap(({ n, word }) => (n === 0 ? [] : [count(n, word)]));
  const isEmpty = flows.length + (works ?? []).length === 0;
  const words =
    reading.exitStatus && bad.length > 0
      ? `${bad.join(" and ")} absent or failed last`
      : reading.failsOnEmpty && isEmpty
        ? `no flow ${works === null ? "" : "and no work "}matched`
        : null;
  const worst = worstOf([failure, words === null ? null : new FlowrunError("runFailed", words)]);
  if (worst !== null) throw worst;
}
