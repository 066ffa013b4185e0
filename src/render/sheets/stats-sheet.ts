import type { Figures } from "../../runs/figures/figures.ts";
import type { RootCause } from "../../runs/figures/frequent-causes.ts";
import type { Bucket, Group, Stats } from "../../runs/figures/stats.ts";
import type { Column } from "../formats/column.ts";
import { layTable } from "../formats/table.ts";
import { renderCount } from "../text/numbers.ts";
import { absentPart } from "./absent-part.ts";
import { bytesTold, countTold, durationTold, shareTold, windowLine } from "./figure-words.ts";
import { bar, sparkline } from "./sparkline.ts";
import {
  allOthers,
  causeDetails,
  causesShown,
  groupColumn,
  listing,
  paintFailures,
  partialSign,
  sheetColumn,
  type StatsSheetOptions,
} from "./stats-parts.ts";
import { joinSections, labelWidth, trendLine } from "./trend-line.ts";

/**
 * Figures to read: the window as a whole, then its groups, its buckets, its root causes and its absent runs, where there are any. Pure but
 * for `time`.
 */
export function renderStatsSheet(stats: Stats, options: StatsSheetOptions): string {
  const sections = [
    head(stats, options),
    listing(groupColumns(stats, options), stats.groups, options),
    buckets(stats.buckets, options),
    causes(stats.rootCauses, options),
    absentPart(stats, options),
  ];
  return joinSections(sections);
}

function head(
  { from, to, total, trend, previous }: Stats,
  { painter, time, room }: StatsSheetOptions,
): readonly string[] {
  const { runs, success, partialSuccess, failed, other, durationMs, records, bytes } = total;
  const failures = failed > 0 ? painter.red(`${renderCount(failed)} failed`) : "0 failed";
  const kinds = [
    `${renderCount(success)} success`,
    `${renderCount(partialSuccess)} partialSuccess`,
    failures,
    ...(other > 0 ? [`${renderCount(other)} other`] : []),
  ];
  const facts = [
    ["Window", windowLine({ from, to }, time)],
    // With anything known of it, there is another sheet.
    ...(previous === null ? [] : [["Before", `${windowLine(previous, time)}: not known`]]),
    ["Runs", `${renderCount(runs)}: ${kinds.join(", ")}`],
    ["Success", shareTold(total.successRate)],
    [
      "Duration",
      `p50 ${durationTold(durationMs.p50)}, p95 ${durationTold(durationMs.p95)}, max ${durationTold(durationMs.max)}`,
    ],
    ["Records", `${countTold(records.input)} in, ${countTold(records.output)} out, ${countTold(records.failed)} bad`],
    ["Bytes", `${bytesTold(bytes.input)} in, ${bytesTold(bytes.output)} out`],
    ...(runs > 0 ? [["Trend", trendLine(trend.runs, trend.stepMs, room)]] : []),
    ...(failed > 0 ? [["Failures", trendLine(trend.failed, trend.stepMs, room, painter)]] : []),
  ];
  return facts.map(([label = "", text = ""]) => label.padEnd(labelWidth) + text);
}

/** Runs that neither failed nor succeeded have a column where there are any, so that the numbers add up. */
function figureColumns<Row extends Figures>(rows: readonly Row[]): readonly Column<Row>[] {
  return [
    sheetColumn("RUNS", "count", ({ runs }) => runs),
    { ...sheetColumn<Row>("FAILED", "count", ({ failed }) => failed), paint: paintFailures },
    ...(rows.some(({ other }) => other > 0) ? [sheetColumn<Row>("OTHER", "count", ({ other }) => other)] : []),
    sheetColumn("SUCCESS", "share", ({ successRate }) => successRate),
    sheetColumn("P50", "duration", ({ durationMs }) => durationMs.p50),
    sheetColumn("P95", "duration", ({ durationMs }) => durationMs.p95),
  ];
}

