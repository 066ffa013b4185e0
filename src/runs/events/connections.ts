import { type JsonObject, objectOf, objectsOf, wordOf } from "../../json.ts";
import type { RunConnection } from "../record/flow-run.ts";

/** The connections that a run's activities name, each once, in order. Pure. */
export function readConnections(
  activities: readonly JsonObject[],
  field: "sourceInfo" | "targetInfo",
): readonly RunConnection[] {
  const connections: RunConnection[] = [];
  for (const activity of activities) {
    for (const info of objectsOf(activity[field])) connections.push(readConnection(info));
  }
  // Equal connections have equal JSON, and a map keeps the first place of each.
  return connections.length < 2
    ? connections
    : [...new Map(connections.map((connection) => [JSON.stringify(connection), connection])).values()];
}

function readConnection(info: JsonObject): RunConnection {
  const reference = objectOf(info["reference"]);
  const type = wordOf(reference["type"]);
  const ids = wordsOf(reference["ids"]);
  return {
    id: wordOf(info["id"]),
    type: wordOf(info["type"]),
    reference: type === null && ids.length === 0 ? null : { type, ids },
  };
}

function wordsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(wordOf).filter((word) => word !== null) : [];
}
