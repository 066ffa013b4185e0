import type { Changes, PreviousWindow, Stats } from "../../runs/figures/stats.ts";
import { growthOf } from "../../runs/figures/changes.ts";
import type { Column } from "../formats/column.ts";
import { causeRows, groupRows, type CauseRow } from "../formats/stats-rows.ts";
import { layTable } from "../formats/table.ts";
import { renderCount } from "../text/numbers.ts";
import { renderTime } from "../text/times.ts";
import type { Painter } from "../text/painter.ts";
import { absentPart } from "./absent-part.ts";
import { layFigures, type TwoFigures } from "./compared-figures.ts";
import { changeTold, paintRise, roundChange } from "./change-words.ts";
import { comparedGroupColumns } from "./compared-groups.ts";
import { windowLine } from "./figure-words.ts";
import {
  allOthers,
  causeDetails,
  causesShown,
  listing,
  partialSign,
  sheetColumn,
  type StatsSheetOptions,
} from "./stats-parts.ts";
import { joinSections, labelWidth, trendLines } from "./trend-line.ts";

/** Figures that stand beside those of the window before. */
export interface ComparedStats extends Stats {
  readonly previous: PreviousWindow;
  readonly changes: Changes;
}

/** Whether there are two windows to tell of. Pure. */
export function isCompared(stats: Stats): stats is ComparedStats {
  return stats.previous !== null && stats.changes !== null;
}

/**
 * Two windows beside each other: their figures, their trends, then the groups and the root causes with what became of
 * them, the worst change first. Pure but for `time`.
 */
export function renderCompareSheet(stats: ComparedStats, options: StatsSheetOptions): string {
  return joinSections([
    windows(stats, options),
    [...layFigures(twoFigures(stats), options), ...trends(stats, options)],
    listing(comparedGroupColumns(stats.by), groupRows(stats), options),
    causes(stats, options),
    absentPart(stats, options),
  ]);
}

function windows({ from, to, previous }: ComparedStats, { time }: StatsSheetOptions): readonly string[] {
  const { partial, knownFrom } = previous;
  const lines = [
    ["Window", windowLine({ from, to }, time)],
    ["Before", windowLine(previous, time)],
    ...(partial && knownFrom !== null
      ? [[`${partialSign} partial`, `known from ${renderTime(knownFrom, time)} on only; ? cannot be told from that`]]
      : []),
  ];
  return lines.map(([label = "", text = ""]) => label.padEnd(labelWidth) + text);
}

function twoFigures({ total, previous, changes }: ComparedStats): TwoFigures {
  return { now: total, before: previous.total, difference: changes.difference, isPartial: previous.partial };
}

function trends({ total, trend, previous }: ComparedStats, { painter, room }: StatsSheetOptions): readonly string[] {
  const lines = (label: string, of: "runs" | "failed", paint?: Painter): readonly string[] =>
    total[of] + previous.total[of] === 0
      ? []
      : trendLines(
          [
            { label, values: trend[of], stepMs: trend.stepMs },
            { label: "  before", values: previous.trend[of], stepMs: previous.trend.stepMs },
          ],
          room,
          paint,
        );
  return [...lines("Trend", "runs"), ...lines("Failures", "failed", painter)];
}

/** Those that changed most, either way, the one that grew most first; of those that came or grew, more. */
function causes(stats: ComparedStats, options: StatsSheetOptions): readonly string[] {
  const all = causeRows(stats);
  const most = new Set(all.toSorted((one, other) => sizeOf(other) - sizeOf(one)).slice(0, causesShown));
  const top = all.filter((row) => most.has(row));
  const [titles = "", ...rows] = layTable(causeColumns, top, options);
  const told = top.flatMap((row, at) => [rows[at] ?? "", ...(isOnTheRise(row) ? causeDetails(row, options) : [])]);
  const more = all.length - top.length;
  return [
    ...(options.headers && top.length > 0 ? [titles] : []),
    ...told,
    ...(more > 0 ? [`and ${renderCount(more)} more; -o json has them all`] : []),
  ];
}

const causeColumns: readonly Column<CauseRow>[] = [
  sheetColumn("ROOT CAUSE", "code", ({ code }) => code ?? allOthers),
  {
    ...sheetColumn<CauseRow>("CHANGE", "count", (row) => changeTold(row.change, row.difference?.count ?? null)),
    shorten: roundChange,
    paint: (text, painter) => (text === "NEW" ? painter.red(text) : paintRise(text, painter)),
  },
  sheetColumn("COUNT", "count", ({ count }) => count),
  sheetColumn("BEFORE", "count", ({ previous }) => previous?.count ?? null),
  { ...sheetColumn<CauseRow>("LAST SEEN", "time", ({ lastSeen }) => lastSeen), yields: { turn: 2, to: "neat" } },
  { ...sheetColumn<CauseRow>("FLOWS", "count", ({ flows }) => flows.length), yields: { turn: 1, to: "neat" } },
];

function sizeOf({ count, previous }: CauseRow): number {
  return Math.abs(growthOf({ count, previousCount: previous?.count ?? null }));
}

function isOnTheRise({ count, previous }: CauseRow): boolean {
  return count > (previous?.count ?? 0);
}
