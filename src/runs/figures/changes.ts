import type { Figures } from "./figures.ts";
import type { RootCause } from "./frequent-causes.ts";
import type { Grouping } from "./grouping.ts";

/** How often something came in a window, against how often it came in the one before. */
export type ChangeWord = "new" | "gone" | "more" | "fewer" | "same";

/**
 * Figures less those of the window before. `null` where either is unknown; counts and sums are unknown as well where
 * only a part of the window before is.
 */
export interface Difference {
  readonly runs: number | null;
  readonly success: number | null;
  readonly partialSuccess: number | null;
  readonly failed: number | null;
  readonly other: number | null;
  /** In percentage points, to the hundredth. */
  readonly successRatePoints: number | null;
  readonly durationMs: { readonly p50: number | null; readonly p95: number | null; readonly max: number | null };
  readonly records: { readonly input: number | null; readonly output: number | null; readonly failed: number | null };
  readonly bytes: { readonly input: number | null; readonly output: number | null };
}

/** A group of either window, and what became of it. */
export interface GroupChange extends GroupName {
  /** By the number of runs; `null` where the windows do not tell. */
  readonly change: ChangeWord | null;
  /** `null` where it may be among the rest of that window, for which there were too many groups. */
  readonly runs: number | null;
  readonly previousRuns: number | null;
  readonly difference: Difference | null;
}

/** A root cause of either window, and what became of it. */
export interface CauseChange extends Pick<RootCause, "code" | "message"> {
  /** By the count; `null` where the windows do not tell. */
  readonly change: ChangeWord | null;
  /** `null` where it may be among the rest of that window, for which there were too many codes. */
  readonly count: number | null;
  readonly previousCount: number | null;
  /** In both windows together, RFC 3339. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** The name of a group, by which the same one is found in another window. */
export interface GroupName {
  readonly key: string | null;
  readonly name: string | null;
  readonly isRest: boolean;
}

/** The figures of one window less those of the one before. Pure. */
export function subtractFigures(now: Figures, before: Figures, isPartial: boolean): Difference {
  const counted = (one: number | null, other: number | null): number | null => (isPartial ? null : minus(one, other));
  return {
    runs: counted(now.runs, before.runs),
    success: counted(now.success, before.success),
    partialSuccess: counted(now.partialSuccess, before.partialSuccess),
    failed: counted(now.failed, before.failed),
    other: counted(now.other, before.other),
    successRatePoints: pointsBetween(now.successRate, before.successRate),
    durationMs: {
      p50: minus(now.durationMs.p50, before.durationMs.p50),
      p95: minus(now.durationMs.p95, before.durationMs.p95),
      max: counted(now.durationMs.max, before.durationMs.max),
    },
    records: {
      input: counted(now.records.input, before.records.input),
      output: counted(now.records.output, before.records.output),
      failed: counted(now.records.failed, before.records.failed),
    },
    bytes: {
      input: counted(now.bytes.input, before.bytes.input),
      output: counted(now.bytes.output, before.bytes.output),
    },
  };
}

/**
 * Each group of either window with what became of it, the worst first: more failures, a lower success rate, more runs with an
 * error code, fewer runs of anything else. `nothing` stands for a group that did not come. Pure.
 */
export function compareGroups<G extends GroupName & Figures>(
  now: readonly G[],
  before: readonly G[],
  { by, isPartial, nothing }: { readonly by: Grouping | null; readonly isPartial: boolean; readonly nothing: Figures },
): readonly GroupChange[] {
  const changes = pairUp(now, before, groupId).map(({ here, there, isRest, one }): GroupChange => {
    const [runs, previousRuns] = [runsOf(here), runsOf(there)];
    const isKnown = runs !== null && previousRuns !== null;
    return {
      key: one.key,
      name: here?.name ?? one.name,
      isRest: one.isRest,
      change: isRest ? null : changeOf(runs, previousRuns, isPartial),
      runs,
      previousRuns,
      difference: isKnown ? subtractFigures(here ?? nothing, there ?? nothing, isPartial) : null,
    };
  });
  const isBadToCome = by === "code";
  return changes
    .map((change) => ({ change, weight: weigh(change, isBadToCome && change.key !== null) }))
    .sort((one, other) => compareWeights(one.weight, other.weight))
    .map(({ change }) => change);
}

/** Each root cause of either window with what became of it, the one that grew most first. Pure. */
export function compareCauses(
  now: readonly RootCause[],
  before: readonly RootCause[],
  isPartial: boolean,
): readonly CauseChange[] {
  const changes = pairUp(now, before, causeId).map(({ here, there, isRest, one }): CauseChange => {
    const [count, previousCount] = [countOf(here), countOf(there)];
    return {
      code: one.code,
      message: here?.message ?? one.message,
      change: isRest ? null : changeOf(count, previousCount, isPartial),
      count,
      previousCount,
      firstSeen: earlier(here?.firstSeen ?? one.firstSeen, there?.firstSeen ?? one.firstSeen),
      lastSeen: later(here?.lastSeen ?? one.lastSeen, there?.lastSeen ?? one.lastSeen),
    };
  });
  return changes.toSorted((one, other) => growthOf(other) - growthOf(one));
}

/** A group's name as one word, for looking it up. Pure. */
export function groupId({ key, isRest }: Pick<GroupName, "key" | "isRest">): string {
  return isRest ? restId : `:${key ?? "null"}`;
}

/** By how much a root cause grew, as far as both counts are known. Pure. */
export function growthOf({ count, previousCount }: Pick<CauseChange, "count" | "previousCount">): number {
  return count === null || previousCount === null ? 0 : count - previousCount;
}

function minus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one - other;
}

