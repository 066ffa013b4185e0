import { renderCount, renderDuration } from "../text/numbers.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";
import { wrap } from "../text/wrap.ts";

/** A failed run's flow before and after it, as far as that is known; times are epoch milliseconds. */
export interface RunPast {
  /** The last time before that the flow failed by the same root cause, and how many of its runs did in all. */
  readonly earlier: {
    readonly runId: string;
    readonly failedAt: number;
    readonly count: number;
    /** When the flow succeeded next; `null` where it did not. */
    readonly recoveredAt: number | null;
  } | null;
  /** When the flow succeeded next after this run; `null` where it did not, or nobody knows. */
  readonly recoveredAt: number | null;
}

/** Whether a failure was met before, in sentences of lines of at most `width` columns. Pure but for `time`. */
export function renderPast(
  { earlier, isNew }: Pick<RunPast, "earlier"> & { readonly isNew: boolean },
  { time, width }: { readonly time: TimeTelling; readonly width: number },
): readonly string[] {
  if (earlier === null) return isNew ? wrap("NEW: this flow has not failed so before.", width) : [];
  const { failedAt, count, recoveredAt } = earlier;
  const recovery =
    recoveredAt === null ? "did not recover before this" : `recovered after ${renderDuration(recoveredAt - failedAt)}`;
  const often = count === 1 ? "" : ` ${renderCount(count)} of its runs did; that was the last of them.`;
  return wrap(`This flow failed so before on ${renderMoment(failedAt, time)}, and ${recovery}.${often}`, width);
}

/** When a flow recovered, and how long that was after a failure. Pure but for `time`. */
export function renderRecovery(recoveredAt: number, failed: string | null, time: TimeTelling): string {
  const after = failed === null ? "" : `, ${renderDuration(recoveredAt - Date.parse(failed))} later`;
  return `${renderMoment(recoveredAt, time)}${after}`;
}

/** A moment in epoch milliseconds as a time is told. Pure but for `time`. */
export function renderMoment(at: number, time: TimeTelling): string {
  return renderTime(new Date(at).toISOString(), time);
}
