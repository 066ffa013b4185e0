import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileSource } from "../../../src/engine/sources/file.ts";
import type { Batch } from "../../../src/engine/sources/source.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { linesOfFile, linesOfStdin, type GivenLines } from "../../../src/state/given-lines.ts";
import { sampleRun } from "../../render/sample-runs.ts";
import { fakeHost } from "../../support/host.ts";
import { runEvent } from "../../support/journal.ts";

let folder = "";
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "flowrun-lines-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const digesting = {
  events: resolveEventSelection(["runs"]),
  raw: false,
  keep: () => true,
  encode: ({ runId }: FlowRun) => runId,
};

const world = fakeHost();
const means = { signal: world.signal, sleep: () => Promise.resolve(), isReadAgain: false };

const once = { follow: false, fromEnd: false };

async function read(lines: GivenLines, more: Partial<typeof digesting> = {}) {
  const batches: Batch<string>[] = [];
  for await (const batch of fileSource(lines, { ...digesting, ...more }).read()) batches.push(batch);
  return {
    runs: batches.flatMap(({ candidates }) => candidates.map(({ encoded }) => encoded)),
    rejects: batches.flatMap(({ rejects }) => rejects.map(({ position, reason }) => `${position} ${reason}`)),
    lines: batches.reduce((sum, { mark }) => sum + mark.count, 0),
    marks: batches.map(({ mark }) => mark.next),
  };
}

async function readFile(content: string | Uint8Array, more: Partial<typeof digesting> = {}) {
  const path = join(folder, "given");
  await writeFile(path, content);
  const { rejects, ...rest } = await read(linesOfFile(path, means)(once), more);
  return { ...rest, rejects: rejects.map((text) => text.replace(`${path}:`, "")) };
}

const record = (runId: string): string => JSON.stringify(sampleRun({ runId, key: runId }));
const event = (n: number): string => JSON.stringify(runEvent(n));

describe("a line", () => {
  test.each<[string, string, readonly string[]]>([
    ["is a record", record("run-1"), ["run-1"]],
    ["is an event as delivered", event(1), ["run-1"]],
    ["is an entry of a journal", JSON.stringify({ position: "cat:1", event: runEvent(2) }), ["run-2"]],
    ["is a list of them", `[${record("run-1")},${event(2)}]`, ["run-1", "run-2"]],
    [
      "is a page of a journal",
      JSON.stringify({ events: [{ position: "cat:1", event: runEvent(1) }, runEvent(2)], _page: { last: "cat:2" } }),
      ["run-1", "run-2"],
    ],
    ["is empty, or blank", "\n  \n\r\n", []],
    ["ends as Windows ends one", `${record("run-1")}\r\n${event(2)}\r\n`, ["run-1", "run-2"]],
    ["stands in a JSON array, as -o json writes one", `[\n${record("a")},\n${record("b")}\n]\n`, ["a", "b"]],
    ["is another event", JSON.stringify({ type: "com.adobe.ccstorage", data: {} }), []],
  ])("%s", async (_, content, runs) => {
    expect(await readFile(content)).toMatchObject({ runs, rejects: [] });
  });

  test("says how it came: a record as it was told once, an event by this file", async () => {
    const lines = linesOfFile(join(folder, "ways"), means)(once);
    const kept = ["webhook", "journal", null].map((via) => JSON.stringify({ ...sampleRun(), via, new: via === null }));
    await writeFile(join(folder, "ways"), [...kept, event(1)].join("\n") + "\n");
    const ways: unknown[] = [];
    for await (const { candidates } of fileSource(lines, { ...digesting, encode: (run: FlowRun) => run }).read()) {
      ways.push(...candidates.map(({ encoded }) => [encoded.via, encoded.new]));
    }
    expect(ways).toEqual([
      ["webhook", false],
      ["journal", false],
      [null, true],
      ["file", null],
    ]);
  });

  test.each<[string, string, string]>([
    ["not JSON", "hello", "2 it is not JSON"],
    ["no object", "7", "2 it holds no object"],
    ["cut in the middle", event(3).slice(0, 50), "2 it is not JSON"],
    [
      "a record of another schema",
      '{"type":"flowrun.run","schemaVersion":9}',
      "2 it is a record of a schemaVersion other than 1: 9",
    ],
    ["a record without ids", '{"type":"flowrun.run","schemaVersion":1}', "2 it is a record without a runId"],
  ])("that is %s is named by its number and passed by", async (_, line, reject) => {
    const { runs, rejects } = await readFile(`${event(1)}\n${line}\n${event(2)}\n`);
    expect(runs).toEqual(["run-1", "run-2"]);
    expect(rejects).toEqual([reject]);
  });

  test("that is half written is said to be, and what stands before it is read", async () => {
    const { runs, rejects } = await readFile(`${event(1)}\n${event(2).slice(0, 30)}`);
    expect(runs).toEqual(["run-1"]);
    expect(rejects).toEqual(["2 it is half a line, which may still be written"]);
  });

  test("that is the last one needs no newline", async () => {
    expect(await readFile(`${event(1)}\n${event(2)}`)).toMatchObject({ runs: ["run-1", "run-2"], lines: 2 });
  });

  test("that is longer than memory should hold is passed by", async () => {
    const { runs, rejects } = await readFile(`${event(1)}\n"${"x".repeat(33 * 1024 * 1024)}"\n${event(2)}\n`);
    expect(runs).toEqual(["run-1", "run-2"]);
    expect(rejects).toEqual(["2 it is longer than 32 MiB"]);
  });

  test("of a hostile record ends nothing", async () => {
    const encode = ({ runId }: FlowRun): string => {
      if (runId === "bad") throw new RangeError("too much");
      return runId;
    };
    const { runs, rejects } = await readFile(`${record("a")}\n${record("bad")}\n${record("b")}\n`, { encode });
    expect(runs).toEqual(["a", "b"]);
    expect(rejects).toEqual(["2 flowrun failed on it (too much)"]);
  });
});

