import type { Figures } from "../../runs/figures/figures.ts";
import type { Grouping } from "../../runs/figures/grouping.ts";
import type { Column } from "../formats/column.ts";
import type { GroupRow } from "../formats/stats-rows.ts";
import {
  changeTold,
  countChange,
  durationChange,
  paintFall,
  paintRise,
  pointsChange,
  roundChange,
} from "./change-words.ts";
import { groupColumn, paintFailures, sheetColumn } from "./stats-parts.ts";

/** The columns of groups beside themselves in the window before. Pure. */
export function comparedGroupColumns(by: Grouping | null): readonly Column<GroupRow>[] {
  if (by === null) return [];
  const columns: readonly Column<GroupRow>[] = [
    groupColumn<GroupRow>(by),
    sheetColumn("RUNS", "count", ({ runs }) => runs),
    change("±RUNS", (row) => changeTold(row.change, row.difference?.runs ?? null)),
    { ...sheetColumn<GroupRow>("FAILED", "count", ({ failed }) => failed), paint: paintFailures },
    { ...change("±FAILED", ({ difference }) => countChange(difference?.failed ?? null)), paint: paintRise },
    sheetColumn("SUCCESS", "share", ({ successRate }) => successRate),
    {
      ...change("±SUCCESS", (row) =>
        unlessNone(row, (one) => one.successRate, pointsChange(row.difference?.successRatePoints ?? null)),
      ),
      paint: paintFall,
    },
    sheetColumn("P95", "duration", ({ durationMs }) => durationMs.p95),
    change("±P95", (row) =>
      unlessNone(row, (one) => one.durationMs.p95, durationChange(row.difference?.durationMs.p95 ?? null)),
    ),
    sheetColumn("P50", "duration", ({ durationMs }) => durationMs.p50),
    change("±P50", (row) =>
      unlessNone(row, (one) => one.durationMs.p50, durationChange(row.difference?.durationMs.p50 ?? null)),
    ),
  ];
  return columns.map((column) => {
    const turn = yielding.indexOf(column.title);
    return turn === -1 ? column : { ...column, yields: { turn: -turn, to: "neat" } };
  });
}

/** Where one of the windows has no such figure, there is nothing to compare. */
function unlessNone(row: GroupRow, of: (figures: Figures) => number | null, told: string): string {
  return of(row) === null || (row.previous !== null && of(row.previous) === null) ? "-" : told;
}

function change(title: string, value: (row: GroupRow) => string): Column<GroupRow> {
  return { ...sheetColumn(title, "count", value), shorten: roundChange };
}

/** Where there is no room the last of these is left out first. */
const yielding: readonly string[] = ["±SUCCESS", "SUCCESS", "P95", "±P95", "P50", "±P50"];
