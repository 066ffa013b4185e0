import type { Figures } from "../../runs/figures/figures.ts";
import type { RootCause } from "../../runs/figures/frequent-causes.ts";
import type { Stats } from "../../runs/figures/stats.ts";
import { csvLine } from "../formats/csv.ts";
import { escapeActive, safeText } from "../text/safe-text.ts";

/** The figures as one JSON document. Pure. */
export function statsJson(stats: Stats): string {
  return `${escapeActive(JSON.stringify(stats, null, 2))}\n`;
}

/** The figures as one JSON object a line: the total, then groups, buckets and root causes; `row` says which. Pure. */
export function statsNdjson({ type, schemaVersion, from, to, by, ...stats }: Stats): string {
  const rows = [
    { row: "total", from, to, ...stats.total, trend: stats.trend },
    ...stats.groups.map((group) => ({ row: "group", by, ...group })),
    ...stats.buckets.map((bucket) => ({ row: "bucket", ...bucket })),
    ...stats.rootCauses.map((cause) => ({ row: "rootCause", ...cause })),
  ];
  return rows.map((row) => `${escapeActive(JSON.stringify({ type, schemaVersion, ...row }))}\n`).join("");
}

/** The figures as one table of CSV: the total, then groups, buckets and root causes; the first column says which. Pure. */
export function statsCsv({ from, to, total, groups, buckets, rootCauses }: Stats, headers: boolean): string {
  const rows = [
    csvLine(["total", null, null, from, to, ...cells(total), null]),
    ...groups.map(({ key, name, isRest, ...figures }) =>
      csvLine(["group", isRest ? rest : safe(key), safe(name), from, to, ...cells(figures), null]),
    ),
    ...buckets.map((bucket) => csvLine(["bucket", bucket.from, null, bucket.from, bucket.to, ...cells(bucket), null])),
    ...rootCauses.map(causeLine),
  ];
  return [...(headers ? [csvLine(titles)] : []), ...rows].join("");
}

const rest = "(all others)";

const figureTitles = [
  "runs",
  "success",
  "partialSuccess",
  "failed",
  "other",
  "successRate",
  "durationMs.p50",
  "durationMs.p95",
  "durationMs.max",
  "records.input",
  "records.output",
  "records.failed",
  "bytes.input",
  "bytes.output",
] as const;

const titles = ["row", "key", "name", "from", "to", ...figureTitles, "flows"] as const;

function cells(figures: Figures): readonly (number | null)[] {
  const { runs, success, partialSuccess, failed, other, successRate, durationMs, records, bytes } = figures;
  const { p50, p95, max } = durationMs;
  const volumes = [records.input, records.output, records.failed, bytes.input, bytes.output];
  return [runs, success, partialSuccess, failed, other, successRate, p50, p95, max, ...volumes];
}

/** Of a root cause only its runs, its time and its flows are counted. */
function causeLine({ code, message, count, firstSeen, lastSeen, flows }: RootCause): string {
  const unknown = figureTitles.slice(1).map(() => null);
  const key = code === null ? rest : safe(code);
  return csvLine(["rootCause", key, safe(message), firstSeen, lastSeen, count, ...unknown, flows.length]);
}

function safe(text: string | null): string | null {
  return text === null ? null : safeText(text);
}
