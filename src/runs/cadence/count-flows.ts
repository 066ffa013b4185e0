import { keptId, keptText } from "../../text/kept.ts";
import { timeOf } from "../../text/time-text.ts";
import type { FlowRun } from "../record/flow-run.ts";
import { openByFlow } from "../record/by-flow.ts";
import { startOfRun } from "../record/run-start.ts";
import { knownStatuses } from "../record/status.ts";
import { steadyClock } from "./clock.ts";
import type { FlowRecord, LostRun } from "./flow-record.ts";
import {
  expectedTimes,
  findGaps,
  judgeByPace,
  judgeBySchedule,
  notJudged,
  usualLag,
  type FlowVerdict,
  type RunGap,
} from "./judge.ts";
import { gapsOf, learnPace, type FlowPace } from "./pace.ts";
import type { Schedule } from "./schedule.ts";

/** A flow as Flow Service has it. */
export interface DeclaredFlow {
  readonly flowId: string;
  readonly flowName: string | null;
  readonly sandbox: FlowRun["sandbox"];
  readonly isEnabled: boolean;
  /** `once`: by hand, or one time; `null`: it has none, as a flow that streams or is triggered from outside. */
  readonly schedule: Schedule | "once" | null;
  /** Its last run; times are epoch ms. */
  readonly lastRun: {
    readonly runId: string | null;
    readonly status: string | null;
    readonly startedAt: number;
    readonly completedAt: number | null;
  } | null;
}

/** A flow, and when it should have run. */
export interface FlowHistory {
  readonly flow: FlowRecord;
  /** Where runs are missing, in order; the last may last still. */
  readonly gaps: readonly RunGap[];
  /** The longest that it was silent from one of its runs to the next, ms; 0 where there are not two. */
  readonly longestMs: number;
  /** How long it has been silent at the moment that it was judged at, as far as that was read, ms; `null` where it never ran. */
  readonly silentMs: number | null;
}

/** A stretch of which nobody knows what ran in it; epoch ms. */
export interface UnreadPart {
  readonly from: number;
  readonly to: number;
}

/** Collects the runs of flows; `read` judges them at a moment (epoch ms). */
export interface FlowCounter {
  add(run: FlowRun): void;
  /** Whether a run was of one flow more than are remembered, which is judged by nobody. */
  readonly leavesOut: () => boolean;
  /**
   * @param declared the flows that Flow Service has; those without a run are judged too, unless they may be left out.
   * @param unread parts of the window that were not read: silence in them says nothing.
   */
  read(at: number, declared?: readonly DeclaredFlow[], unread?: readonly UnreadPart[]): readonly FlowHistory[];
}

/** Events could name any number of flows and runs. */
export const mostFlows = 1000;
const mostRuns = 10_000;
/** Of all flows together; beyond, a flow that has more than the least forgets its first run for each new one. */
const mostRunsInAll = 300_000;
const leastRuns = 100;
/** A clock may be as much ahead as this. */
const slackMs = 5 * 60_000;
/** So long after its end a notification may still be on its way. */
const onItsWayMs = 15 * 60_000;

/**
 * Counts the flows of a window that begins at `from` (epoch ms; -Infinity where nobody knows), in the order of their first
 * runs. Of a flow's runs the last 10,000 are remembered, of flows the first 1,000, and 300,000 runs in all.
 */
export function countFlows(from: number): FlowCounter {
  const known = openByFlow<KnownFlow>();
  const kept = { runs: 0 };
  let leavesOut = false;

  const flowOf = (run: FlowRun): KnownFlow | null => {
    const found = known.get(run);
    if (found !== undefined) return found;
    if (known.values.length >= mostFlows) return null;
    const flow: KnownFlow = {
      flowId: keptId(run.flowId),
      profile: run.profile,
      flowName: null,
      sandbox: run.sandbox,
      ...noRuns(),
    };
    known.add(run, flow);
    return flow;
  };

  return {
    add: (run) => {
      const flow = flowOf(run);
      if (flow === null) {
        leavesOut = true;
        return;
      }
      if (run.flowName !== null && run.flowName !== flow.flowName) flow.flowName = keptText(run.flowName, longestName);
      if (run.sandbox.name !== null) flow.sandbox = run.sandbox;
      note(flow, kept, run);
    },
    leavesOut: () => leavesOut,
    read: (at, declared = [], unread = []) => {
      const window = { from, at, unread };
      const byId = new Map(declared.map((flow) => [flow.flowId, flow]));
      const told = known.values.map((flow) => judge(flow, byId.get(flow.flowId) ?? null, window));
      const ids = new Set(known.values.map(({ flowId }) => flowId));
      // One without a run may have had it among those that were left out.
      const silent = leavesOut ? [] : declared.filter(({ flowId }) => !ids.has(flowId));
      return [...told, ...silent.map((flow) => judge(silentFlow(flow), flow, window))];
    },
  };
}

const longestName = 500;

/** One that no run was told of. */
function silentFlow(flow: DeclaredFlow): KnownFlow {
  return { ...flow, profile: null, ...noRuns() };
}

