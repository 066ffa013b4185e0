import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { isCompared, renderCompareSheet } from "../../../src/render/sheets/compare-sheet.ts";
import type { StatsSheetOptions } from "../../../src/render/sheets/stats-parts.ts";
import { renderStatsSheet } from "../../../src/render/sheets/stats-sheet.ts";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { createPainter } from "../../../src/render/text/painter.ts";
import * as catalogue from "../../../src/runs/catalogue/catalogue.ts";
import { countCompared } from "../../../src/runs/figures/compare.ts";
import type { Grouping } from "../../../src/runs/figures/grouping.ts";
import type { Stats } from "../../../src/runs/figures/stats.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { figureFormats, renderStats } from "../../support/stats.ts";
import { failure, hostileText, sampleNow, sampleRun } from "../sample-runs.ts";

const hour = 3_600_000;
const from = sampleNow - 24 * hour;
const begin = from - 24 * hour;
const secret = { code: "AADSTS7000222", message: "the secret is expired" };

/** A run an hour of two flows; a secret expires in the later day, something else is mended, a flow stops and one begins. */
const days: readonly FlowRun[] = Array.from({ length: 48 }, (_, n) => {
  const isLater = n >= 24;
  const bad = isLater ? n % 6 === 0 : n % 12 === 0;
  return sampleRun({
    updatedAt: new Date(begin + n * hour).toISOString(),
    flowId: n % 2 === 0 ? "flow-1" : isLater ? "flow-3" : "flow-2",
    flowName: n % 2 === 0 ? "CRM contacts of the whole company, with everything that is known about them" : null,
    durationMs: 60_000 + n * 1000,
    ...(bad ? (isLater ? failure("CONNECTOR-1001-500", secret) : failure("133", null, "no file")) : {}),
    ...(n === 47 ? { status: "cancelled" } : {}),
  });
});

function statsOf(runs: readonly FlowRun[], by: Grouping | null = null, knownFrom = begin): Stats {
  const counter = countCompared({ from, to: sampleNow, by });
  const add = counter.lane();
  for (const run of runs) add(run);
  return counter.read(knownFrom);
}

const options: StatsSheetOptions = {
  catalogue,
  painter: createPainter(false),
  time: { style: "local", local: localTimeIn("UTC"), now: () => sampleNow },
  room: 80,
  headers: true,
};

function sheetOf(stats: Stats, more: Partial<StatsSheetOptions> = {}): string {
  if (!isCompared(stats)) throw new Error("nothing is compared");
  return renderCompareSheet(stats, { ...options, ...more });
}

const golden = (name: string): string => resolve("fixtures/golden", name);

