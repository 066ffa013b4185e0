import type { AbsenceCounter } from "./absent-spans.ts";
import type { FlowRun } from "../record/flow-run.ts";
import { compareCauses, compareGroups, subtractFigures } from "./changes.ts";
import { countFigures } from "./figures.ts";
import { countStats, type Stats, type StatsPlan } from "./stats.ts";
import { timeOf } from "../../text/time-text.ts";

/** Counts the runs of a window and of the one before it; `read` sets the two beside each other. */
export interface CompareCounter extends Pick<AbsenceCounter, "pass" | "lack" | "leavesOut"> {
  /** For the runs of one source, in its order: one that does not say when it was updated goes with the run before. */
  lane(): (run: FlowRun) => void;
  /** @param knownFrom since when the source has runs, epoch milliseconds. */
  read(knownFrom: number): Stats;
}

/** When the window before begins, which is as long and ends where this one begins. Epoch milliseconds. Pure. */
export function beginBefore({ from, to }: Pick<StatsPlan, "from" | "to">): number {
  return from - Math.max(0, to - from);
}

/**
 * Counts a window and the one before it in one reading, each in bounded memory. A run belongs to the window in which it
 * was updated: at the seam to the later one, and to neither where it was before both.
 */
export function countCompared(plan: Omit<StatsPlan, "bucketMs">): CompareCounter {
  const begin = beginBefore(plan);
  const now = countStats({ ...plan, bucketMs: null });
  const before = countStats({ ...plan, from: begin, to: plan.from, bucketMs: null });
  return {
    lane: () => {
      let at = begin;
      return (run) => {
        at = run.updatedAt === null ? at : timeOf(run.updatedAt);
        if (at >= begin) (at >= plan.from ? now : before).add(run);
      };
    },
    pass: (run) => {
      const at = run.updatedAt === null ? -Infinity : timeOf(run.updatedAt);
      if (at >= begin) (at >= plan.from ? now : before).pass(run);
    },
    lack: (part) => {
      now.lack(part);
      before.lack(part);
    },
    leavesOut: () => now.leavesOut() || before.leavesOut(),
    read: (knownFrom) => compareStats(now.read(), before.read(), knownFrom),
  };
}

/** The figures of a window beside those of the one before, which the source has from `knownFrom` on. Pure. */
function compareStats(now: Stats, before: Stats, knownFrom: number): Stats {
  const { from, to, total, trend, groups, rootCauses, absent } = before;
  const isPartial = knownFrom > Date.parse(from);
  const isUnknown = isPartial && knownFrom >= Date.parse(to);
  const previous = {
    from,
    to,
    partial: isPartial,
    knownFrom: isUnknown ? null : isPartial ? new Date(knownFrom).toISOString() : from,
    total,
    trend,
    groups,
    rootCauses,
    absent,
  };
  if (isUnknown) return { ...now, previous };
  const nothing = countFigures().read();
  const changes = {
    difference: subtractFigures(now.total, total, isPartial),
    groups: compareGroups(now.groups, groups, { by: now.by, isPartial, nothing }),
    rootCauses: compareCauses(now.rootCauses, rootCauses, isPartial),
  };
  return { ...now, previous, changes };
}
