/** A JSON object whose fields nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a delivered value is an object with fields (not a list, not `null`). Pure. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at a field, or one without fields where there is none: what is missing reads like what is empty. Pure. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : empty;
}

/** The objects in a list, in order; none where there is no list. Pure. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) && value.length > 0 ? value.filter(isFields) : nothing;
}

/** A word or an id as text; a number counts as its digits, an empty or blank text as none. Pure. */
export function textOf(value: unknown): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

/** A count or a size; -1 is how Adobe says that it does not know, so what is below 0 or no number is unknown. Pure. */
export function countOf(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value < Infinity ? value : null;
}

const empty: Fields = {};
const nothing: readonly never[] = [];
