import type { Entry } from "../adobe/journal/page.ts";
import { reasonOf } from "../errors.ts";
import type { FlowRun } from "../runs/record/flow-run.ts";
import { normalise, type Normalising } from "../runs/events/normalise.ts";
import type { Batch, Candidate, Fault, FirstLater } from "./sources/source.ts";

/** The flow runs of events, and why some of them hold none; the events themselves are let go. */
export type Digest<T> = Pick<Batch<T>, "candidates" | "runs" | "rejects" | "withoutRaw" | "firstLater">;

/** Which events and runs are wanted, and in which form runs are handed on. */
export interface Digesting<T> extends Normalising {
  readonly keep: (run: FlowRun) => boolean;
  /** Whether a run is later than the window's end; where that is told, the first such run is. */
  readonly isLater?: (run: FlowRun) => boolean;
  /** @param bytes of the run's event, where its source still has those in which it was sent. */
  readonly encode: (run: FlowRun, bytes?: Entry["bytes"]) => T;
}

/** Events as delivered, and where each stands in its source. */
interface Events {
  readonly entries: readonly Entry[];
}

/**
 * Events → the flow runs that were asked for, encoded, in the events' order. It looks at nothing but them, so pages can
 * be digested in any order. Nothing that an event holds makes it throw: one that no step can cope with is a reject. Pure.
 */
export function digest<T>({ entries }: Events, { keep, isLater, encode, ...reading }: Digesting<T>): Digest<T> {
  const candidates: Candidate<T>[] = [];
  const rejects: Fault[] = [];
  const withoutRaw: Fault[] = [];
  let found = 0;
  let firstLater: FirstLater | null = null;
  let [before, own] = ["", ""];
  for (const { position, event, bytes } of entries) {
    // Events that share a position are read again together.
    if (position !== own) [before, own] = [own, position];
    const reject = (reason: string): void => {
      rejects.push({ position, reason });
    };
    guarded(reject, () => {
      const verdict = normalise(position, event, reading);
      found += verdict.runs.length;
      verdict.rejects.forEach(reject);
      const already = candidates.length;
      if (firstLater === null && isLater !== undefined && verdict.runs.some(({ run }) => isLater(run))) {
        firstLater = { after: before === "" ? null : before, candidates: already };
      }
      for (const { key, run } of verdict.runs) {
        guarded(reject, () => {
          if (!keep(run)) return;
          const { runId, status } = run;
          candidates.push({ key, position, runId, status, encoded: encode(run, bytes) });
        });
      }
      const reason = verdict.withoutRaw;
      if (reason !== undefined && candidates.length > already) withoutRaw.push({ position, reason });
    });
  }
  return { candidates, runs: found, rejects, withoutRaw, firstLater };
}

/**
 * Runs out of a bound that nobody thought of (a stack, the length of a text) with one event, and not with the reading.
 * What is known to go wrong is a verdict of its own, so whoever sees this reason has found a bug.
 */
export function guarded(reject: (reason: string) => void, work: () => void): void {
  try {
    work();
  } catch (error) {
    reject(`flowrun failed on it (${reasonOf(error)})`);
  }
}
