import { cutText } from "../text/cut-text.ts";
import { layGrid, type GridCell, type LayGrid } from "../text/grid.ts";
import { createPainter, paintStatus, type Painter } from "../text/painter.ts";
import { openTimes, type TimeTelling } from "../text/times.ts";
import { standsRight, titleOf, type Column, type ColumnKind } from "./column.ts";
import { decodeRow, encodeRow, type Cell } from "./encoded-row.ts";
import { chooseColumns, fit, gap, spansOf, usualSpans, type Fitted, type Span } from "./fit.ts";
import type { Look, Renderer } from "./renderer.ts";

/** How a table looks, in full. */
export interface TableOptions<Row> {
  readonly columns: readonly Column<Row>[];
  /** Whether columns may be left out where there is no room for all: never those that the user named. */
  readonly mayHide: boolean;
  readonly headers: boolean;
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** The width to keep to, now; Infinity where nothing may be cut or left out. */
  readonly room: () => number;
  /** The widths of the columns before any row is known, so that pages of a stream line up; empty where all rows are known. */
  readonly before: readonly Span[];
  /** The function that draws the lines, once their cells are known. */
  readonly draw: LayGrid;
}

/**
 * cli-table3 draws a table whose rows are known and few. It is loaded in 13 ms, takes 35 ms for 100 rows and 170 ms for
 * 500, where layGrid takes 2: a stream, which may be of any length and must not wait, and a long table are drawn by that.
 */
const mostBounded = 100;

/** `table` and `wide`, for either kind of rows. The layout is one: what differs is who draws its lines. */
export async function openTable<Row>(look: Look<Row>, room: () => number): Promise<Renderer<Row>> {
  const { columns, columnsNamed, headers, colour, now, rowCount, stream } = look;
  const [time, draw] = await Promise.all([
    openTimes(look.time ?? (stream.isTTY ? "local" : "iso"), now),
    rowCount === null || rowCount > mostBounded
      ? layGrid
      : import("../text/bounded-grid.ts").then(({ layBoundedGrid }) => layBoundedGrid),
  ]);
  return tableRenderer({
    columns,
    mayHide: !columnsNamed,
    headers,
    painter: createPainter(colour),
    time,
    room,
    before: rowCount === null ? usualSpans(columns) : [],
    draw,
  });
}

/**
 * A header, then a row a line, columns two blanks apart, numbers to the right, unknown as `-`; nothing where there is no
 * row. The first rows decide which columns are shown; what a column needs only grows from then on.
 */
export function tableRenderer<Row>(options: TableOptions<Row>): Renderer<Row> {
  const { mayHide, headers, painter, time, room, before, draw } = options;
  const columns = options.columns.map((column) => ({ ...column, title: titleOf(column, time) }));
  let spans = before;
  let shown: readonly number[] | null = null;

  const layChunk = (encoded: readonly string[]): string => {
    const rows = encoded.map((row) => decodeRow(columns, row));
    const width = room();
    spans = spansOf(columns, rows, width, spans);
    const isFirst = shown === null;
    shown ??= chooseColumns(columns, spans, mayHide ? width : Infinity);
    const fitted = fit(columns, shown, spans, width);
    const body = rows.map((row) => fitted.map((place) => gridCell(place, row, width, painter)));
    const titles = fitted.map(({ column: { title } }) => ({ text: title, painted: title }));
    const lines = draw(
      isFirst && headers ? [titles, ...body] : body,
      fitted.map(({ column: { kind }, width }) => ({ width, align: standsRight(kind) ? "right" : "left" })),
      gap,
    );
    return lines.map((line) => `${line}\n`).join("");
  };

  return {
    encode: (row) => encodeRow(columns, row, time),
    open: () => "",
    lay: (encoded) => (encoded.length === 0 ? "" : layChunk(encoded)),
    close: () => "",
    holds: true,
    isOfLines: true,
    hidden: () => (shown === null ? 0 : columns.length - shown.length),
  };
}

/** How a table in a sheet looks. */
export interface SheetTableLook {
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** The width to keep to, in columns of a terminal; Infinity where nothing may be cut or left out. */
  readonly room: number;
  /** Whether columns are as wide as those of a stream, whatever stands in them. */
  readonly asInStream?: boolean;
}

/** A part of a sheet: all these rows as lines, the titles' first where there are any rows. Pure but for `time`. */
export function layTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { painter, time, room, asInStream = false }: SheetTableLook,
): readonly string[] {
  const before = asInStream ? usualSpans(columns) : [];
  const known = { mayHide: true, headers: true, room: () => room, before, draw: layGrid };
  const { encode, lay } = tableRenderer({ columns, painter, time, ...known });
  return lay(rows.map(encode)).split("\n").slice(0, -1);
}

function gridCell<Row>(place: Fitted<Row>, row: readonly Cell[], room: number, painter: Painter): GridCell {
  const { column, index, width } = place;
  const { text, isWhole } = row[index] ?? { text: "", isWhole: true };
  const told = isWhole || !Number.isFinite(room) ? text : cutText(text, width);
  return { text: told, painted: column.paint?.(told, painter) ?? paint(told, column.kind, painter) };
}

function paint(text: string, kind: ColumnKind, painter: Painter): string {
  if (kind === "status") return paintStatus(text, painter);
  return kind === "code" && text !== "-" ? painter.red(text) : text;
}
