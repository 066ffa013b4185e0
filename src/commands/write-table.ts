import type { Output } from "../host.ts";
import { layGrid, type GridCell } from "../render/grid.ts";
import { widthOf } from "../render/cut-text.ts";

/** Writes a small table of texts that are safe to show: one line a row, columns as wide as they need. */
export async function writeTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  output: Pick<Output, "write">,
): Promise<void> {
  const cells = [titles, ...rows].map((row) => row.map((text): GridCell => ({ text, painted: text })));
  const columns = titles.map((_, at) => ({
    width: Math.max(...cells.map((row) => widthOf(row[at]?.text ?? ""))),
    align: "left" as const,
  }));
  await output.write(`${layGrid(cells, columns, 2).join("\n")}\n`);
}
