import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test, vi } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import type { Pace } from "../../../src/adobe/http/body.ts";
import { createTransport, type TransportOptions } from "../../../src/adobe/http/transport.ts";
import type { Answer } from "../../../src/host.ts";

const after: Pace["after"] = (ms, act) => {
  const timer = setTimeout(act, ms);
  return () => {
    clearTimeout(timer);
  };
};

const endings: (() => unknown)[] = [];

// Not after each test: the slow ones run side by side.
afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

/** Asks a server on loopback, which is gone after the tests. */
async function ask(listener: RequestListener, options: Partial<TransportOptions> = {}): Promise<Answer> {
  const server = createServer({ maxHeaderSize: 131_072 }, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const transport = createTransport({
    env: {},
    stallMs: 30_000,
    sleep: () => Promise.resolve(),
    ...options,
  });
  endings.push(() => transport.close());
  const url = `http://127.0.0.1:${port}/events?since=x`;
  return transport.send({ method: "GET", url, headers: {} }, new AbortController().signal);
}

const send = (body: Uint8Array | string, headers: Readonly<Record<string, string | string[]>> = {}) =>
  ask((_, res) => res.writeHead(200, headers).end(body));

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

async function failure(answer: Answer, options?: Parameters<Answer["body"]>[0]): Promise<FlowrunError> {
  const error: unknown = await answer.body(options).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FlowrunError);
  return error as FlowrunError;
}

const page = '{"events":[]}';
const kibibyte = 1024;

/** The densest of the samples, again and again. */
const sample = readFileSync("fixtures/events/failed-promotion-list.json", "utf8");
const realEvent = (n: number): unknown => ({ position: `cat:${n}`, event: JSON.parse(sample) as unknown });

describe("content codings", () => {
  test.each<[string | string[], (body: string) => Uint8Array]>([
    ["gzip, identity", gzipSync],
    ["identity,gzip", gzipSync],
    ["GZip , Identity", gzipSync],
    [["gzip", "identity"], gzipSync],
    ["gzip, br", (body) => brotliCompressSync(gzipSync(body))],
    ["deflate, gzip", (body) => gzipSync(deflateSync(body))],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["gzip, deflate", (body) => deflateRawSync(gzipSync(body))],
    ["", (body) => Buffer.from(body)],
    ["identity, identity", (body) => Buffer.from(body)],
  ])("%j is taken off", async (coding, pack) => {
    expect(text(await (await send(pack(page), { "content-encoding": coding })).body())).toBe(page);
  });

  test("raw deflate at every level and length", async () => {
    for (const level of [0, 1, 6, 9]) {
      for (const length of [0, 1, 100, 70_000]) {
        const body = "a€".repeat(length);
        const answer = await send(deflateRawSync(body, { level }), { "content-encoding": "deflate" });
        expect(text(await answer.body()) === body).toBe(true);
      }
    }
  });

  test("one that was not asked for is named", async () => {
    const answer = await send(page, { "content-encoding": "zstd" });
    await expect(answer.body()).rejects.toThrow("compressed as 'zstd'");
  });

  test("a list without end is not followed", async () => {
    const answer = await send(gzipSync(page), { "content-encoding": "gzip, ".repeat(2000) });
    await expect(answer.body()).rejects.toThrow("compressed 2000 times");
  });
});

