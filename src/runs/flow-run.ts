/**
 * The flow-run record: what flowrun prints and what its other rooms work on. Unknown is `null`, never absent and never
 * -1; times are RFC 3339 in UTC with milliseconds. Within one `schemaVersion` fields are only ever added.
 */
export interface FlowRun {
  readonly type: "flowrun.run";
  readonly schemaVersion: 1;
  /** Where the event sits in the journal; opaque. */
  readonly position: string;
  readonly eventId: string | null;
  readonly eventCode: string | null;
  readonly runId: string;
  readonly flowId: string;
  readonly flowName: string | null;
  readonly status: string;
  readonly sandbox: { readonly id: string | null; readonly name: string | null };
  readonly imsOrgId: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly durationMs: number | null;
  readonly records: Records;
  readonly bytes: Amounts;
  readonly files: Amounts;
  readonly errors: readonly RunError[];
  readonly rootCause: Cause | null;
  readonly activities: readonly Activity[];
  readonly sources: readonly Connection[];
  readonly targets: readonly Connection[];
  readonly batchIds: readonly string[];
  readonly providerRefId: string | null;
  /** The event as delivered, only where it was asked for; `null` where it is nested too deeply to be told. */
  readonly raw?: unknown;
}

export interface Records {
  readonly input: number | null;
  readonly output: number | null;
  readonly created: number | null;
  readonly updated: number | null;
  readonly deleted: number | null;
  readonly skipped: number | null;
  readonly failed: number | null;
  readonly warning: number | null;
}

/** Bytes or files. */
export interface Amounts {
  readonly input: number | null;
  readonly output: number | null;
  readonly skipped: number | null;
  readonly failed: number | null;
}

/** One link of an error's chain. */
export interface Cause {
  readonly code: string;
  readonly message: string | null;
}

export interface RunError extends Cause {
  /** The id of the activity that carries the same code. */
  readonly activity: string | null;
  readonly count: number | null;
  /** Outermost first; the last one is the deepest. */
  readonly causes: readonly Cause[];
}

/** One step inside a flow run. */
export interface Activity {
  readonly id: string | null;
  readonly name: string | null;
  readonly kind: "copy" | "promotion" | null;
  readonly status: string;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly durationMs: number | null;
  readonly records: Records;
  readonly bytes: Amounts;
  readonly files: Amounts;
  readonly errors: readonly RunError[];
}

/** A source or target connection of the run. */
export interface Connection {
  readonly id: string | null;
  readonly type: string | null;
  readonly reference: { readonly type: string | null; readonly ids: readonly string[] } | null;
}
