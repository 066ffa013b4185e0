import type { Cell } from "./cells.ts";
import type { Column, ColumnKind } from "./columns.ts";
import { widthUpTo } from "../text/cut-text.ts";

/** What a column needs: with everything whole; with its text cut, but ids in between whole; with these, too, in the way. */
export interface Span {
  readonly full: number;
  readonly neat: number;
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
const usualOf: Readonly<Record<ColumnKind, number>> = {
  time: 7,
  duration: 7,
  bytes: 8,
  count: 7,
  status: 7,
  id: 7,
  code: 18,
  text: 10,
  list: 7,
};

/** What a column may come down to: a text is cut, a long error code pushes what stands after it, in its own row. */
const leastOf: Readonly<Partial<Record<ColumnKind, number>>> = { text: 10, code: 36 };

/** Where there is no right edge, one monstrous cell pushes its own row and does not pad a hundred thousand others. */
const widestPadding = 100;

/**
 * What gives way on a narrow terminal, the least important first, and for whose sake: most for a neat table, the last
 * only where a row would not fit otherwise. Status, flow and error always stay.
 */
const dispensable = [
  { name: "bytes.output", yieldsTo: "neat" },
  { name: "records.input", yieldsTo: "neat" },
  { name: "records.output", yieldsTo: "neat" },
  { name: "sandbox.name", yieldsTo: "neat" },
  { name: "durationMs", yieldsTo: "neat" },
  { name: "records.failed", yieldsTo: "least" },
  { name: "updatedAt", yieldsTo: "least" },
] as const;

/** Each column's span after these rows; it never gets less than it was `before`. Pure. */
export function measure(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  room: number,
  before: readonly Span[],
): readonly Span[] {
  const widest = Number.isFinite(room) ? room : widestPadding;
  return columns.map(({ kind, title, usual = usualOf[kind] }, index) => {
    const cells = rows.flatMap((row) => row[index] ?? []);
    const widths = cells.map(({ text }) => widthUpTo(text, widest));
    const wholeWidths = widths.filter((_, at) => cells[at]?.isWhole);
    const previous = before[index];
    const full = widths.reduce(larger, Math.max(previous?.full ?? usual, title.length));
    const least = Math.min(full, Math.max(title.length, leastOf[kind] ?? full));
    const neat = Math.max(previous?.neat ?? 0, least);
    return { full, least, neat: kind === "text" ? wholeWidths.reduce(larger, neat) : neat };
  });
}

/** Not Math.max(...): a page of a hundred thousand runs would be more arguments than a call takes. */
function larger(one: number, other: number): number {
  return Math.max(one, other);
}

/** Which columns there is room for, as indices: all of them, or all without the least important ones. Pure. */
export function chooseColumns(columns: readonly Column[], spans: readonly Span[], room: number): readonly number[] {
  let shown = columns.map((_, index) => index);
  for (const { name, yieldsTo } of dispensable) {
    if (total(shown.map((index) => spans[index]?.[yieldsTo] ?? 0)) <= room) break;
    shown = shown.filter((index) => columns[index]?.name !== name);
  }
  return shown;
}

/** The shown columns' widths: the widest gives way until a row fits in `room`, or none can give more. Pure. */
export function fit(
  columns: readonly Column[],
  shown: readonly number[],
  spans: readonly Span[],
  room: number,
): readonly Fitted[] {
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
