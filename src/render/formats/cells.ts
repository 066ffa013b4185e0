import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Column, ColumnKind, ColumnValue } from "./columns.ts";
import { renderBytes, renderCount, renderDuration, renderTime, type TimeTelling } from "../text/quantities.ts";
import { safeText } from "../text/safe-text.ts";

/** One cell of a table: a line of safe text, and whether it must stay whole, as ids, codes and numbers must. */
export interface Cell {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Stands before an id in a column of text. No event can forge it, since safe text has no control character. */
const wholeMark = "\0";

/** A run's cells, joined by tabs, which safe text has none of. Unknown and empty are `-`. */
export function encodeRow(columns: readonly Column[], run: FlowRun, time: TimeTelling): string {
  return columns
    .map((column) => {
      const text = tell(column.value(run), column.kind, time).trim();
      const mark = column.isId?.(run) === true ? wholeMark : "";
      return `${mark}${text === "" ? "-" : text}`;
    })
    .join("\t");
}

/** What `encodeRow` joined, taken apart again. Pure. */
export function decodeRow(columns: readonly Column[], encoded: string): readonly Cell[] {
  const texts = encoded.split("\t");
  return columns.map(({ kind }, index) => {
    const text = texts[index] ?? "";
    return text.startsWith(wholeMark)
      ? { text: text.slice(wholeMark.length), isWhole: true }
      : { text, isWhole: kind !== "text" };
  });
}

function tell(value: ColumnValue, kind: ColumnKind, time: TimeTelling): string {
  if (value === null) return "";
  if (typeof value === "number") return tellNumber(value, kind);
  if (typeof value !== "string") return value.map(safeText).join(",");
  return kind === "time" ? renderTime(value, time) : safeText(value);
}

function tellNumber(value: number, kind: ColumnKind): string {
  if (kind === "duration") return renderDuration(value);
  return kind === "bytes" ? renderBytes(value) : renderCount(value);
}
