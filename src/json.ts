/** Values of parsed JSON, narrowed from `unknown` once, at the border. Pure, all of it. */

/** An object of parsed JSON; what its fields hold is still to be found out. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object: no list, and not `null`. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object that a JSON text holds, or `null` for anything else. */
export function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The object at a field, or one without fields where there is none: a missing object reads like an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : empty;
}

/** The objects in a list, in order; none where there is no list. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) && value.length > 0 ? value.filter(isObject) : none;
}

/** A text with something in it, or `null`. */
export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** An id, a code or a text; a number counts as its digits, an empty or blank text as none (`null`). */
export function wordOf(value: unknown): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

/** A count or a size; `null` for a number below 0, since AEP writes -1 where it does not know, and for any other value. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value < Infinity ? value : null;
}

const empty: JsonObject = {};
const none: readonly never[] = [];
