import type { Page } from "./journal/page.ts";
import type { EventSelection } from "./runs/event-selection.ts";
import type { FlowRun } from "./runs/flow-run.ts";
import { normalise } from "./runs/normalise.ts";

/** A flow run that passed the filters, in the form its sink takes; what else must be known of it stands beside. */
export interface Candidate<T> {
  /** The same whenever the event is delivered again. */
  readonly key: string;
  readonly position: string;
  readonly runId: string;
  readonly status: string;
  /** `null` for a run that the condition (`--where`) drops: it is only counted. */
  readonly encoded: T | null;
}

/** What is left of a page when its flow runs have been taken out. */
export interface Digest<T> {
  /** Without its entries. */
  readonly page: Page;
  /** In the page's order. */
  readonly candidates: readonly Candidate<T>[];
  /** Events that should be a run and cannot be read. */
  readonly rejects: readonly { readonly position: string; readonly reason: string }[];
  /** When the last of its runs was updated, epoch milliseconds: how far a reading has come. */
  readonly reachedAt: number | null;
}

export interface Digesting<T> {
  readonly events: EventSelection;
  readonly raw: boolean;
  readonly keep: (run: FlowRun) => boolean;
  /** A condition that is counted apart; `null` where there is none. */
  readonly where: ((run: FlowRun) => boolean) | null;
  readonly encode: (run: FlowRun) => T;
}

/** Page → the flow runs that were asked for, encoded. It looks at nothing but its page, so pages can be digested in any order. Pure. */
export function digest<T>(page: Page, { events, raw, keep, where, encode }: Digesting<T>): Digest<T> {
  const candidates: Candidate<T>[] = [];
  const rejects: { position: string; reason: string }[] = [];
  let updatedAt: string | null = null;
  for (const { position, event } of page.entries) {
    const verdict = normalise(position, event, { events, raw });
    for (const reason of verdict.rejects) rejects.push({ position, reason });
    for (const { key, run } of verdict.runs) {
      updatedAt = run.updatedAt ?? updatedAt;
      if (!keep(run)) continue;
      const { runId, status } = run;
      const isMatch = where === null || where(run);
      candidates.push({ key, position, runId, status, encoded: isMatch ? encode(run) : null });
    }
  }
  const reachedAt = updatedAt === null ? null : Date.parse(updatedAt);
  return { page: { ...page, entries: [] }, candidates, rejects, reachedAt };
}
