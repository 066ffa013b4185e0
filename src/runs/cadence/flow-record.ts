import type { FlowState } from "./judge.ts";

/**
 * One dataflow as `flows` prints it, how it ran in a window, and whether it ran when it was to. Times are RFC 3339 in UTC,
 * lengths are ms, and unknown is `null`.
 */
export interface FlowRecord {
  readonly type: "flowrun.flow";
  readonly schemaVersion: 1;
  readonly flowId: string;
  readonly flowName: string | null;
  readonly sandbox: { readonly id: string | null; readonly name: string | null };
  /** Its runs that began in the window and were told of, each once, and how many of them failed. */
  readonly runs: number;
  readonly failed: number;
  readonly lastRunId: string | null;
  /** When its last run began. */
  readonly lastRunAt: string | null;
  readonly lastStatus: string | null;
  /** When the last run that succeeded, in part or as a whole, began. */
  readonly lastSuccessAt: string | null;
  /** From one run to the next: as scheduled, or as a rule. */
  readonly paceMs: number | null;
  /** Where the pace comes from; `null` where there is none. */
  readonly paceFrom: "schedule" | "history" | null;
  /** When its next run is to begin; in the past where that is late. */
  readonly nextExpectedAt: string | null;
  readonly state: FlowState;
  /** How many runs were to begin since the last one, and did not; `null` where the flow is not judged. */
  readonly missing: number | null;
  /** A run that Flow Service knows of and no notification told of. */
  readonly lost: LostRun | null;
  /** The profile whose journal it was read from; `null` where it did not come from one. */
  readonly profile: string | null;
}

/** A run whose notification did not come. */
export interface LostRun {
  readonly runId: string | null;
  readonly status: string | null;
  readonly startedAt: string;
  readonly completedAt: string | null;
}

/**
 * A flow that has become late or absent, or runs again (any other state), as it is then: `tail --absent` prints one.
 */
export interface AbsentRecord extends Omit<FlowRecord, "type" | "schemaVersion"> {
  readonly type: "flowrun.absent";
  readonly schemaVersion: 1;
  /** When this was found out. */
  readonly at: string;
  /** Its state as it was told before; `null` where nobody knows. */
  readonly before: FlowState | null;
  /** When its last run before the silence began. */
  readonly silentSince: string | null;
}
