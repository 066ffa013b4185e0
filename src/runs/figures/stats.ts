import { countAbsences, type AbsenceCounter, type AbsentSpan } from "./absent-spans.ts";
import { countFigures, type FigureCounter, type Figures } from "./figures.ts";
import type { FlowRun } from "../record/flow-run.ts";
import { keyOf, type Grouping } from "./grouping.ts";
import { keptId, keptText } from "../../text/kept.ts";
import { countRootCauses, type RootCause } from "./frequent-causes.ts";
import type { Zone } from "../../text/zone.ts";
import { cutCalendar } from "./buckets.ts";
import type { CauseChange, Difference, GroupChange } from "./changes.ts";
import { cutTime, roundStep, type Timeline } from "./timeline.ts";
import { timeOf } from "../../text/time-text.ts";

/** The window to count, and how to divide it. */
export interface StatsPlan {
  /** The window, epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly by: Grouping | null;
  /** How long a bucket is; `null` for no buckets. */
  readonly bucketMs: number | null;
  /** The zone whose hours and midnights buckets begin at; UTC where none is told. */
  readonly zone?: Zone;
}

/**
 * Figures over a window. Notifications are counted as a reading prints them: a run whose end AEP tells twice, under two
 * event ids, counts twice. Rates and shares go from 0 to 1, times are RFC 3339, unknown is `null`.
 */
export interface Stats {
  readonly type: "flowrun.stats";
  readonly schemaVersion: 1;
  readonly from: string;
  readonly to: string;
  readonly by: Grouping | null;
  readonly bucketMs: number | null;
  readonly total: Figures;
  /** The runs' and the failures' numbers, step by step. */
  readonly trend: Trend;
  /** Most runs first; none where nothing was to be told apart. */
  readonly groups: readonly Group[];
  /** In order, empty ones included; none where none were asked for. */
  readonly buckets: readonly Bucket[];
  /** Most frequent first. */
  readonly rootCauses: readonly RootCause[];
  /** Where runs were expected and did not begin, in order; `null` where nobody knows which runs there were. */
  readonly absent: readonly AbsentSpan[] | null;
  /** The window before, where the two were to be compared, … */
  readonly previous: PreviousWindow | null;
  /** … and what has changed since; `null` too where nothing is known of it. */
  readonly changes: Changes | null;
}

/** The figures of the window before, which is as long and ends where the other begins. */
export interface PreviousWindow extends Pick<
  Stats,
  "from" | "to" | "total" | "trend" | "groups" | "rootCauses" | "absent"
> {
  /** True where the source did not have all of it: then its figures are those of a part. */
  readonly partial: boolean;
  /** Since when the source has it, RFC 3339; `null` where it has nothing of it. */
  readonly knownFrom: string | null;
}

/** The changes since the window before. */
export interface Changes {
  /** Of all runs together. */
  readonly difference: Difference;
  /** The groups of either window, the worst change first. */
  readonly groups: readonly GroupChange[];
  /** The root causes of either window, the one that grew most first. */
  readonly rootCauses: readonly CauseChange[];
}

/** Numbers of runs and of failed runs in equal steps of time (milliseconds), in order. */
export interface Trend {
  readonly stepMs: number;
  readonly runs: readonly number[];
  readonly failed: readonly number[];
}

/** The figures of the runs that have one property in common. */
export interface Group extends Figures {
  /** The flow's or the sandbox's name or id, the code or the status; `null` for runs that have none. */
  readonly key: string | null;
  /** The flow's name, by flow. */
  readonly name: string | null;
  /** True for what was left when there were too many groups. */
  readonly isRest: boolean;
  readonly trend: Trend;
}

/** The figures of a piece of the window; its bounds are RFC 3339. */
export interface Bucket extends Figures {
  readonly from: string;
  readonly to: string;
  /** True for one at either end of which only a part lies in the window. */
  readonly partial: boolean;
}

/** Counts runs; `read` gives the statistics of those added so far. */
export interface StatsCounter extends Pick<AbsenceCounter, "pass" | "lack" | "leavesOut"> {
  add(run: FlowRun): void;
  read(): Stats;
}

/** Seven days in steps of five minutes; each bucket takes memory of its own, so that a window is cut into no more. */
export const mostBuckets = 2016;

/** Steps in a trend: as many as fit in a line of 80 columns beside their title. */
const mostSteps = 50;
/** Events could name any number of flows, sandboxes, codes and statuses. */
const mostGroups = 1000;
/** Of a flow's name so many characters are kept; most have a dozen. */
const longestName = 500;

/**
 * Counts the runs of a window, handed over in the journal's order. A run belongs to the time when it was updated; one
 * that does not say goes with the run before. Memory is bounded by groups and buckets, whatever the number of runs.
 */
