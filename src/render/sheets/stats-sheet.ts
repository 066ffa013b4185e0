import type { Catalogue } from "../../runs/catalogue/catalogue.ts";
import type { Figures } from "../../runs/figures/figures.ts";
import type { RootCause } from "../../runs/figures/frequent-causes.ts";
import type { Grouping } from "../../runs/figures/grouping.ts";
import type { Bucket, Group, Stats } from "../../runs/figures/stats.ts";
import type { Column, ColumnKind, ColumnValue } from "../formats/column.ts";
import { layTable } from "../formats/table.ts";
import type { Painter } from "../text/painter.ts";
import { renderBytes, renderCount, renderDuration, renderShare } from "../text/numbers.ts";
import { safeText } from "../text/safe-text.ts";
import { renderTime, zoneTold, type TimeTelling } from "../text/times.ts";
import { bar, sparkline } from "./sparkline.ts";
import { joinSections, labelWidth, trendLine } from "./trend-line.ts";
import { wrap } from "../text/wrap.ts";

/** How the sheet of figures is to look. */
export interface StatsSheetOptions {
  /** Explains root causes; may be null where there are none. */
  readonly catalogue: Catalogue | null;
  readonly painter: Painter;
  readonly time: TimeTelling;
  /** The width to keep to; Infinity where nothing may be cut or left out. */
  readonly room: number;
  /** False leaves out the titles of columns. */
  readonly headers: boolean;
}

/** Figures to read: the window as a whole, then its groups, its buckets and its root causes, where there are any. Pure but for `time`. */
export function renderStatsSheet(stats: Stats, options: StatsSheetOptions): string {
  const sections = [
    head(stats, options),
    listing(groupColumns(stats.by, options), stats.groups, options),
    buckets(stats.buckets, options),
    causes(stats.rootCauses, options),
  ];
  return joinSections(sections);
}

function head({ from, to, total, trend }: Stats, { painter, time, room }: StatsSheetOptions): readonly string[] {
  const { runs, success, partialSuccess, failed, other, durationMs, records, bytes } = total;
  const failures = failed > 0 ? painter.red(`${renderCount(failed)} failed`) : "0 failed";
  const kinds = [
    `${renderCount(success)} success`,
    `${renderCount(partialSuccess)} partialSuccess`,
    failures,
    ...(other > 0 ? [`${renderCount(other)} other`] : []),
  ];
  const facts = [
    [
      "Window",
      `${renderTime(from, time)} to ${endOf(to, time)}${time.style === "local" ? ` (${zoneTold(time)})` : ""}`,
    ],
    ["Runs", `${renderCount(runs)}: ${kinds.join(", ")}`],
    ["Success", percent(total)],
    ["Duration", `p50 ${length(durationMs.p50)}, p95 ${length(durationMs.p95)}, max ${length(durationMs.max)}`],
    ["Records", `${count(records.input)} in, ${count(records.output)} out, ${count(records.failed)} bad`],
    ["Bytes", `${size(bytes.input)} in, ${size(bytes.output)} out`],
    ...(runs > 0 ? [["Trend", trendLine(trend.runs, trend.stepMs, room)]] : []),
    ...(failed > 0 ? [["Failures", trendLine(trend.failed, trend.stepMs, room, painter)]] : []),
  ];
  return facts.map(([label = "", text = ""]) => label.padEnd(labelWidth) + text);
}

/** A window that ends now is not told to have ended a few seconds ago, which is how long the reading took. */
function endOf(to: string, time: TimeTelling): string {
  const isNow = time.style === "relative" && Math.abs(Date.parse(to) - time.now()) < 60_000;
  return isNow ? "now" : renderTime(to, time);
}

function listing<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { painter, time, room, headers }: StatsSheetOptions,
): readonly string[] {
  return layTable(columns, rows, { painter, time, room }).slice(headers ? 0 : 1);
}

/** A column of a sheet, which nobody asks for by name. */
function column<Row>(title: string, kind: ColumnKind, value: (row: Row) => ColumnValue): Column<Row> {
  return { name: title, title, kind, value };
}

function figureColumns<Row extends Figures>(): readonly Column<Row>[] {
  return [
    column("RUNS", "count", ({ runs }) => runs),
    { ...column<Row>("FAILED", "count", ({ failed }) => failed), paint: paintFailures },
    column("SUCCESS", "share", ({ successRate }) => successRate),
    column("P50", "duration", ({ durationMs }) => durationMs.p50),
    column("P95", "duration", ({ durationMs }) => durationMs.p95),
  ];
}

function paintFailures(text: string, painter: Painter): string {
  return text === "0" ? text : painter.red(text);
}

function volumeColumns<Row extends Figures>(): readonly Column<Row>[] {
  return [
    column("MAX", "duration", ({ durationMs }) => durationMs.max),
    column("IN", "count", ({ records }) => records.input),
    column("OUT", "count", ({ records }) => records.output),
    column("BAD", "count", ({ records }) => records.failed),
    column("BYTES IN", "bytes", ({ bytes }) => bytes.input),
    column("BYTES OUT", "bytes", ({ bytes }) => bytes.output),
  ];
}