describe("limits", () => {
  test("what fits exactly is taken, one byte more is not", async () => {
    const body = Buffer.alloc(100 * kibibyte, "x");
    expect(await (await send(body)).body({ mostBytes: body.length })).toHaveLength(body.length);
    expect((await failure(await send(body), { mostBytes: body.length - 1 })).kind).toBe("protocol");
  });

  test.each<[string, (body: Uint8Array) => Uint8Array]>([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["br", brotliCompressSync],
    ["gzip, gzip", (body) => gzipSync(gzipSync(body))],
  ])("also for what comes out of %s", async (coding, pack) => {
    const packed = pack(Buffer.alloc(200 * kibibyte, "x"));
    const headers = { "content-encoding": coding };
    expect(packed.length).toBeLessThan(2 * kibibyte);
    expect(await (await send(packed, headers)).body({ mostBytes: 200 * kibibyte })).toHaveLength(200 * kibibyte);
    const error = await failure(await send(packed, headers), { mostBytes: 200 * kibibyte - 1 });
    expect(error.why).toContain("unpacked");
  });

  test("8 MB where nothing else is said; the error says what was asked, and how large is too large", async () => {
    const { kind, message, hint } = await failure(await send(Buffer.alloc(8 * kibibyte * kibibyte + 1)));
    expect(kind).toBe("protocol");
    expect(message).toMatch(/^the answer to GET http:\/\/127\.0\.0\.1:\d+\/events\?since=x is larger than 8 MB$/);
    expect(hint).toContain("--limit");
  });

  test("what is small packed and within the limit may still be too much: a million empty objects", async () => {
    const packed = gzipSync(`[${"{},".repeat(1_000_000)}{}]`);
    const error = await failure(await send(packed, { "content-encoding": "gzip" }));
    expect([error.kind, error.message]).toEqual(["protocol", expect.stringContaining("holds too many values")]);
    const events = JSON.stringify({ events: Array.from({ length: 6000 }, (_, n) => realEvent(n)) });
    expect(events.length).toBeGreaterThan(7_000_000);
    const answer = await send(gzipSync(events), { "content-encoding": "gzip" });
    expect(text(await answer.body({ mostBytes: events.length })) === events).toBe(true);
  });

  test("an answer without end is left, and its connection with it", async () => {
    const closed = vi.fn();
    const answer = await ask((_, res) => {
      const more = (): void => {
        while (!res.destroyed && res.write(Buffer.alloc(64 * kibibyte)));
      };
      res.on("drain", more).on("close", closed);
      more();
    });
    await failure(answer, { mostBytes: 300 * kibibyte });
    await vi.waitFor(() => {
      expect(closed).toHaveBeenCalled();
    });
  });

  test("a million pieces of one byte take no more than their sum", async () => {
    const pieces = "1\r\nx\r\n".repeat(1_000_000);
    const answer = await ask((_, { socket }) => {
      socket?.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${pieces}0\r\n\r\n`);
    });
    const before = process.memoryUsage();
    const body = await answer.body();
    expect(body).toHaveLength(1_000_000);
    expect(body.buffer.byteLength).toBeLessThan(4_000_000);
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(64_000_000);
  });

  test("what nobody wants is not read without end either", async () => {
    const closed = vi.fn();
    const answer = await ask((_, res) => {
      const more = (): void => {
        while (!res.destroyed && res.write(Buffer.alloc(64 * kibibyte)));
      };
      res.on("drain", more).on("close", closed);
      more();
    });
    answer.discard();
    await vi.waitFor(() => {
      expect(closed).toHaveBeenCalled();
    });
  });
});

describe("headers", () => {
  test.each([20, 60])("%i KB of them are taken", async (size) => {
    const answer = await send(page, { "x-large": "h".repeat(size * kibibyte) });
    expect(answer.headers["x-large"]?.[0]).toHaveLength(size * kibibyte);
    expect(text(await answer.body())).toBe(page);
  });

  test("70 KB are not", async () => {
    await expect(send(page, { "x-large": "h".repeat(70 * kibibyte) })).rejects.toMatchObject({
      code: "UND_ERR_HEADERS_OVERFLOW",
    });
  });
});

describe("a body that moves, and never gets anywhere", () => {
  /** A byte every 20 ms, for ever. */
  const drip: RequestListener = (_, res) => {
    const timer = setInterval(() => res.write("x"), 20);
    res.on("close", () => {
      clearInterval(timer);
    });
  };

  test("is told of once, and then ended", async () => {
    const onSlow = vi.fn();
    const answer = await ask(drip, { pace: { slowMs: 100, mostMs: 1000, after } });
    const body = answer.body({ onSlow });
    await expect(body).rejects.toThrow("not ended after 1000 ms");
    expect(onSlow).toHaveBeenCalledTimes(1);
  });

  test("a quick one is not told of", async () => {
    const onSlow = vi.fn();
    expect(text(await (await send(page)).body({ onSlow }))).toBe(page);
    expect(onSlow).not.toHaveBeenCalled();
  });
});
