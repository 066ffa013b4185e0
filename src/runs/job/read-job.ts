import { countOf, isObject, objectOf, objectsOf, textOf, wordOf, type JsonObject } from "../../json.ts";
import { writeFingerprint } from "../../text/fingerprint.ts";
import { jobStatusOf, type Job, type RelatedSubject } from "./job.ts";

/** An event of Lytics as it was read. */
export interface JobEvent {
  /** The same whenever the event comes again. */
  readonly key: string;
  /** Epoch ms; `null` where it does not say. */
  readonly at: number | null;
  readonly job: Job;
}

/**
 * The event that an item of Lytics' lists or webhooks tells of, in either version of its form.
 * @param profile whose account it is.
 * @returns the end of a sentence about the item where it is none. Pure.
 */
export function readJob(item: unknown, profile: string | null): JobEvent | string {
  if (!isObject(item)) return "is no object";
  const subjectType = wordOf(item["subject_type"]);
  const subjectId = wordOf(item["subject_id"]);
  const verb = wordOf(item["verb"]);
  if (subjectType === null && subjectId === null && verb === null) return "names neither a subject nor a verb";
  const context = objectOf(item["context"]);
  const at = timeIn(item["timestamp"] ?? item["ts"]);
  const eventId = wordOf(item["id"]);
  const job: Job = {
    type: "flowrun.job",
    schemaVersion: 1,
    eventId,
    subjectType,
    subjectId,
    verb,
    at: at === null ? null : new Date(at).toISOString(),
    priority: countOf(item["priority"]),
    accountId: wordOf(item["account_id"]) ?? wordOf(item["aid"]),
    userId: wordOf(item["user_id"]),
    notes: notesOf(item["notes"]),
    related: objectsOf(item["related"]).map(relatedOf),
    context,
    workflow: textOf(context["workflow"]) ?? textOf(item["workflow"]),
    jobName: textOf(context["name"]) ?? textOf(context["job_name"]),
    status: jobStatusOf(subjectType, verb),
    profile,
  };
  return { key: eventId ?? `without id ${writeFingerprint(JSON.stringify(item))}`, at, job };
}

function notesOf(value: unknown): string | null {
  if (!Array.isArray(value)) return wordOf(value);
  const notes = value.map(wordOf).filter((note) => note !== null);
  return notes.length === 0 ? null : notes.join("\n");
}

function relatedOf(item: JsonObject): RelatedSubject {
  return { type: wordOf(item["type"]), id: wordOf(item["id"]) };
}

/** A time as RFC 3339 or as a number since the epoch (seconds, ms or µs by its size), in epoch ms; `null` for anything else. */
function timeIn(value: unknown): number | null {
  const word = wordOf(value)?.trim() ?? "";
  const at = /^\d+(?:\.\d+)?$/.test(word) ? sinceEpoch(Number(word)) : parseTime(word);
  return Number.isFinite(at) && Math.abs(at) <= latestDate ? at : null;
}

function parseTime(word: string): number {
  const [, day, zone = "Z"] =
    /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i.exec(word) ?? [];
  return day === undefined ? NaN : Date.parse(day.replace(" ", "T") + zone);
}

function sinceEpoch(number: number): number {
  if (number < 1e11) return number * 1000;
  return Math.floor(number < 1e14 ? number : number / 1000);
}

/** The last moment that a date can tell. */
const latestDate = 8.64e15;

/** The items of an answer or a webhook's body: a list under `data`, a bare list, or one item. Pure. */
export function itemsOf(body: unknown): readonly unknown[] | null {
  if (Array.isArray(body)) return unknownsOf(body);
  if (!isObject(body)) return null;
  const { data } = body;
  if (Array.isArray(data)) return unknownsOf(data);
  if (isObject(data)) return [data];
  return "verb" in body || "subject_type" in body ? [body] : null;
}

function unknownsOf(list: readonly unknown[]): readonly unknown[] {
  return list;
}
