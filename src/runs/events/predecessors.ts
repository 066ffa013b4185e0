import { type JsonObject, objectsOf, wordOf } from "../../json.ts";
import type { Predecessor } from "../record/flow-run.ts";

/** An event could name any number of them. */
const mostPredecessors = 100;

/**
 * The runs that a run says it came of, each once (`predecessors` of AEP's notifications of identity and profile runs:
 * `flowId`, `flowRunId`); what names no run is none. Pure.
 */
export function readPredecessors(body: JsonObject): readonly Predecessor[] {
  const found = new Map<string, Predecessor>();
  for (const named of objectsOf(body["predecessors"])) {
    const runId = wordOf(named["flowRunId"]);
    if (runId === null || found.has(runId)) continue;
    if (found.size === mostPredecessors) break;
    found.set(runId, { runId, flowId: wordOf(named["flowId"]) });
  }
  return [...found.values()];
}
