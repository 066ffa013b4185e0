import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import type { StatsSheetOptions } from "../../../src/render/sheets/stats-parts.ts";
import { renderStatsSheet } from "../../../src/render/sheets/stats-sheet.ts";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import * as catalogue from "../../../src/runs/catalogue/catalogue.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { countStats, type StatsPlan } from "../../../src/runs/figures/stats.ts";
import { renderStats } from "../../support/stats.ts";
import { failure, sampleNow, sampleRun } from "../sample-runs.ts";

const hour = 3_600_000;
const from = sampleNow - 24 * hour;
const secret = { code: "AADSTS7000222", message: "the secret is expired" };
const strange = { code: "=1+1\u001b[31m", message: "line one\nline two" };

/** A run every quarter of an hour, and three hours in which one of the flows fails. */
const day: readonly FlowRun[] = Array.from({ length: 96 }, (_, n) => {
  const at = from + n * 900_000;
  const isBad = n % 4 === 0 && n >= 40 && n < 52;
  return sampleRun({
    updatedAt: new Date(at).toISOString(),
    flowId: n % 4 === 0 ? "flow-1" : "flow-2",
    flowName: n % 4 === 0 ? "CRM contacts of the whole company, with everything that is known about them" : null,
    durationMs: 60_000 + n * 1000,
    ...(isBad ? failure("CONNECTOR-1001-500", secret) : {}),
    ...(n === 95 ? failure(strange.code, null, strange.message) : {}),
  });
});

function statsOf(runs: readonly FlowRun[], plan: Partial<StatsPlan> = {}) {
  const counter = countStats({ from, to: sampleNow, by: null, bucketMs: null, ...plan });
  for (const run of runs) counter.add(run);
  return counter.read();
}

const options: StatsSheetOptions = {
  catalogue,
  painter: createPainter(false),
  time: { style: "local", local: localTimeIn("UTC"), now: () => sampleNow },
  room: 80,
  headers: true,
};

const golden = (name: string): string => resolve("fixtures/golden", name);

describe("the sheet", () => {
  test("on 80 columns, by flow and in buckets", async () => {
    const sheet = renderStatsSheet(statsOf(day, { by: "flow", bucketMs: hour }), options);
    await expect(sheet).toMatchFileSnapshot(golden("stats-80.txt"));
    expect(Math.max(...sheet.split("\n").map(widthOf))).toBeLessThanOrEqual(80);
  });

  test("by code, in a pipe: nothing cut, nothing left out", async () => {
    const time = { ...options.time, style: "iso" } as const;
    const sheet = renderStatsSheet(statsOf(day, { by: "code" }), { ...options, time, room: Infinity });
    await expect(sheet).toMatchFileSnapshot(golden("stats-pipe.txt"));
  });

  test("of an empty window", () => {
    expect(renderStatsSheet(statsOf([], { by: "flow" }), options)).toBe(
      [
        "Window    11-21 12:00:00 to 11-22 12:00:00 (UTC)",
        "Runs      0: 0 success, 0 partialSuccess, 0 failed",
        "Success   -",
        "Duration  p50 -, p95 -, max -",
        "Records   - in, - out, - bad",
        "Bytes     - in, - out",
        "",
      ].join("\n"),
    );
  });

  test("of a window up to now, by the distance from now", () => {
    const time = { style: "relative", now: () => sampleNow + 2000 } as const;
    expect(renderStatsSheet(statsOf(day), { ...options, time })).toMatch(/^Window {4}24h ago to now$/m);
    const later = { style: "relative", now: () => sampleNow + 2 * hour } as const;
    expect(renderStatsSheet(statsOf(day), { ...options, time: later })).toMatch(/^Window {4}26h ago to 2h ago$/m);
  });

  test("a partial bucket keeps its mark on 40 columns", () => {
    const stats = statsOf(day, { from: from + hour / 2, bucketMs: 12 * hour });
    const sheet = renderStatsSheet(stats, { ...options, room: 40 });
    expect(sheet).toMatch(/^\S+ \S+ +~ +\d+ /m);
    expect(sheet).toContain("~ partial");
  });

  test("without titles", () => {
    const sheet = renderStatsSheet(statsOf(day, { by: "flow" }), { ...options, headers: false });
    expect(sheet).not.toMatch(/RUNS|ROOT CAUSE/);
    expect(sheet).toContain("AADSTS7000222");
  });

  test("never 100 % where something failed", () => {
    const runs = Array.from({ length: 5000 }, (_, n) => sampleRun(n === 0 ? { status: "failed" } : {}));
    expect(renderStatsSheet(statsOf(runs), options)).toContain("Success   99.9 %");
  });

  test("colours failures, and nothing from an event colours anything", () => {
    const sheet = renderStatsSheet(statsOf(day), { ...options, painter: createPainter(true) });
    expect(sheet).toContain("\u001b[31m4 failed\u001b[39m");
    expect(sheet).toContain("=1+1\\x1b[31m");
  });
});

describe("for machines", () => {
  const stats = statsOf(day, { by: "flow", bucketMs: 12 * hour });

  test("json is one document with plain numbers", async () => {
    const told: unknown = JSON.parse(await renderStats(stats, "json"));
    expect(told).toEqual(JSON.parse(JSON.stringify(stats)));
    expect(told).toMatchObject({ type: "flowrun.stats", total: { runs: 96, failed: 4, successRate: 92 / 96 } });
  });

  test("ndjson is an object a row", async () => {
    const rows = (await renderStats(stats, "ndjson"))
      .trimEnd()
      .split("\n")
      .map((row) => JSON.parse(row) as Record<string, unknown>);
    expect(rows.map(({ type, row }) => `${String(type)} ${String(row)}`)).toEqual(
      ["total", "group", "group", "bucket", "bucket", "rootCause", "rootCause"].map((row) => `flowrun.stats ${row}`),
    );
    expect(rows[1]).toMatchObject({ by: "flow", key: "flow-2", runs: 72, failed: 1 });
  });

  test("csv is one table, and no cell of it a formula", async () => {
    const lines = (await renderStats(stats, "csv")).trimEnd().split("\n");
    expect(lines[0]).toBe(
      "row,key,name,from,to,runs,success,partialSuccess,failed,other,successRate,durationMs.p50,durationMs.p95,durationMs.max,records.input,records.output,records.failed,bytes.input,bytes.output,flows,partial,paceMs,missing",
    );
    const columns = lines[0]?.split(",").length;
    const plain = lines.filter((line) => !line.includes('"'));
    expect(plain.every((line) => line.split(",").length === columns)).toBe(true);
    expect(lines.map((line) => line.split(",")[0])).toEqual([
      "row",
      "total",
      "group",
      "group",
      "bucket",
      "bucket",
      "rootCause",
      "rootCause",
    ]);
    expect(lines.at(-1)).toContain("'=1+1\\x1b[31m,line one\\nline two,");
    expect(await renderStats(stats, "csv", false)).toBe(
      lines
        .slice(1)
        .map((line) => `${line}\n`)
        .join(""),
    );
  });
});
