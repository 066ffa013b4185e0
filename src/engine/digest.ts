import { reasonOf } from "../errors.ts";
import type { Page } from "../adobe/journal/page.ts";
import type { EventSelection } from "../runs/events/event-selection.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { normalise } from "../runs/events/normalise.ts";

/** A flow run that passed the filters, in the form its sink takes; what else must be known of it stands beside. */
export interface Candidate<T> {
  /** The same whenever the event is delivered again, and short whatever the event calls itself. */
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
  readonly rejects: readonly Fault[];
  /** Events whose candidates come without the event as delivered, although it was asked for. */
  readonly withoutRaw: readonly Fault[];
}

/** What is wrong with an event, as the end of a sentence about it. */
export interface Fault {
  readonly position: string;
  readonly reason: string;
}

export interface Digesting<T> {
  readonly events: EventSelection;
  readonly raw: boolean;
  readonly keep: (run: FlowRun) => boolean;
  readonly encode: (run: FlowRun) => T;
}

/**
 * Page → the flow runs that were asked for, encoded. It looks at nothing but its page, so pages can be digested in any
 * order. Nothing that an event holds makes it throw: one that no step can cope with is a reject. Pure.
 */
export function digest<T>(page: Page, { events, raw, keep, encode }: Digesting<T>): Digest<T> {
  const candidates: Candidate<T>[] = [];
  const rejects: Fault[] = [];
  const withoutRaw: Fault[] = [];
  let found = 0;
  for (const { position, event } of page.entries) {
    const reject = (reason: string): void => {
      rejects.push({ position, reason });
    };
    attempt(reject, () => {
      const verdict = normalise(position, event, { events, raw });
      found += verdict.runs.length;
      verdict.rejects.forEach(reject);
      const before = candidates.length;
      for (const { key, run } of verdict.runs) {
        attempt(reject, () => {
          if (!keep(run)) return;
          const { runId, status } = run;
          candidates.push({ key, position, runId, status, encoded: encode(run) });
        });
      }
      const reason = verdict.withoutRaw;
      if (reason !== undefined && candidates.length > before) withoutRaw.push({ position, reason });
    });
  }
  return { page: { ...page, entries: [], unparsed: null }, candidates, runs: found, rejects, withoutRaw };
}

/**
 * Runs out of a bound that nobody thought of (a stack, the length of a text) with one event, and not with the reading.
 * What is known to go wrong is a verdict of its own, so whoever sees this reason has found a bug.
 */
function attempt(reject: (reason: string) => void, work: () => void): void {
  try {
    work();
  } catch (error) {
    reject(`flowrun failed on it (${reasonOf(error)})`);
  }
}
