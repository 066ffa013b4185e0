import type { Row, Value } from "./database.ts";

/** A column that holds a number. @throws Error where it holds none, which a text of ours never asks for. Pure. */
export function numberIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw mistaken(column, value);
}

/** A column that may hold a number. Pure. */
export function numberOrNull(row: Row, column: string): number | null {
  return row[column] == null ? null : numberIn(row, column);
}

/** A column that holds a text. @throws Error likewise. Pure. */
export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw mistaken(column, value);
}

/** A column that may hold a text. Pure. */
export function textOrNull(row: Row, column: string): string | null {
  return row[column] == null ? null : textIn(row, column);
}

/** A column that holds bytes. @throws Error likewise. Pure. */
export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw mistaken(column, value);
}

/** A list of a column's numbers, one or `null` for each row of a group. @throws Error likewise. Pure. */
export function numbersIn(row: Row, column: string): readonly (number | null)[] {
  return listIn(row, column, isNumberOrNull);
}

/** A list of a column's texts, one or `null` for each row of a group. @throws Error likewise. Pure. */
export function textsIn(row: Row, column: string): readonly (string | null)[] {
  return listIn(row, column, isTextOrNull);
}

function listIn<T>(row: Row, column: string, fits: (value: unknown) => value is T): readonly T[] {
  const list: unknown = JSON.parse(textIn(row, column));
  if (Array.isArray(list) && list.every(fits)) return list;
  throw mistaken(column, row[column]);
}

function isNumberOrNull(value: unknown): value is number | null {
  return value === null || typeof value === "number";
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === "string";
}

function mistaken(column: string, value: Value | undefined): Error {
  return new Error(`the column ${column} holds ${value === undefined ? "nothing" : typeof value}`);
}
