import { between, uuidFrom } from "../chance.ts";
import type { Outcome } from "./cast.ts";
import { findFailure, type Failure } from "./failures.ts";
import type { Run } from "./run.ts";

/** `metrics` and `activities` of a batch run that has ended: a copy, then a promotion (flow-runs.md §2.1, §2.2). Pure. */
export function batchMetrics(run: Run): object {
  const volumes = volumesOf(run);
  const failure = findFailure(run, volumes.failed);
  const steps = stepsOf(run.outcome).map((step) => activity(step, run, volumes, failure));
  const { id, durationSummary, sizeSummary, recordSummary, fileSummary } = steps.at(-1) ?? copyStep(run, volumes);
  const noFiles = run.outcome === "noFiles";
  return {
    metrics: {
      durationSummary: noFiles
        ? { startedAtUTC: run.startedAt }
        : { ...durationSummary, startedAtUTC: stamp(run, run.startedAt) },
      sizeSummary: { ...sizeSummary, ...(steps.length > 1 ? { inputBytes: volumes.inputBytes } : {}) },
      ...(noFiles ? {} : { recordSummary }),
      ...("inputFileCount" in fileSummary ? { fileSummary } : {}),
      statusSummary: {
        status: statusOf(run.outcome),
        ...errorsOf(failure),
        ...(failure === undefined ? {} : { activityRefs: [id] }),
      },
    },
    activities: steps.map(({ extensions, failed, ...step }) => ({
      ...step,
      fileSummary: { ...step.fileSummary, ...manifestOf(run, step.targetInfo !== undefined) },
      statusSummary: {
        status: failed ? statusOf(run.outcome) : "success",
        ...(failed ? errorsOf(failure) : {}),
        extensions,
      },
    })),
  };
}
