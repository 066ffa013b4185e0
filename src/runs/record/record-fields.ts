import { fieldsOf, type ShapeOf } from "./fields.ts";
import type { FlowRun } from "./flow-run.ts";

const records = {
  input: "count",
  output: "count",
  created: "count",
  updated: "count",
  deleted: "count",
  skipped: "count",
  failed: "count",
  warning: "count",
} as const;
const bytes = { input: "bytes", output: "bytes", skipped: "bytes", failed: "bytes" } as const;
const files = { input: "count", output: "count", skipped: "count", failed: "count" } as const;
/** Of a run, and of each of its activities. */
const measured = {
  startedAt: "time",
  completedAt: "time",
  durationMs: "duration",
  records,
  bytes,
  files,
} as const;
const cause = { code: "text", message: "text" } as const;
const error = {
  ...cause,
  activity: "text",
  count: "count",
  severity: "text",
  side: "text",
  causes: [{ ...cause, depth: "count", kind: "text", count: "count" }],
} as const;
const connection = { id: "text", type: "text", reference: { type: "text", ids: ["text"] } } as const;

/** The kinds of all fields of a record, at their places. */
export const record = {
  type: "text",
  schemaVersion: "count",
  position: "text",
  eventId: "text",
  eventCode: "text",
  runId: "text",
  flowId: "text",
  flowName: "text",
  status: "text",
  sandbox: { id: "text", name: "text" },
  imsOrgId: "text",
  createdAt: "time",
  updatedAt: "time",
  ...measured,
  errors: [error],
  rootCause: cause,
  activities: [
    {
      id: "text",
      name: "text",
      kind: "text",
      status: "text",
      ...measured,
      errors: [error],
    },
  ],
  sources: [connection],
  targets: [connection],
  batchIds: ["text"],
  providerRefId: "text",
  service: "text",
  key: "text",
  profile: "text",
  via: "text",
  new: "flag",
  predecessors: [{ runId: "text", flowId: "text" }],
} as const satisfies ShapeOf<Omit<FlowRun, "raw" | "downstream">>;

/** The fields of a flow run. */
export const runFields = fieldsOf(record);
