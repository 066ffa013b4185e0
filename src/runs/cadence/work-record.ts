import type { FlowState } from "./judge.ts";

/**
 * One work (or workflow) of Lytics as `flows --with-lytics` prints it: how it went in a window, and whether it went when it was
 * to. Times are RFC 3339 in UTC, lengths are ms, and unknown is `null`. It is no flow, and its ends are no runs.
 */
export interface WorkRecord {
  readonly type: "flowrun.work";
  readonly schemaVersion: 1;
  /** `work` or `workflow`. */
  readonly subjectType: string;
  readonly subjectId: string;
  /** Its name; `null` where that could not be looked up. */
  readonly jobName: string | null;
  /** The kind of work that it is: `aws_s3_import_csv`. */
  readonly workflow: string | null;
  /** How often it ended well in the window (`completed`, `synccomplete`), … */
  readonly succeeded: number;
  /** … and how often it failed. */
  readonly failed: number;
  /** Its last event, of whatever verb, and when that happened. */
  readonly lastVerb: string | null;
  readonly lastAt: string | null;
  /** How it ended last. */
  readonly lastStatus: "success" | "failed" | null;
  readonly lastSuccessAt: string | null;
  readonly lastFailedAt: string | null;
  /** Lytics' words on that failure. */
  readonly lastFailedNotes: string | null;
  /** From one end to the next, as a rule. */
  readonly paceMs: number | null;
  /** When it is to end next; in the past where that is late. */
  readonly nextExpectedAt: string | null;
  /** Judged by the pace of its ends, as a flow is by its runs; `disabled` where it was deleted or halted. */
  readonly state: FlowState;
  /** How many ends were to come since the last one, and did not; `null` where it is not judged. */
  readonly missing: number | null;
  /** The profile whose account it was read from; `null` where it did not come from one. */
  readonly profile: string | null;
}
