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
  readonly encoded: T;
}

/** What is left of a page when its flow runs have been taken out. */
export interface Digest<T> {
  /** Without its entries. */
  readonly page: Page;
  /** In the page's order. */
  readonly candidates: readonly Candidate<T>[];
  /** How many flow runs the page held, whatever the filters say. */
  readonly runs: number;
  /** Events that should be a run and cannot be read. */
  readonly rejects: readonly { readonly position: string; readonly reason: string }[];
}

export interface Digesting<T> {
  readonly events: EventSelection;
  readonly raw: boolean;
  readonly keep: (run: FlowRun) => boolean;
  readonly encode: (run: FlowRun) => T;
}

/** Page → the flow runs that were asked for, encoded. It looks at nothing but its page, so pages can be digested in any order. Pure. */
export function digest<T>(page: Page, { events, raw, keep, encode }: Digesting<T>): Digest<T> {
  const candidates: Candidate<T>[] = [];
  const rejects: { position: string; reason: string }[] = [];
  let found = 0;
  for (const { position, event } of page.entries) {
    const verdict = normalise(position, event, { events, raw });
    found += verdict.runs.length;
    for (const reason of verdict.rejects) rejects.push({ position, reason });
    for (const { key, run } of verdict.runs) {
      if (!keep(run)) continue;
      const { runId, status } = run;
      candidates.push({ key, position, runId, status, encoded: encode(run) });
    }
  }
  return { page: { ...page, entries: [], unparsed: null }, candidates, runs: found, rejects };
}
