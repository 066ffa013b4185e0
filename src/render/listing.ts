import { cutText, widthOf } from "./cut-text.ts";
import { layGrid, type GridCell } from "./grid.ts";

/** A column of a small table whose rows are known. */
export interface ListingColumn<Row> {
  readonly title: string;
  readonly align: "left" | "right";
  readonly cell: (row: Row) => GridCell;
  /** Left out where there is no room, the last such column first. */
  readonly mayHide?: boolean;
  /** Cut where leaving columns out is not enough. */
  readonly mayCut?: boolean;
}

/** More rows at once cost more than their share (cli-table3). */
const rowsAtOnce = 200;
const gap = 2;
const narrowest = 10;

/** Rows as lines under their titles, in `room` columns if need be; the first line is the titles'. Pure. */
export function layListing<Row>(
  columns: readonly ListingColumn<Row>[],
  rows: readonly Row[],
  room: number,
): readonly string[] {
  const all = columns.map((column) => {
    const cells = rows.map(column.cell);
    return { column, cells, width: Math.max(column.title.length, ...cells.map(({ text }) => widthOf(text))) };
  });
  const shown = [...all];
  while (total(shown) > room) {
    const last = shown.findLastIndex(({ column }) => column.mayHide);
    if (last === -1) break;
    shown.splice(last, 1);
  }
  const excess = Math.max(0, total(shown) - room);
  const fitted = shown.map((place) => (place.column.mayCut ? cut(place, place.width - excess) : place));
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
}

function cut<Row>({ column, cells }: Place<Row>, wanted: number): Place<Row> {
  const width = Math.max(wanted, column.title.length, narrowest);
  return {
    column,
    width,
    cells: cells.map((cell) => (widthOf(cell.text) > width ? plain(cutText(cell.text, width)) : cell)),
  };
}

function total(places: readonly { readonly width: number }[]): number {
  return places.reduce((sum, { width }) => sum + width, gap * (places.length - 1));
}

function chunks<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(rows.length / rowsAtOnce);
  return Array.from({ length: count }, (_, at) => rows.slice(at * rowsAtOnce, (at + 1) * rowsAtOnce));
}
