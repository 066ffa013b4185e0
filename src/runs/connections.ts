import type { Connection } from "./flow-run.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";

/** The connections that a run's activities name, each once, in order. Pure. */
export function readConnections(activities: readonly Fields[], field: "sourceInfo" | "targetInfo"): readonly Connection[] {
  const connections = activities.flatMap((activity) => listOf(activity[field]).map(readConnection));
  return connections.length < 2 ? connections : [...new Map(connections.map((one) => [wordsOf(one), one])).values()];
}

/**
 * The ids of the batches that a run wrote or read, each once: the batches its targets refer to, then those its
 * extensions name (`batchId`, `incremental.batchId`…, several joined by commas), then those inside the addresses of
 * its manifests (contract: flow-runs.md, §2.2). Pure.
 */
export function readBatchIds(metrics: Fields, activities: readonly Fields[], targets: readonly Connection[]): readonly string[] {
  const holders = [metrics, ...activities];
  const ids = [
    ...targets.flatMap(batchesReferredTo),
    ...holders.flatMap((holder) => batchesInExtensions(fieldsOf(fieldsOf(holder["statusSummary"])["extensions"]))),
    ...holders.flatMap(batchesInManifests),
  ];
  return ids.length < 2 ? ids : [...new Set(ids)];
}

function readConnection(info: Fields): Connection {
  const reference = fieldsOf(info["reference"]);
  const type = textOf(reference["type"]);
  const ids = textsOf(reference["ids"]);
  return {
    id: textOf(info["id"]),
    type: textOf(info["type"]),
    reference: type === null && ids.length === 0 ? null : { type, ids },
  };
}

/** The same for two connections exactly when they are the same. */
function wordsOf({ id, type, reference }: Connection): string {
  return JSON.stringify([id, type, reference]);
}

function batchesReferredTo({ reference }: Connection): readonly string[] {
  return reference?.type?.toLowerCase() === "batch" ? reference.ids : [];
}

function batchesInExtensions(extensions: Fields): readonly string[] {
  return Object.keys(extensions)
    .filter((name) => name === "batchId" || name.endsWith(".batchId"))
    .flatMap((name) => (textOf(extensions[name]) ?? "").split(","))
    .map((id) => id.trim())
    .filter((id) => id !== "");
}

function batchesInManifests(holder: Fields): readonly string[] {
  const files = fieldsOf(holder["fileSummary"]);
  const status = fieldsOf(fieldsOf(fieldsOf(holder["statusSummary"])["extensions"])["manifest"]);
  return [
    ...addressesOf(fieldsOf(files["manifest"])["fileInfo"]),
    ...addressesOf(fieldsOf(fieldsOf(files["extensions"])["manifest"])["fileInfo"]),
    ...addressesOf(status["failedRecords"]),
    ...addressesOf(status["sampleErrors"]),
  ].flatMap((address) => /\/batches\/([^/?#]+)/.exec(address)?.[1] ?? []);
}

/** A manifest's address is given as text, or as a list of `{path}`. */
function addressesOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return listOf(value).flatMap((file) => textOf(file["path"]) ?? []);
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((item: unknown) => textOf(item) ?? []) : [];
}
