import { decodeRow, encodeRow, type Cell } from "./cells.ts";
import type { Column, ColumnKind } from "./columns.ts";
import { cutText } from "../text/cut-text.ts";
import { chooseColumns, fit, gap, measure, type Fitted, type Span } from "./fit.ts";
import { layGrid, type GridCell } from "../text/grid.ts";
import { paintStatus, type Painter } from "../text/painter.ts";
import type { TimeTelling } from "../text/quantities.ts";
import type { Renderer } from "./renderer.ts";

export interface TableOptions {
  readonly columns: readonly Column[];
  /** Whether columns may be left out where there is no room for all: never those that the user named. */
  readonly mayHide: boolean;
  readonly headers: boolean;
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** The width to keep to, now; Infinity where nothing may be cut or left out. */
  readonly room: () => number;
}

/**
 * `table` and `wide`: a header, then a run a line, columns two blanks apart, numbers to the right, unknown as `-`;
 * nothing where there is no run. The first runs decide which columns are shown; what a column needs only grows from
 * then on.
 */
export function tableRenderer({ columns, mayHide, headers, painter, time, room }: TableOptions): Renderer {
  let spans: readonly Span[] = [];
  let shown: readonly number[] | null = null;

  const layChunk = (encoded: readonly string[]): string => {
    const rows = encoded.map((row) => decodeRow(columns, row));
    const width = room();
    spans = measure(columns, rows, width, spans);
    const isFirst = shown === null;
    shown ??= chooseColumns(columns, spans, mayHide ? width : Infinity);
    const fitted = fit(columns, shown, spans, width);
    const body = rows.map((row) => fitted.map((place) => gridCell(place, row, width, painter)));
    const titles = fitted.map(({ column: { title } }) => ({ text: title, painted: title }));
    const lines = layGrid(
      isFirst && headers ? [titles, ...body] : body,
      fitted.map(({ column, width }) => ({ width, align: alignOf(column.kind) })),
      gap,
    );
    return lines.map((line) => `${line}\n`).join("");
  };

  return {
    encode: (run) => encodeRow(columns, run, time),
    open: () => "",
    lay: (encoded) => (encoded.length === 0 ? "" : layChunk(encoded)),
    close: () => "",
    holds: true,
    hidden: () => (shown === null ? 0 : columns.length - shown.length),
  };
}

function gridCell({ column, index, width }: Fitted, row: readonly Cell[], room: number, painter: Painter): GridCell {
  const { text, isWhole } = row[index] ?? { text: "", isWhole: true };
  const told = isWhole || !Number.isFinite(room) ? text : cutText(text, width);
  return { text: told, painted: paint(told, column.kind, painter) };
}

function paint(text: string, kind: ColumnKind, painter: Painter): string {
  if (kind === "status") return paintStatus(text, painter);
  return kind === "code" && text !== "-" ? painter.red(text) : text;
}

function alignOf(kind: ColumnKind): "left" | "right" {
  return kind === "duration" || kind === "bytes" || kind === "count" ? "right" : "left";
}
