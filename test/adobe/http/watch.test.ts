import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createTransport } from "../../../src/adobe/http/transport.ts";
import { watched } from "../../../src/adobe/http/watch.ts";
import type { Send } from "../../../src/host.ts";
import type { Notice } from "../../../src/notices.ts";
import { realSleep } from "../../support/host.ts";

/** What is told of an exchange with a real server. */
const text = "flow runs ".repeat(500);
const packed = gzipSync(text);
const asked = { authorization: "Bearer abc", "X-Api-Key": "client", cookie: "a=b", accept: "text/plain" };

let url: string;
let send: Send;
let told: Notice[];

beforeEach(async () => {
  const server = createServer((request, response) => {
    response.setHeader("x-request-id", "r-1").setHeader("set-cookie", ["one=1", "two=2"]).setHeader("x-list", "a, b");
    if (request.url === "/packed") response.setHeader("content-encoding", "gzip").end(packed);
    else if (request.url === "/broken") {
      response.setHeader("content-length", "100").write("half");
      setTimeout(() => response.destroy(), 50);
    } else response.statusCode = 204;
    if (request.url === "/empty") response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const transport = createTransport({ env: {}, stallMs: 10_000, sleep: realSleep });
  onTestFinished(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  told = [];
  let now = 1000;
  send = watched(transport.send, { notify: (notice) => told.push(notice), now: () => (now += 40) });
});

function ask(path: string, signal = new AbortController().signal) {
  return send({ method: "GET", url: url + path, headers: asked }, signal);
}

describe("of an exchange is told", () => {
  it("once all pieces of its body are in, or nobody wants more of them, or it breaks", async () => {
    let whole = "";
    for await (const piece of (await ask("/packed")).pieces()) whole += new TextDecoder().decode(piece);
    expect(whole).toBe(text);
    expect(told.at(-1)).toMatchObject({ received: packed.length, unpacked: text.length, trouble: null });
    for await (const piece of (await ask("/packed")).pieces()) if (piece.length > 0) break;
    expect(told.at(-1)).toMatchObject({ status: 200, received: null, trouble: null });
    const broken = async (): Promise<void> => {
      for await (const piece of (await ask("/broken")).pieces()) expect(piece.length).toBeGreaterThan(0);
    };
    await expect(broken()).rejects.toThrow();
    expect(told.at(-1)).toMatchObject({ status: 200, received: null });
    expect(told.at(-1)).not.toMatchObject({ trouble: null });
    expect(told).toHaveLength(3);
  });

  it("once its body is in: status, time, both sizes and the request's id", async () => {
    const answer = await ask("/packed");
    expect(told).toEqual([]);
    expect(new TextDecoder().decode(await answer.body())).toBe(text);
    expect(told).toEqual([
      expect.objectContaining({
        kind: "answered",
        method: "GET",
        url: `${url}/packed`,
        status: 200,
        elapsedMs: 40,
        received: packed.length,
        unpacked: text.length,
        requestId: "r-1",
        trouble: null,
      }),
    ]);
  });

  it("what both sides' headers were, without what lets anybody in", async () => {
    await (await ask("/packed")).body();
    const [notice] = told;
    if (notice?.kind !== "answered") throw new Error("nothing was told");
    expect(notice.asked).toEqual([
      ["authorization", "[secret]"],
      ["x-api-key", "[secret]"],
      ["cookie", "[secret]"],
      ["accept", "text/plain"],
    ]);
    expect(notice.headers).toContainEqual(["set-cookie", "[secret]"]);
    expect(notice.headers).toContainEqual(["x-list", "a, b"]);
    expect(notice.headers).toContainEqual(["content-encoding", "gzip"]);
  });

  it("that nobody wanted its body", async () => {
    (await ask("/empty")).discard();
    expect(told).toEqual([expect.objectContaining({ status: 204, received: null, unpacked: null, trouble: null })]);
  });

  it("that its body broke off, and the failure goes on", async () => {
    await expect((await ask("/broken")).body()).rejects.toThrow();
    expect(told).toEqual([expect.objectContaining({ status: 200, received: null, requestId: "r-1" })]);
    expect(told[0]).not.toMatchObject({ trouble: null });
  });

  it("that no answer came", async () => {
    url = "http://127.0.0.1:1";
    await expect(ask("/")).rejects.toThrow();
    expect(told).toEqual([expect.objectContaining({ status: null, requestId: null, headers: [] })]);
    expect(told[0]).toMatchObject({ trouble: expect.stringContaining("refused") as string });
  });

  it("that it was given up", async () => {
    const stop = new AbortController();
    const asking = ask("/never", stop.signal);
    stop.abort(new Error("enough"));
    await expect(asking).rejects.toThrow("enough");
    expect(told).toEqual([expect.objectContaining({ status: null, trouble: "given up" })]);
  });
});
