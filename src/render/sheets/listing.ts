import { cutText, widthOf } from "../text/cut-text.ts";
import { layGrid, type GridCell } from "../text/grid.ts";

/** A column of a small table whose rows are known. */
export interface ListingColumn<Row> {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (row: Row) => GridCell;
  /** Left out where there is no room, the last such column first. */
  readonly mayHide?: boolean;
  /** Whether a row's text may be cut where room is short; one column at most has any. */
  readonly mayCut?: (row: Row) => boolean;
}

/** More rows at once cost more than their share (cli-table3). */
const rowsAtOnce = 200;
const gap = 2;
/** A text that may be cut keeps this much. */
const narrowest = 24;

/** Rows as lines under their titles, in `room` columns if need be; the first line is the titles'. Pure. */
export function layListing<Row>(
  columns: readonly ListingColumn<Row>[],
  rows: readonly Row[],
  room: number,
): readonly string[] {
  const shown = columns.map((column) => measure(column, rows));
  while (total(shown.map(({ least }) => least)) > room) {
    const last = shown.findLastIndex(({ column }) => column.mayHide);
    if (last === -1) break;
    shown.splice(last, 1);
  }
  const excess = Math.max(0, total(shown.map(({ width }) => width)) - room);
  const fitted = shown.map((place) => (place.least < place.width ? cut(place, place.width - excess) : place));
  const titles = fitted.map(({ column: { title } }) => plain(title));
  const body = rows.map((_, at) => fitted.map(({ cells }) => cells[at] ?? plain("")));
  const widths = fitted.map(({ column: { align }, width }) => ({ align, width }));
  return chunks([titles, ...body]).flatMap((chunk) => layGrid(chunk, widths, gap));
}

/** A cell without colour. Pure. */
export function plain(text: string): GridCell {
  return { text, painted: text };
}

interface Place<Row> {
  readonly column: ListingColumn<Row>;
  readonly cells: readonly GridCell[];
  readonly width: number;
  /** What is left of the width when all is cut that may be. */
  readonly least: number;
}

function measure<Row>(column: ListingColumn<Row>, rows: readonly Row[]): Place<Row> {
  const { title, mayCut = () => false } = column;
  const cells = rows.map(column.cell);
  const widths = cells.map(({ text }) => widthOf(text));
  const leasts = widths.map((width, at) => (rows.slice(at, at + 1).some(mayCut) ? Math.min(width, narrowest) : width));
  return { column, cells, width: Math.max(title.length, ...widths), least: Math.max(title.length, ...leasts) };
}

function cut<Row>({ column, cells, least }: Place<Row>, wanted: number): Place<Row> {
  const width = Math.max(wanted, least);
  const fitted = cells.map((cell) => (widthOf(cell.text) > width ? plain(cutText(cell.text, width)) : cell));
  return { column, cells: fitted, width, least };
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
}

function chunks<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(rows.length / rowsAtOnce);
  return Array.from({ length: count }, (_, at) => rows.slice(at * rowsAtOnce, (at + 1) * rowsAtOnce));
}
