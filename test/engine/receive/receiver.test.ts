import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import type { WebhookDelivery } from "../../../src/adobe/webhook/delivery.ts";
import type { DeliveryVerdict } from "../../../src/adobe/webhook/judge-delivery.ts";
import { meterDeliveries } from "../../../src/engine/receive/delivery-metrics.ts";
import type { Intake } from "../../../src/engine/receive/desk.ts";
import { createMetrics } from "../../../src/engine/receive/meter.ts";
import { startReceiver, type ReceiverOptions } from "../../../src/engine/receive/receiver.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { realSleep } from "../../support/host.ts";
import { listen } from "../../support/tls.ts";

/** A receiver on loopback that takes everything, and all that it told. */
async function start(
  { judge, inbox, ...options }: Partial<ReceiverOptions & Pick<Intake, "judge" | "inbox">> = {},
  now: () => number = Date.now,
) {
  const put: { readonly delivery: WebhookDelivery; readonly events: readonly unknown[] }[] = [];
  const told: unknown[] = [];
  const meter = createMetrics();
  const webhook = meterDeliveries(meter, "webhook");
  const receiver = await startReceiver(
    {
      host: "127.0.0.1",
      port: 0,
      option: "--port",
      maxBody: 100_000,
      tls: null,
      intakes: [
        {
          path: "/hook",
          isChallenged: true,
          judge: judge ?? (async ({ body }) => ({ kind: "genuine", events: [Buffer.from(body).toString()] })),
          inbox: inbox ?? {
            put: async (delivery, events) => {
              put.push({ delivery, events });
              return 1;
            },
          },
          meter: webhook,
          onRefused: (status, why) => void told.push([status, why]),
        },
      ],
      onStray: (status) => {
        webhook.answered(status);
      },
      onPoison: (_, why) => void told.push(["poison", why]),
      onValidation: (url) => told.push(["validation", url]),
      onTrouble: (error) => told.push(error),
      ...options,
      limits: { drainMs: 500, ...options.limits },
    },
    { now, sleep: realSleep },
  );
  onTestFinished(() => receiver.drain());
  const { port } = new URL(receiver.origin);
  const sample = (name: string): string | undefined =>
    meter
      .page()
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1);
  return { receiver, url: `${receiver.origin}/hook`, port: Number(port), put, told, sample };
}

function post(url: string, body: NonNullable<RequestInit["body"]> = "hello", headers: Record<string, string> = {}) {
  return fetch(url, { method: "POST", body, headers });
}

/** All that a server sends to these pieces of text, until it ends. */
async function talk(port: number, ...pieces: readonly string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const heard = listenTo(socket);
  for (const piece of pieces) socket.write(piece);
  return heard;
}

async function listenTo(socket: Socket): Promise<string> {
  const answer: Buffer[] = [];
  socket.on("data", (piece) => answer.push(piece));
  // `once` would take a connection that is reset for a failure.
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.on("close", resolve));
  return Buffer.concat(answer).toString();
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(5);
}

