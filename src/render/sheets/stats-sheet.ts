import type { Catalogue } from "../../runs/catalogue/catalogue.ts";
import type { Figures } from "../../runs/figures/figures.ts";
import type { RootCause } from "../../runs/figures/frequent-causes.ts";
import type { Grouping } from "../../runs/figures/grouping.ts";
import type { Bucket, Group, Stats, Trend } from "../../runs/figures/stats.ts";
import type { GridCell } from "../text/grid.ts";
import { layListing, plain, type ListingColumn } from "./listing.ts";
import type { Painter } from "../text/painter.ts";
import { renderBytes, renderCount, renderDuration, renderTime, type TimeTelling } from "../text/quantities.ts";
import { safeText } from "../text/safe-text.ts";
import { bar, peak, sparkline, stride } from "./sparkline.ts";
import { wrap } from "../text/wrap.ts";

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
    listing(bucketColumns(stats.buckets, options), stats.buckets, options),
    causes(stats.rootCauses, options),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(""))
    .join("\n");
}

const labelWidth = 10;
/** `  max 1,234 in 30m` */
const noteWidth = 20;

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
    ["Window", `${renderTime(from, time)} to ${renderTime(to, time)}`],
    ["Runs", `${renderCount(runs)}: ${kinds.join(", ")}`],
    ["Success", percent(total)],
    ["Duration", `p50 ${length(durationMs.p50)}, p95 ${length(durationMs.p95)}, max ${length(durationMs.max)}`],
    ["Records", `${count(records.input)} in, ${count(records.output)} out, ${count(records.failed)} failed`],
    ["Bytes", `${size(bytes.input)} in, ${size(bytes.output)} out`],
    ...(runs > 0 ? [["Trend", line(trend, trend.runs, room)]] : []),
    ...(failed > 0 ? [["Failures", line(trend, trend.failed, room, painter)]] : []),
  ];
  return facts.map(([label = "", text = ""]) => label.padEnd(labelWidth) + text);
}

/** A sparkline and what its highest block stands for. */
function line({ stepMs }: Trend, values: readonly number[], room: number, painter?: Painter): string {
  const width = Math.max(10, room - labelWidth - noteWidth);
  const shape = sparkline(values, width);
  const step = renderDuration(stepMs * stride(values.length, width));
  const painted = painter === undefined ? shape : painter.red(shape);
  return `${painted}  max ${renderCount(peak(values, width))} in ${step}`;
}

function listing<Row>(
  columns: readonly ListingColumn<Row>[],
  rows: readonly Row[],
  { room, headers }: StatsSheetOptions,
): readonly string[] {
  if (rows.length === 0) return [];
  return layListing(columns, rows, room).slice(headers ? 0 : 1);
}

function right<Row>(title: string, text: (row: Row) => string): ListingColumn<Row> {
  return { title, align: "right", cell: (row) => plain(text(row)) };
}

function figureColumns<Row extends Figures>(painter: Painter): readonly ListingColumn<Row>[] {
  return [
    right("RUNS", (row) => renderCount(row.runs)),
    { title: "FAILED", align: "right", cell: ({ failed }) => failedCell(failed, painter) },
    right("SUCCESS", percent),
    { ...right<Row>("P50", (row) => length(row.durationMs.p50)), mayHide: true },
    right("P95", (row) => length(row.durationMs.p95)),
  ];
}

function volumeColumns<Row extends Figures>(): readonly ListingColumn<Row>[] {
  return [
    right<Row>("MAX", (row) => length(row.durationMs.max)),
    right<Row>("IN", (row) => count(row.records.input)),
    right<Row>("OUT", (row) => count(row.records.output)),
    right<Row>("BAD", (row) => count(row.records.failed)),
    right<Row>("BYTES IN", (row) => size(row.bytes.input)),
    right<Row>("BYTES OUT", (row) => size(row.bytes.output)),
  ].map((column) => ({ ...column, mayHide: true }));
}

const groupTitles = { flow: "FLOW", sandbox: "SANDBOX", code: "CODE", status: "STATUS" } as const;
const trendWidth = 10;

