import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { casesOf } from "./support/cases.ts";
import { describe, expect, test } from "vitest";
import { digest, type Digest } from "../src/engine/digest.ts";
import { findInstant } from "../src/adobe/journal/moment.ts";
import { findDuration } from "../src/adobe/journal/when.ts";
import { columnNames, resolveColumns } from "../src/render/formats/run-columns.ts";
import { createPainter } from "../src/render/text/painter.ts";
import { openTimes, type TimeStyle } from "../src/render/text/times.ts";
import { renderSheet } from "../src/render/sheets/run-sheet.ts";
import { renderStatsSheet } from "../src/render/sheets/stats-sheet.ts";
import * as catalogue from "../src/runs/catalogue/catalogue.ts";
import { resolveEventSelection } from "../src/runs/events/event-selection.ts";
import { compileFilter } from "../src/runs/filter/filter.ts";
import type { FlowRun } from "../src/runs/record/flow-run.ts";
import { groupings } from "../src/runs/figures/grouping.ts";
import { countStats } from "../src/runs/figures/stats.ts";
import { whereRuns } from "../src/runs/filter/where.ts";
import { openSink } from "../src/engine/sinks/index.ts";
import { columnFormats, outputFormats, type OutputFormat } from "../src/render/formats/registry.ts";
import { open } from "./support/host.ts";
import { hostileEvent } from "./support/hostile.ts";
import { noon } from "./support/host.ts";
import { runEvent } from "./support/journal.ts";
import { readTable } from "./support/markdown.ts";
import { figureFormats, renderStats } from "./support/stats.ts";

const events = resolveEventSelection(["runs"]);
const now = (): number => noon;
const pageOf = (...all: readonly unknown[]) => ({
  url: "https://events-va6.adobe.io/j",
  entries: all.map((event, n) => ({ position: `cat:${n}`, event })),
  unparsed: null,
  count: all.length,
  last: null,
  recordedFrom: null,
  recordedAt: null,
  next: "https://events-va6.adobe.io/j?since=9",
  atEnd: false,
  validate: null,
  waitMs: 0,
});

/** Every option that looks at a run, at once. */
const conditions = [
  'flowName =~ /(a+)+$/ || flowName == null || status != "x"',
  "records.failed >= 0 || errors.code == errors.causes.message || activities.errors.count != null",
  'updatedAt > "2020-01-01" || updatedAt == null || durationMs > 1h || bytes.input < 1GB || true',
].map((expression) => whereRuns.filter(expression, { duration: findDuration, instant: findInstant }));
const asked = compileFilter({ status: ["all"], untilMs: 8.64e15 }).keep;
const matching = compileFilter({
  status: ["all"],
  code: ["*a*?*", "[*"],
  sandbox: ["prod"],
  run: ["x"],
  flow: [".."],
}).keep;
const keep = (run: FlowRun): boolean => {
  conditions.forEach((fits) => fits(run));
  matching(run);
  return asked(run);
};

/** No reject may be one of those that nobody foresaw. */
function expectForeseen({ rejects }: Digest<unknown>): void {
  expect(rejects.filter(({ reason }) => reason.includes("flowrun failed"))).toEqual([]);
}

interface Look {
  readonly format: OutputFormat;
  readonly raw: boolean;
  readonly isTTY: boolean;
  readonly time: TimeStyle;
  readonly allColumns: boolean;
}

const look = fc.record<Look>({
  format: fc.constantFrom(...outputFormats),
  raw: fc.boolean(),
  isTTY: fc.boolean(),
  time: fc.constantFrom<TimeStyle>("iso", "local", "relative"),
  allColumns: fc.boolean(),
});

/** The document that a reading of these events prints, and the runs that it kept. */
async function print(all: readonly unknown[], { format, raw, isTTY, time, allColumns }: Look) {
  let text = "";
  const output = { isTTY, columns: 80, ...open, write: async (more: string) => void (text += more) };
  const hasColumns = columnFormats.includes(format);
  const columns = resolveColumns(hasColumns && allColumns ? columnNames() : undefined, format);
  const layout = { format, columns, columnsNamed: allColumns, headers: true, colour: isTTY, time, now, hold: 0 };
  const sink = await openSink(layout, output);
  const runs: FlowRun[] = [];
  const encode = (run: FlowRun): string => {
    const encoded = sink.encode(run);
    runs.push(run);
    return encoded;
  };
  const digested = digest(pageOf(...all), { events, raw, keep, encode });
  await sink.write(digested.candidates.map(({ encoded }) => encoded));
  await sink.close();
  return { text, runs, digested };
}

describe("whatever an event holds, every format tells the runs around it", () => {
  test.each(outputFormats)("%s", async (format) => {
    const property = fc.asyncProperty(hostileEvent, look, async (event, rest) => {
      const { text, runs, digested } = await print([runEvent(1), event, runEvent(2)], { ...rest, format });
      expectForeseen(digested);
      const ids = digested.candidates.map(({ runId }) => runId);
      expect([ids[0], ids.at(-1)]).toEqual(["run-1", "run-2"]);
      expectWhole(format, text, runs);
    });
    await fc.assert(property, { numRuns: casesOf(100) });
  });
});

/** As a file would hold it: what is no Unicode text would come out as something else. */
function expectWhole(format: OutputFormat, text: string, runs: readonly FlowRun[]): void {
  const file = Buffer.from(text).toString();
  expect(file).toBe(text);
  const told = runs.map((run) => JSON.parse(JSON.stringify(run)) as unknown);
  if (format === "json") expect(JSON.parse(file)).toEqual(told);
  else if (format === "ndjson")
    expect(
      file
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(told);
  else if (format === "yaml") expect(parseYaml(file)).toEqual(told);
  else if (format === "markdown") expect(readTable(file)?.rows).toHaveLength(runs.length);
  else expect(file.split("\n")).toHaveLength(runs.length + (format === "name" ? 1 : 2));
}

function parseYaml(text: string): unknown {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    expect(document.errors).toEqual([]);
    // YAML knows -0 and infinity, which JSON has not got.
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 0 }))) as unknown;
  });
}

test("show and stats tell any run", async () => {
  const property = fc.asyncProperty(
    hostileEvent,
    fc.constantFrom<TimeStyle>("iso", "local", "relative"),
    async (event, style) => {
      const digested = digest(pageOf(event), { events, raw: true, keep, encode: (run) => run });
      expectForeseen(digested);
      const runs = digested.candidates.map(({ encoded }) => encoded);
      const time = await openTimes(style, now);
      const painter = createPainter(true);
      for (const run of runs) {
        const sheet = renderSheet(run, runs, { catalogue, painter, time, width: 40, profile: "a b" });
        expect(Buffer.from(sheet).toString()).toBe(sheet);
      }
      for (const by of groupings) {
        const counter = countStats({ from: noon - 86_400_000, to: noon, by, bucketMs: 3_600_000 });
        for (const run of runs) counter.add(run);
        const stats = counter.read();
        renderStatsSheet(stats, { catalogue, painter, time, room: 80, headers: true });
        for (const format of figureFormats) expect(await renderStats(stats, format)).toContain("total");
        expect(JSON.parse(await renderStats(stats, "json"))).toMatchObject({ total: { runs: runs.length } });
      }
    },
  );
  await fc.assert(property, { numRuns: casesOf(70) });
});
