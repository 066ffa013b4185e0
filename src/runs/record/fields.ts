import { countOf, isObject, type JsonObject, objectOf, textOf } from "../../json.ts";

/** The kind of a field's value; counts, sizes and lengths of time are numbers, times are RFC 3339 text, a flag is a boolean. */
export type FieldKind = "text" | "time" | "count" | "bytes" | "duration" | "flag";

/** The value of a field; `null` is unknown. */
export type FieldValue = string | number | boolean | null;

/** The fields of a kind of record, by their paths: `records.failed`, `errors.causes.code`. Pure, all of it. */
export interface RecordFields {
  /** The kind of the field at a path; `group` for several fields, `null` for none. */
  readonly kindAt: (path: string) => FieldKind | "group" | null;
  /** Every path that leads to a field, in the order of the record. */
  readonly paths: () => readonly string[];
  /** The paths of which a record has one value each, since they lead through no list, in the order of the record. */
  readonly singlePaths: () => readonly string[];
}

/** The fields that a shape has. Pure. */
export function fieldsOf(shape: FieldGroup): RecordFields {
  return {
    kindAt: (path) => {
      let place: Element = shape;
      for (const name of path.split(".")) {
        const next: Shape | undefined = isGroup(place) && Object.hasOwn(place, name) ? place[name] : undefined;
        if (next === undefined) return null;
        place = isList(next) ? next[0] : next;
      }
      return isGroup(place) ? "group" : place;
    },
    paths: () => pathsIn(shape, "").map(({ path }) => path),
    singlePaths: () => pathsIn(shape, "").flatMap(({ path, many }) => (many ? [] : [path])),
  };
}

/** The values of a record at a path: one value, or one for each element of the lists on the way; of an empty list `null`. Pure. */
export function valuesAt(record: unknown, path: readonly string[]): readonly FieldValue[] {
  return walk(record, path, 0);
}

function walk(value: unknown, path: readonly string[], depth: number): readonly FieldValue[] {
  if (Array.isArray(value)) return value.length === 0 ? unknown : value.flatMap((item) => walk(item, path, depth));
  const name = path[depth];
  if (name !== undefined) return isObject(value) ? walk(value[name], path, depth + 1) : unknown;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [value] : unknown;
}

const unknown: readonly FieldValue[] = [null];

/** The fields of an object, by name. */
export interface FieldGroup {
  readonly [name: string]: Shape;
}
type Element = FieldKind | FieldGroup;
/** A list is written as its element in brackets. */
type Shape = Element | readonly [Element];

function isList(shape: Shape): shape is readonly [Element] {
  return Array.isArray(shape);
}

function isGroup(shape: Shape): shape is FieldGroup {
  return typeof shape === "object" && !isList(shape);
}

function pathsIn(
  shape: Shape,
  path: string,
  many = false,
): readonly { readonly path: string; readonly many: boolean }[] {
  if (isList(shape)) return pathsIn(shape[0], path, true);
  if (!isGroup(shape)) return [{ path, many }];
  return Object.entries(shape).flatMap(([name, inner]) => pathsIn(inner, path === "" ? name : `${path}.${name}`, many));
}

/** A kind for each field of a type: a field without a kind does not compile. */
export type ShapeOf<T> = T extends string
  ? "text" | "time"
  : T extends number
    ? "count" | "bytes" | "duration"
    : T extends boolean
      ? "flag"
      : T extends readonly (infer Item)[]
        ? readonly [ShapeOf<NonNullable<Item>>]
        : { readonly [Name in keyof T]: ShapeOf<NonNullable<T[Name]>> };

/** The values found where a shape has fields: any may be unknown, only in lists all are known. */
export type FoundFields<S> = S extends "text" | "time"
  ? string | null
  : S extends "flag"
    ? boolean | null
    : S extends FieldKind
      ? number | null
      : S extends readonly [infer Item]
        ? readonly NonNullable<FoundFields<Item>>[]
        : { readonly [Name in keyof S]: FoundFields<S[Name]> };

/**
 * The values that stand where a shape has fields: `null` for one of another kind, an empty list for what is none, and
 * elements of another kind left out. Pure.
 */
export function findFields<S extends Shape>(shape: S, value: unknown): FoundFields<S>;
export function findFields(shape: Shape, value: unknown): unknown {
  if (isList(shape)) return Array.isArray(value) ? value.flatMap((item) => findItem(shape[0], item)) : [];
  if (isGroup(shape)) return findGroup(shape, objectOf(value));
  if (shape === "text") return textOf(value);
  if (shape === "flag") return typeof value === "boolean" ? value : null;
  return shape === "time" ? timeOf(value) : countOf(value);
}

function findItem(shape: Element, item: unknown): readonly unknown[] {
  if (!isGroup(shape)) return typeof item === "string" ? [item] : [];
  return isObject(item) ? [findGroup(shape, item)] : [];
}

function findGroup(shape: FieldGroup, value: JsonObject): JsonObject {
  // An archive's window is tens of thousands of these: lists of entries would take most of the time.
  const found: Record<string, unknown> = {};
  for (const name in shape) found[name] = findFields(shape[name] ?? {}, value[name]);
  return found;
}

/** A date and a time of day; where it names no zone, UTC's. */
const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?$/i;

/** The record's own form, at a day that its month has in every year. */
const ownForm =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** A time in the record's own form; `null` for anything else. */
function timeOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  if (ownForm.test(value)) return value;
  const [, day, zone = "Z"] = rfc3339.exec(value) ?? [];
  const ms = day === undefined ? NaN : Date.parse(day + zone);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