describe("a delivery", () => {
  test("is judged by its own bytes and headers, kept, and then acknowledged", async () => {
    const order: string[] = [];
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    let judged: WebhookDelivery | null = null;
    const { url, sample } = await start({
      judge: async (delivery) => {
        order.push("judged");
        judged = delivery;
        return { kind: "genuine", events: [1, 2] };
      },
      inbox: {
        put: async (delivery, events) => {
          await delay(20);
          expect(delivery).toBe(judged);
          expect(events).toEqual([1, 2]);
          order.push("kept");
          return 1;
        },
      },
    });
    const answer = await post(`${url}?key=7`, bytes, { "X-Adobe-Event-Id": "1", "content-encoding": "Identity" });
    order.push("acknowledged");
    expect(order).toEqual(["judged", "kept", "acknowledged"]);
    expect([answer.status, await answer.text()]).toEqual([200, "kept\n"]);
    expect(judged).toMatchObject({ headers: { "x-adobe-event-id": "1" } });
    expect(Buffer.from(judged!.body)).toEqual(bytes);
    expect(sample('flowrun_webhook_requests_total{code="200"}')).toBe("1");
    expect(sample("flowrun_webhook_accepted_total")).toBe("1");
    expect(sample("flowrun_webhook_ack_seconds_count")).toBe("1");
    expect(sample('flowrun_webhook_ack_seconds_bucket{le="0.005"}')).toBe("0");
  });

  test("in pieces of one byte, without a length, is the same", async () => {
    const { url, put } = await start();
    const asked = httpRequest(url, { method: "POST" });
    for (const byte of "hello") {
      asked.write(byte);
      await turn();
    }
    asked.end();
    await once(asked, "response");
    expect(put[0]?.events).toEqual(["hello"]);
  });

  test("repeated headers are joined, and one of a strange name does no harm", async () => {
    const { port, put } = await start();
    const head = "POST /hook HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nx-a: 2\r\n__proto__: evil\r\nConnection: close\r\n";
    expect(await talk(port, `${head}Content-Length: 2\r\n\r\nhi`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(put[0]?.delivery.headers).toMatchObject({ "x-a": "1, 2" });
    expect(Object.getPrototypeOf(put[0]?.delivery.headers)).toBe(Object.prototype);
  });

  test("that was there is acknowledged, and counted as such", async () => {
    const { url, sample } = await start({ inbox: { put: () => Promise.resolve(0) } });
    expect((await post(url)).status).toBe(200);
    expect(sample("flowrun_webhook_duplicates_total")).toBe("1");
  });

  test("of which a part was there is counted by that part", async () => {
    const { url, sample } = await start({
      judge: () => Promise.resolve({ kind: "genuine", events: [1, 2, 3] }),
      inbox: { put: () => Promise.resolve(1) },
    });
    expect((await post(url)).status).toBe(200);
    expect(sample("flowrun_webhook_duplicates_total")).toBe("2");
    expect(sample("flowrun_webhook_accepted_total")).toBe("1");
  });

  test("for which there is no room is asked for later", async () => {
    const { url, told, sample } = await start({ inbox: { put: () => Promise.resolve("full") } });
    const answer = await post(url);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "30"]);
    expect(told).toEqual([[429, "more is waiting than may wait"]]);
    expect(sample('flowrun_webhook_rejected_total{reason="full"}')).toBe("1");
    expect(sample("flowrun_webhook_accepted_total")).toBe("0");
  });

  test("that the disk does not take is asked for again, and the health says so for a while", async () => {
    let now = 1_800_000_000_000;
    let isFull = true;
    const failure = new FlowrunError("state", "the disk is full");
    const put = () => (isFull ? Promise.reject(failure) : Promise.resolve(1));
    const { receiver, url, told } = await start({ inbox: { put } }, () => now);
    expect(receiver.health()).toEqual({ state: "ready" });
    const answer = await post(url);
    expect([answer.status, await answer.text()]).toEqual([503, "it could not be kept\n"]);
    expect(told[0]).toBe(failure);
    expect(receiver.health()).toMatchObject({ state: "failing" });
    // Whoever is told to send nothing while it fails would never find out that it does not any more.
    now += 60_000;
    expect(receiver.health()).toEqual({ state: "ready" });
    await post(url);
    expect(receiver.health()).toMatchObject({ state: "failing" });
    isFull = false;
    await post(url);
    expect(receiver.health()).toEqual({ state: "ready" });
  });

  test("is not said to be kept where a clock goes back", async () => {
    let now = 1_800_000_000_000;
    const { url, sample } = await start({}, () => (now -= 1000));
    expect((await post(url)).status).toBe(200);
    expect(sample("flowrun_webhook_ack_seconds_sum")).toBe("0");
  });
});

