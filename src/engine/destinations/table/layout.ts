import { FlowrunError, type FailureKind } from "../../../errors.ts";
import { nearest } from "../../../text/nearest.ts";
import type { Value } from "../../archive/database.ts";
import type { Delivered } from "../destination.ts";
import type { FoundTable, TableColumn } from "./catalogue.ts";
import { fieldAt, fieldNamed, type Field } from "./fields.ts";
import type { TableForm } from "./form.ts";
import type { Rows } from "./rows.ts";
import { valueFor } from "./values.ts";

/** How records become rows of a table. */
export interface Layout {
  readonly rows: Rows;
  /** Quoted, with its schema. */
  readonly table: string;
  /** For people: `reporting.runs`. */
  readonly name: string;
  readonly columns: readonly FilledColumn[];
  /** The names of the columns by which a row is met again. */
  readonly key: readonly string[];
  /** The column that tells which of two notifications is newer; `null` where none does. */
  readonly updated: FilledColumn | null;
}

/** A column that is filled, and with what. */
export interface FilledColumn extends TableColumn {
  readonly path: string;
  readonly value: (delivered: Delivered) => Value;
}

/**
 * Settles which column gets which field: as `columns=` says, else by its name.
 * @param place of the database, for the words of failures.
 * @throws FlowrunError `settings` where it does not work out, `forbidden` where rights are missing. Pure.
 */
export function layOut(
  { rows, columns: wanted, key: named }: Pick<TableForm, "rows" | "columns" | "key">,
  found: FoundTable,
  place: string,
): Layout {
  const name = `${found.schema}.${found.name}`;
  const refuse = (why: string, hint: string, kind: FailureKind = "settings"): FlowrunError =>
    new FlowrunError(kind, `rows cannot go into ${name} at ${place}`, { why, hint });

  if (found.kind !== "r" && found.kind !== "p") {
    throw refuse("it is a view, or a table that lies elsewhere", "name the table itself: ?table=…");
  }
  if (!found.isReachable) {
    throw refuse(
      "the user may not go into its schema (USAGE)",
      `as its owner: GRANT USAGE ON SCHEMA ${quoted(found.schema)} TO <user>`,
      "forbidden",
    );
  }
  for (const column of wanted.keys()) {
    if (found.columns.some((each) => each.name === column)) continue;
    const names = found.columns.map((each) => each.name);
    const meant = nearest(column, names);
    throw refuse(
      `columns= names ${column}, and it has no such column`,
      meant === null ? `it has ${names.join(", ")}` : `did you mean ${meant}?`,
    );
  }
  const filled = found.columns.flatMap((column) => {
    const field = fieldOf(column, wanted, rows);
    if (field === null) return [];
    const value = valueFor(field, column);
    if (value !== null) return [{ ...column, path: field.path, value }];
    throw refuse(
      `its column ${column.name} is ${column.type}, which cannot hold ${field.path} (${field.kind})`,
      `leave it alone: &columns=${column.name}=   or change it: ALTER TABLE ${name} ALTER ${quoted(column.name)} TYPE ${typeFor(field)}`,
    );
  });
  const names = filled.map((column) => column.name);
  if (names.length === 0) {
    throw refuse(
      `none of its columns is called like a field of ${rows.one}`,
      `say what goes where: &columns=<column>=${rows.field}`,
    );
  }
  const empty = found.columns.filter((column) => column.isNeeded && !names.includes(column.name));
  if (empty.length > 0) {
    const list = empty.map((column) => column.name).join(", ");
    throw refuse(
      `nothing says what goes into ${list}, and a row without is refused (NOT NULL, no default)`,
      `say it: &columns=${empty[0]?.name ?? ""}=${rows.field}   or give a default: ALTER TABLE ${name} ALTER ${quoted(empty[0]?.name ?? "")} SET DEFAULT …`,
    );
  }
  const key = keyOf(rows, { named, found, filled: names, refuse });
  const lacking = new Set(filled.flatMap((column) => column.missingRights));
  if (lacking.size > 0) {
    const list = [...lacking].join(", ");
    throw refuse(
      `the user may not do that there: ${list}`,
      `as its owner: GRANT ${list} ON ${tableName(found)} TO <user>`,
      "forbidden",
    );
  }
  const updated = filled.find(({ path, category }) => path === "updatedAt" && "DNS".includes(category)) ?? null;
  return { rows, table: tableName(found), name, columns: filled, key, updated };
}

/** An SQL name. Pure. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The statement that makes a table which suits. Pure. */
export function createTable({ schema, table, rows }: Pick<TableForm, "schema" | "table" | "rows">): string {
  const name = [...(schema === null ? [] : [schema]), table].map(plainOrQuoted).join(".");
  return `CREATE TABLE ${name} (${rows.columns.join(", ")});`;
}

function plainOrQuoted(text: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(text) ? text : quoted(text);
}

function tableName({ schema, name }: FoundTable): string {
  return `${quoted(schema)}.${quoted(name)}`;
}

function fieldOf(column: TableColumn, wanted: TableForm["columns"], rows: Rows): Field | null {
  const path = wanted.get(column.name);
  if (path !== undefined) return path === "" ? null : fieldAt(rows, path);
  return column.isFixed ? null : fieldNamed(rows, column.name);
}

function typeFor({ kind }: Field): string {
  switch (kind) {
    case "time":
      return "timestamptz";
    case "count":
    case "bytes":
    case "duration":
      return "bigint";
    case "flag":
      return "boolean";
    case "text":
      return "text";
    case "list":
    case "part":
      return "jsonb";
  }
}

/** The key that was named, if any, and all that it is looked for in. */
interface KeyWish {
  readonly named: readonly string[] | null;
  readonly found: FoundTable;
  /** The names of the columns that are filled. */
  readonly filled: readonly string[];
  readonly refuse: (why: string, hint: string) => FlowrunError;
}

function keyOf(rows: Rows, { named, found, filled, refuse }: KeyWish): readonly string[] {
  const table = tableName(found);
  const key = named ?? found.keys.find(({ isPrimary }) => isPrimary)?.columns;
  if (key === undefined) {
    throw refuse(
      "it has no primary key, so that nothing says when a row is the same",
      `give it one: ALTER TABLE ${table} ADD PRIMARY KEY (${rows.key})   or say which columns have a unique index: key=${rows.key}`,
    );
  }
  const unknown = key.find((column) => !found.columns.some(({ name }) => name === column));
  if (unknown !== undefined) {
    throw refuse(`key= names ${unknown}, and it has no such column`, `say which columns of it: key=${rows.key}`);
  }
  const empty = key.find((column) => !filled.includes(column));
  if (empty !== undefined) {
    throw refuse(
      `nothing says what goes into ${empty}, by which rows are to be met again`,
      `say it: &columns=${empty}=${rows.field}   or say ${rows.keys}`,
    );
  }
  const isUnique = found.keys.some(
    ({ columns }) => columns.length === key.length && columns.every((column) => key.includes(column)),
  );
  if (isUnique) return key;
  const list = key.map(quoted).join(", ");
  throw refuse(
    `it has no unique index on ${key.join(", ")}, by which rows are to be met again`,
    `CREATE UNIQUE INDEX ON ${table} (${list})`,
  );
}
