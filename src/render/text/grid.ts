import { widthUpTo } from "./cut-text.ts";

export interface GridColumn {
  readonly width: number;
  readonly align: "left" | "right";
}

/** A text, and the same text in colour. */
export interface GridCell {
  readonly text: string;
  readonly painted: string;
}

/**
 * Rows under each other, a line each, without borders and without blanks at the end. A text wider than its column
 * pushes the rest of its row. This is a stream's layout: cli-table3 takes more than twice as long for twice as many
 * rows and measures by an older Unicode than terminals do, so it lays out bounded tables only (small-table.ts). Pure.
 */
export function layGrid(
  rows: readonly (readonly GridCell[])[],
  columns: readonly GridColumn[],
  gap: number,
): readonly string[] {
  const between = " ".repeat(gap);
  return rows.map((row) => trimEnd(row.map((cell, at) => pad(cell, columns[at])).join(between)));
}

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
