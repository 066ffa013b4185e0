import type { Host } from "../../../host.ts";
import { pickColumns } from "../../../render/formats/pick-columns.ts";
import { formats } from "../../../render/formats/registry.ts";
import type { RowOrder } from "../../../render/formats/sort-rows.ts";
import { sortGroups, statsRows, type StatsRow } from "../../../render/formats/stats-rows.ts";
import { decideColour } from "../../../render/text/colour.ts";
import type { Stats } from "../../../runs/figures/stats.ts";
import type { ReadingOptions } from "../../options/reading-options.ts";
import { tell } from "../../terminal/tell.ts";
import { renderRows } from "../print-rows.ts";

/**
 * Prints figures in the format that the options name: a sheet, one document, or a row for each of the figures.
 * @param order of the groups; `null` where they stay as they come.
 */
export async function printStats(
  counted: Stats,
  options: ReadingOptions,
  { order, host }: { readonly order: RowOrder<StatsRow> | null; readonly host: Host },
): Promise<void> {
  const stats = order === null ? counted : sortGroups(counted, order);
  const { laid } = formats[options.output];
  if (laid === null) await host.stdout.write(await renderFigures(stats, options, host));
  else if (laid === "whole") await host.stdout.write(await renderSheet(stats, options, host));
  else await tell(await renderSheet(stats, options, host), host.stdout);
}

async function renderFigures(
  stats: Stats,
  { output, headers, fields = null, common }: ReadingOptions,
  host: Host,
): Promise<string> {
  const { statsColumns } = await import("../../../render/formats/stats-columns.ts");
  const columns = pickColumns(statsColumns(stats, stats.previous !== null), undefined, output);
  const options = { output, columns, columnsNamed: false, headers, fields, order: null };
  const told = { rows: statsRows(stats), document: stats, color: common.color };
  return renderRows({ options, ...told }, host, host.stdout);
}

async function renderSheet(stats: Stats, { output, common, time, headers }: ReadingOptions, host: Host) {
  const [{ renderStatsSheet }, { isCompared, renderCompareSheet }, { createPainter }, { openTimes }, catalogue] =
    await Promise.all([
      import("../../../render/sheets/stats-sheet.ts"),
      import("../../../render/sheets/compare-sheet.ts"),
      import("../../../render/text/painter.ts"),
      import("../../../render/text/times.ts"),
      stats.rootCauses.length === 0 ? null : import("../../../runs/catalogue/catalogue.ts"),
    ]);
  const { stdout, env } = host;
  const look = {
    catalogue,
    painter: createPainter(decideColour(common.color, env, stdout.isTTY)),
    time: await openTimes(time ?? (stdout.isTTY ? "local" : "iso"), () => host.now()),
    room: stdout.isTTY && formats[output].laid === "fitted" ? stdout.columns : Infinity,
    headers,
  };
  return isCompared(stats) ? renderCompareSheet(stats, look) : renderStatsSheet(stats, look);
}
