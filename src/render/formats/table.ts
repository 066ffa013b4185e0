import { cutText, widthUpTo } from "../text/cut-text.ts";
import { layGrid, type GridCell, type LayGrid } from "../text/grid.ts";
import { roundCount } from "../text/numbers.ts";
import { createPainter, paintStatus, type Painter } from "../text/painter.ts";
import { openTimes, type TimeTelling } from "../text/times.ts";
import { standsRight, titleOf, type Column } from "./column.ts";
import { decodeRow, encodeRow, type Cell } from "./encoded-row.ts";
import { chooseColumns, fit, gap, needsOf, usualNeeds, type Fitted, type Need } from "./fit.ts";
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
  /** Whether the beginning of a value is enough where its column says so, as on any terminal. */
  readonly isBrief: boolean;
  /** The widths that are kept before any row is known, so that pages of a stream line up; none where all rows are known. */
  readonly reserves: "nothing" | "the usual" | "for live rows";
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
  const { columns, columnsNamed, headers, colour, now, rowCount, isLive = false, stream } = look;
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
    isBrief: stream.isTTY,
    reserves: rowCount !== null || (stream.isTTY && !isLive) ? "nothing" : stream.isTTY ? "for live rows" : "the usual",
    draw,
  });
}

/**
 * A header, then a row a line, columns two blanks apart, numbers to the right, unknown as `-`; nothing where there is no
 * row. Where there is a right edge no line goes beyond it: the first rows decide which columns are shown and how wide,
 * and those after them keep to that, so that nothing jumps; only a new width makes a new layout, below a new header.
 * Where there is none, what a column needs only grows.
 */
export function tableRenderer<Row>(options: TableOptions<Row>): Renderer<Row> {
  const { mayHide, headers, painter, time, room, isBrief, reserves, draw } = options;
  // A column of times names the zone that they are told in.
  const columns = options.columns.map((column) => ({ ...column, title: titleOf(column, time) }));
  const telling = { time, isBrief };
  let needs: readonly Need[] = reserves === "nothing" ? [] : usualNeeds(columns, reserves === "for live rows");
  let shown: readonly number[] = [];
  let fitted: readonly Fitted<Row>[] = [];
  let laidFor: number | null = null;

  /** Whether it is another one than before. */
  const layOut = (rows: readonly (readonly Cell[])[]): boolean => {
    const width = room();
    if (width === laidFor && Number.isFinite(width)) return false;
    const isNew = width !== laidFor;
    needs = needsOf(columns, rows, width, needs);
    if (isNew) shown = chooseColumns(columns, needs, mayHide ? width : Infinity);
    fitted = fit(columns, shown, needs, width);
    laidFor = width;
    return isNew;
  };

  const layRows = (encoded: readonly string[]): string => {
    const rows = encoded.map((row) => decodeRow(columns, row));
    const isNew = layOut(rows);
    const isEdged = Number.isFinite(laidFor);
    const body = rows.map((row) => fitted.map((place) => gridCell(place, row, isEdged, painter)));
    const titles = fitted.map(({ column: { title }, width }) => plainCell(isEdged ? cutText(title, width) : title));
    const lines = draw(
      isNew && headers ? [titles, ...body] : body,
      fitted.map(({ column: { kind }, width }) => ({ width, align: standsRight(kind) ? "right" : "left" })),
      gap,
    );
    return lines.map((line) => `${line}\n`).join("");
  };

  const layChunk = (encoded: readonly string[]): string => {
    const at = encoded.findIndex((one) => !isRow(one));
    if (at === -1) return encoded.length === 0 ? "" : layRows(encoded);
    return layChunk(encoded.slice(0, at)) + (encoded[at] ?? "") + layChunk(encoded.slice(at + 1));
  };

  return {
    encode: (row) => encodeRow(columns, row, telling),
    open: () => "",
    lay: layChunk,
    close: () => "",
    holds: true,
    isOfLines: true,
    hidden: () => (laidFor === null ? 0 : columns.length - fitted.length),
    between: (lines) => lines.replaceAll("\t", " "),
  };
}

/** A row's cells are joined by tabs, which nothing else has. */
function isRow(encoded: string): boolean {
  return encoded.includes("\t");
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
  const reserves = asInStream ? "the usual" : "nothing";
  const known = { mayHide: true, headers: true, room: () => room, isBrief: false, reserves, draw: layGrid } as const;
  const { encode, lay } = tableRenderer({ columns, painter, time, ...known });
  return lay(rows.map(encode)).split("\n").slice(0, -1);
}

function gridCell<Row>(place: Fitted<Row>, row: readonly Cell[], isEdged: boolean, painter: Painter): GridCell {
  const { column, index, width } = place;
  const { text, isFlawed } = row[index] ?? { text: "", isFlawed: false };
  const told = isEdged ? shortenTo(text, width, column) : text;
  if (column.paint !== undefined) return { text: told, painted: column.paint(told, painter) };
  if (column.kind === "status") return { text: told, painted: paintStatus(text, painter, { told, isFlawed }) };
  return column.kind === "code" && told !== "-" ? { text: told, painted: painter.red(told) } : plainCell(told);
}

function plainCell(text: string): GridCell {
  return { text, painted: text };
}

/** In fewer words where there is no room for all, and cut where there is none for those either. */
function shortenTo<Row>(text: string, width: number, { kind, shorten }: Column<Row>): string {
  if (widthUpTo(text, width + 1) <= width) return text;
  const told = shorten?.(text) ?? (kind === "count" ? roundCount(text) : text);
  return cutText(told, width);
}
