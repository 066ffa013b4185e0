import { stringify } from "csv-stringify/sync";
import type { Column, ColumnValue } from "./columns.ts";
import type { Renderer } from "./renderer.ts";
import { safeText } from "../text/safe-text.ts";

/**
 * `csv` (RFC 4180, lines end in `\n`): a header with the columns' names, also where there is no run; numbers and times
 * as in the record, lists joined by `;`, unknown is empty. A text that a spreadsheet would take for a formula starts
 * with an apostrophe.
 */
export function csvRenderer(columns: readonly Column[], headers: boolean): Renderer {
  return {
    encode: (run) => csvLine(columns.map((column) => cell(column.value(run)))),
    open: () => (headers ? csvLine(columns.map((column) => column.name)) : ""),
    lay: (encoded) => encoded.join(""),
    close: () => "",
    holds: false,
    hidden: () => 0,
  };
}

/** One line of CSV, its end included; texts must be safe. Pure. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return stringify([[...cells]], { escape_formulas: true });
}

function cell(value: ColumnValue): string | number | null {
  if (value === null || typeof value === "number") return value;
  return safeText(typeof value === "string" ? value : value.join(";"));
}