describe("a verdict", () => {
  const refused = (status: 401 | 403 | 503, reason: "signature" | "recipient" | "key"): DeliveryVerdict => ({
    kind: "refused",
    status,
    reason,
    why: "it is not to be",
  });

  test.each([
    [refused(401, "signature"), null],
    [refused(403, "recipient"), null],
    [refused(503, "key"), "30"],
  ] as const)("%j is the answer, and nothing is kept", async (verdict, retryAfter) => {
    const { url, put, told, sample } = await start({ judge: () => Promise.resolve(verdict) });
    const answer = await post(url);
    if (verdict.kind !== "refused") throw new Error("it is");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([verdict.status, retryAfter]);
    // The reason is for whoever runs it: it may hold a path that was sent, or a host of our network.
    expect(await answer.text()).not.toContain("it is not to be");
    expect(put).toEqual([]);
    expect(told).toEqual([[verdict.status, "it is not to be"]]);
    expect(sample(`flowrun_webhook_rejected_total{reason="${verdict.reason}"}`)).toBe("1");
  });

  test("poison is put away, and then acknowledged; where it cannot be, it comes again", async () => {
    let isFull = false;
    const put: string[] = [];
    const { receiver, url } = await start({
      judge: () => Promise.resolve({ kind: "poison", why: "no JSON" }),
      onPoison: async ({ body }, why) => {
        if (isFull) throw new Error("the disk is full");
        put.push(`${Buffer.from(body).toString()}: ${why}`);
      },
    });
    expect((await post(url)).status).toBe(200);
    expect(put).toEqual(["hello: no JSON"]);
    isFull = true;
    expect((await post(url)).status).toBe(503);
    expect(receiver.health()).toMatchObject({ state: "failing" });
  });

  test("a validation is confirmed after its answer", async () => {
    const { url, told } = await start({ judge: () => Promise.resolve({ kind: "validation", url: "https://csm" }) });
    const answer = await post(url);
    expect([answer.status, await answer.text()]).toEqual([200, "it will be confirmed\n"]);
    await until(() => told.length > 0);
    expect(told).toEqual([["validation", "https://csm"]]);
  });

  test("a judge that fails is our own fault: it comes again, and is told", async () => {
    const { receiver, url, told } = await start({ judge: () => Promise.reject(new TypeError("of our own")) });
    expect((await post(url)).status).toBe(503);
    expect(told[0]).toEqual(new TypeError("of our own"));
    expect(receiver.health()).toEqual({ state: "ready" });
  });
});

describe("a challenge", () => {
  test("is answered as JSON, which nothing takes for a page", async () => {
    const { url } = await start();
    const answer = await fetch(`${url}?challenge=8ec8%3Cscript%3E`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await answer.json()).toEqual({ challenge: "8ec8<script>" });
  });

  test("that is none is refused", async () => {
    const { url } = await start();
    expect((await fetch(url)).status).toBe(400);
  });
});

describe("another request", () => {
  test.each(["GET", "POST", "DELETE"])("%s of another path is not there, however it is written", async (method) => {
    const { port, put } = await start();
    for (const path of [
      "/",
      "/hook/",
      "/Hook",
      "//hook",
      "/./hook",
      "/x/../hook",
      "/%68ook",
      "/hook%00",
      "/hook;x",
      "*",
    ]) {
      const answer = await talk(port, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer.slice(0, 12), path).toMatch(/^HTTP\/1\.1 40[04]$/);
    }
    expect(put).toEqual([]);
  });

  test.each(["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])("%s is not allowed", async (method) => {
    const { url } = await start();
    const answer = await fetch(url, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, POST"]);
  });

  test("no answer holds a word of what was sent", async () => {
    const { port } = await start({ maxBody: 10 });
    const heads = [
      "POST /evil HTTP/1.1\r\n",
      "EVIL /hook HTTP/1.1\r\n",
      "PUT /hook?evil HTTP/1.1\r\nEvil: evil\r\n",
      "GET /hook?evil HTTP/1.1\r\n",
      "POST /hook?evil HTTP/1.1\r\nContent-Encoding: evil\r\n",
      "POST /hook?evil HTTP/1.1\r\nContent-Length: 20\r\n",
      "POST /hook?evil HTTP/1.1\r\nExpect: evil\r\n",
      "POST /hook HTTP/9.evil\r\n",
    ];
    const answers = await Promise.all(
      heads.map((head) => talk(port, `${head}Host: evil\r\nConnection: close\r\n\r\nevilevilevilevilevil`)),
    );
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(answer.toLowerCase()).not.toContain("evil");
    }
  });
});

