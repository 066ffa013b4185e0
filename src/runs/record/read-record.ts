import { countOf, isObject, type JsonObject, objectOf, objectsOf, textOf } from "../../json.ts";
import type {
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
  const runId = textOf(value["runId"]);
  const flowId = textOf(value["flowId"]);
  if (runId === null || flowId === null) return `is a record without a ${runId === null ? "runId" : "flowId"}`;
  const sandbox = objectOf(value["sandbox"]);
  const eventId = textOf(value["eventId"]);
  const status = textOf(value["status"]) ?? "unknown";
  const updatedAt = time(value["updatedAt"]);
  return {
    type: "flowrun.run",
    schemaVersion: 1,
    position: textOf(value["position"]) ?? "",
    eventId,
    eventCode: textOf(value["eventCode"]),
    runId,
    flowId,
    flowName: textOf(value["flowName"]),
    status,
    sandbox: { id: textOf(sandbox["id"]), name: textOf(sandbox["name"]) },
    imsOrgId: textOf(value["imsOrgId"]),
    createdAt: time(value["createdAt"]),
    updatedAt,
    ...measured(value),
    errors: objectsOf(value["errors"]).map(readError),
    rootCause: isObject(value["rootCause"]) ? readCause(value["rootCause"]) : null,
    activities: objectsOf(value["activities"]).map(readActivity),
    sources: objectsOf(value["sources"]).map(readConnection),
    targets: objectsOf(value["targets"]).map(readConnection),
    batchIds: texts(value["batchIds"]),
    providerRefId: textOf(value["providerRefId"]),
    service: oneOf(services, value["service"]) ?? "unknown",
    // The first version printed none.
    key: textOf(value["key"]) ?? [eventId ?? runId, status, updatedAt].join(" "),
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

/** The fields that a run and an activity have in common. */
type Measured = Pick<Activity, "startedAt" | "completedAt" | "durationMs" | "records" | "bytes" | "files">;

function measured(value: JsonObject): Measured {
  return {
    startedAt: time(value["startedAt"]),
    completedAt: time(value["completedAt"]),
    durationMs: countOf(value["durationMs"]),
    records: readRecords(objectOf(value["records"])),
    bytes: readAmounts(objectOf(value["bytes"])),
    files: readAmounts(objectOf(value["files"])),
  };
}

function readRecords(value: JsonObject): Records {
  return {
    input: countOf(value["input"]),
    output: countOf(value["output"]),
    created: countOf(value["created"]),
    updated: countOf(value["updated"]),
    deleted: countOf(value["deleted"]),
    skipped: countOf(value["skipped"]),
    failed: countOf(value["failed"]),
    warning: countOf(value["warning"]),
  };
}

function readAmounts(value: JsonObject): Amounts {
  return {
    input: countOf(value["input"]),
    output: countOf(value["output"]),
    skipped: countOf(value["skipped"]),
    failed: countOf(value["failed"]),
  };
}

function readCause(value: JsonObject): Cause {
  return { code: textOf(value["code"]) ?? "unknown", message: textOf(value["message"]) };
}

function readRunCause(value: JsonObject): RunCause {
  return {
    ...readCause(value),
    depth: Math.max(1, countOf(value["depth"]) ?? 1),
    kind: oneOf(["summary", "cause"] as const, value["kind"]) ?? "cause",
    count: countOf(value["count"]),
  };
}

function readError(value: JsonObject): RunError {
  return {
    ...readCause(value),
    activity: textOf(value["activity"]),
    count: countOf(value["count"]),
    severity: oneOf(["error", "warning", "skipped"] as const, value["severity"]) ?? "error",
    side: oneOf(["source", "sink"] as const satisfies readonly Side[], value["side"]),
    causes: objectsOf(value["causes"]).map(readRunCause),
  };
}

function readActivity(value: JsonObject): Activity {
  return {
    id: textOf(value["id"]),
    name: textOf(value["name"]),
    kind: oneOf(["copy", "promotion"] as const, value["kind"]),
    status: textOf(value["status"]) ?? "unknown",
    ...measured(value),
    errors: objectsOf(value["errors"]).map(readError),
  };
}

function readConnection(value: JsonObject): RunConnection {
  const { reference } = value;
  return {
    id: textOf(value["id"]),
    type: textOf(value["type"]),
    reference: isObject(reference) ? { type: textOf(reference["type"]), ids: texts(reference["ids"]) } : null,
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A date and a time of day; where it names no zone, UTC's. */
const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/i;

/** A time in the record's own form; `null` for anything else. */
function time(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const [, day, zone = "Z"] = rfc3339.exec(value) ?? [];
  const ms = day === undefined ? NaN : Date.parse(day + zone);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function oneOf<const T extends string>(known: readonly T[], value: unknown): T | null {
  return known.find((word) => word === value) ?? null;
}
