/**
 * flowrun for programs. Importing it does nothing: V8's flags, signals and the umask belong to the program, and so do
 * stdout and stderr.
 */
import { openNodeWorld } from "./node-host.ts";
import type { ReadRunsOptions } from "./library/options.ts";
import type { OpenArchiveOptions, RunArchive } from "./library/open-archive.ts";
import type { ReadJobsOptions } from "./library/read-jobs.ts";
import { openReading, type RunReading } from "./library/read-runs.ts";
import type { Job } from "./runs/job/job.ts";

/**
 * Reads flow runs from the journal, each once, in its order, to its end or (with `follow`) for ever. Leaving the loop
 * closes all connections.
 * @throws FlowrunError when the first run is asked for and the options, the settings or the mark cannot be right, and as
 * the reading fails for good; the signal's reason once it aborts.
 */
export function readRuns(options: ReadRunsOptions): RunReading {
  return openReading(options, () => openNodeWorld({ tuneV8: () => undefined }));
}

/**
 * Reads events of Lytics, each once, oldest first, to the newest or (with `follow`) for ever. None of them is a flow run. Leaving
 * the loop closes all connections.
 * @throws FlowrunError when the first event is asked for and the options or the settings cannot be right, and as the reading
 * fails for good; the signal's reason once it aborts.
 */
export async function* readJobs(options: ReadJobsOptions): AsyncGenerator<Job, void, undefined> {
  const { openJobReading } = await import("./library/read-jobs.ts");
  yield* openJobReading(options, () => openNodeWorld({ tuneV8: () => undefined }));
}

/**
 * Opens the archive of a profile, or the one at a place, to read it. Nothing of it is changed, and Adobe is asked nothing.
 * @throws FlowrunError where the options or the settings cannot be right, and where there is no archive, or none that can
 * be read.
 */
export async function openArchive(options: OpenArchiveOptions = {}): Promise<RunArchive> {
  const { openIn } = await import("./library/open-archive.ts");
  return openIn(options, openNodeWorld({ tuneV8: () => undefined }));
}

export { runsIn, type RunsInOptions } from "./library/runs-in.ts";
export { explain, type CatalogueEntry } from "./runs/catalogue/catalogue.ts";
export { summarise, type SummariseOptions } from "./library/summarise.ts";
export { where } from "./library/where.ts";
export { FlowrunError, type FailureDetails, type FailureKind } from "./errors.ts";
export type { JournalSettings, ReadRunsOptions, RunFilters, StopSignal } from "./library/options.ts";
export type { JobFilters, LyticsSettings, ReadJobsOptions } from "./library/read-jobs.ts";
export type { Words } from "./library/words.ts";
export type { RunReading } from "./library/read-runs.ts";
export type {
  ArchivedRunsOptions,
  ArchivedStretch,
  ArchiveSummary,
  OpenArchiveOptions,
  RunArchive,
} from "./library/open-archive.ts";
export type { Notice } from "./notices.ts";
export type {
  Activity,
  Amounts,
  Cause,
  RunConnection,
  FlowRun,
  Records,
  RunCause,
  RunError,
  Service,
  Side,
} from "./runs/record/flow-run.ts";
export type { Bucket, Changes, Group, PreviousWindow, Stats, Trend } from "./runs/figures/stats.ts";
export type { CauseChange, ChangeWord, Difference, GroupChange, GroupName } from "./runs/figures/changes.ts";
export type { FlowRecord, LostRun } from "./runs/cadence/flow-record.ts";
export type { WorkRecord } from "./runs/cadence/work-record.ts";
export type { Job, RelatedSubject } from "./runs/job/job.ts";
export type { FlowState } from "./runs/cadence/judge.ts";
export type { Figures } from "./runs/figures/figures.ts";
export type { Grouping } from "./runs/figures/grouping.ts";
export type { Quantiles } from "./runs/figures/quantiles.ts";
export type { RootCause } from "./runs/figures/frequent-causes.ts";
export type { Family } from "./runs/catalogue/code-forms.ts";
export type { Rank } from "./runs/catalogue/ranks.ts";