function groupColumns(by: Grouping | null, { painter, room }: StatsSheetOptions): readonly ListingColumn<Group>[] {
  if (by === null) return [];
  // How often a code or a status comes is what tells of an incident; how often a flow runs is not.
  const showsFailures = by === "flow" || by === "sandbox";
  const width = Number.isFinite(room) ? trendWidth : Infinity;
  // An id or a code that is cut cannot be looked up.
  const mayCut = ({ name }: Group): boolean => name !== null;
  return [
    { title: groupTitles[by], align: "left", cell: (group) => plain(groupName(group)), mayCut },
    ...figureColumns<Group>(painter),
    {
      title: showsFailures ? "FAILURES" : "TREND",
      align: "left",
      cell: ({ trend }) => plain(sparkline(showsFailures ? trend.failed : trend.runs, width)),
    },
    ...volumeColumns<Group>(),
  ];
}

function groupName({ key, name, isRest }: Group): string {
  if (isRest) return "(all others)";
  return safeText(name ?? key ?? "-");
}

const barWidth = 24;

function bucketColumns(
  buckets: readonly Bucket[],
  { painter, time }: StatsSheetOptions,
): readonly ListingColumn<Bucket>[] {
  const most = Math.max(1, ...buckets.map(({ runs }) => runs));
  return [
    { title: "FROM", align: "left", cell: ({ from }) => plain(renderTime(from, time)) },
    ...figureColumns<Bucket>(painter),
    {
      title: "▒ FAILED",
      align: "left",
      cell: (bucket) => {
        const { sound, failed } = bar(bucket, most, barWidth);
        return { text: sound + failed, painted: sound + painter.red(failed) };
      },
    },
    ...volumeColumns<Bucket>(),
  ];
}

/** Every cause is in the document; a sheet is for the ones that matter. */
const causesShown = 10;

function causes(all: readonly RootCause[], options: StatsSheetOptions): readonly string[] {
  const { painter, time, room } = options;
  const top = all.slice(0, causesShown);
  const columns: readonly ListingColumn<RootCause>[] = [
    {
      title: "ROOT CAUSE",
      align: "left",
      cell: ({ code }) => {
        const text = code === null ? "(all others)" : safeText(code);
        return { text, painted: painter.red(text) };
      },
    },
    right("COUNT", ({ count: times }) => renderCount(times)),
    { title: "FIRST SEEN", align: "left", cell: ({ firstSeen }) => plain(renderTime(firstSeen, time)) },
    { title: "LAST SEEN", align: "left", cell: ({ lastSeen }) => plain(renderTime(lastSeen, time)) },
    right("FLOWS", ({ flows }) => renderCount(flows.length)),
  ];
  const [titles = "", ...rows] = top.length === 0 ? [] : layListing(columns, top, room);
  const told = top.flatMap((cause, at) => [rows[at] ?? "", ...details(cause, options)]);
  const more = all.length - top.length;
  return [
    ...(options.headers && top.length > 0 ? [titles] : []),
    ...told,
    ...(more > 0 ? [`and ${renderCount(more)} more; -o json has them all`] : []),
  ];
}

/** What a cause means, if the catalogue knows, else what it said; and the flows that it touched. */
function details({ code, message, flows }: RootCause, { catalogue, room }: StatsSheetOptions): readonly string[] {
  const meaning = (code === null ? undefined : catalogue?.explain(code)[0]?.meaning) ?? message ?? "";
  const names = flows.slice(0, 5).map(({ id, name }) => safeText(name ?? id));
  const rest = flows.length > names.length ? [`${renderCount(flows.length - names.length)} more`] : [];
  const texts = [meaning, `in ${[...names, ...rest].join(", ")}`];
  return texts.flatMap((text) => wrap(text, Math.min(room, 100) - 2)).map((text) => `  ${text}`);
}

function failedCell(failed: number, painter: Painter): GridCell {
  const text = renderCount(failed);
  return { text, painted: failed > 0 ? painter.red(text) : text };
}

/** One decimal, and 100 % only where nothing at all went wrong. */
function percent({ successRate }: Figures): string {
  if (successRate === null) return "-";
  return `${(Math.floor(successRate * 1000) / 10).toFixed(1)} %`;
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