function pointsBetween(one: number | null, other: number | null): number | null {
  const points = minus(one, other);
  // Never -0, which JSON knows nothing of.
  return points === null ? null : Math.round(points * 10_000) / 100 + 0;
}

const restId = "rest";

function causeId({ code }: Pick<RootCause, "code">): string {
  return code === null ? restId : `:${code}`;
}

/** One thing in both windows: `null` where it did not come, `undefined` where that cannot be told. */
interface Pair<T> {
  readonly here: T | null | undefined;
  readonly there: T | null | undefined;
  readonly isRest: boolean;
  /** Of whichever window has it, this one first. */
  readonly one: T;
}

function pairUp<T>(now: readonly T[], before: readonly T[], idOf: (one: T) => string): readonly Pair<T>[] {
  const [here, there] = [now, before].map((all) => new Map(all.map((one) => [idOf(one), one])));
  const find = (all: Map<string, T> | undefined, id: string): T | null | undefined =>
    all?.get(id) ?? (all?.has(restId) === true ? undefined : null);
  const ones = new Map([...before, ...now].map((one) => [idOf(one), one]));
  const ids = new Set([...now, ...before].map(idOf));
  return [...ids].flatMap((id) => {
    const one = ones.get(id);
    return one === undefined ? [] : [{ here: find(here, id), there: find(there, id), isRest: id === restId, one }];
  });
}

/** How often it came; `null` for what may be among the rest. */
function runsOf(group: Figures | null | undefined): number | null {
  return group === undefined ? null : (group?.runs ?? 0);
}

function countOf(cause: RootCause | null | undefined): number | null {
  return cause === undefined ? null : (cause?.count ?? 0);
}

/** Of a window that is known in part it is known how often something came at least. */
function changeOf(now: number | null, before: number | null, isPartial: boolean): ChangeWord | null {
  if (now === null || before === null) return null;
  if (isPartial && before <= now) return null;
  if (before === 0) return "new";
  if (now === 0) return "gone";
  return now === before ? "same" : now > before ? "more" : "fewer";
}

function weigh({ difference }: GroupChange, isBadToCome: boolean): readonly number[] {
  const runs = difference?.runs ?? 0;
  return [difference?.failed ?? 0, -(difference?.successRatePoints ?? 0), isBadToCome ? runs : -runs];
}

function compareWeights(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((weight, index) => weight !== other[index]);
  return at === -1 ? 0 : (other[at] ?? 0) - (one[at] ?? 0);
}

function earlier(one: string, other: string): string {
  return Date.parse(one) <= Date.parse(other) ? one : other;
}

function later(one: string, other: string): string {
  return Date.parse(one) >= Date.parse(other) ? one : other;
}
