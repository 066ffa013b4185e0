import { type JsonObject, objectOf, objectsOf, wordOf } from "../../json.ts";
import type { RunConnection } from "../record/flow-run.ts";

/**
 * The ids of the batches that a run wrote or read, each once: the batches its targets refer to, then those its
 * extensions name (`batchId`, `incremental.batchId`…, several joined by commas), then those inside the addresses of
 * its manifests, as AEP's flow-run notifications have them. Pure.
 */
export function readBatchIds(
  metrics: JsonObject,
  activities: readonly JsonObject[],
  targets: readonly RunConnection[],
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
