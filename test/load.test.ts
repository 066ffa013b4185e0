import { describe, expect, test } from "vitest";
import { digest } from "../src/engine/digest.ts";
import { findInstant } from "../src/adobe/journal/moment.ts";
import { findDuration } from "../src/adobe/journal/when.ts";
import { columnNames, resolveColumns } from "../src/render/formats/run-columns.ts";
import { createPainter } from "../src/render/text/painter.ts";
import { renderSheet } from "../src/render/sheets/run-sheet.ts";
import { renderStatsSheet } from "../src/render/sheets/stats-sheet.ts";
import * as catalogue from "../src/runs/catalogue/catalogue.ts";
import { resolveEventSelection } from "../src/runs/events/event-selection.ts";
import type { FlowRun } from "../src/runs/record/flow-run.ts";
import { countStats } from "../src/runs/figures/stats.ts";
import { whereRuns } from "../src/runs/filter/where.ts";
import { openSink } from "../src/engine/sinks/index.ts";
import { columnFormats, outputFormats } from "../src/render/formats/registry.ts";
import { figureFormats, renderStats } from "./support/stats.ts";
import { noon, open } from "./support/host.ts";

const now = (): number => noon;
const time = { style: "iso", now } as const;
const painter = createPainter(true);
const conditions = [
  "flowName =~ /(x+x+)+y/",
  "errors.message =~ /ErrorCode=.*Message/i",
  "errors.code == errors.causes.code",
].map((expression) => whereRuns.filter(expression, { duration: findDuration, instant: findInstant }));

/** Everything that is done with an event, but for asking for it. */
async function doAll(event: unknown): Promise<void> {
  const page = {
    url: "https://events-va6.adobe.io/j",
    entries: [{ position: "cat:1", event }],
    unparsed: null,
    count: 1,
    last: null,
    recordedFrom: null,
    recordedAt: null,
    next: "https://events-va6.adobe.io/j?since=1",
    atEnd: false,
    validate: null,
    waitMs: 0,
  };
  const events = resolveEventSelection(["runs"]);
  const { candidates, rejects } = digest(page, { events, raw: true, keep: () => true, encode: (run: FlowRun) => run });
  expect(rejects).toEqual([]);
  for (const { encoded: run } of candidates) {
    conditions.forEach((fits) => fits(run));
    renderSheet(run, [run, run], { catalogue, painter, time, width: 80, profile: null });
    const counter = countStats({ from: noon - 86_400_000, to: noon, by: "code", bucketMs: null });
    counter.add(run);
    renderStatsSheet(counter.read(), { catalogue, painter, time, room: 80, headers: true });
    for (const format of figureFormats) await renderStats(counter.read(), format);
    for (const format of outputFormats) await print(run, format);
  }
}

async function print(run: FlowRun, format: (typeof outputFormats)[number]): Promise<void> {
  const columns = resolveColumns(columnFormats.includes(format) ? columnNames() : undefined, format);
  const isTTY = format === "table";
  const layout = {
    format,
    columns,
    columnsNamed: true,
    headers: true,
    colour: true,
    time: "iso",
    now,
    hold: 0,
  } as const;
  const sink = await openSink(layout, { isTTY, columns: 80, ...open, write: () => Promise.resolve() });
  await sink.write([sink.encode(run)]);
  await sink.close();
}

const run = (status: object, more: object = {}): object => ({
  id: "run-12345678",
  flowId: "flow-1",
  updatedAt: noon,
  metrics: { statusSummary: { status: "failed", ...status } },
  activities: [],
  ...more,
});
const failed = (text: string): object => run({ errors: [{ code: "CONNECTOR-2001-500", message: text }] });
const repeat = (text: string) => (size: number) => failed(text.repeat(Math.ceil(size / text.length)));
const many = (count: number, item: (n: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, n) => item(n));

/** Each at a size in characters, or in elements. */
const texts: readonly (readonly [string, (size: number) => object])[] = [
  ["one word", repeat("x")],
  ["words", repeat("lorem ipsum ")],
  ["short lines", repeat("line\n")],
  ["empty lines", repeat("\n")],
  ["blanks", repeat(" ")],
  ["accents", repeat("é")],
  ["combining marks", repeat("e\u0301\u0302")],
  ["marks on nothing", repeat("\u0301")],
  ["emoji", repeat("👩🏽‍💻")],
  ["wide letters", repeat("日")],
  ["what a terminal obeys", repeat("\u001b")],
  ["joiners", repeat("\u200d")],
  ["halves of pairs", repeat("\ud800")],
  ["full stops", repeat(".")],
  ["quotation marks", repeat('"')],
  ["backslashes", repeat("\\")],
  ["a link", repeat("https://x.y/")],
  ["codes of a chain", repeat("ErrorCode=A,Message=b ")],
  ["codes of sign-ins", repeat("AADSTS7000222: x ")],
  ["JSON without end", (size) => failed(`{"message":"${'\\"'.repeat(size / 2)}`)],
  ["a long code", (size) => run({ errors: [{ code: "x".repeat(size), message: "m" }] })],
  ["a long name", (size) => run({}, { flowName: "x y".repeat(size / 3) })],
  ["a long name of an activity", (size) => run({}, { activities: [{ id: "a", name: "x y ".repeat(size / 4) }] })],
  ["a long detail", (size) => run({ extensions: { errorDetail: "ErrorCode=A,'Message=".repeat(size / 20) } })],
  ["long ids", (size) => run({}, { id: "x".repeat(size / 2), flowId: "y".repeat(size / 2) })],
];
const lists: readonly (readonly [string, (size: number) => object])[] = [
  ["errors of one code", (size) => run({ errors: many(size, () => ({ code: "2200", message: "it failed" })) })],
  ["errors of many codes", (size) => run({ errors: many(size, (n) => ({ code: `X-${n}`, message: "it failed" })) })],
  [
    "errors and their details",
    (size) =>
      run({
        errors: many(size, (n) => ({ code: `X-${n}` })),
        extensions: { errors: many(4, (n) => ({ code: `Y-${n}`, message: "why" })) },
      }),
  ],
  [
    "activities that fail",
    (size) =>
      run(
        {},
        { activities: many(size / 4, (n) => ({ id: `a-${n}`, statusSummary: { errors: [{ code: `X-${n}` }] } })) },
      ),
  ],
  ["batches", (size) => run({ extensions: { batchId: many(size, (n) => `b-${n}`).join(",") } })],
  [
    "targets",
    (size) =>
      run({}, { activities: [{ targetInfo: many(size / 2, (n) => ({ id: `t-${n}`, reference: { ids: [n] } })) }] }),
  ],
];

/** The time that this process has worked, whatever else the machine does: milliseconds, the better of two tries. */
async function workOf(event: object): Promise<number> {
  const tries: number[] = [];
  for (let n = 0; n < 2; n += 1) {
    const before = process.cpuUsage();
    await doAll(event);
    const { user, system } = process.cpuUsage(before);
    tries.push((user + system) / 1000);
  }
  return Math.min(...tries);
}

/** Four times as much is about four times the work, where sixteen times would be much too much; a little is noise. */
async function expectLinear(make: (size: number) => object, size: number): Promise<void> {
  const few = await workOf(make(size / 4));
  expect(await workOf(make(size))).toBeLessThan(10 * few + 1500);
}

describe("a message of megabytes takes time in proportion", () => {
  test.each(texts)("%s", async (_, make) => {
    await expectLinear(make, 80_000);
  });
});

describe("so does a long list", () => {
  test.each(lists)("%s", async (_, make) => {
    await expectLinear(make, 4000);
  });
});
