import type { Column, ColumnKind, ColumnValue } from "./column.ts";
import { renderBytes, renderCount, renderDuration, renderShare } from "../text/numbers.ts";
import { safeText } from "../text/safe-text.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";

/** One cell of a table: a line of safe text, and whether it must stay whole, as ids, codes and numbers must. */
export interface Cell {
  readonly text: string;
  readonly isWhole: boolean;
}

/**
 * A row's cells, joined by tabs, which safe text has none of; before them stand the places of those that are ids in
 * columns of text.
 */
export function encodeRow<Row>(columns: readonly Column<Row>[], row: Row, time: TimeTelling): string {
  let ids = "";
  const texts = columns.map((column, at) => {
    if (column.isId?.(row) === true) ids += `${String(at)} `;
    return tellCell(column, row, time);
  });
  return `${ids}\t${texts.join("\t")}`;
}

/** The cells that `encodeRow` joined, taken apart again. Pure. */
export function decodeRow<Row>(columns: readonly Column<Row>[], encoded: string): readonly Cell[] {
  const [places = "", ...texts] = encoded.split("\t");
  const ids = places.split(" ");
  return columns.map(({ kind }, at) => ({
    text: texts[at] ?? "",
    isWhole: kind !== "text" || ids.includes(String(at)),
  }));
}

/** A cell for people, one line of safe text; unknown and empty are `-`, but for a flag and a drawing. Pure. */
export function tellCell<Row>(column: Column<Row>, row: Row, time: TimeTelling): string {
  const { kind } = column;
  const text = tell(column.value(row), kind, time).trim();
  return text === "" && kind !== "flag" && kind !== "drawing" ? "-" : text;
}

function tell(value: ColumnValue, kind: ColumnKind, time: TimeTelling): string {
  if (value === null) return "";
  if (typeof value === "number") return tellNumber(value, kind);
  if (typeof value === "boolean") return value ? "*" : "";
  if (typeof value !== "string") return value.map(safeText).join(",");
  return kind === "time" ? renderTime(value, time) : safeText(value);
}

function tellNumber(value: number, kind: ColumnKind): string {
  if (kind === "duration") return renderDuration(value);
  if (kind === "bytes") return renderBytes(value);
  return kind === "share" ? renderShare(value) : renderCount(value);
}
