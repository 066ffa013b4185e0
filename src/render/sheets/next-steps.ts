import { pathSegment } from "../../text/path-segment.ts";
import { unnamed } from "../../runs/causes/causes-in-text.ts";
import type { FlowRun } from "../../runs/record/flow-run.ts";
import { rankOf } from "../../runs/catalogue/ranks.ts";
import { quoteForShell } from "../text/shell-word.ts";

/** A command to type next about a run, and its purpose. */
export interface NextStep {
  readonly purpose: string;
  readonly command: string;
}

/**
 * The commands that lead on from a run: to explain its root cause, to see what else it has hit, and to find the records
 * that failed. `profile` is the one that the user named, if any. Pure.
 */
export function nextSteps(run: FlowRun, profile: string | null): readonly NextStep[] {
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
  if (!hasFailedRecords(run)) return steps;
  const ids = batchIds.map(pathSegment).filter((id) => id !== null);
  const paths = ids.map((id) => `GET ${exportUrl}/batches/${id}/meta?path=row_errors`);
  return [...steps, ...paths.map((command) => ({ purpose: "the records that failed", command }))];
}

/** The Data Access API (Adobe: Data Access API guide). */
const exportUrl = "https://platform.adobe.io/data/foundation/export";

function hasFailedRecords({ records, activities }: FlowRun): boolean {
  return [{ records }, ...activities].some(({ records: { failed } }) => failed !== null && failed > 0);
}
