import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { createTransport, type TransportOptions } from "../../../src/adobe/http/transport.ts";
import { describeNetworkFailure } from "../../../src/adobe/http/words.ts";
import type { Ask } from "../../../src/host.ts";
import { answer, openProxy, tunnel } from "../../support/bad-network.ts";
import { realSleep } from "../../support/host.ts";

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
  const transport = createTransport({ env: {}, stallMs: 30_000, sleep: realSleep, ...options });
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
  /** A server of this machine, under a name that only the proxy knows. */
  async function journal(): Promise<{ readonly url: string; readonly host: string }> {
    const { url } = await serve((_, res) => res.end("journal"));
    const host = `events.test:${new URL(url).port}`;
    return { url: `http://${host}`, host };
  }

  const read = async (env: TransportOptions["env"], url: string): Promise<string> =>
    text(await (await open({ env }).send(get(url), running)).body());

  test.each(["HTTP_PROXY", "http_proxy"])("%s is asked for a tunnel", async (name) => {
    const [{ url, host }, proxy] = await Promise.all([journal(), openProxy(tunnel)]);
    expect(await read({ [name]: `http://${proxy.address}` }, url)).toBe("journal");
    expect(proxy.targets()).toEqual([host]);
    expect(proxy.asked[0]?.headers).toEqual({ host, connection: expect.any(String) as string });
  });

  test("one tunnel serves many requests", async () => {
    const [{ url, host }, proxy] = await Promise.all([journal(), openProxy(tunnel)]);
    const { send } = open({ env: { HTTP_PROXY: proxy.address } });
    for (let n = 0; n < 10; n++) await (await send(get(url), running)).body();
    expect(new Set(proxy.targets())).toEqual(new Set([host]));
    expect(proxy.asked.length).toBeLessThan(5);
  });

  test("user and password are told, whatever they are made of", async () => {
    const [{ url }, proxy] = await Promise.all([journal(), openProxy(tunnel)]);
    await read({ HTTP_PROXY: `http://us%65r:p%we@rd@${proxy.address}` }, url);
    const told = proxy.asked[0]?.headers["proxy-authorization"] ?? "";
    expect(Buffer.from(told.replace("Basic ", ""), "base64").toString()).toBe("user:p%we@rd");
  });

  test.each(["NO_PROXY", "no_proxy"])("%s goes around it", async (name) => {
    const proxy = await openProxy(tunnel);
    await expect(
      read({ HTTP_PROXY: proxy.address, [name]: "other.test,.invalid" }, "http://a.invalid"),
    ).rejects.toThrow("a.invalid");
    expect(proxy.targets()).toEqual([]);
  });

  test.each(["127.0.0.1", "localhost"])("%s is never asked through one", async (name) => {
    const [{ url }, proxy] = await Promise.all([serve((_, res) => res.end("journal")), openProxy(tunnel)]);
    const env = { HTTP_PROXY: proxy.address, HTTPS_PROXY: proxy.address };
    expect(await read(env, url.replace("127.0.0.1", name))).toBe("journal");
    expect(proxy.targets()).toEqual([]);
  });

  test("only the environment that was handed in counts", async () => {
    const [{ url, host }, proxy, stray] = await Promise.all([journal(), openProxy(tunnel), openProxy(tunnel)]);
    for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "events.test");
    for (const name of ["HTTP_PROXY", "http_proxy"]) vi.stubEnv(name, stray.address);
    expect(await read({ HTTP_PROXY: proxy.address }, url)).toBe("journal");
    expect(proxy.targets()).toEqual([host]);
    expect(stray.targets()).toEqual([]);
  });

  test("a variable that cannot be understood is an error before anything is asked", () => {
    expect(() => open({ env: { https_proxy: "proxy:x" } })).toThrow("https_proxy cannot be understood");
  });

  test.each([
    ["closes the connection", (socket: Socket) => void socket.destroy(), /closed the connection$/],
    ["closes it politely", (socket: Socket) => void socket.end(), /closed the connection$/],
    ["speaks no HTTP", (socket: Socket) => void socket.end("220 smtp ready\r\n"), /did not open a tunnel to/],
    ["answers 502", answer("502 Bad Gateway"), /answered 502 Bad Gateway when asked for/],
    ["answers 403", answer("403 Forbidden"), /answered 403 Forbidden when asked for/],
    ["answers 503 with no word", answer("503"), /answered 503 when asked for/],
  ])("one that %s is asked once, and named without its password", async (_, deal, why) => {
    const proxy = await openProxy(deal);
    const asking = open({ env: { HTTPS_PROXY: `user:p8e-word@${proxy.address}` } }).send(
      get("https://events.test/o"),
      running,
    );
    const error: unknown = await asking.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(FlowrunError);
    expect(describeNetworkFailure(error)).toMatch(why);
    expect(describeNetworkFailure(error)).toContain(`the proxy ${proxy.address} `);
    expect(describeNetworkFailure(error)).not.toContain("p8e-word");
    expect(proxy.targets()).toEqual(["events.test:443"]);
  });

  const opened = "HTTP/1.1 200 Yes\r\n\r\n";
  test.each([
    ["is closed", (socket: Socket) => void socket.end(opened)],
    ["is reset", (socket: Socket) => void socket.write(opened, () => socket.resetAndDestroy())],
    ["speaks first", (socket: Socket) => void socket.write(`${opened}220 smtp ready\r\n`)],
    [
      "speaks first, a moment later",
      (socket: Socket) => void socket.write(opened, () => setImmediate(() => socket.write("220 smtp ready\r\n"))),
    ],
  ])("a tunnel that %s is one failure, whatever it was for", async (_, deal) => {
    for (const url of ["https://events.test/o", "http://events.test/o"]) {
      const proxy = await openProxy(deal);
      const env = { HTTPS_PROXY: proxy.address, HTTP_PROXY: proxy.address };
      await expect(open({ env }).send(get(url), running)).rejects.toThrow();
      expect(proxy.asked).toHaveLength(1);
    }
  });

  test("one that is not there is named", async () => {
    const asking = open({ env: { HTTPS_PROXY: "127.0.0.1:9" } }).send(get("https://events.test/o"), running);
    await expect(asking).rejects.toThrow(
      "the proxy 127.0.0.1:9 could not be reached: the connection was refused (connect ECONNREFUSED 127.0.0.1:9)",
    );
  });

  test.each([
    ["user:p8e-word@", "refuses the user and password in HTTPS_PROXY"],
    ["", "asks for a user and a password"],
  ])("407 to '%s' is no use trying again", async (user, words) => {
    const proxy = await openProxy(answer("407 Proxy Authentication Required"));
    const asking = open({ env: { HTTPS_PROXY: `${user}${proxy.address}` } }).send(get("https://a.test/"), running);
    await expect(asking).rejects.toMatchObject({
      name: "FlowrunError",
      kind: "unavailable",
      message: `the proxy ${proxy.address} ${words}`,
      why: `the proxy ${proxy.address} answered 407 Proxy Authentication Required when asked for a.test:443`,
      hint: expect.stringContaining("export HTTPS_PROXY=") as string,
    });
  });

  test("one that knows other ways to sign in is not told that its password is wrong", async () => {
    const proxy = await openProxy((socket) => {
      const ways = ["Negotiate", 'NTLM realm="corp"'].map((way) => `proxy-authenticate: ${way}\r\n`).join("");
      socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${ways}\r\n`);
    });
    const asking = open({ env: { HTTPS_PROXY: `user:word@${proxy.address}` } }).send(get("https://a.test/"), running);
    await expect(asking).rejects.toMatchObject({
      name: "FlowrunError",
      message: `the proxy ${proxy.address} asks for a sign-in by Negotiate or NTLM`,
    });
  });

  test("one that is named with https:// and speaks plain http is told apart", async () => {
    const proxy = await openProxy(tunnel);
    const asking = open({ env: { HTTPS_PROXY: `https://${proxy.address}` } }).send(get("https://a.test/"), running);
    await expect(asking).rejects.toThrow(/^the proxy \S+ could not be reached: the other side speaks no TLS/);
  });

  test.each([
    ["says nothing", () => undefined],
    ["only begins to answer", (socket: Socket) => void socket.write("HTTP/1.1 200")],
  ])("one that %s can be given up, and is let go", async (_, deal) => {
    const gone = vi.fn();
    const stop = new AbortController();
    const proxy = await openProxy((socket) => {
      socket.on("end", gone).on("close", gone).resume();
      deal(socket);
      stop.abort(new Error("enough"));
    });
    const transport = open({ env: { HTTPS_PROXY: proxy.address } });
    await expect(transport.send(get("https://events.test/"), stop.signal)).rejects.toThrow("enough");
    await transport.close();
    await expect.poll(() => gone.mock.calls.length).toBeGreaterThan(0);
    expect(proxy.asked).toHaveLength(1);
  });
});

test("what was given up while a connection was opened is not sent when it is there", async () => {
  const asked: unknown[] = [];
  const upstream = await serve((req, res) => {
    asked.push(req.url);
    res.end("fine");
  });
  const stop = new AbortController();
  let openUp: () => void = () => undefined;
  const proxy = await openProxy((socket, request) => {
    if (stop.signal.aborted) tunnel(socket, request);
    openUp = () => {
      tunnel(socket, request);
    };
    stop.abort(new Error("enough"));
  });
  const { send } = open({ env: { HTTP_PROXY: proxy.address } });
  const url = upstream.url.replace("127.0.0.1", "events.test");
  await expect(send(get(`${url}/first`), stop.signal)).rejects.toThrow("enough");
  openUp();
  await once(upstream.server, "connection");
  await (await send(get(`${url}/second`), running)).body();
  expect(asked).toEqual(["/second"]);
});
