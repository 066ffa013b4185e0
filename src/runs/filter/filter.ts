import type { FlowRun } from "../record/flow-run.ts";
import {
  codeCriterion,
  flowCriterion,
  runCriterion,
  sandboxCriterion,
  statusCriterion,
  type Criterion,
} from "./criterion.ts";
import { openWatch, type WatchedFilter } from "./watch.ts";
import { timeOf } from "../../text/time-text.ts";

/** The words of the filter options, as the user gave them; nothing, or no word, filters nothing (but see `status`). */
export interface FilterWords {
  /** Statuses in any case, or `all`; by default everything but `inProgress`. */
  readonly status?: readonly string[] | undefined;
  /** Flow ids or beginnings of them, names, or globs. */
  readonly flow?: readonly string[] | undefined;
  /** Run ids or beginnings of them. */
  readonly run?: readonly string[] | undefined;
  /** Names of sandboxes, or globs. */
  readonly sandbox?: readonly string[] | undefined;
  /** Globs over the code of every error and cause, in any case. */
  readonly code?: readonly string[] | undefined;
  /** Drops the runs that were updated later than this, in epoch milliseconds. */
  readonly untilMs?: number | undefined;
  /** Further conditions, all of which must hold. */
  readonly conditions?: readonly Criterion[] | undefined;
}

/**
 * The runs that all filter options ask for together: any word of one option, and every option (docs/conditions.md).
 * @param spell how an option is told back to who gave it: `--flow`.
 */
export function compileFilter(words: FilterWords, spell = (option: string): string => `--${option}`): WatchedFilter {
  const { status = [], flow = [], run = [], sandbox = [], code = [], untilMs, conditions = [] } = words;
  const isAnyStatus = status.some((word) => word.trim().toLowerCase() === "all");
  const criteria = [
    ...(status.length === 0 || isAnyStatus ? [] : [statusCriterion(status)]),
    ...(flow.length === 0 ? [] : [flowCriterion(flow)]),
    ...(run.length === 0 ? [] : [runCriterion(run)]),
    ...(sandbox.length === 0 ? [] : [sandboxCriterion(sandbox)]),
    ...(code.length === 0 ? [] : [codeCriterion(code)]),
    ...conditions,
  ];
  const watch = openWatch(criteria, { spell, leavesOutBegun: status.length === 0 });
  return {
    ...watch,
    keep: untilMs === undefined ? watch.keep : (one) => isNotAfter(one, untilMs) && watch.keep(one),
  };
}

/** A run that does not say when it was updated is kept: nothing speaks against it. */
function isNotAfter({ updatedAt }: FlowRun, untilMs: number): boolean {
  return updatedAt === null || timeOf(updatedAt) <= untilMs;
}