export function countStats({ from, to, by, bucketMs, zone }: StatsPlan): StatsCounter {
  const steps = cutTime(from, to, roundStep(to - from, mostSteps));
  const pieces = bucketMs === null ? null : cutCalendar(from, to, bucketMs, zone);
  const buckets = Array.from({ length: pieces?.length ?? 0 }, countFigures);
  const groups = new Map<string | null, GroupCounter>();
  const rest = openGroup(null, steps);
  const causes = countRootCauses();
  const absences = countAbsences({ from, to });
  let at = from;

  const groupOf = (key: string | null): GroupCounter => {
    const known = groups.get(key);
    if (known !== undefined) return known;
    if (groups.size >= mostGroups) return rest;
    const kept = key === null ? null : keptText(key);
    const fresh = openGroup(kept, steps);
    groups.set(kept, fresh);
    return fresh;
  };

  return {
    add: (run) => {
      at = run.updatedAt === null ? at : timeOf(run.updatedAt);
      if (pieces !== null) buckets[pieces.indexOf(at)]?.add(run);
      groupOf(groupKey(run, by)).add(run, at, by);
      causes.add(run, at);
    },
    pass: absences.pass,
    lack: absences.lack,
    leavesOut: absences.leavesOut,
    read: () => ({
      type: "flowrun.stats",
      schemaVersion: 1,
      from: iso(from),
      to: iso(to),
      by,
      bucketMs,
      ...readAll([...groups.values(), rest], steps),
      groups: by === null ? [] : readGroups([...groups.values()], rest),
      buckets: pieces === null ? [] : buckets.map((bucket, index) => readBucket(bucket, index, pieces, { from, to })),
      rootCauses: causes.read(),
      absent: absences.read(),
      previous: null,
      changes: null,
    }),
  };
}

/** Where nothing is told apart, all runs are one group. */
function groupKey(run: FlowRun, by: Grouping | null): string | null {
  const key = by === null ? null : keyOf(run, by);
  return key === null ? null : keptId(key);
}

interface GroupCounter {
  readonly figures: FigureCounter;
  readonly trend: TrendCounter;
  add(run: FlowRun, at: number, by: Grouping | null): void;
  read(): Omit<Group, "isRest">;
}

function openGroup(key: string | null, steps: Timeline): GroupCounter {
  const figures = countFigures();
  const trend = countTrend(steps);
  let name: string | null = null;
  return {
    figures,
    trend,
    add: (run, at, by) => {
      // A copy of the same name is not made again for each of its runs.
      if (by === "flow" && run.flowName !== null && run.flowName !== name) name = keptText(run.flowName, longestName);
      figures.add(run);
      trend.add(run, at);
    },
    read: () => ({ key, name, ...figures.read(), trend: trend.read() }),
  };
}

/** The figures of all groups together: a run is counted once, and not a second time for the total. */
function readAll(groups: readonly GroupCounter[], steps: Timeline): Pick<Stats, "total" | "trend"> {
  const [total, trend] = [countFigures(), countTrend(steps)];
  for (const group of groups) {
    total.merge(group.figures);
    trend.merge(group.trend);
  }
  return { total: total.read(), trend: trend.read() };
}

function readGroups(groups: readonly GroupCounter[], rest: GroupCounter): readonly Group[] {
  const named = groups.map((group): Group => ({ ...group.read(), isRest: false }));
  const left: Group = { ...rest.read(), name: null, isRest: true };
  return [...named.sort((one, other) => other.runs - one.runs), ...(left.runs > 0 ? [left] : [])];
}

interface TrendCounter {
  add(run: FlowRun, at: number): void;
  merge(other: TrendCounter): void;
  read(): Trend;
}

function countTrend(steps: Timeline): TrendCounter {
  const runs = Array.from({ length: steps.length }, () => 0);
  const failed = Array.from({ length: steps.length }, () => 0);
  return {
    merge: (other) => {
      const theirs = other.read();
      theirs.runs.forEach((count, index) => (runs[index] = (runs[index] ?? 0) + count));
      theirs.failed.forEach((count, index) => (failed[index] = (failed[index] ?? 0) + count));
    },
    add: (run, at) => {
      const index = steps.indexOf(at);
      runs[index] = (runs[index] ?? 0) + 1;
      if (run.status === "failed") failed[index] = (failed[index] ?? 0) + 1;
    },
    read: () => ({ stepMs: steps.stepMs, runs, failed }),
  };
}

function readBucket(
  bucket: FigureCounter,
  index: number,
  pieces: Timeline,
  window: Pick<StatsPlan, "from" | "to">,
): Bucket {
  const [from, to] = [pieces.startOf(index), pieces.startOf(index + 1)];
  return { from: iso(from), to: iso(to), partial: from < window.from || to > window.to, ...bucket.read() };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
