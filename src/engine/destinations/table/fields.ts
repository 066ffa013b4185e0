import { FlowrunError } from "../../../errors.ts";
import { isObject } from "../../../json.ts";
import { valuesAt, type FieldKind } from "../../../runs/record/fields.ts";
import { nearest } from "../../../text/nearest.ts";
import { recordOf, type Delivered } from "../destination.ts";
import type { Rows } from "./rows.ts";

/** A field of a record, as a column may hold it: one value, a list of them, or a part of the record as it is. */
export interface Field {
  readonly path: string;
  readonly kind: FieldKind | "list" | "part";
  /** `null` where it is unknown. */
  readonly read: (delivered: Delivered) => unknown;
}

/** The field at a path of the record (`records.failed`), `id` for the event's, or `record` for all of it. Pure. */
export function fieldAt({ fields }: Rows, path: string): Field {
  if (path === "id") return { path, kind: "text", read: ({ id }) => id };
  if (path === "record") return { path, kind: "part", read: recordOf };
  const kind = fields.kindAt(path);
  const names = path.split(".");
  if (kind === null || kind === "group") return { path, kind: "part", read: (one) => partOf(recordOf(one), names) };
  const values = (one: Delivered) => valuesAt(recordOf(one), names).filter((value) => value !== null);
  if (!fields.singlePaths().includes(path)) return { path, kind: "list", read: values };
  return { path, kind, read: (one) => values(one)[0] ?? null };
}

/** The field that a column's name stands for; `null` for none. Pure. */
export function fieldNamed(rows: Rows, column: string): Field | null {
  const path = rows.names.get(column.toLowerCase());
  return path === undefined ? null : fieldAt(rows, path);
}

/** The path, where it leads somewhere. @throws FlowrunError `usage`. Pure. */
export function checkFieldPath({ fields, names, look }: Rows, path: string): string {
  const known = [...new Set([...names.values(), ...fields.paths()])];
  if (known.includes(path) || fields.kindAt(path) !== null) return path;
  const meant = nearest(path, known) ?? names.get(path.toLowerCase()) ?? null;
  throw new FlowrunError("usage", `there is no field '${path}'`, {
    why: `columns= takes the fields of the record, id for the event's id, and record for all of it`,
    hint: meant === null ? `see what there is: ${look}` : `did you mean ${meant}?`,
  });
}

function partOf(record: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((place, name) => (isObject(place) ? place[name] : null), record) ?? null;
}
