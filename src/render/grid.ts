import Table from "cli-table3";
import { widthOf } from "./cut-text.ts";

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
 * pushes the rest of its row. Give it some hundred rows at most: cli-table3 takes more than twice as long for twice as
 * many. Pure.
 */
export function layGrid(
  rows: readonly (readonly GridCell[])[],
  columns: readonly GridColumn[],
  gap: number,
): readonly string[] {
  const table = new Table({
    chars: { ...noBorders, middle: " ".repeat(gap) },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    colWidths: columns.map(({ width }) => width),
    colAligns: columns.map(({ align }) => align),
  });
  for (const row of rows) table.push(row.map(({ text }, at) => standIn(text, columns[at]?.width ?? 0)));
  const lines = table.toString().split("\n");
  return rows.map((row, at) => takePlaces(lines[at] ?? "", row));
}

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
};

/**
 * cli-table3 measures by an older Unicode than terminals do (Hindi, Arabic and newer emoji come out wrong) and cuts
 * what it finds too wide, so it lays out stand-ins of the right width.
 */
function standIn(text: string, width: number): string {
  // A lone combining mark has no width, and its cell is still one to find again.
  return "x".repeat(Math.max(1, Math.min(widthOf(text), width)));
}

function takePlaces(line: string, cells: readonly GridCell[]): string {
  const waiting = cells.values();
  return line.trimEnd().replace(/x+/g, () => {
    const { value } = waiting.next();
    return value?.painted ?? "";
  });
}
