import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readExport, type ExportReading } from "../../../src/adobe/platform/export-bytes.ts";
import type { ExportFile } from "../../../src/adobe/platform/export-files.ts";
import type { PlatformApi } from "../../../src/adobe/platform/api.ts";
import { demoBatch, demoPlatform, platformOf } from "../../support/platform.ts";

const batchId = "01KTESTBATCH00000000000001";
const text = Array.from({ length: 3000 }, (_, n) => `line ${String(n)}\n`).join("");

const fileAt = (url: string): ExportFile => ({
  batchId,
  folder: "row_errors",
  name: "errors_0.json",
  length: text.length,
  url: `${url}/data/foundation/export/batches/${batchId}/meta?path=row_errors%2Ferrors_0.json`,
});

async function read(api: PlatformApi, reading: ExportReading = {}): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readExport(api, fileAt(api.url), reading)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

type Answering = (req: IncomingMessage, res: ServerResponse, attempt: number) => void;

async function serve(answer: Answering) {
  const ranges: (string | undefined)[] = [];
  const served = await platformOf((req, res) => {
    ranges.push(req.headers.range);
    answer(req, res, ranges.length);
  });
  return { ...served, ranges };
}

/** Sends so much of it, and drops the connection. */
function breakOff(res: ServerResponse, part: string): void {
  res.write(part, () => setTimeout(() => res.destroy(), 10));
}

const beginOf = ({ headers }: IncomingMessage): number => Number(/\d+/.exec(headers.range ?? "0")?.[0] ?? 0);

function partial(res: ServerResponse, begin: number, end = text.length): void {
  res.writeHead(206, { "content-range": `bytes ${String(begin)}-${String(end - 1)}/${String(text.length)}` });
}

