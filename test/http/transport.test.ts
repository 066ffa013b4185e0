import { once } from "node:events";
import { createServer, request as httpRequest, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { createTransport, type TransportOptions } from "../../src/http/transport.ts";
import type { Ask } from "../../src/host.ts";

const endings: (() => unknown)[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
});

// Not after each test: those about stalls run side by side.
afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

/** A server on loopback that is gone after the tests. */
async function serve(listener: RequestListener): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, server };
}

function open(options: Partial<TransportOptions> = {}) {
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  const transport = createTransport({
    env: {},
    stallMs: 30_000,
    nodeVersion: process.versions.node,
    sleep,
    ...options,
  });
  endings.push(() => transport.close());
  return transport;
}

const running = new AbortController().signal;
const get = (url: string, headers: Ask["headers"] = {}): Ask => ({ method: "GET", url, headers });
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("one exchange", () => {
  test("sends method, target, headers and body as asked", async () => {
    const seen: unknown[] = [];
    const { url } = await serve((req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const { method, url: target } = req;
        seen.push({ method, target, key: req.headers["x-api-key"], body: Buffer.concat(chunks).toString() });
        res.end("ok");
      });
    });
    const { send } = open();
    const target = "/events-fast/o/i/r?since=tuna:1a.tuna:2b,3.0.17%2F4+5&limit=10";
    await (await send(get(`${url}${target}`, { "x-api-key": "key" }), running)).body();
    await (await send({ method: "POST", url: `${url}/token`, headers: {}, body: "a=b" }, running)).body();
    expect(seen).toEqual([
      { method: "GET", target, key: "key", body: "" },
      { method: "POST", target: "/token", key: undefined, body: "a=b" },
    ]);
  });

  test("answers with the headers while the body is still on its way", async () => {
    let finish: () => void = () => undefined;
    const { url } = await serve((_, res) => {
      res.writeHead(200, { "X-Request-Id": "req-1" });
      res.write("first ");
      finish = () => res.end("last");
    });
    const answer = await open().send(get(url), running);
    expect(answer.status).toBe(200);
    expect(answer.headers["x-request-id"]).toEqual(["req-1"]);
    finish();
    expect(text(await answer.body())).toBe("first last");
  });

  test("several Link lines stay several, a joined one stays one", async () => {
    const { url } = await serve((req, res) => {
      const lines = ["</a>; rel=next", "</b,c>; rel=count"];
      res.setHeader("Link", req.url === "/joined" ? lines.join(", ") : lines);
      res.end();
    });
    const { send } = open();
    const several = await send(get(url), running);
    const joined = await send(get(`${url}/joined`), running);
    several.discard();
    joined.discard();
    expect(several.headers["link"]).toEqual(["</a>; rel=next", "</b,c>; rel=count"]);
    expect(joined.headers["link"]).toEqual(["</a>; rel=next, </b,c>; rel=count"]);
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["GZIP", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["identity", (body: string) => Buffer.from(body)],
  ])("a body in %s arrives in plain", async (encoding, compress) => {
    const accepted: unknown[] = [];
    const { url } = await serve((req, res) => {
      accepted.push(req.headers["accept-encoding"]);
      res.setHeader("content-encoding", encoding);
      res.end(compress('{"events":[]}'));
    });
    const answer = await open().send(get(url), running);
    expect(text(await answer.body())).toBe('{"events":[]}');
    expect(accepted).toEqual(["gzip, deflate, br"]);
  });

  test("an empty body is empty, whatever its encoding says", async () => {
    const { url } = await serve((_, res) => res.writeHead(204, { "content-encoding": "gzip" }).end());
    const answer = await open().send(get(url), running);
    expect(answer.status).toBe(204);
    expect(await answer.body()).toHaveLength(0);
  });

  test("a compressed body that was cut off is an error, not half a page", async () => {
    const whole = gzipSync(JSON.stringify({ events: Array.from({ length: 50 }, (_, n) => ({ n })) }));
    const { url } = await serve((_, res) =>
      res.writeHead(200, { "content-encoding": "gzip" }).end(whole.subarray(0, 60)),
    );
    const answer = await open().send(get(url), running);
    await expect(answer.body()).rejects.toThrow();
  });

  test("a redirect is handed back and not followed, so the token goes nowhere else", async () => {
    const elsewhere = vi.fn();
    const other = await serve((_, res) => {
      elsewhere();
      res.end();
    });
    const { url } = await serve((_, res) => res.writeHead(302, { location: other.url }).end());
    const answer = await open().send(get(url, { authorization: "Bearer t" }), running);
    answer.discard();
    expect(answer.status).toBe(302);
    expect(answer.headers["location"]).toEqual([other.url]);
    expect(elsewhere).not.toHaveBeenCalled();
  });
});

