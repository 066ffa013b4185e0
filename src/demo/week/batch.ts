import { between, hexFrom, uuidFrom } from "../chance.ts";
import type { Fate, Shape } from "./cast.ts";
import { findFailure, type Failure } from "./failures.ts";
import type { Run } from "./run.ts";

/** `metrics` and `activities` of a batch run that has ended: a copy, then a promotion. Pure. */
export function batchMetrics(run: Run): object {
  const volumes = volumesOf(run);
  const failure = findFailure(run, volumes.failed);
  const middle = Math.round(run.startedAt + (run.completedAt - run.startedAt) * 0.6);
  const copy = copyStep(run, volumes, failure);
  const promotion = promotionStep(run, volumes, failure);
  const steps = {
    both: [
      { ...copy, from: run.startedAt, to: middle },
      { ...promotion, from: middle, to: run.completedAt },
    ],
    copy: [{ ...copy, from: run.startedAt, to: run.completedAt }],
    promotion: [{ ...promotion, from: run.startedAt, to: run.completedAt }],
  }[stepsTaken(run.outcome)];
  const status = statusOf(run.outcome);
  return {
    metrics: {
      durationSummary: duration(run, run.startedAt, run.completedAt),
      ...steps.at(-1)?.amounts,
      statusSummary: {
        status,
        ...errorsOf(failure),
        ...(failure === undefined ? {} : { activityRefs: [activityId(run, failure.step)] }),
      },
    },
    activities: steps.map((step) => renderActivity(run, step, failure?.step === step.kind ? failure : undefined)),
  };
}

/** How much a run moved. */
interface Volumes {
  readonly records: number;
  readonly failed: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly files: number;
}

/** One record in so many fails. */
const failingOneIn: Partial<Record<Fate, number>> = {
  errorsWithinThreshold: 60,
  errorsWithoutDiagnostics: 90,
  partialSuccess: 9,
  unreadableRows: 1,
};

/** How much a batch run moved, and how much of it failed. Pure. */
export function volumesOf({ key, records, outcome }: Run): Volumes {
  const failed = Math.ceil(records / (failingOneIn[outcome] ?? Infinity));
  const bytesEach = between(180, 420, `${key} bytes`);
  return {
    records,
    failed,
    inputBytes: records * bytesEach,
    outputBytes: Math.round((records - failed) * bytesEach * 0.71),
    files: between(1, 8, `${key} files`),
  };
}

function stepsTaken(outcome: Fate): "both" | "copy" | "promotion" {
  if (outcome === "noFiles") return "promotion";
  return copyFails.includes(outcome) || outcome === "cancelled" ? "copy" : "both";
}

const copyFails: readonly Fate[] = ["expiredSecret", "sftpTimeout", "databaseAway"];
const failing: readonly Fate[] = [...copyFails, "noFiles", "unreadableRows"];

/** The status of a run that ended so, in the words of Platform. Pure. */
export function statusOf(outcome: Fate): string {
  if (outcome === "partialSuccess" || outcome === "cancelled") return outcome;
  return failing.includes(outcome) ? "failed" : "success";
}

interface Step {
  readonly kind: Failure["step"];
  readonly amounts: { readonly sizeSummary: object; readonly recordSummary: object; readonly fileSummary: object };
  readonly fileExtensions?: object;
  readonly extensions: object;
  readonly connections: object;
}

function copyStep(run: Run, { inputBytes, files }: Volumes, failure: Failure | undefined): Step {
  const broken = stepsTaken(run.outcome) === "copy";
  const reference = { type: "AdfRunId", ids: [uuidFrom(`${run.key} copy`)] };
  return {
    kind: "copy",
    amounts: {
      sizeSummary: broken ? {} : { inputBytes, outputBytes: inputBytes },
      recordSummary: failure?.inFailedInfo ? { failedInfo: failure.causes } : {},
      fileSummary: broken ? {} : { inputFileCount: files, outputFileCount: files },
    },
    extensions: { type: "incremental" },
    connections: {
      sourceInfo: [{ id: uuidFrom(`source ${run.flow.key}`), type: "SourceConnection", reference }],
    },
  };
}

