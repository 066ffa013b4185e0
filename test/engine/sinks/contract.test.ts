import { describe, expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import type { Mark } from "../../../src/engine/sources/source.ts";
import type { Output } from "../../../src/host.ts";
import { resolveColumns } from "../../../src/render/formats/run-columns.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { openSink, type SinkOptions } from "../../../src/engine/sinks/index.ts";
import { outputFormats, type OutputFormat } from "../../../src/render/formats/registry.ts";
import { sampleNow, samplePage, sampleRun } from "../../render/sample-runs.ts";

interface Recorder extends Output {
  text(): string;
  /** The writes taken so far. */
  readonly writes: readonly string[];
}

/** A stream that remembers; with `failAt` its write of that number (from 0) fails, and only that one. */
function record(failAt = Infinity, isTTY = false): Recorder {
  const writes: string[] = [];
  let asked = 0;
  return {
    isTTY,
    columns: 80,
    isLost: false,
    isMidLine: false,
    untilClosed: () => new AbortController().signal,
    writes,
    text: () => writes.join(""),
    write: async (text) => {
      asked += 1;
      if (asked === failAt + 1) throw new FlowrunError("closed", "nobody reads any more");
      writes.push(text);
    },
  };
}

/** Wherever a batch ends. */
const mark: Mark = { next: "on", last: null, atEnd: false, recordedAt: null, count: 1 };

function open(format: OutputFormat, output: Output, options: Partial<SinkOptions> = {}) {
  return openSink(
    {
      format,
      columns: resolveColumns(undefined, format),
      columnsNamed: false,
      headers: true,
      colour: false,
      time: null,
      now: () => sampleNow,
      hold: 0,
      ...options,
    },
    output,
  );
}

const ids = (runs: readonly FlowRun[]) => runs.map(({ updatedAt }) => updatedAt ?? "inProgress");

/** Where each run stands in the text, by something that the format shows. */
function placesOf(runs: readonly FlowRun[], text: string, format: OutputFormat): number[] {
  const shown = format === "name" ? runs.map(({ runId }) => runId) : ids(runs);
  return shown.map((id) => text.indexOf(id));
}

const empty: Record<OutputFormat, string> = {
  table: "",
  wide: "",
  json: "[]\n",
  ndjson: "",
  yaml: "",
  csv: "run,updatedAt,status,flow,sandbox.name,durationMs,records.input,records.output,records.failed,bytes.output,error\n",
  name: "",
  markdown:
    "| RUN | UPDATED (UTC) | STATUS | FLOW | SANDBOX | DURATION | IN | OUT | BAD | BYTES OUT | ERROR |\n| --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
};

describe.each(outputFormats)("%s", (format) => {
  test("prints every run once and in order, and ends with a line break", async () => {
    const output = record();
    const sink = await open(format, output, { hold: 200 });
    for (const run of samplePage) await sink.write([sink.encode(run)]);
    await sink.close();
    const places = placesOf(samplePage, output.text(), format);
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(output.text().endsWith("\n")).toBe(true);
  });

  test("takes runs that were encoded out of order", async () => {
    const [ahead, inTurn] = [record(), record()];
    const [first, second] = [await open(format, ahead), await open(format, inTurn)];
    const encoded = [...samplePage].reverse().map(first.encode).reverse();
    await first.write(encoded);
    await second.write(samplePage.map(second.encode));
    await Promise.all([first.close(), second.close()]);
    expect(ahead.text()).toBe(inTurn.text());
  });

  test("writes nothing before the first run", async () => {
    const output = record();
    const sink = await open(format, output);
    await sink.take([], mark);
    expect(output.writes).toEqual([]);
  });

  test("without runs prints what the format calls nothing", async () => {
    const output = record();
    await (await open(format, output)).close();
    expect(output.text()).toBe(empty[format]);
  });

  test("with no hold, a run is out when its write resolves", async () => {
    const output = record();
    const sink = await open(format, output, { hold: 0 });
    await sink.write([sink.encode(sampleRun())]);
    expect(placesOf([sampleRun()], output.text(), format)).not.toContain(-1);
  });

  test("waits for a slow reader", async () => {
    let release: (() => void) | undefined;
    const output = { ...record(), write: () => new Promise<void>((resolve) => (release = resolve)) };
    const sink = await open(format, output);
    let isDone = false;
    const writing = sink.write([sink.encode(sampleRun())]).then(() => (isDone = true));
    await Promise.resolve();
    expect(isDone).toBe(false);
    release?.();
    await writing;
    expect(isDone).toBe(true);
  });

  test("after a failed write nothing resolves as if it had been written, and close is quiet", async () => {
    const output = record(0);
    const sink = await open(format, output);
    await expect(sink.write([sink.encode(sampleRun())])).rejects.toMatchObject({ kind: "closed" });
    await expect(sink.take([], mark)).rejects.toMatchObject({ kind: "closed" });
    await expect(sink.write([sink.encode(sampleRun())])).rejects.toMatchObject({ kind: "closed" });
    await expect(sink.close()).resolves.toBeUndefined();
    expect(output.writes).toEqual([]);
  });

  test("a close that fails says so, and a second close does nothing", async () => {
    const failing = record(0);
    const sink = await open(format, failing, { hold: 200 });
    if (sinkHolds(format)) await sink.write([sink.encode(sampleRun())]);
    await expect(sink.close()).rejects.toMatchObject({ kind: "closed" });

    const output = record();
    const other = await open(format, output);
    await other.close();
    await other.close();
    expect(output.text()).toBe(empty[format]);
  });

  test("loads and opens without writing or looking at the clock", async () => {
    const output = record();
    const now = (): number => {
      throw new Error("nobody asked for the time");
    };
    await open(format, output, { now });
    expect(output.writes).toEqual([]);
  });
});

function sinkHolds(format: OutputFormat): boolean {
  return format === "table" || format === "wide";
}

test("a json array is closed even when the reading ended in an error", async () => {
  const output = record();
  const sink = await open("json", output);
  await sink.write([sink.encode(sampleRun())]);
  await sink.close();
  expect(JSON.parse(output.text())).toEqual([sampleRun()]);
});

test("a table holds runs back until there are enough to find its widths", async () => {
  const output = record();
  const sink = await open("table", output, { hold: 3, columns: resolveColumns(["flow", "runId"], "table") });
  const long = sampleRun({ flowName: "a name of twenty-four ch" });
  await sink.write([sink.encode(sampleRun({ flowName: "short" }))]);
  await sink.write([sink.encode(long)]);
  expect(output.writes).toEqual([]);
  await sink.write([sink.encode(long)]);
  const starts = output
    .text()
    .trimEnd()
    .split("\n")
    .map((line) => line.search(/RUN ID|0b6d/));
  expect(new Set(starts).size).toBe(1);
});

test("a table tells local times and fits on a terminal, ISO times and everything in a pipe", async () => {
  const [terminal, pipe] = [record(Infinity, true), record()];
  for (const output of [terminal, pipe]) {
    const sink = await open("table", output);
    await sink.write([sink.encode(sampleRun())]);
    await sink.close();
    expect(sink.hidden() > 0).toBe(output.isTTY);
  }
  expect(terminal.text()).toMatch(/^0b6d5c1e {2}11-2\d \d\d:\d\d:\d\d /m);
  expect(pipe.text()).toMatch(/^0b6d5c1e-\S+ {2}2026-11-22T03:04:05\.000Z /m);
});

test("--time goes before what the stream suggests", async () => {
  const output = record();
  const sink = await open("table", output, { time: "relative" });
  await sink.write([sink.encode(sampleRun())]);
  expect(output.text()).toMatch(/^\S+ {2}8h ago /m);
});

test("wide hides nothing on a terminal, and named columns stay", async () => {
  const output = record(Infinity, true);
  const sink = await open("wide", output);
  await sink.write([sink.encode(sampleRun())]);
  expect(output.text()).toContain(sampleRun().position);
  const named = await open("table", output, {
    columns: resolveColumns(["position", "runId", "updatedAt"], "table"),
    columnsNamed: true,
  });
  await named.write([named.encode(sampleRun())]);
  expect(named.hidden()).toBe(0);
});

describe("runs of megabytes", () => {
  const long = "x".repeat(9_000_000);
  const runs = [1, 2, 3].map((n) => sampleRun({ flowName: long, runId: `run-${n}-${long}` }));

  test.each(outputFormats)("are written one after the other, each whole: %s", async (format) => {
    const output = record();
    const sink = await open(format, output);
    await sink.write(runs.map(sink.encode));
    await sink.close();
    expect(output.writes.filter((text) => text.includes(long)).length).toBe(3);
    const one = record();
    const other = await open(format, one);
    for (const run of runs) await other.write([other.encode(run)]);
    await other.close();
    expect(output.text() === one.text()).toBe(true);
  });

  test("do not wait for each other where a table would hold them back", async () => {
    const output = record();
    const sink = await open("table", output, { hold: 200 });
    const [first = "", second = ""] = runs.map((run) => sink.encode({ ...run, runId: "run" }));
    await sink.write([first]);
    expect(output.writes).toEqual([]);
    await sink.write([second]);
    expect(output.writes.length).toBeGreaterThan(0);
  });
});