/** Where there is no room, the last of these is left out first, and a drawing before anything of it is cut. */
const yielding: readonly string[] = [
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
];

function fromTheEnd<Row>(columns: readonly Column<Row>[]): readonly Column<Row>[] {
  return columns.map((one) => {
    const turn = -yielding.indexOf(one.kind === "drawing" ? one.kind : one.title);
    // The mark of a partial bucket takes no room, and figures without it would mislead.
    return turn > 0 || one.title === partialSign ? one : { ...one, yields: { turn, to: "neat" } };
  });
}

const groupTitles = { flow: "FLOW", sandbox: "SANDBOX", code: "CODE", status: "STATUS", profile: "PROFILE" } as const;
const trendWidth = 10;
/** A name that is cut keeps this much. */
const narrowestName = 24;

function groupColumns(by: Grouping | null, { room }: StatsSheetOptions): readonly Column<Group>[] {
  if (by === null) return [];
  // How often a code or a status comes is what tells of an incident; how often a flow runs is not.
  const showsFailures = by === "flow" || by === "sandbox" || by === "profile";
  const width = Number.isFinite(room) ? trendWidth : Infinity;
  return fromTheEnd([
    {
      ...column<Group>(groupTitles[by], "text", ({ key, name, isRest }) => (isRest ? rest : (name ?? key))),
      least: narrowestName,
      // An id or a code that is cut cannot be looked up.
      isId: ({ name }) => name === null,
    },
    ...figureColumns<Group>(),
    column(showsFailures ? "FAILURES" : "TREND", "drawing", ({ trend }) =>
      sparkline(showsFailures ? trend.failed : trend.runs, width),
    ),
    ...volumeColumns<Group>(),
  ]);
}

const rest = "(all others)";
const barWidth = 24;

function buckets(all: readonly Bucket[], options: StatsSheetOptions): readonly string[] {
  const lines = listing(bucketColumns(all), all, options);
  return all.some(({ partial }) => partial)
    ? [...lines, `${partialSign} partial: only a part of it lies in the window`]
    : lines;
}

const partialSign = "~";

function bucketColumns(buckets: readonly Bucket[]): readonly Column<Bucket>[] {
  const most = buckets.reduce((highest, { runs }) => Math.max(highest, runs), 1);
  return fromTheEnd([
    column("FROM", "time", ({ from }) => from),
    ...(buckets.some(({ partial }) => partial)
      ? [column<Bucket>(partialSign, "drawing", ({ partial }) => (partial ? partialSign : ""))]
      : []),
    ...figureColumns<Bucket>(),
    {
      ...column<Bucket>("▒ FAILED", "drawing", (bucket) => {
        const { sound, failed } = bar(bucket, most, barWidth);
        return sound + failed;
      }),
      paint: (text, painter) => text.replace(/▒+/, (failed) => painter.red(failed)),
    },
    ...volumeColumns<Bucket>(),
  ]);
}

/** Every cause is in the document; a sheet is for the ones that matter. */
const causesShown = 10;

function causes(all: readonly RootCause[], options: StatsSheetOptions): readonly string[] {
  const top = all.slice(0, causesShown);
  const columns: readonly Column<RootCause>[] = [
    column("ROOT CAUSE", "code", ({ code }) => code ?? rest),
    column("COUNT", "count", ({ count: times }) => times),
    { ...column<RootCause>("FIRST SEEN", "time", ({ firstSeen }) => firstSeen), yields: { turn: 1, to: "neat" } },
    { ...column<RootCause>("LAST SEEN", "time", ({ lastSeen }) => lastSeen), yields: { turn: 3, to: "neat" } },
    { ...column<RootCause>("FLOWS", "count", ({ flows }) => flows.length), yields: { turn: 2, to: "neat" } },
  ];
  const [titles = "", ...rows] = layTable(columns, top, options);
  const told = top.flatMap((cause, at) => [rows[at] ?? "", ...details(cause, options)]);
  const more = all.length - top.length;
  return [
    ...(options.headers && top.length > 0 ? [titles] : []),
    ...told,
    ...(more > 0 ? [`and ${renderCount(more)} more; -o json has them all`] : []),
  ];
}

/** The meaning of a cause, if the catalogue has it, else its message; and the flows that it touched. */
function details({ code, message, flows }: RootCause, { catalogue, room }: StatsSheetOptions): readonly string[] {
  const meaning = (code === null ? undefined : catalogue?.explain(code)[0]?.meaning) ?? message ?? "";
  const names = flows.slice(0, 5).map(({ id, name }) => safeText(name ?? id));
  const rest = flows.length > names.length ? [`${renderCount(flows.length - names.length)} more`] : [];
  const texts = [meaning, `in ${[...names, ...rest].join(", ")}`];
  return texts.flatMap((text) => wrap(text, Math.min(room, 100) - 2)).map((text) => `  ${text}`);
}

function percent({ successRate }: Figures): string {
  return successRate === null ? "-" : renderShare(successRate);
}

function length(ms: number | null): string {
  return ms === null ? "-" : renderDuration(ms);
}

function count(amount: number | null): string {
  return amount === null ? "-" : renderCount(amount);
}

function size(amount: number | null): string {
  return amount === null ? "-" : renderBytes(amount);
}
