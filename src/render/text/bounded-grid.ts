import Table from "cli-table3";
import { layGrid, type GridCell, type GridColumn, type LayGrid } from "./grid.ts";

/**
 * The same lines as `layGrid`'s, drawn by cli-table3: for a table whose rows are all known, and few. cli-table3 measures
 * by an older Unicode than terminals do, and knows no row that is pushed aside: a table with more than printable ASCII in it, or with a text wider than its
 * column, is left to `layGrid`. Pure.
 */
export const layBoundedGrid: LayGrid = (rows, columns, gap) => {
  if (!rows.every((row) => row.every((cell, at) => isSimple(cell, columns[at])))) return layGrid(rows, columns, gap);
  const table = new Table({
    chars: { ...noBorders, middle: " ".repeat(gap) },
    colWidths: columns.map(({ width }) => width),
    colAligns: columns.map(({ align }) => align),
    // Colour of its own would also go into a pipe.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  table.push(...rows.map((row) => row.map(({ painted }) => painted)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
};

function isSimple({ text }: GridCell, column: GridColumn | undefined): boolean {
  return text.length <= (column?.width ?? 0) && /^[ -~]*$/.test(text);
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
