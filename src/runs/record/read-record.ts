import { isObject, type JsonObject, objectsOf, textOf } from "../../json.ts";
import type { Activity, Cause, FlowRun, RunCause, RunConnection, RunError, Service, Side, Via } from "./flow-run.ts";
import { type FoundFields, findFields } from "./fields.ts";
import { record } from "./record-fields.ts";

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
  const found = findFields(record, value);
  const status = found.status ?? "unknown";
  return {
    ...found,
    type: "flowrun.run",
    schemaVersion: 1,
    position: found.position ?? "",
    runId,
    flowId,
    status,
    errors: found.errors.map(completeError),
    rootCause: isObject(value["rootCause"]) ? completeCause(found.rootCause) : null,
    activities: found.activities.map(completeActivity),
    sources: objectsOf(value["sources"]).map(readConnection),
    targets: objectsOf(value["targets"]).map(readConnection),
    service: serviceOf(found.service),
    // The first version printed none.
    key: found.key ?? [found.eventId ?? runId, status, found.updatedAt].join(" "),
    // The first versions did not tell.
    via: oneOf(ways, found.via),
    predecessors: found.predecessors.flatMap(({ runId: id, flowId: flow }) =>
      id === null ? [] : [{ runId: id, flowId: flow }],
    ),
    ...(raw === undefined ? {} : { raw }),
  };
}

/** The service of that name; `unknown` for any other. Pure. */
export function serviceOf(name: string | null): Service {
  return oneOf(services, name) ?? "unknown";
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

const ways = ["journal", "file", "webhook"] as const satisfies readonly Via[];

type FoundRecord = FoundFields<typeof record>;
type FoundActivity = FoundRecord["activities"][number];
type FoundError = FoundRecord["errors"][number];

function completeCause<C extends FoundRecord["rootCause"]>(found: C): C & Cause {
  return { ...found, code: found.code ?? "unknown" };
}

function completeRunCause(found: FoundError["causes"][number]): RunCause {
  return {
    ...completeCause(found),
    depth: Math.max(1, found.depth ?? 1),
    kind: oneOf(["summary", "cause"] as const, found.kind) ?? "cause",
  };
}

function completeError(found: FoundError): RunError {
  return {
    ...completeCause(found),
    severity: oneOf(["error", "warning", "skipped"] as const, found.severity) ?? "error",
    side: oneOf(["source", "sink"] as const satisfies readonly Side[], found.side),
    causes: found.causes.map(completeRunCause),
  };
}

function completeActivity(found: FoundActivity): Activity {
  return {
    ...found,
    kind: oneOf(["copy", "promotion"] as const, found.kind),
    status: found.status ?? "unknown",
    errors: found.errors.map(completeError),
  };
}

/** A reference that is missing is unknown as a whole. */
function readConnection(value: JsonObject): RunConnection {
  const found = findFields(record.sources[0], value);
  return { ...found, reference: isObject(value["reference"]) ? found.reference : null };
}

function oneOf<const T extends string>(known: readonly T[], value: unknown): T | null {
  return known.find((word) => word === value) ?? null;
}
