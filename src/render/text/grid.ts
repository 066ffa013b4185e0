import { widthUpTo } from "./cut-text.ts";

/** A column of a grid; its width is in columns of a terminal. */
export interface GridColumn {
  readonly width: number;
  readonly align: "left" | "right";
}

/** A text, and the same text in colour. */
export interface GridCell {
  readonly text: string;
  readonly painted: string;
}

/** Draws rows under each other, a line each, `gap` blanks between two columns. */
export type LayGrid = (
  rows: readonly (readonly GridCell[])[],
  columns: readonly GridColumn[],
  gap: number,
) => readonly string[];

/**
 * Rows as lines without borders and without blanks at the end. A text wider than its column pushes the rest of its row.
 * Takes the same time for each row, however many there are. Pure.
 */
export const layGrid: LayGrid = (rows, columns, gap) => {
  const between = " ".repeat(gap);
  return rows.map((row) => trimEnd(row.map((cell, at) => pad(cell, columns[at])).join(between)));
};

function pad({ text, painted }: GridCell, column: GridColumn | undefined): string {
  const width = column?.width ?? 0;
  const blanks = " ".repeat(width - widthUpTo(text, width));
  return column?.align === "right" ? blanks + painted : painted + blanks;
}

/** Blanks only: other white space at the end is somebody's text. */
function trimEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === " ") end -= 1;
  return line.slice(0, end);
}
