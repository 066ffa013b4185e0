import { FlowrunError } from "../../../errors.ts";
import { isObject } from "../../../json.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { valuesAt, type FieldKind } from "../../../runs/record/fields.ts";
import { runFields } from "../../../runs/record/record-fields.ts";
import { nearest } from "../../../text/nearest.ts";
import type { DeliveredRun } from "../destination.ts";

/** A field of a run, as a column may hold it: one value, a list of them, or a part of the record as it is. */
export interface Field {
  readonly path: string;
  readonly kind: FieldKind | "list" | "part";
  /** `null` where it is unknown. */
  readonly read: (delivered: DeliveredRun) => unknown;
}

/** The field at a path of the record (`records.failed`), `id` for the event's, or `record` for all of it. Pure. */
export function fieldAt(path: string): Field {
  if (path === "id") return { path, kind: "text", read: ({ id }) => id };
  if (path === "record") return { path, kind: "part", read: ({ run }) => run };
  const kind = runFields.kindAt(path);
  const names = path.split(".");
  if (kind === null || kind === "group") return { path, kind: "part", read: ({ run }) => partOf(run, names) };
  const values = (run: FlowRun) => valuesAt(run, names).filter((value) => value !== null);
  if (!single.has(path)) return { path, kind: "list", read: ({ run }) => values(run) };
  return { path, kind, read: ({ run }) => values(run)[0] ?? null };
}

/** The field that a column's name stands for; `null` for none. Pure. */
export function fieldNamed(column: string): Field | null {
  const path = names.get(column.toLowerCase());
  return path === undefined ? null : fieldAt(path);
}

/** The path, where it leads somewhere. @throws FlowrunError `usage`. Pure. */
export function checkFieldPath(path: string): string {
  if (path === "id" || path === "record" || runFields.kindAt(path) !== null) return path;
  const known = ["id", "record", ...runFields.paths()];
  const meant = nearest(path, known) ?? names.get(path.toLowerCase()) ?? null;
  throw new FlowrunError("usage", `there is no field '${path}'`, {
    why: `columns= takes the fields of the record, id for the event's id, and record for all of it`,
    hint: meant === null ? `see what there is: flowrun since -P1D --json -n 1` : `did you mean ${meant}?`,
  });
}

const single = new Set(runFields.singlePaths());

/** Names of columns: fields in snake_case, and what they are called in an archive. */
const names: ReadonlyMap<string, string> = new Map([
  ...[...runFields.singlePaths(), "errors", "activities", "sources", "targets", "predecessors", "batchIds"].map(
    (path): [string, string] => [snakeCase(path), path],
  ),
  ["event_id", "id"],
  ["event_key", "id"],
  ["sandbox", "sandbox.name"],
  ["root_code", "rootCause.code"],
  ["root_message", "rootCause.message"],
  ...["records", "bytes", "files"].flatMap((group): [string, string][] => [
    [`${group}_in`, `${group}.input`],
    [`${group}_out`, `${group}.output`],
  ]),
  ["record", "record"],
  ["document", "record"],
]);

function snakeCase(path: string): string {
  return path
    .replaceAll(".", "_")
    .replaceAll(/[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}

function partOf(run: FlowRun, path: readonly string[]): unknown {
  return path.reduce<unknown>((place, name) => (isObject(place) ? place[name] : null), run) ?? null;
}
