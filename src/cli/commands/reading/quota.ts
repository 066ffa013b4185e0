import { FlowrunError } from "../../../errors.ts";

/** How many runs are wanted, over all readings of a command. */
export interface Quota {
  /** Asked once for each run, before it is taken: whether it is wanted, and whether another one would be. */
  claim(): "more" | "last" | "none";
  isFull(): boolean;
  /** Whether so many, and no more, are wanted. */
  readonly isBounded: boolean;
  /** A reading fails with this, instead of handing over a run that is not wanted any more. */
  readonly full: FlowrunError;
}

/** @param most `Infinity` where all are wanted. */
export function createQuota(most: number): Quota {
  let left = most;
  return {
    claim: () => {
      if (left <= 0) return "none";
      left -= 1;
      return left === 0 ? "last" : "more";
    },
    isFull: () => left <= 0,
    isBounded: most !== Infinity,
    full: new FlowrunError("aborted", "all the runs that were wanted are there"),
  };
}
