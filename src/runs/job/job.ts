import { fieldsOf, type ShapeOf } from "../record/fields.ts";

/**
 * The record of `lytics`: an event about a job of Lytics, or about anything else there. Unknown is `null`, times are RFC 3339 in
 * UTC. It is no flow run, and never becomes one.
 */
export interface Job {
  readonly type: "flowrun.job";
  readonly schemaVersion: 1;
  readonly eventId: string | null;
  /** `work`, `workflow`, `segment` …, or a word that nobody has heard of. */
  readonly subjectType: string | null;
  readonly subjectId: string | null;
  /** `started`, `completed`, `failed` …, likewise. */
  readonly verb: string | null;
  /** When it happened. */
  readonly at: string | null;
  /** 0 to 6. */
  readonly priority: number | null;
  readonly accountId: string | null;
  readonly userId: string | null;
  readonly notes: string | null;
  readonly related: readonly RelatedSubject[];
  /** The sender's own, as it came. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly workflow: string | null;
  readonly jobName: string | null;
  /** How a work or a workflow stands by this event; `null` for every other subject and verb. */
  readonly status: "success" | "failed" | "inProgress" | null;
  /** The profile whose account it was read from; `null` where it did not come from one. */
  readonly profile: string | null;
}

/** Another subject that an event is about. */
export interface RelatedSubject {
  readonly type: string | null;
  readonly id: string | null;
}

/** The status that a verb tells of, where its subject is one that runs. Pure. */
export function jobStatusOf(subjectType: string | null, verb: string | null): Job["status"] {
  const runs = subjectType === "work" || subjectType === "workflow";
  return runs && verb !== null && Object.hasOwn(statuses, verb) ? (statuses[verb] ?? null) : null;
}

const statuses: Readonly<Record<string, Job["status"]>> = {
  failed: "failed",
  completed: "success",
  synccomplete: "success",
  started: "inProgress",
  syncing: "inProgress",
  synced: "inProgress",
};

/** The kinds of all fields of a job's event, at their places; `context` is the sender's own, and one field. */
export const jobShape = {
  type: "text",
  schemaVersion: "count",
  eventId: "text",
  subjectType: "text",
  subjectId: "text",
  verb: "text",
  at: "time",
  priority: "count",
  accountId: "text",
  userId: "text",
  notes: "text",
  related: [{ type: "text", id: "text" }],
  workflow: "text",
  jobName: "text",
  status: "text",
  profile: "text",
} as const satisfies ShapeOf<Omit<Job, "context">>;

/** The fields of a job's event. */
export const jobFields = fieldsOf(jobShape);
