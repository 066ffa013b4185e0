import { isObject, type JsonObject } from "../../json.ts";

/** The object at a field, or one without fields where there is none: what is missing reads like what is empty. Pure. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : empty;
}

/** The objects in a list, in order; none where there is no list. Pure. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 ? value.filter(isObject) : nothing;
}

/** An id, a code or a text; a number counts as its digits, an empty or blank text as none. Pure. */
export function wordOf(value: unknown): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

/** A count or a size; -1 is how Adobe says that it does not know, so what is below 0 or no number is unknown. Pure. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value < Infinity ? value : null;
}

const empty: JsonObject = {};
const nothing: readonly never[] = [];
