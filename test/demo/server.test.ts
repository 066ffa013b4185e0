import { request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { startDemo, startServer, type DemoServer, type ServerOptions } from "../../src/demo/server.ts";
import { hourly, now } from "./support.ts";

async function serve(options: Partial<ServerOptions> = {}): Promise<DemoServer> {
  const server = await startServer({ now: () => now, sleep: () => Promise.resolve(), source: hourly(6), ...options });
  onTestFinished(() => server.close());
  return server;
}

async function tokenFrom(server: DemoServer): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: server.clientId,
    client_secret: server.clientSecret,
    scope: server.scopes.join(","),
  });
  const response = await fetch(`${server.imsUrl}/ims/token/v3`, { method: "POST", body: form });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Asks as a client with a good token does. */
async function client(server: DemoServer): Promise<(url: string, init?: RequestInit) => Promise<Response>> {
  const authorization = `Bearer ${await tokenFrom(server)}`;
  return (url, init) => fetch(url, { headers: { authorization, "x-api-key": server.clientId }, ...init });
}

interface Page {
  readonly events: readonly { readonly event: { readonly n: number } }[];
}

async function numbersOf(response: Response): Promise<readonly number[]> {
  return ((await response.json()) as Page).events.map(({ event }) => event.n);
}

function nextOf(response: Response): string {
  const link = /<([^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
  return new URL(link, response.url).href;
}

/** A GET that shows its headers as they came down the wire, and its body unread. */
async function rawGet(server: DemoServer, url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const authorization = `Bearer ${await tokenFrom(server)}`;
  return new Promise((resolve, reject) => {
    request(url, { headers: { authorization, "x-api-key": server.clientId, ...headers } }, resolve)
      .on("error", reject)
      .end();
  });
}

test("from the token to the end of the journal, each event once", async () => {
  const server = await serve();
  const ask = await client(server);
  const seen: number[] = [];
  let response = await ask(`${server.journalUrl}?limit=4`);
  while (response.status === 200 && seen.length < 9) {
    seen.push(...(await numbersOf(response)));
    response = await ask(nextOf(response));
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  expect([response.status, response.headers.get("retry-after")]).toEqual([204, "10"]);
  expect(nextOf(response)).toBe(response.url);
  expect(server.requests.map(({ service, status }) => `${service} ${status}`)).toEqual([
    "ims 200",
    "journal 200",
    "journal 200",
    "journal 204",
  ]);
  expect(server.mints()).toBe(1);
});

test("links come as lines of their own, and the date is the server's clock's", async () => {
  const server = await serve();
  const raw = (await rawGet(server, `${server.journalUrl}?latest=true`)).rawHeaders;
  expect(raw.filter((text) => text.toLowerCase() === "link")).toHaveLength(7);
  expect(raw[raw.indexOf("Date") + 1]).toBe("Sun, 22 Nov 2026 12:00:00 GMT");
  expect(raw).toContain("X-Request-Id");
});

test("an expired position is gone, in the service's own words", async () => {
  const source = hourly(200);
  const server = await serve({ source });
  const ask = await client(server);
  const response = await ask(`${server.journalUrl}?since=${source.position(2)}`);
  expect([response.status, await response.text()]).toEqual([
    410,
    `Events at position ${source.position(2)} have expired.`,
  ]);
});

test("the request is logged as it was sent", async () => {
  const server = await serve();
  const ask = await client(server);
  await ask(`${server.journalUrl}?since=a:b.c,d&limit=2`);
  expect(server.requests[0]?.body).toContain("grant_type=client_credentials");
  expect(server.requests[1]).toMatchObject({
    target: `${server.journalUrl.slice(server.origin.length)}?since=a:b.c,d&limit=2`,
    headers: { "x-api-key": server.clientId },
    at: now,
  });
});

test("revoked tokens are refused, a fresh one is not", async () => {
  const server = await serve();
  const ask = await client(server);
  server.revokeTokens();
  expect((await ask(server.journalUrl)).status).toBe(401);
  expect((await (await client(server))(server.journalUrl)).status).toBe(200);
  expect(server.mints()).toBe(2);
});

test("registrations lead to journals: with flow runs, without, and none at all", async () => {
  const server = await serve();
  const ask = await client(server);
  const { consumerOrgId, projectId, workspaceId } = server;
  const response = await ask(`${server.apiUrl}/events/${consumerOrgId}/${projectId}/${workspaceId}/registrations`);
  const listing = (await response.json()) as {
    _embedded: { registrations: { _links: { "rel:events": { href: string } } }[] };
  };
  const urls = listing._embedded.registrations.map(({ _links }) => _links["rel:events"].href);
  expect(urls[0]).toBe(server.journalUrl);
  const statuses = await Promise.all(urls.map(async (url) => (await ask(url)).status));
  expect(statuses).toEqual([200, 200, 204, 200]);
  const unknown = await ask(`${server.journalUrl}x`);
  expect([unknown.status, unknown.headers.get("content-type")]).toEqual([404, "text/html"]);
});

describe("compression", () => {
  const big = hourly(100);
  test.each([
    ["asked for", { gzip: true }, "gzip, deflate", "gzip"],
    ["not asked for", { gzip: true }, "br", undefined],
    ["switched off", { gzip: false }, "gzip", undefined],
  ] as const)("%s", async (_, options, accepted, encoding) => {
    const server = await serve({ source: big, ...options });
    const answer = await rawGet(server, server.journalUrl, { "accept-encoding": accepted });
    expect(answer.headers["content-encoding"]).toBe(encoding);
  });
  test("not for what is short, and readable by a client", async () => {
    const server = await serve({ source: big });
    const short = await rawGet(server, `${server.journalUrl}?limit=1`, { "accept-encoding": "gzip" });
    expect(short.headers["content-encoding"]).toBeUndefined();
    const ask = await client(server);
    expect(await numbersOf(await ask(server.journalUrl))).toHaveLength(100);
  });
});

describe("faults on the wire", () => {
  test("a script spoils the requests it names and no other", async () => {
    const server = await serve({ faults: [{ at: 1, fault: { kind: "status", status: 429, retryAfter: "3" } }] });
    const ask = await client(server);
    const answers = [await ask(server.journalUrl), await ask(server.journalUrl), await ask(server.journalUrl)];
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200]);
    expect(answers[1]?.headers.get("retry-after")).toBe("3");
  });
  test("reset before the headers", async () => {
    const server = await serve({ faults: [{ at: 0, fault: { kind: "reset", when: "beforeHeaders" } }] });
    const ask = await client(server);
    await expect(ask(server.journalUrl)).rejects.toThrow();
    expect((await ask(server.journalUrl)).status).toBe(200);
  });
  test("reset in mid-body", async () => {
    const server = await serve({ faults: [{ at: 0, fault: { kind: "reset", when: "midBody" } }] });
    const response = await (await client(server))(server.journalUrl);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });
  test("a dripping body arrives whole, but not at once", async () => {
    const slept: number[] = [];
    const server = await serve({
      faults: [{ fault: { kind: "drip", pieces: 7, everyMs: 9 } }],
      sleep: (ms) => {
        slept.push(ms);
        return new Promise(setImmediate);
      },
    });
    const ask = await client(server);
    expect(await numbersOf(await ask(server.journalUrl))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(slept).toEqual([9, 9, 9, 9, 9, 9, 9]);
    expect((await ask(`${server.journalUrl}?latest=true`)).status).toBe(204);
  });
  test("a truncated body is whole as HTTP and broken as JSON", async () => {
    const server = await serve({ faults: [{ fault: { kind: "truncated" } }] });
    const response = await (await client(server))(server.journalUrl);
    const text = await response.text();
    expect(text).toMatch(/^\{"events":/);
    expect(() => JSON.parse(text) as unknown).toThrow();
  });
  test("a request that hangs ends with the server", async () => {
    const server = await serve({ faults: [{ fault: { kind: "hang" } }] });
    const hanging = expect((await client(server))(server.journalUrl)).rejects.toThrow();
    await expect.poll(() => server.requests.length).toBe(2);
    await server.close();
    await hanging;
  });
  test("IMS fails without minting", async () => {
    const server = await serve({ faults: [{ on: "ims", at: [0, 1], fault: { kind: "status", status: 500 } }] });
    expect(await tokenFrom(server)).toBeUndefined();
    expect(await tokenFrom(server)).toBeUndefined();
    expect(await tokenFrom(server)).toEqual(expect.any(String));
    expect(server.mints()).toBe(1);
  });
});

test("each answer of the journal waits for the latency, one of IMS does not", async () => {
  const slept: number[] = [];
  const server = await serve({
    latencyMs: 80,
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
  });
  const ask = await client(server);
  expect(slept).toEqual([]);
  await ask(server.journalUrl);
  await ask(server.journalUrl);
  expect(slept).toEqual([80, 80]);
});

test("closing drops a connection that has said nothing, and may be done twice", async () => {
  const server = await serve();
  const socket = connect(Number(new URL(server.origin).port), "127.0.0.1");
  const closed = new Promise((resolve) => socket.on("error", () => undefined).on("close", resolve));
  await new Promise((resolve) => socket.on("connect", resolve));
  await fetch(server.origin);
  await server.close();
  await closed;
  await expect(fetch(server.journalUrl)).rejects.toThrow();
});

test("the demo tells its week, and goes on while it is watched", async () => {
  const clock = { now };
  const server = await startDemo(() => clock.now);
  onTestFinished(() => server.close());
  const ask = await client(server);
  const latest = await ask(`${server.journalUrl}?latest=true`);
  expect([latest.status, latest.headers.get("retry-after")]).toEqual([204, "2"]);
  clock.now += 6_000;
  expect((await numbersOf(await ask(nextOf(latest)))).length).toBe(3);
  expect((await ask(`${server.journalUrl}?seek=-P7D`)).status).toBe(200);
});
