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

function mistaken(column: string, value: Value | undefined): Error {
  return new Error(`the column ${column} holds ${value === undefined ? "nothing" : typeof value}`);
}
