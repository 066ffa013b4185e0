import { widthUpTo } from "../text/cut-text.ts";
import { standsRight, type Column, type ColumnKind } from "./column.ts";
import type { Cell } from "./encoded-row.ts";

/** The room that a column's cells need, in columns of a terminal; it only grows. */
export interface Need {
  /** With nothing cut. */
  readonly full: number;
  /** With what can be said in fewer words so said. */
  readonly tidy: number;
  /** The same, of the cells that were seen: without the width that is only usual. */
  readonly seen: number;
  /** The widest id in a column of text. */
  readonly id: number;
}

/** A column that is shown: its place among the cells of a row, and the width it got. */
export interface Fitted<Row> {
  readonly column: Column<Row>;
  readonly index: number;
  readonly width: number;
}

/** Blanks between two columns. */
export const gap = 2;

/**
 * The needs of a stream's columns before any row is known.
 * @param isLive rows are laid as they come, so those that were seen tell little of the others. Pure.
 */
export function usualNeeds<Row>(columns: readonly Column<Row>[], isLive: boolean): readonly Need[] {
  return columns.map(({ kind, title, usual = (isLive ? liveOf[kind] : undefined) ?? usualOf[kind] ?? 7 }) => {
    const full = Math.max(usual, title.length);
    return { full, tidy: full, seen: isLive ? full : title.length, id: 0 };
  });
}

const usualOf: Readonly<Partial<Record<ColumnKind, number>>> = { bytes: 8, code: 18, text: 10 };
const liveOf: Readonly<Partial<Record<ColumnKind, number>>> = { status: "partialSuccess".length };

/** Where there is no right edge, one monstrous cell pushes its own row and does not pad a hundred thousand others. */
const widestPadding = 100;

/** Each column's need after these rows, which is never less than it was `before`. Pure. */
export function needsOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly (readonly Cell[])[],
  room: number,
  before: readonly Need[],
): readonly Need[] {
  const isEndless = !Number.isFinite(room);
  const widest = isEndless ? widestPadding : room;
  return columns.map(({ kind, title, shorten }, index) => {
    const last = before[index] ?? { full: title.length, tidy: title.length, seen: title.length, id: 0 };
    let { full, seen, id } = last;
    for (const row of rows) {
      const cell = row[index];
      if (cell === undefined) continue;
      const width = widthUpTo(cell.text, widest);
      if (width > full) full = width;
      if (isEndless) continue;
      const tidy = shorten === undefined ? width : widthUpTo(shorten(cell.text), widest);
      if (tidy > seen) seen = tidy;
      if (kind === "text" && cell.isId && width > id) id = width;
    }
    return { full, tidy: Math.max(last.tidy, seen), seen, id };
  });
}

/** Which columns there is room for, as indices: all of them, or all without those that yield first. Pure. */
export function chooseColumns<Row>(
  columns: readonly Column<Row>[],
  needs: readonly Need[],
  room: number,
): readonly number[] {
  const floors = columns.map((column, index) => floorsOf(column, needs[index]));
  let shown = columns.map((_, index) => index);
  const yielding = columns
    .flatMap(({ yields }, index) => (yields === undefined ? [] : [{ ...yields, index }]))
    .sort((one, other) => one.turn - other.turn);
  for (const { index: next, to } of yielding) {
    if (total(shown.map((index) => floors[index]?.[to] ?? 0)) <= room) break;
    shown = shown.filter((index) => index !== next);
  }
  return shown;
}

/**
 * The shown columns' widths, which never add up to more than `room`: step by step the widest gives way, until a row
 * fits. The last column has what is left over, since nothing stands behind it. Pure.
 */
export function fit<Row>(
  columns: readonly Column<Row>[],
  shown: readonly number[],
  needs: readonly Need[],
  room: number,
): readonly Fitted<Row>[] {
  // There is no room for a blank between so many.
  const most = Math.max(1, Math.floor((room + gap) / (1 + gap)));
  const fitted = shown.slice(0, most).flatMap((index) => {
    const column = columns[index];
    return column === undefined
      ? []
      : [{ column, index, floors: floorsOf(column, needs[index]), width: needs[index]?.full ?? 0 }];
  });
  if (!Number.isFinite(room)) return fitted;
  for (const step of [...steps, null]) {
    let over = total(fitted.map(({ width }) => width)) - room;
    while (over > 0) {
      const giving = fitted.filter(({ width, floors }) => width > (step === null ? 1 : floors[step]));
      const [widest] = giving.sort((one, other) => other.width - one.width);
      if (widest === undefined) break;
      widest.width -= 1;
      over -= 1;
    }
  }
  const last = fitted.at(-1);
  if (last !== undefined && !standsRight(last.column.kind))
    last.width += Math.max(0, room - total(fitted.map(({ width }) => width)));
  return fitted;
}

/** The width that a column may come down to at each step of giving way. */
interface Floors {
  /** All that can be is said in fewer words. */
  readonly tidy: number;
  /** Names are cut, the ids among them are not. */
  readonly names: number;
  /** Those too, and codes that are longer than nearly all: a table like this is easy to read. */
  readonly neat: number;
  /** Names and ids are cut to what can be told apart. */
  readonly slim: number;
  /** A status is cut, which its colour and its first letters tell. */
  readonly terse: number;
  /** All that can be is cut to what tells anything. */
  readonly least: number;
}

const steps = ["tidy", "names", "neat", "slim", "terse", "least"] as const;

function floorsOf<Row>({ kind, title, least }: Column<Row>, need: Need | undefined): Floors {
  const { tidy, seen, id } = need ?? { tidy: 0, seen: 0, id: 0 };
  const atMost = (most: number | undefined, width = tidy): number =>
    most === undefined ? width : Math.min(width, Math.max(title.length, most));
  const neat = atMost(kind === "text" ? (least ?? neatOf.text) : neatOf[kind]);
  const slim = kind === "text" ? atMost(slimText, neat) : neat;
  const terse = kind === "status" ? atMost(leastStatus) : slim;
  return {
    tidy,
    names: kind === "text" ? Math.max(neat, Math.min(id, tidy)) : tidy,
    neat,
    slim,
    terse,
    least: Math.min(terse, atMost(leastOf[kind], kind === "code" ? seen : tidy)),
  };
}

const neatOf: Readonly<Partial<Record<ColumnKind, number>>> = { text: 16, code: 36 };
const slimText = 10;
const leastStatus = 10;
const leastOf: Readonly<Partial<Record<ColumnKind, number>>> = {
  text: 8,
  code: 14,
  id: 9,
  list: 10,
  count: 7,
  bytes: 8,
  duration: 7,
};

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
}
