import { isObject, type JsonObject } from "../../json.ts";
import type {
  Activity,
  Amounts,
  Cause,
  Connection,
  FlowRun,
  Records,
  RunCause,
  RunError,
  Service,
  Side,
} from "./flow-run.ts";

/** Whether a JSON object says that it is a record of ours, of whatever version. Pure. */
export function isRecord({ type }: JsonObject): boolean {
  return type === "flowrun.run";
}

/**
 * The record that a JSON object holds, as flowrun printed it once: a field of another kind, or one that an older version
 * did not print, is unknown (`null`, an empty list), and one that this version does not know is left out.
 * @returns the end of a sentence about the object where it is no record that can be read. Pure.
 */
export function readRecord(value: JsonObject): FlowRun | string {
  const { schemaVersion, raw } = value;
  if (schemaVersion !== 1) return `is a record of a schemaVersion other than 1: ${JSON.stringify(schemaVersion)}`;
  const runId = text(value["runId"]);
  const flowId = text(value["flowId"]);
  if (runId === null || flowId === null) return `is a record without a ${runId === null ? "runId" : "flowId"}`;
  const sandbox = object(value["sandbox"]);
  const eventId = text(value["eventId"]);
  const status = text(value["status"]) ?? "unknown";
  const updatedAt = time(value["updatedAt"]);
  return {
    type: "flowrun.run",
    schemaVersion: 1,
    position: text(value["position"]) ?? "",
    eventId,
    eventCode: text(value["eventCode"]),
    runId,
    flowId,
    flowName: text(value["flowName"]),
    status,
    sandbox: { id: text(sandbox["id"]), name: text(sandbox["name"]) },
    imsOrgId: text(value["imsOrgId"]),
    createdAt: time(value["createdAt"]),
    updatedAt,
    ...measured(value),
    errors: list(value["errors"], readError),
    rootCause: isObject(value["rootCause"]) ? readCause(value["rootCause"]) : null,
    activities: list(value["activities"], readActivity),
    sources: list(value["sources"], readConnection),
    targets: list(value["targets"], readConnection),
    batchIds: texts(value["batchIds"]),
    providerRefId: text(value["providerRefId"]),
    service: oneOf(services, value["service"]) ?? "unknown",
    // The first version printed none.
    key: text(value["key"]) ?? [eventId ?? runId, status, updatedAt].join(" "),
    ...(raw === undefined ? {} : { raw }),
  };
}

const services = [
  "sources",
  "profile",
  "identity",
  "segmentation",
  "destinations",
  "query",
  "unknown",
] as const satisfies readonly Service[];

/** What a run and an activity have in common. */
type Measured = Pick<Activity, "startedAt" | "completedAt" | "durationMs" | "records" | "bytes" | "files">;

function measured(value: JsonObject): Measured {
  return {
    startedAt: time(value["startedAt"]),
    completedAt: time(value["completedAt"]),
    durationMs: count(value["durationMs"]),
    records: readRecords(object(value["records"])),
    bytes: readAmounts(object(value["bytes"])),
    files: readAmounts(object(value["files"])),
  };
}

function readRecords(value: JsonObject): Records {
  return {
    input: count(value["input"]),
    output: count(value["output"]),
    created: count(value["created"]),
    updated: count(value["updated"]),
    deleted: count(value["deleted"]),
    skipped: count(value["skipped"]),
    failed: count(value["failed"]),
    warning: count(value["warning"]),
  };
}

function readAmounts(value: JsonObject): Amounts {
  return {
    input: count(value["input"]),
    output: count(value["output"]),
    skipped: count(value["skipped"]),
    failed: count(value["failed"]),
  };
}

function readCause(value: JsonObject): Cause {
  return { code: text(value["code"]) ?? "unknown", message: text(value["message"]) };
}

function readRunCause(value: JsonObject): RunCause {
  return {
    ...readCause(value),
    depth: Math.max(1, count(value["depth"]) ?? 1),
    kind: oneOf(["summary", "cause"] as const, value["kind"]) ?? "cause",
    count: count(value["count"]),
  };
}

function readError(value: JsonObject): RunError {
  return {
    ...readCause(value),
    activity: text(value["activity"]),
    count: count(value["count"]),
    severity: oneOf(["error", "warning", "skipped"] as const, value["severity"]) ?? "error",
    side: oneOf(["source", "sink"] as const satisfies readonly Side[], value["side"]),
    causes: list(value["causes"], readRunCause),
  };
}

function readActivity(value: JsonObject): Activity {
  return {
    id: text(value["id"]),
    name: text(value["name"]),
    kind: oneOf(["copy", "promotion"] as const, value["kind"]),
    status: text(value["status"]) ?? "unknown",
    ...measured(value),
    errors: list(value["errors"], readError),
  };
}

function readConnection(value: JsonObject): Connection {
  const { reference } = value;
  return {
    id: text(value["id"]),
    type: text(value["type"]),
    reference: isObject(reference) ? { type: text(reference["type"]), ids: texts(reference["ids"]) } : null,
  };
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function list<T>(value: unknown, read: (item: JsonObject) => T): readonly T[] {
  return Array.isArray(value) ? value.filter(isObject).map(read) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A time that Date can read, in the record's own form. */
function time(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function count(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value < Infinity ? value : null;
}

function oneOf<const T extends string>(known: readonly T[], value: unknown): T | null {
  return known.find((word) => word === value) ?? null;
}
