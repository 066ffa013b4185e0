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
  readonly sources: readonly RunConnection[];
  readonly targets: readonly RunConnection[];
  readonly batchIds: readonly string[];
  readonly providerRefId: string | null;
  /** Which of AEP's services ran it. */
  readonly service: Service;
  /** The same whenever the notification is delivered again, and only then. */
  readonly key: string;
  /** The profile whose journal it was read from; `null` where it did not come from one. */
  readonly profile: string | null;
  /** How the notification came; `null` where nobody tells, as in a program that has it from elsewhere. */
  readonly via: Via | null;
  /** Whether its root cause is new for its flow; `null` where nobody can tell. */
  readonly new: boolean | null;
  /** The runs that it came of, as the services after the sources name them. */
  readonly predecessors: readonly Predecessor[];
  /** The runs that came of it, only where they were asked for. */
  readonly downstream?: readonly Downstream[];
  /** The event as delivered, only where it was asked for; `null` where it is nested too deeply to be told. */
  readonly raw?: unknown;
}

/** A run that another one came of. */
export interface Predecessor {
  readonly runId: string;
  readonly flowId: string | null;
}

/** A run that came of another one, as it was told of last, and what came of it in turn. */
export interface Downstream extends Pick<
  FlowRun,
  "runId" | "flowId" | "flowName" | "service" | "status" | "updatedAt" | "startedAt" | "durationMs" | "records"
> {
  readonly downstream: readonly Downstream[];
}

/** A service of AEP that runs flows; `unknown` where nothing in the event tells which. */
export type Service = "sources" | "profile" | "identity" | "segmentation" | "destinations" | "query" | "unknown";

/** A way by which a notification comes. */
export type Via = "journal" | "file" | "webhook";

/** Counts of records; `output` is the number written, or else the number created. `null` is unknown. */
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

/** An error code and its message. */
export interface Cause {
  /** `unknown` for one that is told without a code. */
  readonly code: string;
  readonly message: string | null;
}

/** Why an error came about. */
export interface RunCause extends Cause {
  /** 1 right beneath the error; causes beside each other share one, and each stands beneath the last one above it. */
  readonly depth: number;
  /** A summary says only that something failed, or where; a cause says what is wrong. */
  readonly kind: "summary" | "cause";
  /** How many records it stopped, where that is told. */
  readonly count: number | null;
}

/** On which side of a copy something failed. */
export type Side = "source" | "sink";

/** An error of a run or of one of its activities, as AEP names it, with the causes beneath it. */
export interface RunError extends Cause {
  /** The id of the activity that carries the same code. */
  readonly activity: string | null;
  readonly count: number | null;
  /** The fate of the records: they failed, they came with a warning, or they were left out on purpose. */
  readonly severity: "error" | "warning" | "skipped";
  readonly side: Side | null;
  /** From the outside in, each before what stands beneath it. */
  readonly causes: readonly RunCause[];
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
export interface RunConnection {
  readonly id: string | null;
  readonly type: string | null;
  readonly reference: { readonly type: string | null; readonly ids: readonly string[] } | null;
}