describe("a file", () => {
  const many = Array.from({ length: 2000 }, (_, n) => record(`run-${n}-ä`)).join("\n");
  const ids = Array.from({ length: 2000 }, (_, n) => `run-${n}-ä`);

  test.each<[string, string | Uint8Array]>([
    ["plain", many],
    ["gzip", gzipSync(many)],
    ["several gzips in a row", Buffer.concat([gzipSync(many.slice(0, 9000)), gzipSync(many.slice(9000))])],
    ["UTF-16, as PowerShell writes it", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(many, "utf16le")])],
    ["with a byte order mark", `\ufeff${many}`],
  ])("%s is read whole, whatever its size", async (_, content) => {
    const { runs, rejects } = await readFile(content);
    expect(rejects).toEqual([]);
    expect(runs).toEqual(ids);
  });

  test("whose gzip is still being written is read as far as it goes", async () => {
    const { runs } = await readFile(gzipSync(many).subarray(0, 20_000));
    expect(runs.length).toBeGreaterThan(10);
    expect(runs).toEqual(ids.slice(0, runs.length));
  });

  test.each<[string, string | Uint8Array, string]>([
    ["binary", Buffer.from("SQLite format 3\0\x10\0"), "holds no lines to read"],
    [
      "damaged gzip",
      Buffer.concat([gzipSync("x").subarray(0, 12), Buffer.from("garbage garbage")]),
      "holds no lines to read",
    ],
  ])("that is %s is refused", async (_, content, message) => {
    await expect(readFile(content)).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining(message) as string,
    });
  });

  test("that is not there, or a folder, is refused by name", async () => {
    const of = (path: string) => read(linesOfFile(path, means)(once));
    await expect(of(join(folder, "none"))).rejects.toMatchObject({ kind: "settings", why: "there is no such file" });
    await expect(of(folder)).rejects.toMatchObject({ kind: "settings", why: "it is a folder" });
  });

  test("marks how many lines have been read", async () => {
    const { marks } = await readFile(`${event(1)}\n${event(2)}\n`);
    expect(marks).toEqual(["2"]);
  });
});

describe("a file that is followed", () => {
  /** Lets the world change while nothing comes, then ends. */
  async function follow(fromEnd: boolean, ...changes: readonly ((path: string) => Promise<void>)[]) {
    const path = join(folder, "followed");
    await writeFile(path, `${event(1)}\n`);
    const left = [...changes];
    const host = fakeHost();
    const sleep = async (): Promise<void> => {
      const change = left.shift();
      if (change === undefined) host.stop();
      else await change(path);
    };
    return read(linesOfFile(path, { signal: host.signal, sleep, isReadAgain: false })({ follow: true, fromEnd }));
  }

  test("gives what is added, a line written in two halves, too", async () => {
    const { runs, rejects } = await follow(
      false,
      (path) => appendFile(path, `${event(2)}\n${event(3).slice(0, 40)}`),
      (path) => appendFile(path, `${event(3).slice(40)}\n`),
    );
    expect(runs).toEqual(["run-1", "run-2", "run-3"]);
    expect(rejects).toEqual([]);
  });

  test("from its end leaves out what was there", async () => {
    expect((await follow(true, (path) => appendFile(path, `${event(2)}\n`))).runs).toEqual(["run-2"]);
  });

  test("is read to its end before the file that takes its place, whose half line is its own", async () => {
    const { runs, rejects } = await follow(false, async (path) => {
      await appendFile(path, `${event(2)}\n${event(3).slice(0, 20)}`);
      await rename(path, `${path}.1`);
      await writeFile(path, `${event(4)}\n`);
    });
    expect(runs).toEqual(["run-1", "run-2", "run-4"]);
    expect(rejects).toEqual([expect.stringMatching(/:3 it is half a line/)]);
  });

  test("from its end takes a line whole that was half there", async () => {
    const path = join(folder, "half");
    await writeFile(path, `${event(1)}\n${event(2).slice(0, 30)}`);
    const host = fakeHost();
    let left = 1;
    const sleep = async (): Promise<void> => {
      if (left-- > 0) await appendFile(path, `${event(2).slice(30)}\noops\n`);
      else host.stop();
    };
    const lines = linesOfFile(path, { signal: host.signal, sleep, isReadAgain: false });
    const { runs, rejects } = await read(lines({ follow: true, fromEnd: true }));
    expect(runs).toEqual(["run-2"]);
    expect(rejects).toEqual([`${path}:3 it is not JSON`]);
  });

  test("begins anew where it is replaced, as logrotate does, or cut short", async () => {
    const { runs } = await follow(
      false,
      async (path) => {
        await rename(path, `${path}.1`);
        await writeFile(path, `${event(2)}\n`);
      },
      async (path) => {
        await truncate(path);
        await writeFile(path, "\n");
      },
      (path) => appendFile(path, `${event(3)}\n`),
    );
    expect(runs).toEqual(["run-1", "run-2", "run-3"]);
  });
});

test("stdin can be read again where that was said before", async () => {
  const { stdin } = fakeHost({ stdin: `${event(1)}\n${event(2)}\n` });
  const lines = linesOfStdin(stdin, { ...means, isReadAgain: true });
  expect((await read(lines)).runs).toEqual(["run-1", "run-2"]);
  expect((await read(lines)).runs).toEqual(["run-1", "run-2"]);
});