describe("the bytes of a file", () => {
  test("are all of it, or those from one on, packed on the way or not", async () => {
    const { api, server } = await demoPlatform([demoBatch({ "meta/row_errors/errors_0.json": text })]);
    expect(await read(api)).toBe(text);
    expect(await read(api, { from: 10 })).toBe(text.slice(10));
    expect(await read(api, { from: text.length })).toBe("");
    const lengths: number[] = [];
    expect(await read(api, { onLength: (length) => lengths.push(length) })).toBe(text);
    expect(lengths).toEqual([text.length]);
    const asked = server.requests.filter(({ service }) => service === "api").map(({ headers }) => headers);
    expect(asked.map((headers) => headers["range"])).toEqual([
      undefined,
      "bytes=10-",
      `bytes=${String(text.length)}-`,
      undefined,
    ]);
    expect(asked.map((headers) => headers["accept-encoding"] === "identity")).toEqual([false, true, true, true]);
  });

  test("that break off are taken up at the one that is missing", async () => {
    const { api, told, ranges } = await serve((req, res, attempt) => {
      const begin = beginOf(req);
      if (attempt > 1) partial(res, begin);
      else res.writeHead(200, { "content-length": String(text.length) });
      if (attempt < 4) breakOff(res, text.slice(begin, begin + 5000));
      else res.end(text.slice(begin));
    });
    expect(await read(api)).toBe(text);
    expect(ranges).toEqual([undefined, "bytes=5000-", "bytes=10000-", "bytes=15000-"]);
    const retries = told.filter(({ kind }) => kind === "retrying");
    expect(retries.map((notice) => ("attempt" in notice ? notice.attempt : 0))).toEqual([2, 2, 2]);
  });

  test.each([
    ["is longer than it was", { "content-range": `bytes 5000-${String(text.length)}/${String(text.length + 1)}` }, 206],
    [
      "has another mark",
      { "content-range": `bytes 5000-${String(text.length - 1)}/${String(text.length)}`, etag: '"2"' },
      206,
    ],
    ["has another mark, and comes whole", { "content-length": String(text.length), etag: '"2"' }, 200],
  ])("are no mixture of two files: one that %s is not gone on with", async (_, headers, status) => {
    const { api, ranges } = await serve((_, res, attempt) => {
      if (attempt === 1) {
        res.writeHead(200, { "content-length": String(text.length), etag: '"1"' });
        breakOff(res, text.slice(0, 5000));
      } else
        res.writeHead(status, headers).end(status === 200 ? text : `${text.slice(5000)}!`.slice(0, text.length - 5000));
    });
    await expect(read(api)).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("changed while it was read") as string,
    });
    expect(ranges).toEqual([undefined, "bytes=5000-"]);
  });

  test("are the same from a server that knows of no ranges", async () => {
    const { api, ranges } = await serve((_, res, attempt) => {
      res.writeHead(200, { "content-length": String(text.length) });
      if (attempt === 1) breakOff(res, text.slice(0, 5000));
      else res.end(text);
    });
    expect(await read(api)).toBe(text);
    expect(await read(api, { from: 7 })).toBe(text.slice(7));
    expect(ranges).toEqual([undefined, "bytes=5000-", "bytes=7-"]);
  });

  test("are counted as they are, though they come packed", async () => {
    const { api } = await serve((req, res, attempt) => {
      const packed = gzipSync(text);
      if (attempt === 1) {
        res.writeHead(200, { "content-encoding": "gzip", "content-length": String(packed.length) });
        breakOff(res, packed.subarray(0, packed.length - 100) as unknown as string);
      } else if (attempt === 2) {
        // Part of what is packed is no part of the file.
        res
          .writeHead(206, { "content-encoding": "gzip", "content-range": `bytes ${String(beginOf(req))}-9/10` })
          .end("?");
      } else res.writeHead(200, { "content-encoding": "gzip" }).end(packed);
    });
    expect(await read(api)).toBe(text);
  });

  test("go on where an answer has fewer than were asked for, and begin where it begins", async () => {
    const { api, ranges } = await serve((req, res) => {
      const begin = beginOf(req);
      // It gives a little of what came before as well, as a server may.
      const [from, to] = [Math.max(0, begin - 3), Math.min(text.length, begin + 12_000)];
      if (req.headers.range === undefined) res.end(text);
      else {
        partial(res, from, to);
        res.end(text.slice(from, to));
      }
    });
    expect(await read(api, { from: 100 })).toBe(text.slice(100));
    expect(ranges).toEqual(["bytes=100-", "bytes=12100-", "bytes=24100-"]);
  });

  test.each([
    [
      "a part that begins later",
      (res: ServerResponse) => res.writeHead(206, { "content-range": "bytes 500-900/901" }).end("x"),
    ],
    ["a part that does not say which", (res: ServerResponse) => res.writeHead(206).end("x")],
    ["a range that cannot be", (res: ServerResponse) => res.writeHead(416, { "content-range": "bytes */5" }).end()],
  ])("are all asked for again after %s", async (_, answer) => {
    const { api, ranges } = await serve((req, res) => (req.headers.range === undefined ? res.end(text) : answer(res)));
    expect(await read(api, { from: 100 })).toBe(text.slice(100));
    expect(ranges).toEqual(["bytes=100-", undefined]);
  });

  test("that bring nothing new end it, after as many attempts as patience has", async () => {
    const { api, ranges } = await serve((req, res) => {
      if (req.headers.range === undefined) res.writeHead(200, { "content-length": String(text.length) });
      else partial(res, beginOf(req));
      if (req.headers.range === undefined) breakOff(res, text.slice(0, 100));
      else breakOff(res, "");
    });
    await expect(read(api)).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("broke off") as string,
    });
    expect(ranges).toHaveLength(3);
    const { api: silent } = await serve((req, res) => {
      partial(res, beginOf(req));
      res.end();
    });
    await expect(read(silent, { from: 5 })).rejects.toMatchObject({ kind: "unavailable" });
  });

  test("are refused in the API's own terms, and asking ends when told to", async () => {
    const { api } = await serve((_, res) => res.writeHead(403).end("{}"));
    await expect(read(api)).rejects.toMatchObject({ kind: "forbidden" });
    const { api: gone } = await serve((_, res) => res.writeHead(404).end("{}"));
    await expect(read(gone)).rejects.toMatchObject({ kind: "unavailable" });
    const { api: stopped, host } = await serve((_, res) => {
      res.write("some");
    });
    const reading = async (): Promise<void> => {
      for await (const piece of readExport(stopped, fileAt(stopped.url))) if (piece.length > 0) host.stop();
    };
    await expect(reading()).rejects.toThrow("stopped by the test");
  });
});
