import { FlowrunError } from "../../../errors.ts";
import { areInColumns } from "../../../engine/archive/figure-fields.ts";
import type { Extent } from "../../../engine/sources/archive.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import { emptyTally } from "../../../engine/pump.ts";
import type { Notice } from "../../../notices.ts";
import type { AbsenceCounter } from "../../../runs/figures/absent-spans.ts";
import type { Stats } from "../../../runs/figures/stats.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { createQuota } from "../reading/quota.ts";
import { readWindow, runTarget } from "../reading/read-window.ts";
import type { Session } from "../reading/session.ts";
import { tooManyFlows } from "../too-many-flows.ts";
import { timeOf } from "../../../text/time-text.ts";

/**
 * Hands over each run of a session's window, to its end.
 * @param extent how much of each is wanted, unless the session's filters look at more.
 */
export async function countRuns(
  session: Session,
  start: JournalStart,
  add: (run: FlowRun) => void,
  extent: Extent = { starts: false, organisations: false },
): Promise<void> {
  const wanted = areInColumns(session.options.looksAt) ? extent : "all";
  await readWindow(session, { start, follow: false, onExpired: "fail", extent: wanted }, runTarget(add));
  // Figures of half a window would pass for those of the whole.
  session.host.signal.throwIfAborted();
}

/** A stretch of time, epoch milliseconds. */
export interface CountedSpan {
  readonly from: number;
  readonly to: number;
}

/** The window that was asked for. */
export interface AskedSpan {
  readonly start: JournalStart;
  readonly until: number | null;
  readonly now: number;
}

/**
 * The window as it was asked for, as far as its source goes back.
 * @param reach the first moment of which that has anything; -Infinity where it may have all.
 * @throws FlowrunError `usage` where the window ends before that.
 */
export function spanOf({ start, ...told }: AskedSpan, reach: number): CountedSpan {
  const to = endOf(told);
  const from = start.kind === "time" ? Math.max(start.at, reach) : reach;
  if (from <= to) return { from, to };
  throw new FlowrunError("usage", "nothing is left of that window", {
    why: `it ends at ${new Date(to).toISOString()}, and what is known begins at ${new Date(reach).toISOString()}`,
    hint: "take what there is: -P7D",
  });
}

/** The warning that figures tell of the absences of some flows only. Pure. */
export function leftOutOf({ absent }: Stats, { leavesOut }: Pick<AbsenceCounter, "leavesOut">): readonly Notice[] {
  return absent !== null && leavesOut() ? [tooManyFlows] : [];
}

/** When it ends. Pure. */
export function endOf({ until, now }: Omit<AskedSpan, "start">): number {
  return Math.min(now, until ?? now);
}

/** From the first run of a file to the last, or to where the window ends; it takes a reading of its own that says nothing. */
export async function spanOfFile(session: Session, { until, now }: AskedSpan): Promise<CountedSpan> {
  const times = { from: Infinity, to: -Infinity };
  const silent = { ...session.reporter, notify: () => undefined };
  const apart = { ...session, reporter: silent, tally: emptyTally(), quota: createQuota(session.options.max) };
  await countRuns(apart, { kind: "oldest" }, ({ updatedAt }) => {
    const at = timeOf(updatedAt);
    if (at < times.from) times.from = at;
    if (at > times.to) times.to = at;
  });
  const last = times.from <= times.to ? times.to : now;
  const to = until === null ? last : Math.min(now, until);
  return { from: Math.min(times.from, to), to };
}