interface KnownFlow {
  readonly flowId: string;
  readonly profile: string | null;
  flowName: string | null;
  sandbox: FlowRun["sandbox"];
  /** The last of them, by id. */
  readonly runs: Map<string, KnownRun>;
  /** The same from the first on, which is the next to be forgotten: to look for it anew each time is slow (5.6 s a million). */
  readonly oldest: Iterator<KnownRun, undefined>;
  /** Those before. */
  readonly forgotten: { runs: number; failed: number };
}

function noRuns(): Pick<KnownFlow, "runs" | "oldest" | "forgotten"> {
  const runs: KnownFlow["runs"] = new Map();
  return { runs, oldest: runs.values(), forgotten: { runs: 0, failed: 0 } };
}

/** Times are epoch ms. */
interface KnownRun {
  readonly runId: string;
  /** Where the first event stands that told of it. */
  readonly position: string;
  startedAt: number;
  /** Whether a notification has told that: the first one seldom does, and then its own time stands for it. */
  isStartTold: boolean;
  /** When the first notification of it was written. */
  toldAt: number;
  status: string;
  /** When the last one was. */
  updatedAt: number;
}

/** @param kept how many runs are remembered, of all flows. */
function note({ runs, oldest, forgotten }: KnownFlow, kept: { runs: number }, run: FlowRun): void {
  const started = startOfRun(run);
  const updated = timeOf(run.updatedAt ?? run.completedAt ?? run.startedAt);
  if (started === null || Number.isNaN(updated)) return;
  const isStartTold = run.startedAt !== null;
  const runId = keptId(run.runId);
  const seen = runs.get(runId);
  if (seen === undefined) {
    runs.set(runId, {
      runId,
      // One that nobody knows is no place that runs could share.
      position: run.position === "" ? runId : keptId(run.position),
      startedAt: started,
      isStartTold,
      toldAt: updated,
      status: keptStatus(run.status),
      updatedAt: updated,
    });
    kept.runs += 1;
    const isFull = runs.size > mostRuns || (kept.runs > mostRunsInAll && runs.size > leastRuns);
    if (!isFull) return;
    const first = oldest.next().value;
    if (first === undefined) return;
    runs.delete(first.runId);
    kept.runs -= 1;
    forgotten.runs += 1;
    if (first.status === "failed") forgotten.failed += 1;
    return;
  }
  if (isStartTold && !seen.isStartTold) seen.startedAt = started;
  else if (isStartTold === seen.isStartTold) seen.startedAt = Math.min(seen.startedAt, started);
  seen.isStartTold ||= isStartTold;
  seen.toldAt = Math.min(seen.toldAt, updated);
  if (updated < seen.updatedAt) return;
  seen.updatedAt = updated;
  seen.status = keptStatus(run.status);
}

/** Of the known ones no copies are needed, and nearly all runs have one of these. */
function keptStatus(status: string): string {
  return keptStatuses.get(status) ?? keptText(status, 100);
}

const keptStatuses = new Map<string, string>(knownStatuses.map((status) => [status, status]));

/** The window as it was read, and the moment that it is judged at. */
interface JudgedWindow extends Pick<UnreadPart, "from"> {
  readonly at: number;
  readonly unread: readonly UnreadPart[];
}

function judge(flow: KnownFlow, declared: DeclaredFlow | null, { from, at, unread }: JudgedWindow): FlowHistory {
  const { forgotten } = flow;
  // What claims to begin in the future says nothing about the present.
  const runs = [...flow.runs.values()].filter(({ startedAt }) => startedAt <= at + slackMs);
  runs.sort((one, other) => one.startedAt - other.startedAt);
  const starts = runs.map(({ startedAt }) => startedAt);
  const last = runs.at(-1) ?? null;
  // Who judges as of then is told nothing of what came later.
  const lastRun = declared?.lastRun && declared.lastRun.startedAt <= at + slackMs ? declared.lastRun : null;
  const lost = lostRun(lastRun, flow.runs, last, { from, at, unread });
  const pace = learnPace(starts);
  const begun = latest(last?.startedAt, lastRun?.startedAt);
  // It may have run for as long as nobody read.
  const reads = latest(...unread.filter((part) => part.to > (begun ?? from)).map(({ to }) => Math.min(to, at)));
  const known = {
    from: Math.max(from, reads ?? from),
    now: at,
    lagMs: usualLag(lagsOf(runs)),
    pace,
    last: begun === null ? null : Math.max(begun, reads ?? begun),
  };
  const { verdict, paceFrom } = judgeNow(declared, known);
  const open = openGap(verdict, known, paceFrom);
  const isKnown = (gap: RunGap): boolean => !unread.some((part) => part.from < (gap.until ?? at) && part.to > gap.from);
  return {
    flow: {
      type: "flowrun.flow",
      schemaVersion: 1,
      flowId: flow.flowId,
      flowName: flow.flowName ?? declared?.flowName ?? null,
      sandbox: {
        id: flow.sandbox.id ?? declared?.sandbox.id ?? null,
        name: flow.sandbox.name ?? declared?.sandbox.name ?? null,
      },
      runs: forgotten.runs + flow.runs.size,
      failed: forgotten.failed + failedIn(flow.runs),
      lastRunId: last?.runId ?? null,
      lastRunAt: iso(last?.startedAt),
      lastStatus: last?.status ?? null,
      lastSuccessAt: iso(runs.findLast(({ status }) => status === "success" || status === "partialSuccess")?.startedAt),
      paceMs: verdict.paceMs,
      paceFrom,
      nextExpectedAt: iso(verdict.nextExpectedAt ?? undefined),
      state: verdict.state,
      missing: verdict.missing,
      lost,
      profile: flow.profile,
    },
    gaps: [...(pace === null ? [] : findGaps(pace, starts).filter(isKnown)), ...open],
    longestMs: gapsOf(steadyClock, starts).reduce((longest, gap) => Math.max(longest, gap), 0),
    silentMs: known.last === null ? null : Math.max(0, at - known.last),
  };
}