describe("a body", () => {
  test.each(["gzip", "br", "gzip, identity", "nonsense"])("in %s is refused, and not unpacked", async (coding) => {
    const { url, put } = await start();
    const body = coding === "gzip" ? gzipSync("hello") : "wrong gzip";
    const answer = await post(url, body, { "content-encoding": coding });
    expect([answer.status, answer.headers.get("accept-encoding")]).toEqual([415, "identity"]);
    expect(put).toEqual([]);
  });

  test("as long as allowed is taken, a byte more is not, with a length and without", async () => {
    const { url, put } = await start({ maxBody: 70_000 });
    const chunked = (size: number) => new Blob([Buffer.alloc(size, "x")]).stream();
    const send = async (body: NonNullable<RequestInit["body"]>): Promise<number> => {
      const answer = await fetch(url, { method: "POST", body, duplex: "half" });
      return answer.status;
    };
    expect(await send(Buffer.alloc(70_000, "x"))).toBe(200);
    expect(await send(chunked(70_000))).toBe(200);
    expect(put.map(({ delivery }) => delivery.body.length)).toEqual([70_000, 70_000]);
    expect(await send(Buffer.alloc(70_001, "x"))).toBe(413);
    expect(await send(chunked(70_001))).toBe(413);
    expect(put).toHaveLength(2);
  });

  test("of 100 MB is refused, without a length too, and is not held in memory", async () => {
    const { url, put, sample } = await start();
    const before = process.memoryUsage().arrayBuffers;
    const piece = Buffer.alloc(1_000_000, "x");
    async function* pieces() {
      for (let n = 0; n < 100; n += 1) yield piece;
    }
    const answer = await fetch(url, { method: "POST", body: pieces(), duplex: "half" } as unknown as RequestInit);
    expect(answer.status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
    const promised = await talk(
      Number(new URL(url).port),
      "POST /hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100000000\r\n\r\nx",
    );
    expect(promised).toMatch(/^HTTP\/1\.1 413 /);
    expect(put).toEqual([]);
    expect(sample('flowrun_webhook_rejected_total{reason="size"}')).toBe("2");
  });

  test("that was promised longer than allowed is not asked for", async () => {
    const { port, put } = await start();
    const head = "POST /hook HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n";
    const refused = await talk(port, `${head}Content-Length: 100000000\r\n\r\n`);
    expect(refused).toMatch(/^HTTP\/1\.1 413 /);
    const taken = await talk(port, `${head}Connection: close\r\nContent-Length: 2\r\n\r\n`, "hi");
    expect(taken).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    expect(put).toHaveLength(1);
  });

  test("finds no room where too much comes in at once, and finds it later", async () => {
    const held: (() => void)[] = [];
    const inbox = {
      put: async () => {
        await new Promise<void>((resolve) => held.push(resolve));
        return 1;
      },
    };
    const { url } = await start({ maxBody: 1000, limits: { room: 1000 }, inbox });
    const first = post(url, "x".repeat(800));
    await until(() => held.length === 1);
    const second = await post(url, "x".repeat(800));
    expect([second.status, second.headers.get("retry-after")]).toEqual([429, "30"]);
    held[0]!();
    expect((await first).status).toBe(200);
    const third = post(url, "x".repeat(1000));
    await until(() => held.length === 2);
    held[1]!();
    expect((await third).status).toBe(200);
  });

  test("that breaks off is nobody's, and gives its room back", async () => {
    const { url, port, put } = await start({ maxBody: 1000, limits: { room: 1000 } });
    for (let n = 0; n < 5; n += 1) {
      const socket = connect(port, "127.0.0.1");
      socket.write(`POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n${"x".repeat(800)}`);
      await once(socket, "connect");
      await delay(20);
      socket.destroy();
    }
    await until(() => true);
    let status = 0;
    while (status !== 200) status = (await post(url, "x".repeat(900))).status;
    expect(put).toHaveLength(1);
  });
});

describe("a slow or broken connection", () => {
  const quick = { headersMs: 700, requestMs: 1000, checkMs: 20 };

  test("headers that do not come, a body that drips, are ended with 408", async () => {
    const { port, put, sample } = await start({ limits: quick });
    const never = talk(port, "POST /hook HTTP/1.1\r\nHos");
    const socket = connect(port, "127.0.0.1");
    const dripping = listenTo(socket);
    socket.write("POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 20);
    const answers = await Promise.all([never, dripping]);
    clearInterval(drip);
    expect(answers[0]).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    // Whoever goes on writing to an end that is closed may lose what it had said.
    expect(["", answers[0]]).toContain(answers[1]);
    expect(put).toEqual([]);
    expect(sample('flowrun_webhook_requests_total{code="408"}')).toBe("2");
  });

  test("a body that goes on after its refusal is ended too", async () => {
    const { port } = await start({ maxBody: 10, limits: quick });
    const socket = connect(port, "127.0.0.1");
    const heard = listenTo(socket);
    socket.write("POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 20);
    const answer = await heard;
    clearInterval(drip);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test.each([
    ["no HTTP", "\x16\x03\x01\x02\0\x01", 400],
    ["a length that is none", "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400],
    ["two lengths", "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400],
    [
      "a length and pieces",
      "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["no host", "POST /hook HTTP/1.1\r\n\r\n", 400],
    ["a header without end", `POST /hook HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}`, 431],
    ["pieces that are none", "POST /hook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400],
  ])("%s is answered, and the next one is taken", async (_, text, status) => {
    const { url, port, put } = await start();
    expect(await talk(port, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(put).toEqual([]);
    expect((await post(url)).status).toBe(200);
  });

  test("a second request that is broken is answered as the first would be", async () => {
    const { port } = await start({ limits: quick });
    const good = "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
    for (const [second, status] of [
      ["nonsense\r\n\r\n", 400],
      ["POST /hook HTTP/1.1\r\nHos", 408],
    ] as const) {
      const socket = connect(port, "127.0.0.1");
      const heard = listenTo(socket);
      socket.write(good);
      await once(socket, "data");
      socket.write(second);
      const answers = (await heard).match(/HTTP\/1\.1 \d\d\d/g);
      expect(answers).toEqual(["HTTP/1.1 200", `HTTP/1.1 ${status}`]);
    }
  });

  test("more connections than there may be are dropped; those before are served", async () => {
    const { port, put } = await start({ limits: { connections: 3 } });
    const sockets = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const socket = connect(port, "127.0.0.1");
        await once(socket, "connect");
        return socket;
      }),
    );
    const more = await Promise.all(Array.from({ length: 20 }, () => talk(port)));
    expect(more.every((answer) => answer === "")).toBe(true);
    const answers = sockets.map((socket) => {
      const heard = listenTo(socket);
      socket.write("POST /hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
      return heard;
    });
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(put).toHaveLength(3);
  });

  test("whoever leaves before the answer does no harm: the delivery is kept", async () => {
    const held: (() => void)[] = [];
    const kept: unknown[] = [];
    const { url, port } = await start({
      inbox: {
        put: async (_, events) => {
          await new Promise<void>((resolve) => held.push(resolve));
          kept.push(events);
          return 1;
        },
      },
    });
    const socket = connect(port, "127.0.0.1");
    socket.write("POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    await until(() => held.length === 1);
    socket.destroy();
    await delay(20);
    held[0]!();
    await until(() => kept.length === 1);
    const next = post(url);
    await until(() => held.length === 2);
    held[1]!();
    expect((await next).status).toBe(200);
  });
});

test("one connection carries many deliveries", async () => {
  const { port, put } = await start();
  const one = "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
  const wrong = "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
  const last = one.replace("Host", "Connection: close\r\nHost");
  const answers = await talk(port, one, wrong, one, last);
  expect(answers.match(/HTTP\/1\.1 \d\d\d/g)).toEqual([200, 404, 200, 200].map((status) => `HTTP/1.1 ${status}`));
  expect(put).toHaveLength(3);
});

describe("the end", () => {
  test("what is in hand is answered, nothing new is taken, and idle connections are let go", async () => {
    const held: (() => void)[] = [];
    const inbox = {
      put: async () => {
        await new Promise<void>((resolve) => held.push(resolve));
        return 1;
      },
    };
    const { receiver, url, port } = await start({ inbox, limits: { drainMs: 60_000 } });
    const idle = connect(port, "127.0.0.1");
    await once(idle, "connect");
    const left = listenTo(idle);
    const inHand = post(url);
    await until(() => held.length === 1);
    const drained = receiver.drain();
    expect(receiver.health()).toEqual({ state: "draining" });
    await expect(post(url)).rejects.toThrow();
    held[0]!();
    const answer = await inHand;
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
    idle.destroy();
    await left;
    await drained;
    await receiver.drain();
  });

  test("what is not done in time is dropped", async () => {
    const inbox = { put: () => new Promise<number>(() => undefined) };
    const { receiver, url, port } = await start({ inbox, limits: { drainMs: 50 } });
    const inHand = post(url).catch(() => "dropped");
    const half = talk(port, "POST /hook HTTP/1.1\r\nHos");
    await delay(50);
    await receiver.drain();
    expect(await inHand).toBe("dropped");
    expect(await half).toBe("");
  });
});

describe("a port that cannot be had", () => {
  test("is taken: three lines", async () => {
    const port = await listen(createServer());
    await expect(start({ port })).rejects.toMatchObject({
      kind: "usage",
      message: `port ${port} of 127.0.0.1 is taken`,
      why: expect.stringContaining("EADDRINUSE") as string,
      hint: "end the other program, or choose another port with --port",
    });
  });
});
