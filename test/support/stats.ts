import { renderRows } from "../../src/cli/commands/print-rows.ts";
import { pickColumns } from "../../src/render/formats/pick-columns.ts";
import { formats, outputFormats, type OutputFormat } from "../../src/render/formats/registry.ts";
import { statsColumns } from "../../src/render/formats/stats-columns.ts";
import { statsRows } from "../../src/render/formats/stats-rows.ts";
import type { Stats } from "../../src/runs/figures/stats.ts";
import { noon } from "./host.ts";

/** The formats that print figures as rows or as a document; of the others some print a sheet, and figures have no ids. */
export const figureFormats = outputFormats.filter(
  (word) => formats[word].laid === null && formats[word].takes !== "id",
);

/** The figures as `stats` prints them to a pipe in a format. */
export function renderStats(stats: Stats, output: OutputFormat, headers = true): Promise<string> {
  const columns = pickColumns(statsColumns(stats, stats.previous !== null), undefined, output);
  const options = { output, columns, columnsNamed: false, headers, order: null };
  const printing = { options, rows: statsRows(stats), document: stats, color: "auto" } as const;
  return renderRows(printing, { env: {}, now: () => noon }, { isTTY: false, columns: 80 });
}