function volumeColumns<Row extends Figures>(rows: readonly Row[]): readonly Column<Row>[] {
  return [
    sheetColumn("MAX", "duration", ({ durationMs }) => durationMs.max),
    sheetColumn("IN", "count", ({ records }) => records.input),
    sheetColumn("OUT", "count", ({ records }) => records.output),
    sheetColumn("BAD", "count", ({ records }) => records.failed),
    sheetColumn("BYTES IN", "bytes", ({ bytes }) => bytes.input),
    sheetColumn("BYTES OUT", "bytes", ({ bytes }) => bytes.output),
    ...(rows.some(({ partialSuccess }) => partialSuccess > 0)
      ? [sheetColumn<Row>("PARTIAL", "count", ({ partialSuccess }) => partialSuccess)]
      : []),
  ];
}

/** Where there is no room, the last of these is left out first, and a drawing before anything of it is cut. */
const yielding: readonly string[] = [
  "OTHER",
  "SUCCESS",
  "P95",
  "drawing",
  "P50",
  "MAX",
  "IN",
  "OUT",
  "BAD",
  "BYTES IN",
  "BYTES OUT",
  "PARTIAL",
];

function fromTheEnd<Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  return columns.map((one) => {
    const turn = -yielding.indexOf(one.kind === "drawing" ? one.kind : one.title);
    // The mark of a partial bucket takes no room, and figures without it would mislead.
    return turn > 0 || one.title === partialSign ? one : { ...one, yields: { turn, to: "neat" } };
  });
}

const trendWidth = 10;

function groupColumns({ by, groups }: Stats, { room }: StatsSheetOptions): readonly Column<Group>[] {
  if (by === null) return [];
  // How often a code or a status comes is what tells of an incident; how often a flow runs is not.
  const showsFailures = by === "flow" || by === "sandbox" || by === "profile";
  const width = Number.isFinite(room) ? trendWidth : Infinity;
  return fromTheEnd([
    groupColumn<Group>(by),
    ...figureColumns(groups),
    sheetColumn(showsFailures ? "FAILURES" : "TREND", "drawing", ({ trend }) =>
      sparkline(showsFailures ? trend.failed : trend.runs, width),
    ),
    ...volumeColumns(groups),
  ]);
}

const barWidth = 24;

function buckets(all: readonly Bucket[], options: StatsSheetOptions): readonly string[] {
  const lines = listing(bucketColumns(all), all, options);
  return all.some(({ partial }) => partial)
    ? [...lines, `${partialSign} partial: only a part of it lies in the window`]
    : lines;
}

function bucketColumns(buckets: readonly Bucket[]): readonly Column<Bucket>[] {
  const most = buckets.reduce((highest, { runs }) => Math.max(highest, runs), 1);
  return fromTheEnd([
    sheetColumn("FROM", "time", ({ from }) => from),
    ...(buckets.some(({ partial }) => partial)
      ? [sheetColumn<Bucket>(partialSign, "drawing", ({ partial }) => (partial ? partialSign : ""))]
      : []),
    ...figureColumns(buckets),
    {
      ...sheetColumn<Bucket>("▒ FAILED", "drawing", (bucket) => {
        const { sound, failed } = bar(bucket, most, barWidth);
        return sound + failed;
      }),
      paint: (text, painter) => text.replace(/▒+/, (failed) => painter.red(failed)),
    },
    ...volumeColumns(buckets),
  ]);
}

function causes(all: readonly RootCause[], options: StatsSheetOptions): readonly string[] {
  const top = all.slice(0, causesShown);
  const columns: readonly Column<RootCause>[] = [
    sheetColumn("ROOT CAUSE", "code", ({ code }) => code ?? allOthers),
    sheetColumn("COUNT", "count", ({ count: times }) => times),
    { ...sheetColumn<RootCause>("FIRST SEEN", "time", ({ firstSeen }) => firstSeen), yields: { turn: 1, to: "neat" } },
    { ...sheetColumn<RootCause>("LAST SEEN", "time", ({ lastSeen }) => lastSeen), yields: { turn: 3, to: "neat" } },
    { ...sheetColumn<RootCause>("FLOWS", "count", ({ flows }) => flows.length), yields: { turn: 2, to: "neat" } },
  ];
  const [titles = "", ...rows] = layTable(columns, top, options);
  const told = top.flatMap((cause, at) => [rows[at] ?? "", ...causeDetails(cause, options)]);
  const more = all.length - top.length;
  return [
    ...(options.headers && top.length > 0 ? [titles] : []),
    ...told,
    ...(more > 0 ? [`and ${renderCount(more)} more; -o json has them all`] : []),
  ];
}
