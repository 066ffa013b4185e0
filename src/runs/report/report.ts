import type { FlowState } from "../cadence/judge.ts";
import type { WorkRecord } from "../cadence/work-record.ts";
import type { Figures } from "../figures/figures.ts";
import type { RootCause } from "../figures/frequent-causes.ts";
import type { RunCause } from "../record/flow-run.ts";

/**
 * All that a report shows of a window. Times are epoch ms, lengths are ms, unknown is `null`. Its size is bounded, however
 * many runs there were.
 */
export interface Report {
  /** The window. */
  readonly from: number;
  readonly to: number;
  /** When it was counted. */
  readonly madeAt: number;
  readonly total: Figures;
  /** The organisations that the runs name, ten at most. */
  readonly organisations: readonly string[];
  /** The flows that most is wrong with first. */
  readonly flows: readonly ReportedFlow[];
  /** Runs of flows that there was no room for. */
  readonly runsLeftOut: number;
  readonly buckets: readonly OutcomeBucket[];
  /** Those that are still silent first; `null` where the runs that were asked for do not tell. */
  readonly absences: readonly Absence[] | null;
  /** Of the runs that failed, most frequent first. */
  readonly causes: readonly ReportedCause[];
  /** The same of those that ended otherwise and have one all the same, such as those that succeeded in part. */
  readonly partCauses: readonly ReportedCause[];
  /** Causes that there was no room for. */
  readonly causesLeftOut: number;
  /** Failed runs that tell no error. */
  readonly failedUntold: number;
  readonly coverage: readonly ReadSource[];
  /** The works of Lytics in the same window; `null` where that was not asked for. None of the figures above has anything of it. */
  readonly works: ReportedWorks | null;
}

/** The works of Lytics in the window. */
export interface ReportedWorks {
  /** Those that failed most first; their times are as the record has them. */
  readonly works: readonly WorkRecord[];
  /** Whether there were more than are counted. */
  readonly leavesOut: boolean;
  readonly sources: readonly WorksSource[];
}

/** A profile's account of Lytics, and how many events were read there. */
export interface WorksSource {
  readonly profile: string | null;
  readonly events: number;
  /** Why none were; `null` where all of the window was read. */
  readonly failure: string | null;
}

/** How a run ended, or that there was none where one was expected; the worst first. */
export const outcomes = ["failed", "absent", "partialSuccess", "other", "success"] as const;

/** One of these; `other` is every status that is neither a success nor a failure, such as a run in progress. */
export type RunOutcome = (typeof outcomes)[number];

/** How many runs came to each of them. */
export type OutcomeCounts = Readonly<Record<RunOutcome, number>>;

/** How a flow is called. */
export interface FlowLabel {
  readonly id: string;
  readonly name: string | null;
  /** The sandbox's name, or else its id. */
  readonly sandbox: string | null;
  readonly profile: string | null;
}

/** A flow, and how it ran. */
export interface ReportedFlow extends FlowLabel {
  readonly figures: Figures;
  /** In order; a cell each run, or each stretch of time in which there were any. */
  readonly cells: readonly FlowCell[];
  /** How long its runs took, in order; `null` where that is not told. */
  readonly durations: readonly DurationPoint[];
  readonly paceMs: number | null;
  /** `null` where the runs that were asked for do not tell. */
  readonly state: FlowState | null;
  /** How many runs were expected and absent. */
  readonly missing: number;
}

/** One place of a flow's row. */
export interface FlowCell {
  readonly from: number;
  /** The end of the stretch; of a single run, or of one that was expected, when it began or was to. */
  readonly to: number;
  /** The worst of them. */
  readonly outcome: RunOutcome;
  readonly counts: OutcomeCounts;
  /** The run, where it is one. */
  readonly run: { readonly status: string; readonly durationMs: number | null } | null;
}

/** How long a run took, or the longest of several; and whether any of them failed. */
export interface DurationPoint {
  readonly ms: number;
  readonly failed: boolean;
}

/** How the runs of a stretch of time ended. */
export interface OutcomeBucket {
  readonly from: number;
  readonly to: number;
  readonly counts: Omit<OutcomeCounts, "absent">;
}

/** A stretch in which runs of a flow were expected and none came. */
export interface Absence {
  readonly flow: FlowLabel;
  readonly paceMs: number | null;
  /** When the last run before it began, … */
  readonly from: number;
  /** … and the first one after it; `null` where none has yet. */
  readonly until: number | null;
  readonly missing: number;
  readonly state: FlowState;
}

/** A root cause, and one of the failures that came of it. */
export interface ReportedCause extends RootCause {
  readonly sample: FailureSample | null;
}

/** A run that failed, and how its error came about: the error itself, and what lies beneath it. */
export interface FailureSample {
  readonly runId: string;
  /** The profile whose journal it was read from; `null` where it did not come from one. */
  readonly profile: string | null;
  readonly flow: FlowLabel;
  /** Epoch ms. */
  readonly at: number;
  readonly chain: readonly (Pick<RunCause, "code" | "message" | "depth" | "count"> & { readonly isRoot: boolean })[];
}

/** A profile's journal or archive, or a file, and how much of it was read. */
export interface ReadSource {
  readonly profile: string | null;
  /** Who it was read from: `the journal`, `the archive`, `runs.ndjson`. */
  readonly source: string;
  readonly isFile: boolean;
  /** From when to when. */
  readonly from: number;
  readonly to: number;
  /** The parts that nobody has. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
  readonly events: number;
  /** Events that could not be read. */
  readonly unreadable: number;
  /** Why not all of it was read; `null` where it was. */
  readonly failure: string | null;
}
