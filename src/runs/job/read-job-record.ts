import { objectOf, type JsonObject } from "../../json.ts";
import { findFields } from "../record/fields.ts";
import { jobShape, type Job } from "./job.ts";

/**
 * The record of an event of Lytics that a JSON object holds, as flowrun wrote it once; what is of another kind is unknown.
 * @returns the end of a sentence about the object where it is no such record. Pure.
 */
export function readJobRecord(value: JsonObject): Job | string {
  if (value["type"] !== "flowrun.job") return "is no record of an event of Lytics";
  const { schemaVersion } = value;
  if (schemaVersion !== 1) return `is a record of a schemaVersion other than 1: ${JSON.stringify(schemaVersion)}`;
  const found = findFields(jobShape, value);
  return {
    ...found,
    type: "flowrun.job",
    schemaVersion: 1,
    context: objectOf(value["context"]),
    status: statuses.find((status) => status === found.status) ?? null,
  };
}

const statuses = ["success", "failed", "inProgress"] as const;