function failedIn(runs: KnownFlow["runs"]): number {
  let failed = 0;
  for (const { status } of runs.values()) if (status === "failed") failed += 1;
  return failed;
}

interface Known {
  readonly from: number;
  readonly now: number;
  readonly lagMs: number;
  readonly pace: FlowPace | null;
  readonly last: number | null;
}

function judgeNow(
  declared: DeclaredFlow | null,
  { pace, ...known }: Known,
): { readonly verdict: FlowVerdict; readonly paceFrom: FlowRecord["paceFrom"] } {
  if (declared !== null && !declared.isEnabled) return { verdict: notJudged("disabled"), paceFrom: null };
  const schedule = declared?.schedule ?? null;
  if (schedule === "once") return { verdict: notJudged("irregular"), paceFrom: null };
  if (schedule !== null) return { verdict: judgeBySchedule(schedule, known), paceFrom: "schedule" };
  const { last } = known;
  if (pace === null || last === null) return { verdict: notJudged("irregular"), paceFrom: null };
  return { verdict: judgeByPace(pace, { ...known, last }), paceFrom: "history" };
}

/** The gap that lasts still, where there is one. */
function openGap(
  { state, missing, paceMs, nextExpectedAt }: FlowVerdict,
  { from, last, pace }: Known,
  paceFrom: FlowRecord["paceFrom"],
): readonly RunGap[] {
  if (state === "ok" || missing === null || missing === 0 || paceMs === null || nextExpectedAt === null) return [];
  // A schedule goes by no clock but everybody's.
  const rhythm = paceFrom === "history" && pace !== null ? pace : { clock: steadyClock, periodMs: paceMs };
  const expectedAt = expectedTimes(rhythm, nextExpectedAt, missing);
  return [{ from: last ?? from, until: null, missing, expectedAt }];
}

/** A run that ended long ago in what was read, is newer than all that was told of, and was not told of itself. */
function lostRun(
  run: DeclaredFlow["lastRun"],
  runs: KnownFlow["runs"],
  last: KnownRun | null,
  { from, at, unread }: JudgedWindow,
): LostRun | null {
  if (!run?.completedAt) return null;
  const { runId, status, startedAt, completedAt } = run;
  if (completedAt < from || completedAt > at - onItsWayMs) return null;
  if (unread.some((part) => completedAt >= part.from && completedAt - onItsWayMs <= part.to)) return null;
  if (runId !== null && runs.has(keptId(runId))) return null;
  // Without an id it may be the one that was told of, by a clock of its own.
  if (last !== null && startedAt <= last.startedAt + (runId === null ? slackMs : 0)) return null;
  return { runId, status, startedAt: new Date(startedAt).toISOString(), completedAt: iso(completedAt) };
}

/** How long after its start each run was told of; some wait for the next, to come with it in one event. */
function lagsOf(runs: readonly KnownRun[]): readonly number[] {
  const events = new Map<string, { runs: number; writtenAt: number }>();
  for (const { position, toldAt } of runs) {
    const event = events.get(position);
    if (event === undefined) events.set(position, { runs: 1, writtenAt: toldAt });
    else {
      event.runs += 1;
      event.writtenAt = Math.max(event.writtenAt, toldAt);
    }
  }
  return runs.map(({ position, toldAt, startedAt }) => {
    const event = events.get(position);
    const isTogether = event !== undefined && event.runs <= mostTogether;
    return Math.max(0, (isTogether ? event.writtenAt : toldAt) - startedAt);
  });
}

/** No event tells of more runs; what does is a list, in which those of a week may stand. */
const mostTogether = 10;

function latest(...times: readonly (number | undefined)[]): number | null {
  const told = times.filter((time) => time !== undefined);
  return told.length === 0 ? null : Math.max(...told);
}

function iso(at: number | undefined): string | null {
  return at === undefined || !Number.isFinite(at) ? null : new Date(at).toISOString();
}
