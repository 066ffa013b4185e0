import { isObject } from "../../json.ts";
import type { FlowRun } from "./flow-run.ts";

/** The kind of a field's value; counts, sizes and lengths of time are numbers, times are RFC 3339 text. */
export type FieldKind = "text" | "time" | "count" | "bytes" | "duration";

/** The value of a field; `null` is unknown. */
export type FieldValue = string | number | null;

/** The kind of field at a path (`records.failed`, `errors.causes.code`); `group` for several fields, else `null`. Pure. */
export function kindAt(path: string): FieldKind | "group" | null {
  let place: Shape = record;
  for (const name of path.split(".")) {
    const next: Shape | undefined = typeof place === "string" || !Object.hasOwn(place, name) ? undefined : place[name];
    if (next === undefined) return null;
    place = next;
  }
  return typeof place === "string" ? place : "group";
}

/** Every path that leads to a field, in the order of the record. Pure. */
export function fieldPaths(): readonly string[] {
  return pathsIn(record, "");
}

/** The values of a run at a path: one value, or one for each element of the lists on the way; of an empty list `null`. Pure. */
export function valuesAt(run: FlowRun, path: readonly string[]): readonly FieldValue[] {
  return walk(run, path, 0);
}

function walk(value: unknown, path: readonly string[], depth: number): readonly FieldValue[] {
  if (Array.isArray(value)) return value.length === 0 ? unknown : value.flatMap((item) => walk(item, path, depth));
  const name = path[depth];
  if (name !== undefined) return isObject(value) ? walk(value[name], path, depth + 1) : unknown;
  return typeof value === "string" || typeof value === "number" ? [value] : unknown;
}

const unknown: readonly FieldValue[] = [null];

interface Group {
  readonly [name: string]: Shape;
}
type Shape = FieldKind | Group;

function pathsIn(shape: Shape, path: string): readonly string[] {
  if (typeof shape === "string") return [path];
  return Object.entries(shape).flatMap(([name, inner]) => pathsIn(inner, path === "" ? name : `${path}.${name}`));
}

/** A kind for each field of a type, lists taken for their elements: a field without a kind does not compile. */
type ShapeOf<T> = T extends string
  ? "text" | "time"
  : T extends number
    ? "count" | "bytes" | "duration"
    : T extends readonly (infer Item)[]
      ? ShapeOf<NonNullable<Item>>
      : { readonly [Name in keyof T]: ShapeOf<NonNullable<T[Name]>> };

const records = {
  input: "count",
  output: "count",
  created: "count",
  updated: "count",
  deleted: "count",
  skipped: "count",
  failed: "count",
  warning: "count",
} as const;
const bytes = { input: "bytes", output: "bytes", skipped: "bytes", failed: "bytes" } as const;
const files = { input: "count", output: "count", skipped: "count", failed: "count" } as const;
const cause = { code: "text", message: "text" } as const;
const error = {
  ...cause,
  activity: "text",
  count: "count",
  severity: "text",
  side: "text",
  causes: { ...cause, depth: "count", kind: "text", count: "count" },
} as const;
const connection = { id: "text", type: "text", reference: { type: "text", ids: "text" } } as const;

const record = {
  type: "text",
  schemaVersion: "count",
  position: "text",
  eventId: "text",
  eventCode: "text",
  runId: "text",
  flowId: "text",
  flowName: "text",
  status: "text",
  sandbox: { id: "text", name: "text" },
  imsOrgId: "text",
  createdAt: "time",
  updatedAt: "time",
  startedAt: "time",
  completedAt: "time",
  durationMs: "duration",
  records,
  bytes,
  files,
  errors: error,
  rootCause: cause,
  activities: {
    id: "text",
    name: "text",
    kind: "text",
    status: "text",
    startedAt: "time",
    completedAt: "time",
    durationMs: "duration",
    records,
    bytes,
    files,
    errors: error,
  },
  sources: connection,
  targets: connection,
  batchIds: "text",
  providerRefId: "text",
  service: "text",
  key: "text",
} as const satisfies ShapeOf<Omit<FlowRun, "raw">>;
