import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { createTransport } from "../../../src/adobe/http/transport.ts";
import type { Answer } from "../../../src/host.ts";
import { realSleep } from "../../support/host.ts";

/** Bodies that are read as they come, from a real server. */
async function ask(listener: RequestListener): Promise<Answer> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const transport = createTransport({ env: {}, stallMs: 30_000, sleep: realSleep });
  onTestFinished(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/rows`;
  return transport.send({ method: "GET", url, headers: {} }, new AbortController().signal);
}

async function readAll(answer: Answer, onReceived?: (bytes: number) => void): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of answer.pieces(onReceived === undefined ? {} : { onReceived })) pieces.push(piece);
  return Buffer.concat(pieces);
}

const rows = '{"email":"ana@example.com"}\n'.repeat(5000);

describe("a body in pieces", () => {
  test.each<[string, (body: string) => Uint8Array]>([
    ["", (body) => Buffer.from(body)],
    ["identity", (body) => Buffer.from(body)],
    ["gzip", gzipSync],
    ["x-gzip, identity", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["deflate, gzip", (body) => gzipSync(deflateSync(body))],
  ])("coded as %j is what it was", async (coding, pack) => {
    const packed = pack(rows);
    const answer = await ask((_, res) => res.writeHead(200, { "content-encoding": coding }).end(packed));
    const sizes: number[] = [];
    const bytes = await readAll(answer, (size) => sizes.push(size));
    expect(bytes.toString() === rows).toBe(true);
    expect(sizes).toEqual([packed.length]);
  });

  test("is the same however it is cut, and empty where there is nothing", async () => {
    const packed = deflateRawSync(rows);
    const cut = await ask((_, res) => {
      res.writeHead(200, { "content-encoding": "deflate" });
      res.write(packed.subarray(0, 1));
      setTimeout(() => res.end(packed.subarray(1)), 20);
    });
    expect((await readAll(cut)).toString() === rows).toBe(true);
    const empty = await ask((_, res) => res.writeHead(200, { "content-encoding": "gzip" }).end());
    expect(await readAll(empty)).toHaveLength(0);
  });

  test("that ends in the middle of what is packed is an error, and so is one that breaks", async () => {
    const packed = gzipSync(randomBytes(100_000));
    const half = packed.subarray(0, 50_000);
    await expect(
      readAll(await ask((_, res) => res.writeHead(200, { "content-encoding": "gzip" }).end(half))),
    ).rejects.toThrow();
    const broken = await ask((_, res) => {
      res.writeHead(200, { "content-encoding": "gzip" }).write(half);
      setTimeout(() => res.destroy(), 20);
    });
    await expect(readAll(broken)).rejects.toThrow();
    const torn = await ask((_, res) => {
      res.writeHead(200, { "content-length": "100" }).write("half");
      setTimeout(() => res.destroy(), 20);
    });
    await expect(readAll(torn)).rejects.toThrow();
    const garbage = await ask((_, res) => res.writeHead(200, { "content-encoding": "gzip" }).end("no gzip at all"));
    await expect(readAll(garbage)).rejects.toThrow();
    const strange = await ask((_, res) => res.writeHead(200, { "content-encoding": "zstd" }).end("rows"));
    await expect(readAll(strange)).rejects.toThrow("zstd");
  });

  test("arrives no faster than it is taken, and the connection is let go of when nobody wants more", async () => {
    let sent = 0;
    let isGone = false;
    const answer = await ask((_, res) => {
      res.writeHead(200, { "content-encoding": "gzip" });
      const gzip = createGzip({ level: 1 });
      gzip.pipe(res);
      res.on("close", () => {
        isGone = true;
      });
      const more = (): void => {
        while (!isGone) {
          sent += 65_536;
          if (!gzip.write(randomBytes(65_536))) {
            gzip.once("drain", more);
            return;
          }
        }
      };
      more();
    });
    let taken = 0;
    for await (const piece of answer.pieces()) {
      taken += piece.length;
      if (taken > 1_000_000) break;
    }
    await expect.poll(() => isGone).toBe(true);
    // What stands in the buffers of both sides of the socket.
    expect(sent).toBeLessThan(taken + 32_000_000);
  });
});
