import type { Cell } from "./cells.ts";
import type { Column, ColumnKind } from "./columns.ts";
import { widthOf } from "./cut-text.ts";

/** One column's width: with everything whole, and with its text cut as far as it may be. */
export interface Span {
  readonly full: number;
  readonly least: number;
}

/** A column that is shown: its place among the cells of a row, and the width it got. */
export interface Fitted {
  readonly column: Column;
  readonly index: number;
  readonly width: number;
}

/** Blanks between two columns. */
export const gap = 2;

/** What a column takes before any run says otherwise, so that pages of one run line up. */
const usual: Readonly<Record<ColumnKind, number>> = {
  time: 7,
  duration: 7,
  bytes: 8,
  count: 7,
  status: 7,
  id: 7,
  code: 18,
  text: 20,
  list: 7,
};

/** A text that is cut keeps at least so much. */
const leastText = 10;

/** Where there is no right edge, one monstrous cell pushes its own row and does not pad a hundred thousand others. */
const widestPadding = 100;

/** What gives way on a narrow terminal, the least important first. Status, flow and error always stay. */
const dispensable = [
  "bytes.output",
  "records.input",
  "records.output",
  "sandbox.name",
  "durationMs",
  "records.failed",
  "updatedAt",
];

/** Each column's span after these rows; it never shrinks below what it was `before`. Pure. */
export function measure(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  room: number,
  before: readonly Span[],
): readonly Span[] {
  const widest = Number.isFinite(room) ? room : widestPadding;
  return columns.map(({ kind, title }, index) => {
    const cells = rows
      .flatMap((row) => row[index] ?? [])
      .map(({ text, isWhole }) => ({ width: widthOf(text), isWhole }));
    const previous = before[index] ?? { full: Math.max(usual[kind], title.length), least: title.length };
    const full = Math.max(previous.full, ...cells.map(({ width }) => Math.min(width, widest)));
    if (kind !== "text") return { full, least: full };
    const ids = cells.filter(({ isWhole }) => isWhole).map(({ width }) => width);
    return { full, least: Math.min(full, Math.max(previous.least, leastText, ...ids)) };
  });
}

/** Which columns there is room for, as indices: all of them, or all without the least important ones. Pure. */
export function chooseColumns(columns: readonly Column[], spans: readonly Span[], room: number): readonly number[] {
  let shown = columns.map((_, index) => index);
  for (const name of dispensable) {
    if (total(shown.map((index) => spans[index]?.least ?? 0)) <= room) break;
    shown = shown.filter((index) => columns[index]?.name !== name);
  }
  return shown;
}

/** The shown columns' widths: the widest text gives way until a row fits in `room`, or no text can give more. Pure. */
export function fit(
  columns: readonly Column[],
  shown: readonly number[],
  spans: readonly Span[],
  room: number,
): readonly Fitted[] {
  const fitted = columns.flatMap((column, index) => {
    const span = spans[index];
    return span === undefined || !shown.includes(index) ? [] : [{ column, index, width: span.full, least: span.least }];
  });
  while (total(fitted.map(({ width }) => width)) > room) {
    const giving = fitted.filter(({ width, least }) => width > least);
    const [widest] = giving.sort((one, other) => other.width - one.width);
    if (widest === undefined) break;
    widest.width -= 1;
  }
  return fitted;
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
}
