import { stringify } from "csv-stringify/sync";
import { safeText } from "../text/safe-text.ts";
import type { ColumnValue } from "./column.ts";
import { rowByRow, type Look, type Renderer } from "./renderer.ts";

/**
 * `csv` (RFC 4180, lines end in `\n`): a header with the columns' names, also where there is no row; numbers and times
 * as in the record, lists joined by `;`, unknown is empty. A text that a spreadsheet would take for a formula starts
 * with an apostrophe.
 */
export function csvRenderer<Row>({ columns, headers }: Pick<Look<Row>, "columns" | "headers">): Renderer<Row> {
  return rowByRow<Row>((row) => csvLine(columns.map((column) => cell(column.value(row)))), {
    open: () => (headers ? csvLine(columns.map((column) => column.name)) : ""),
  });
}

function csvLine(cells: readonly (string | number | null)[]): string {
  return stringify([[...cells]], { escape_formulas: true });
}

function cell(value: ColumnValue): string | number | null {
  if (value === null || typeof value === "number") return value;
  if (typeof value === "boolean") return String(value);
  return safeText(typeof value === "string" ? value : value.join(";"));
}
