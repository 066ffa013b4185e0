import { type JsonObject, wordOf } from "../../json.ts";
import type { Service } from "../record/flow-run.ts";

/**
 * Which service ran a flow: what the event's code says, else the ids of its activities, else
 * words in their names; `unknown` where nothing tells. One activity of a source makes it a source's. Pure.
 */
export function readService(eventCode: string | null, activities: readonly JsonObject[]): Service {
  const told = eventCode === null ? undefined : byCode.find(([start]) => eventCode.startsWith(start))?.[1];
  if (told !== undefined) return told;
  const found = activities.flatMap((activity) => ofActivity(wordOf(activity["id"]), wordOf(activity["name"])) ?? []);
  return found.includes("sources") ? "sources" : (found.at(-1) ?? "unknown");
}

const byCode: readonly (readonly [string, Service])[] = [
  ["sources_flow_run", "sources"],
  ["source_flow_run", "sources"],
  ["profile_ingestion", "profile"],
  ["identity_ingestion", "identity"],
  ["segment_evaluation", "segmentation"],
  ["destination_flow_run", "destinations"],
  ["queries_flow_run", "query"],
];

const byId = new Map<string, Service>([
  ["copyActivity", "sources"],
  ["4f008a00-3a04-11eb-adc1-0242ac120002", "sources"],
  ["promotionActivity", "sources"],
  ["37b34f84-1ada-11eb-adc1-0242ac120002", "sources"],
  ["46382888-2f46-11eb-adc1-0242ac120002", "identity"],
  ["08e3217c-2f46-11eb-adc1-0242ac120002", "profile"],
  ["3c8e49bc-27a6-11ec-9621-0242ac130002", "segmentation"],
  ["c4f238e3-7334-4933-8b56-64d7ea43ea54", "destinations"],
  ["51d82b36-6b8f-11eb-9439-0242ac130002", "destinations"],
  ["076085f8-255a-11ee-be56-0242ac120002", "destinations"],
  ["8816f6a2-2533-4dff-9026-c23a27b38691", "query"],
]);

/** In this order: the names of some activities have two of these words (`UPS Batch Segmentation Activity`). */
const byWord: readonly (readonly [RegExp, Service])[] = [
  [/\bcopy activity\b|\bpromotion\b/i, "sources"],
  [/segmentation/i, "segmentation"],
  [/\b(?:activation|destination)/i, "destinations"],
  [/\b(?:identity|uis)\b/i, "identity"],
  [/\b(?:profile|ups)\b/i, "profile"],
  [/\bquery\b/i, "query"],
];

function ofActivity(id: string | null, name: string | null): Service | undefined {
  const known = id === null ? undefined : byId.get(id);
  return known ?? (name === null ? undefined : byWord.find(([word]) => word.test(name))?.[1]);
}
