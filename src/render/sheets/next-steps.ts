import { unnamed } from "../../runs/causes/causes-in-text.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { rankOf } from "../../runs/catalogue/ranks.ts";
import { hasBadRecords } from "./activities.ts";
import { quoteForShell } from "../text/shell-word.ts";

/** A command to type next about a run, and its purpose. */
export interface NextStep {
  readonly purpose: string;
  readonly command: string;
}

/** The surroundings of a run that a command leads to. */
export interface StepsAround {
  /** The run of its flow that failed in the same way before. */
  readonly earlierId: string | null;
  /** Whether something came of it that was not followed to the end. */
  readonly isToFollow: boolean;
}

/**
 * The commands that lead on from a run: to explain its root cause, to see what else it has hit, to the run that failed so
 * before, to what came of it, and to the records that failed. `profile` is the one that the user named, if any. Pure.
 */
export function nextSteps(
  run: FlowRun,
  profile: string | null,
  { earlierId, isToFollow }: StepsAround = nothingAround,
): readonly NextStep[] {
  const { rootCause, batchIds } = run;
  const named = profile === null ? "" : ` --profile ${quoteForShell(profile)}`;
  const steps: NextStep[] = [];
  if (rootCause !== null && rootCause.code !== unnamed) {
    const code = quoteForShell(rootCause.code);
    if (rankOf(rootCause.code) !== null)
      steps.push({ purpose: "all about the root cause", command: `flowrun explain ${code}` });
    steps.push({
      purpose: "what else it has hit",
      command: `flowrun since -P7D --events runs --code ${code}${named}`,
    });
  }
  const show = (id: string, more = ""): string => `flowrun show ${quoteForShell(id)}${more}${named}`;
  if (earlierId !== null) steps.push({ purpose: "the last time that it failed so", command: show(earlierId) });
  if (isToFollow) steps.push({ purpose: "what came of it in the end", command: show(run.runId, " --downstream") });
  if (batchIds.length > 0 && hasFailedRecords(run)) {
    steps.push({ purpose: "the records that failed", command: `flowrun rows ${quoteForShell(run.runId)}${named}` });
  }
  return steps;
}

const nothingAround: StepsAround = { earlierId: null, isToFollow: false };

function hasFailedRecords({ records, activities }: FlowRun): boolean {
  return [{ records }, ...activities].some(hasBadRecords);
}