function promotionStep(run: Run, volumes: Volumes, failure: Failure | undefined): Step {
  const { records, failed, inputBytes, outputBytes, files } = volumes;
  const batch = batchIdOf(run);
  const manifest = `https://platform.adobe.io/data/foundation/export/batches/${batch}/meta?path=`;
  const diagnosed = failure?.causes.some(({ recordCount }) => recordCount !== undefined) ?? false;
  const samples = { failedRecords: `${manifest}row_errors`, sampleErrors: `${manifest}row_error_samples.json` };
  return {
    kind: "promotion",
    amounts:
      run.outcome === "noFiles"
        ? { sizeSummary: { inputBytes: -1 }, recordSummary: {}, fileSummary: { inputFileCount: -1 } }
        : {
            sizeSummary: { inputBytes, outputBytes },
            recordSummary: {
              inputRecordCount: records,
              outputRecordCount: records - failed,
              ...(failed === 0 ? {} : { failedRecordCount: failed }),
            },
            fileSummary: { inputFileCount: files, outputFileCount: failed === records ? 0 : files },
          },
    fileExtensions: { extensions: { manifest: { fileInfo: `${manifest}input_files` } } },
    extensions: { batchId: batch, ...(diagnosed ? { manifest: samples } : {}) },
    connections: {
      targetInfo: [
        {
          id: uuidFrom(`target ${run.flow.key}`),
          type: "TargetConnection",
          reference: { type: "Batch", ids: [batch] },
        },
      ],
    },
  };
}

/** The id of the batch that a run's promotion writes. Pure. */
export function batchIdOf({ key }: Run): string {
  return `01K${hexFrom(`${key} batch`, 23).toUpperCase()}`;
}

/** Whether a batch run came as far as to write a batch. Pure. */
export function writesBatch({ flow, outcome }: Run): boolean {
  return flow.kind === "batch" && outcome !== "inProgress" && stepsTaken(outcome) !== "copy";
}

interface TimedStep extends Step {
  readonly from: number;
  readonly to: number;
}

function renderActivity(run: Run, step: TimedStep, failure: Failure | undefined): object {
  const { sizeSummary, recordSummary, fileSummary } = step.amounts;
  const older = isOlder(run.shape);
  const name = step.kind === "copy" ? `${run.flow.connector} Copy Activity` : "Promotion Activity";
  const detail = failure?.errorDetail === undefined ? {} : { errorDetail: failure.errorDetail };
  const causes = failure === undefined ? {} : { errors: failure.causes };
  const ended = failure === undefined && run.outcome !== "cancelled" ? "success" : statusOf(run.outcome);
  return {
    id: activityId(run, step.kind),
    ...(older ? {} : { name }),
    updatedAtUTC: older ? run.updatedAt : 0,
    durationSummary: duration(run, step.from, step.to),
    ...(older ? {} : { latencySummary: {} }),
    sizeSummary,
    recordSummary,
    fileSummary: { ...fileSummary, ...step.fileExtensions },
    statusSummary: {
      status: ended,
      ...errorsOf(failure),
      extensions: { ...step.extensions, ...detail, ...causes },
    },
    ...step.connections,
  };
}

function errorsOf(failure: Failure | undefined): object {
  return failure === undefined ? {} : { errors: [{ code: failure.code, message: failure.message }] };
}

const activityIds = {
  copy: { older: "copyActivity", newer: "4f008a00-3a04-11eb-adc1-0242ac120002" },
  promotion: { older: "promotionActivity", newer: "37b34f84-1ada-11eb-adc1-0242ac120002" },
} as const;

function activityId({ shape }: Run, step: Failure["step"]): string {
  return activityIds[step][isOlder(shape) ? "older" : "newer"];
}

function isOlder(shape: Shape): boolean {
  return shape === "envelope" || shape === "messages" || shape === "messagesArray";
}

/** One of the older wrappers counts a run's times in seconds, beside milliseconds everywhere else. */
function duration({ shape }: Run, from: number, to: number): object {
  const unit = shape === "envelope" ? 1000 : 1;
  return { startedAtUTC: Math.floor(from / unit), completedAtUTC: Math.floor(to / unit) };
}
