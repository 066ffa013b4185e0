import type { Column, ColumnSet, ColumnValue } from "./column.ts";
import { findColumn } from "./pick-columns.ts";

/** The order of rows by the values of one column. */
export interface RowOrder<Row> {
  readonly valueOf: Column<Row>["value"];
  /** Numbers as numbers, times as times, texts without regard to case; unknown comes last, whichever way it goes. */
  readonly compare: (one: ColumnValue, other: ColumnValue) => number;
}

/**
 * The order that `--sort` asks for: a column's name, from small to large; `-name` or `name:desc` the other way round.
 * @throws FlowrunError `usage` for a column that there is not. Pure.
 */
export function resolveOrder<Row>(set: ColumnSet<Row>, words: string): RowOrder<Row> {
  const [, minus = "", name = "", direction = minus === "" ? "asc" : "desc"] =
    /^(-?)(.*?)(?::(asc|desc))?$/s.exec(words.trim()) ?? [];
  const { value: valueOf, kind } = findColumn(set, name, "--sort");
  const toKey = kind === "time" ? timeKey : plainKey;
  const sign = direction === "desc" ? -1 : 1;
  return {
    valueOf,
    compare: (one, other) => {
      const [first, second] = [toKey(one), toKey(other)];
      if (first === null || second === null) return Number(first === null) - Number(second === null);
      return sign * compareKeys(first, second);
    },
  };
}

/** The rows in that order; equal ones stay as they are. Pure. */
export function sortRows<Row>(rows: readonly Row[], order: RowOrder<Row> | null): readonly Row[] {
  if (order === null) return rows;
  const keyed = rows.map((row) => ({ row, value: order.valueOf(row) }));
  return keyed.sort((one, other) => order.compare(one.value, other.value)).map(({ row }) => row);
}

/** A value as it is compared; `null` is unknown. */
type Key = string | number | null;

function plainKey(value: ColumnValue): Key {
  if (value === null || value === "") return null;
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string") return value.toLowerCase();
  return value.length === 0 ? null : value.join(",").toLowerCase();
}

function timeKey(value: ColumnValue): Key {
  const at = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}

function compareKeys(one: string | number, other: string | number): number {
  if (one === other) return 0;
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one) < String(other) ? -1 : 1;
}
