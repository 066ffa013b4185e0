import { type JsonObject, objectOf, objectsOf, wordOf } from "../../json.ts";
import type { Connection } from "../record/flow-run.ts";

/** The connections that a run's activities name, each once, in order. Pure. */
export function readConnections(
  activities: readonly JsonObject[],
  field: "sourceInfo" | "targetInfo",
): readonly Connection[] {
  const connections: Connection[] = [];
  for (const activity of activities) {
    for (const info of objectsOf(activity[field])) connections.push(readConnection(info));
  }
  // Equal connections have equal JSON, and a map keeps the first place of each.
  return connections.length < 2
    ? connections
    : [...new Map(connections.map((connection) => [JSON.stringify(connection), connection])).values()];
}

/**
 * The ids of the batches that a run wrote or read, each once: the batches its targets refer to, then those its
 * extensions name (`batchId`, `incremental.batchId`…, several joined by commas), then those inside the addresses of
 * its manifests (contract: flow-runs, §2.2). Pure.
 */
export function readBatchIds(
  metrics: JsonObject,
  activities: readonly JsonObject[],
  targets: readonly Connection[],
): readonly string[] {
  const ids = new Set<string>();
  for (const { reference } of targets) {
    if (reference?.type?.toLowerCase() === "batch") for (const id of reference.ids) ids.add(id);
  }
  const holders = [metrics, ...activities];
  for (const holder of holders) addFromExtensions(ids, objectOf(objectOf(holder["statusSummary"])["extensions"]));
  for (const holder of holders) addFromManifests(ids, holder);
  return [...ids];
}

function readConnection(info: JsonObject): Connection {
  const reference = objectOf(info["reference"]);
  const type = wordOf(reference["type"]);
  const ids = wordsOf(reference["ids"]);
  return {
    id: wordOf(info["id"]),
    type: wordOf(info["type"]),
    reference: type === null && ids.length === 0 ? null : { type, ids },
  };
}

function addFromExtensions(ids: Set<string>, extensions: JsonObject): void {
  for (const name of Object.keys(extensions)) {
    if (name !== "batchId" && !name.endsWith(".batchId")) continue;
    for (const id of (wordOf(extensions[name]) ?? "").split(",")) if (id.trim() !== "") ids.add(id.trim());
  }
}

function addFromManifests(ids: Set<string>, holder: JsonObject): void {
  const files = objectOf(holder["fileSummary"]);
  const failures = objectOf(objectOf(objectOf(holder["statusSummary"])["extensions"])["manifest"]);
  addFromAddress(ids, objectOf(files["manifest"])["fileInfo"]);
  addFromAddress(ids, objectOf(objectOf(files["extensions"])["manifest"])["fileInfo"]);
  addFromAddress(ids, failures["failedRecords"]);
  addFromAddress(ids, failures["sampleErrors"]);
}

/** An address is given as text, or as a list of `{path}`. */
function addFromAddress(ids: Set<string>, value: unknown): void {
  if (typeof value === "string") {
    const id = /\/batches\/([^/?#]+)/.exec(value)?.[1];
    if (id !== undefined) ids.add(id);
  } else for (const { path } of objectsOf(value)) if (typeof path === "string") addFromAddress(ids, path);
}

function wordsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(wordOf).filter((word) => word !== null) : [];
}
