import { widthUpTo } from "../text/cut-text.ts";
import type { Column, ColumnKind } from "./column.ts";
import type { Cell } from "./encoded-row.ts";

/** The width that a column needs, in columns of a terminal. */
export interface Span {
  /** With nothing cut. */
  readonly full: number;
  /** With its texts cut, but the ids among them whole. */
  readonly neat: number;
  /** With its texts cut, and ids among them left to push their own rows out of line. */
  readonly least: number;
}

/** A column that is shown: its place among the cells of a row, and the width it got. */
export interface Fitted<Row> {
  readonly column: Column<Row>;
  readonly index: number;
  readonly width: number;
}

/** Blanks between two columns. */
export const gap = 2;

/** The widths of a stream's columns before any row is known, so that pages of one row line up. Pure. */
export function usualSpans<Row>(columns: readonly Column<Row>[]): readonly Span[] {
  return columns.map(({ kind, title, usual = usualOf[kind] ?? 7 }) => {
    const full = Math.max(usual, title.length);
    return { full, neat: 0, least: full };
  });
}

const usualOf: Readonly<Partial<Record<ColumnKind, number>>> = { bytes: 8, code: 18, text: 10 };

/** The least width of a column: a longer text is cut, a longer error code pushes the rest of its own row to the right. */
const leastOf: Readonly<Partial<Record<ColumnKind, number>>> = { text: 10, code: 36 };

/** Where there is no right edge, one monstrous cell pushes its own row and does not pad a hundred thousand others. */
const widestPadding = 100;

/** Each column's span after these rows; it never gets less than it was `before`, if it was shown before. Pure. */
export function spansOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly (readonly Cell[])[],
  room: number,
  before: readonly Span[],
): readonly Span[] {
  const widest = Number.isFinite(room) ? room : widestPadding;
  return columns.map(({ kind, title, least: floor = leastOf[kind] ?? Infinity }, index) => {
    const cells = rows.flatMap((row) => row[index] ?? []);
    const widths = cells.map(({ text }) => widthUpTo(text, widest));
    const wholeWidths = widths.filter((_, at) => cells[at]?.isWhole);
    const previous = before[index];
    const full = widths.reduce(larger, Math.max(previous?.full ?? 0, title.length));
    const least = Math.min(full, Math.max(title.length, floor));
    const neat = Math.max(previous?.neat ?? 0, least);
    return { full, least, neat: kind === "text" ? wholeWidths.reduce(larger, neat) : neat };
  });
}

/** Not Math.max(...): a page of a hundred thousand runs would be more arguments than a call takes. */
function larger(one: number, other: number): number {
  return Math.max(one, other);
}

/** Which columns there is room for, as indices: all of them, or all without those that yield first. Pure. */
export function chooseColumns<Row>(
  columns: readonly Column<Row>[],
  spans: readonly Span[],
  room: number,
): readonly number[] {
  let shown = columns.map((_, index) => index);
  const yielding = columns
    .flatMap(({ yields }, index) => (yields === undefined ? [] : [{ ...yields, index }]))
    .sort((one, other) => one.turn - other.turn);
  for (const { index: next, to } of yielding) {
    if (total(shown.map((index) => spans[index]?.[to] ?? 0)) <= room) break;
    shown = shown.filter((index) => index !== next);
  }
  return shown;
}

/** The shown columns' widths: the widest gives way until a row fits in `room`, or none can give more. Pure. */
export function fit<Row>(
  columns: readonly Column<Row>[],
  shown: readonly number[],
  spans: readonly Span[],
  room: number,
): readonly Fitted<Row>[] {
  const fitted = columns.flatMap((column, index) => {
    const span = spans[index];
    return span === undefined || !shown.includes(index) ? [] : [{ column, index, span, width: span.full }];
  });
  for (const floor of ["neat", "least"] as const) {
    while (total(fitted.map(({ width }) => width)) > room) {
      const giving = fitted.filter(({ width, span }) => width > span[floor]);
      const [widest] = giving.sort((one, other) => other.width - one.width);
      if (widest === undefined) break;
      widest.width -= 1;
    }
  }
  return fitted;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
}