describe("connections", () => {
  test.each(["read", "discarded"])("few are used for many requests whose bodies are %s", async (how) => {
    const connections = vi.fn();
    const { url, server } = await serve((req, res) => {
      res.writeHead(req.url === "/204" ? 204 : 200).end(req.url === "/204" ? undefined : "page");
    });
    server.on("connection", connections);
    const { send } = open();
    for (let n = 0; n < 30; n++) {
      const answer = await send(get(`${url}${n % 3 === 0 ? "/204" : "/page"}`), running);
      if (how === "read") await answer.body();
      else answer.discard();
    }
    // One would do; the next request may set off before the last body's end is noticed.
    expect(connections.mock.calls.length).toBeLessThan(10);
  });

  test("a page that is still read does not stand in the way of the next request", async () => {
    let finish: () => void = () => undefined;
    const { url } = await serve((req, res) => {
      if (req.url !== "/slow") return void res.end("fast");
      res.write("slow ");
      finish = () => res.end("page");
    });
    const { send } = open();
    const slow = await send(get(`${url}/slow`), running);
    const fast = await send(get(`${url}/fast`), running);
    expect(text(await fast.body())).toBe("fast");
    finish();
    expect(text(await slow.body())).toBe("slow page");
  });

  test("a refused connection rejects", async () => {
    const { url, server } = await serve(() => undefined);
    server.close();
    await once(server, "close");
    await expect(open().send(get(url), running)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("a reset before the headers rejects, and the request is not repeated behind our back", async () => {
    const asked = vi.fn();
    const { url } = await serve((req) => {
      asked();
      req.socket.destroy();
    });
    await expect(open().send(get(url), running)).rejects.toThrow();
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["that told its length", { "content-length": "1000" }],
    ["in chunks", { "transfer-encoding": "chunked" }],
  ])("a reset in the middle of a body %s rejects", async (_, headers) => {
    const { url } = await serve((req, res) => {
      res.writeHead(200, headers);
      res.write('{"events":[', () => req.socket.destroy());
    });
    const answer = await open().send(get(url), running);
    await expect(answer.body()).rejects.toThrow();
  });

  test("close drops what is under way", async () => {
    const { url } = await serve((_, res) => void res.write("never whole"));
    const transport = open();
    const answer = await transport.send(get(url), running);
    const body = answer.body();
    body.catch(() => undefined);
    await transport.close();
    await expect(body).rejects.toThrow();
  });
});

describe.concurrent("stalls", () => {
  test("headers that do not come reject", async ({ expect }) => {
    const { url } = await serve(() => undefined);
    await expect(open({ stallMs: 1000 }).send(get(url), running)).rejects.toMatchObject({
      code: "UND_ERR_HEADERS_TIMEOUT",
    });
  });

  test("a body that stands still rejects", async ({ expect }) => {
    const { url } = await serve((_, res) => void res.write('{"events":['));
    const answer = await open({ stallMs: 1000 }).send(get(url), running);
    await expect(answer.body()).rejects.toMatchObject({ code: "UND_ERR_BODY_TIMEOUT" });
  });

  test("a slow body that moves survives, however long it takes in all", async ({ expect }) => {
    const pieces = Array.from({ length: 12 }, (_, index) => `${index} `);
    const { url } = await serve((_, res) => {
      const left = [...pieces];
      const timer = setInterval(() => {
        const piece = left.shift();
        if (piece !== undefined) return void res.write(piece);
        clearInterval(timer);
        res.end();
      }, 200);
      endings.push(() => {
        clearInterval(timer);
      });
    });
    const answer = await open({ stallMs: 1000 }).send(get(url), running);
    expect(text(await answer.body())).toBe(pieces.join(""));
  });
});

describe("stopping", () => {
  test("before anything is sent", async () => {
    const asked = vi.fn();
    const { url } = await serve(asked);
    await expect(open().send(get(url), AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    expect(asked).not.toHaveBeenCalled();
  });

  test("while the headers are awaited", async () => {
    const stop = new AbortController();
    const { url } = await serve(() => {
      stop.abort(new Error("enough"));
    });
    await expect(open().send(get(url), stop.signal)).rejects.toThrow("enough");
  });

  test("while the body is read", async () => {
    const stop = new AbortController();
    const { url } = await serve((_, res) => void res.write("never whole"));
    const answer = await open().send(get(url), stop.signal);
    const body = answer.body();
    stop.abort(new Error("enough"));
    await expect(body).rejects.toThrow("enough");
  });

  test("while a discarded body still comes in does no harm", async () => {
    const stop = new AbortController();
    const { url } = await serve((_, res) => void res.write("never whole"));
    const { send } = open();
    (await send(get(url), stop.signal)).discard();
    stop.abort();
    const other = await serve((_, res) => res.end("fine"));
    expect(text(await (await send(get(other.url), running)).body())).toBe("fine");
  });
});

describe("proxies", () => {
  /** A proxy that forwards plain requests and tunnels CONNECT, and remembers where to. */
  async function proxy(): Promise<{ readonly url: string; readonly went: string[] }> {
    const went: string[] = [];
    const { url, server } = await serve((req, res) => {
      const target = req.url ?? "";
      went.push(new URL(target).host);
      const onward = httpRequest(target, { method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      });
      req.pipe(onward);
    });
    server.on("connect", (req, client: Socket) => {
      went.push(req.url ?? "");
      const [host = "", port = ""] = (req.url ?? "").split(":");
      if (host !== "127.0.0.1") return void client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      const onward = connect(Number(port), host, () => {
        client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        onward.pipe(client).pipe(onward);
      });
      for (const socket of [client, onward]) socket.on("error", () => undefined);
      endings.push(() => {
        client.destroy();
        onward.destroy();
      });
    });
    return { url, went };
  }

  async function journal(): Promise<{ readonly url: string; readonly host: string }> {
    const { url } = await serve((_, res) => res.end("journal"));
    return { url, host: new URL(url).host };
  }

  const read = async (env: TransportOptions["env"], url: string): Promise<string> =>
    text(await (await open({ env }).send(get(url), running)).body());

  test.each(["HTTP_PROXY", "http_proxy"])("%s is used", async (name) => {
    const [{ url, host }, { url: through, went }] = await Promise.all([journal(), proxy()]);
    expect(await read({ [name]: through }, url)).toBe("journal");
    expect(went).toEqual([host]);
  });

  test.each(["NO_PROXY", "no_proxy"])("%s goes around it", async (name) => {
    const [{ url }, { url: through, went }] = await Promise.all([journal(), proxy()]);
    expect(await read({ HTTP_PROXY: through, [name]: "example.com,127.0.0.1" }, url)).toBe("journal");
    expect(went).toEqual([]);
  });

  test("NO_PROXY for other hosts does not", async () => {
    const [{ url, host }, { url: through, went }] = await Promise.all([journal(), proxy()]);
    expect(await read({ HTTP_PROXY: through, NO_PROXY: "example.com" }, url)).toBe("journal");
    expect(went).toEqual([host]);
  });

  test("HTTPS_PROXY is asked for a tunnel to an https host, and what it refuses is an error", async () => {
    const { url: through, went } = await proxy();
    await expect(
      open({ env: { HTTPS_PROXY: through } }).send(get("https://events.invalid/o"), running),
    ).rejects.toThrow();
    expect(went).toEqual(["events.invalid:443"]);
  });

  test("HTTPS_PROXY alone leaves plain http on loopback alone", async () => {
    const [{ url }, { url: through, went }] = await Promise.all([journal(), proxy()]);
    expect(await read({ HTTPS_PROXY: through }, url)).toBe("journal");
    expect(went).toEqual([]);
  });

  test("an empty variable is none", async () => {
    const { url } = await journal();
    expect(await read({ HTTP_PROXY: "", HTTPS_PROXY: "" }, url)).toBe("journal");
  });

  test("only the environment that was handed in counts", async () => {
    const [{ url, host }, { url: through, went }] = await Promise.all([journal(), proxy()]);
    const stray = await proxy();
    for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "127.0.0.1");
    expect(await read({ HTTP_PROXY: through }, url)).toBe("journal");
    expect(went).toEqual([host]);
    for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, undefined);
    for (const name of ["HTTP_PROXY", "http_proxy"]) vi.stubEnv(name, stray.url);
    expect(await read({ HTTPS_PROXY: through }, url)).toBe("journal");
    expect(stray.went).toEqual([]);
  });
});
