import type { Column, ColumnKind, ColumnValue } from "./column.ts";
import { renderBytes, renderCount, renderDuration, renderShare } from "../text/numbers.ts";
import { safeText } from "../text/safe-text.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";

/** One cell of a table: a line of safe text. */
export interface Cell {
  readonly text: string;
  /** True for an id in a column of text. */
  readonly isId: boolean;
  /** True for a status that is not as good as it sounds. */
  readonly isFlawed: boolean;
}

/** How a row's cells are told. */
export interface Telling {
  readonly time: TimeTelling;
  /** Whether the beginning of a value is enough where the column says so. */
  readonly isBrief: boolean;
}

/**
 * A row's cells, joined by tabs, which safe text has none of; before them stand the places of those that are ids in
 * columns of text, and, with a `!`, of those that are flawed.
 */
export function encodeRow<Row>(columns: readonly Column<Row>[], row: Row, { time, isBrief }: Telling): string {
  let marks = "";
  const texts = columns.map((column, at) => {
    if (column.isId?.(row) === true) marks += `${at} `;
    if (column.isFlawed?.(row) === true) marks += `!${at} `;
    const text = tellCell(column, row, time);
    return isBrief && column.brief !== undefined ? beginningOf(text, column.brief) : text;
  });
  return `${marks}\t${texts.join("\t")}`;
}

function beginningOf(text: string, length: number): string {
  return /^[ -~]*$/.test(text) ? text.slice(0, length) : Array.from(text).slice(0, length).join("");
}

/** The cells that `encodeRow` joined, taken apart again. Pure. */
export function decodeRow<Row>(columns: readonly Column<Row>[], encoded: string): readonly Cell[] {
  const [places = "", ...texts] = encoded.split("\t");
  if (places === "") return columns.map((_, at) => ({ text: texts[at] ?? "", isId: false, isFlawed: false }));
  const marks = places.split(" ");
  return columns.map((_, at) => ({
    text: texts[at] ?? "",
    isId: marks.includes(String(at)),
    isFlawed: marks.includes(`!${at}`),
  }));
}

/** A cell for people, one line of safe text; unknown and empty are `-`, but for a flag and a drawing. Pure. */
export function tellCell<Row>(column: Column<Row>, row: Row, time: TimeTelling): string {
  const { kind, sign = "*" } = column;
  const value = column.value(row);
  const text = (value === true ? sign : tell(value, kind, time)).trim();
  if (text === "") return kind !== "flag" && kind !== "drawing" ? "-" : text;
  const mark = column.mark?.(row) ?? null;
  return mark === null ? text : `${mark} ${text}`;
}

function tell(value: Exclude<ColumnValue, true>, kind: ColumnKind, time: TimeTelling): string {
  if (value === null || value === false) return "";
  if (typeof value === "number") return tellNumber(value, kind);
  if (typeof value !== "string") return value.map(safeText).join(",");
  return kind === "time" ? renderTime(value, time) : safeText(value);
}

function tellNumber(value: number, kind: ColumnKind): string {
  if (kind === "duration") return renderDuration(value);
  if (kind === "bytes") return renderBytes(value);
  return kind === "share" ? renderShare(value) : renderCount(value);
}
