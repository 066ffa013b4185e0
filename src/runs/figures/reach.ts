import type { FlowRun } from "../record/flow-run.ts";
import { timeOf } from "../../text/time-text.ts";

/** Looks at the runs of a file to tell since when it has them. */
export interface ReachWatch {
  note(run: Pick<FlowRun, "updatedAt">): void;
  /** Since when the runs tell of a stretch that begins at `from`: by then at the earliest. Epoch milliseconds. */
  knownFrom(from: number): number;
}

/**
 * A file does not say what it lacks. A silence at its beginning that is no longer than others after it is one of those;
 * a longer one is taken for runs that the file does not have. Runs are noted in the file's order, whatever filters say.
 */
export function watchReach(): ReachWatch {
  let [first, last, silence] = [Infinity, -Infinity, 0];
  return {
    note: ({ updatedAt }) => {
      const at = timeOf(updatedAt);
      if (Number.isNaN(at)) return;
      if (at > last && last !== -Infinity) silence = Math.max(silence, at - last);
      first = Math.min(first, at);
      last = Math.max(last, at);
    },
    knownFrom: (from) => (first - from <= silence ? from : first),
  };
}