describe("the sheet of two windows", () => {
  test("on 80 columns, by flow", async () => {
    await expect(sheetOf(statsOf(days, "flow"))).toMatchFileSnapshot(golden("stats-compare-80.txt"));
  });

  test("in a pipe: nothing cut, nothing left out", async () => {
    const time = { ...options.time, style: "iso" } as const;
    const sheet = sheetOf(statsOf(days, "flow"), { time, room: Infinity });
    await expect(sheet).toMatchFileSnapshot(golden("stats-compare-pipe.txt"));
  });

  test.each([40, 60, 80, 100, 120, 200])("is not wider than %i columns, whatever stands in it", (room) => {
    const huge = sampleRun({
      updatedAt: new Date(from + hour).toISOString(),
      flowName: "日本の店舗 売上 ".repeat(20),
      durationMs: 9e12,
      records: { ...sampleRun().records, input: 9_007_199_254_740_991, failed: 123_456_789 },
      ...failure("UserErrorOdbcOperationFailedAndNobodyKnowsWhyNotEvenTheOnesWhoWroteIt", null, hostileText),
    });
    const lines = sheetOf(statsOf([...days, huge], "flow"), { room }).split("\n");
    // The first two are words, which are wrapped where they are told.
    expect(lines.slice(2).filter((line) => widthOf(line) > room)).toEqual([]);
  });

  test("says of a part that it is one, and claims nothing that is not known", () => {
    const sheet = sheetOf(statsOf(days, "flow", begin + hour));
    expect(sheet).toMatch(/^~ partial known from 11-20 13:00:00 on only/m);
    expect(sheet).toMatch(/ ~BEFORE +CHANGE$/m);
    expect(sheet).toMatch(/^Runs +24 +24 +\?$/m);
    expect(sheet).toMatch(/^Success +\S+ % +\S+ % +-\S+ pp$/m);
    expect(sheet).toMatch(/^AADSTS7000222 +\? /m);
    expect(sheet).toMatch(/^133 +gone +0 /m);
    expect(sheet).not.toContain("NEW");
  });

  test("of which nothing is known, the other stands alone", () => {
    const stats = statsOf(days, null, Infinity);
    expect(isCompared(stats)).toBe(false);
    expect(renderStatsSheet(stats, options)).toMatch(/^Before {4}11-20 .*: not known$/m);
  });

  test("without titles", () => {
    expect(sheetOf(statsOf(days, "flow"), { headers: false })).not.toMatch(/CHANGE|RUNS|ROOT CAUSE/);
  });

  test("of nothing at all has no trends", () => {
    const sheet = sheetOf(statsOf([]));
    expect(sheet).toMatch(/^Runs +0 +0 +=$/m);
    expect(sheet).toMatch(/^Success +- +- +-$/m);
    expect(sheet).not.toContain("Trend");
  });

  test("bad news is red, good news is green", () => {
    const sheet = sheetOf(statsOf(days, "flow"), { painter: createPainter(true) });
    expect(sheet).toMatch(/^Failed .*\u001b\[31m\+2\u001b\[39m$/m);
    expect(sheet).toMatch(/\u001b\[31mNEW\u001b\[39m/);
    const turned = days.map((run) => ({
      ...run,
      updatedAt: new Date(2 * from - 1 - Date.parse(run.updatedAt ?? "")).toISOString(),
    }));
    expect(sheetOf(statsOf(turned), { painter: createPainter(true) })).toMatch(/^Failed .*\u001b\[32m-\d\u001b\[39m$/m);
  });

  test("shows the ten causes that changed most, either way, the one that grew most first", () => {
    const many = Array.from({ length: 24 }, (_, n) => {
      const at = new Date((n < 12 ? begin : from) + hour).toISOString();
      return Array.from({ length: (n % 12) + 1 }, () => sampleRun({ updatedAt: at, ...failure(`C-${n}`) }));
    }).flat();
    const sheet = sheetOf(statsOf(many));
    const shown = [...sheet.matchAll(/^C-(\d+) /gm)].map(([, n]) => Number(n));
    expect(shown).toEqual([23, 22, 21, 20, 19, 7, 8, 9, 10, 11]);
    expect(sheet).toContain("and 14 more; -o json has them all");
  });
});

describe("for machines", () => {
  const stats = statsOf(days, "flow");

  test.each(figureFormats)("%s tells of a group that is gone and of a cause that is new", async (format) => {
    const told = await renderStats(stats, format);
    expect(told).toMatch(/gone/);
    expect(told).toMatch(/new/);
  });

  test("csv has the figures before, and the change", async () => {
    const [titles = "", ...rows] = (await renderStats(stats, "csv")).trimEnd().split("\n");
    const cells = (row: string | undefined): Record<string, string> =>
      Object.fromEntries(titles.split(",").map((title, at) => [title, row?.split(",")[at] ?? ""]));
    expect(cells(rows[0])).toMatchObject({
      row: "total",
      runs: "24",
      change: "",
      "previous.partial": "false",
      "previous.runs": "24",
      "previous.failed": "2",
      "difference.failed": "2",
    });
    expect(cells(rows.find((row) => row.includes("AADSTS7000222")))).toMatchObject({
      runs: "4",
      change: "new",
      "previous.runs": "0",
      "difference.runs": "4",
    });
    const gone = rows.find((row) => row.startsWith("group,flow-2"));
    expect(cells(gone)).toMatchObject({ runs: "0", change: "gone", "previous.runs": "12", "difference.runs": "-12" });
  });

  test("csv marks each row of a part", async () => {
    const [titles = "", ...rows] = (await renderStats(statsOf(days, "flow", begin + hour), "csv"))
      .trimEnd()
      .split("\n");
    const at = titles.split(",").indexOf("previous.partial");
    expect(new Set(rows.filter((row) => !row.includes('"')).map((row) => row.split(",")[at]))).toEqual(
      new Set(["true"]),
    );
  });

  test("and the total's row even where there is nothing of it", async () => {
    const [row = ""] = (await renderStats(statsOf(days, null, Infinity), "ndjson")).split("\n");
    expect(JSON.parse(row)).toMatchObject({
      row: "total",
      previous: { partial: true, knownFrom: null },
      difference: null,
    });
  });

  test("markdown tells changes of times and sizes as such", async () => {
    const told = await renderStats(stats, "markdown");
    expect(told).toContain(" P95 BEFORE | P95 ± |");
    expect(told).toMatch(/\| \d+m \d+s \| 24s \|/);
  });
});
