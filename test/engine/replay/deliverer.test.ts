import { createHmac } from "node:crypto";
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openDeliverer, type Redelivering, type SettledVerdict } from "../../../src/engine/replay/deliverer.ts";
import type { ReplayEvent } from "../../../src/engine/replay/replay-event.ts";
import { realSleep } from "../../support/host.ts";
import { closeWorld, meansOf, openReceiver, type MeansParts, type OpenReceiver } from "../../support/receiver.ts";

let receiver: OpenReceiver;

beforeEach(async () => {
  receiver = await openReceiver();
  onTestFinished(() => receiver.end());
});

afterAll(closeWorld);

const event = (n: number, body = `{"n":${n}.0}`): ReplayEvent => ({
  ...{ id: `event-${n}`, code: "sources_flow_run_success", provider: "provider", isCloudEvent: false },
  body: new TextEncoder().encode(body),
  position: `cat:${n}`,
  runs: [{ runId: `run-${n}`, eventId: `event-${n}`, updatedAt: null }],
});

interface Parts extends Partial<Redelivering> {
  readonly means?: MeansParts;
  readonly path?: string;
}

/** Time goes by at once where it is waited for, but for an answer: that one is waited for by the real clock, a little. */
function open({ means: parts = {}, path = "/hook", ...more }: Parts = {}) {
  const sleeps: number[] = [];
  const sleep: MeansParts["sleep"] = async (ms, signal) => {
    if (ms === 10_000) return realSleep(ms, signal);
    sleeps.push(ms);
    return realSleep(0, signal);
  };
  const means = meansOf({ sleep, ...parts });
  const accepted: string[] = [];
  const settled: (readonly [string, SettledVerdict])[] = [];
  const shown = `${receiver.origin}/…`;
  const deliverer = openDeliverer({
    receiver: { url: new URL(`${receiver.origin}${path}`), shown },
    secret: "s3cret",
    isBatch: false,
    concurrency: 1,
    intervalMs: 0,
    patience: { retries: 5, maxWaitMs: 300_000 },
    host: means.host,
    signal: means.signal,
    notify: means.notify,
    ledger: {
      add: (ids) => {
        accepted.push(...ids);
        return Promise.resolve();
      },
    },
    onSettled: (events, verdict) => settled.push(...events.map(({ id }) => [id, verdict] as const)),
    ...more,
  });
  const deliver = async (count: number, from = 0): Promise<void> => {
    for (let n = from; n < from + count; n += 1) await deliverer.deliver(event(n));
    await deliverer.end();
  };
  return { deliverer, deliver, accepted, settled, sleeps, told: means.told };
}

const statuses = () => receiver.posted.map(({ status }) => status);
const bodies = () => receiver.posted.map(({ body }) => body);

describe("deliveries", () => {
  test("go one after the other, in order, as Adobe sends them, and are written down when they are accepted", async () => {
    const { deliver, accepted, settled } = open();
    await deliver(3);
    expect(bodies()).toEqual(['{"n":0.0}', '{"n":1.0}', '{"n":2.0}']);
    expect(accepted).toEqual(["event-0", "event-1", "event-2"]);
    expect(settled.map(([, { kind }]) => kind)).toEqual(["accepted", "accepted", "accepted"]);
    const [first] = receiver.posted;
    expect(first?.path).toBe("/hook");
    expect(first?.headers).toMatchObject({
      "x-flowrun-replay": "1",
      "x-adobe-event-id": "event-0",
      "x-adobe-signature": createHmac("sha256", "s3cret").update('{"n":0.0}').digest("base64"),
    });
    expect(first?.headers).not.toHaveProperty("x-adobe-retry-count");
  });

  test.each([
    [401, "auth"],
    [403, "forbidden"],
  ] as const)("a %i to the first stops: nobody else is asked", async (status, kind) => {
    receiver.answer({ status, body: '{"message":"no signature"}' });
    const { deliver, accepted } = open({ concurrency: 16 });
    await expect(deliver(5)).rejects.toMatchObject({
      kind,
      message: `${receiver.origin}/… lets no replay in`,
      why: expect.stringContaining(
        `it answered ${status}: no signature; Adobe's RSA signatures cannot be made`,
      ) as string,
      hint: expect.stringContaining("x-flowrun-replay") as string,
    });
    expect([statuses(), accepted]).toEqual([[status], []]);
  });

  test("nobody is let in behind a first one that was refused otherwise; once one was accepted, a 403 is one event's own", async () => {
    receiver.answer((n) => ({ status: [400, 401][n] ?? 200 }));
    await expect(open().deliver(3)).rejects.toMatchObject({ kind: "auth" });
    receiver.answer((n) => ({ status: [200, 403][n] ?? 200 }));
    const { deliver, accepted } = open();
    await deliver(3);
    expect(accepted).toEqual(["event-0", "event-2"]);
  });

  test("half are accepted: the others are told with their status, and the rest goes on", async () => {
    receiver.answer((n) => ({ status: n % 2 === 0 ? 202 : 422, body: "bad shape" }));
    const { deliver, accepted, settled } = open();
    await deliver(6);
    expect(accepted).toEqual(["event-0", "event-2", "event-4"]);
    expect(settled[3]).toEqual(["event-3", { kind: "refused", status: 422, why: "it answered 422: bad shape" }]);
    expect(statuses()).toHaveLength(6);
  });

  test.each([301, 302, 307, 308])("a %i is not followed", async (status) => {
    receiver.answer((n) => (n === 0 ? { status, headers: { location: `${receiver.origin}/other` } } : { status: 200 }));
    const { deliver, settled } = open();
    await deliver(1);
    expect(settled[0]?.[1]).toMatchObject({ kind: "refused", status });
    expect(receiver.posted.map(({ path }) => path)).toEqual(["/hook"]);
  });

  test.each([[404], [408], [410], [505]])("a %i is for good", async (status) => {
    receiver.answer({ status });
    const { deliver, settled } = open();
    await deliver(1);
    expect([settled[0]?.[1].kind, statuses()]).toEqual(["refused", [status]]);
  });

  test("429 is tried again when it says, 5xx within a second and a minute, each attempt counted", async () => {
    const answers = [{ status: 429, headers: { "retry-after": "7" } }, { status: 500 }, { status: 503 }];
    receiver.answer((n) => answers[n] ?? { status: 200 });
    const { deliver, accepted, sleeps } = open();
    await deliver(2);
    expect(accepted).toEqual(["event-0", "event-1"]);
    expect(statuses()).toEqual([429, 500, 503, 200, 200]);
    expect(receiver.posted.map(({ headers }) => headers["x-adobe-retry-count"])).toEqual([
      ...[undefined, "1", "2", "3"],
      undefined,
    ]);
    expect(new Set(receiver.posted.map(({ headers }) => headers["x-adobe-delivery-id"])).size).toBe(5);
    expect(sleeps[0]).toBe(7000);
    expect(sleeps[1]).toBeGreaterThanOrEqual(1000);
    expect(sleeps[2]).toBeLessThanOrEqual(60_000);
  });

  test("no answer in ten seconds is none, and is tried again", async () => {
    let waits = 0;
    let isAsked = (): void => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    receiver.answer((n) => {
      isAsked();
      return n === 0 ? null : { status: 200 };
    });
    const sleep: MeansParts["sleep"] = async (ms, signal) => {
      // The first ten seconds are over as soon as the question is there; all others never are.
      if (ms === 10_000) return waits++ === 0 ? asked : realSleep(ms, signal);
      return realSleep(0, signal);
    };
    const { deliver, accepted, told } = open({ means: { sleep } });
    await deliver(1);
    expect(accepted).toEqual(["event-0"]);
    expect(told).toContainEqual(
      expect.objectContaining({ kind: "retrying", why: "no answer came in time (after 10 s)", attempt: 2 }),
    );
  });

  test("a closed connection is tried again; one that stays closed ends the replay, and says how it goes on", async () => {
    await receiver.goDown();
    const { deliver, accepted } = open({ patience: { retries: 2, maxWaitMs: 1000 } });
    await expect(deliver(3)).rejects.toMatchObject({
      kind: "unavailable",
      message: `${receiver.origin}/… could not be reached 2 times in a row`,
      hint: expect.stringContaining("the same line again sends only the rest") as string,
    });
    expect(accepted).toEqual([]);
    await receiver.comeBack();
    const again = open();
    await again.deliver(3);
    expect(again.accepted).toHaveLength(3);
  });

  test("a wait that is longer than is allowed ends it", async () => {
    receiver.answer({ status: 429, headers: { "retry-after": "3600" } });
    await expect(open().deliver(1)).rejects.toMatchObject({
      kind: "unavailable",
      message: expect.stringContaining("asks to wait 3600 s, longer than --max-wait (300 s)") as string,
    });
  });

  test("a batch has at most 20 events and 2 MB; the probe is alone", async () => {
    const { deliverer, accepted } = open({ isBatch: true });
    for (let n = 0; n < 45; n += 1) await deliverer.deliver(event(n));
    const large = `"${"x".repeat(900_000)}"`;
    for (let n = 45; n < 48; n += 1) await deliverer.deliver(event(n, large));
    await deliverer.end();
    const sizes = receiver.posted.map(({ body }) => (JSON.parse(body) as unknown[]).length);
    expect(sizes).toEqual([1, 20, 20, 6, 1]);
    expect(receiver.posted.every(({ body }) => Buffer.byteLength(body) <= 2_000_000)).toBe(true);
    expect(bodies()[0]).toBe('[{"n":0.0}]');
    expect(accepted).toHaveLength(48);
  });

  test("many at once: no more than asked for, after the first alone", async () => {
    let underWay = 0;
    const most: number[] = [];
    const real = meansOf().host.send;
    const send: typeof real = async (ask, signal) => {
      underWay += 1;
      most.push(underWay);
      try {
        return await real(ask, signal);
      } finally {
        underWay -= 1;
      }
    };
    const { deliver, accepted } = open({ concurrency: 16, means: { send } });
    await deliver(200);
    expect(most[0]).toBe(1);
    expect(Math.max(...most)).toBeLessThanOrEqual(16);
    expect(Math.max(...most)).toBeGreaterThan(1);
    expect([...accepted].sort()).toEqual(Array.from({ length: 200 }, (_, n) => `event-${n}`).sort());
  });

  test("a rate keeps its distance, retries included", async () => {
    receiver.answer((n) => ({ status: n === 1 ? 500 : 200 }));
    let now = 0;
    const waits: number[] = [];
    const sleep: MeansParts["sleep"] = async (ms, signal) => {
      if (ms === 10_000) return realSleep(ms, signal);
      waits.push(ms);
      now += ms;
    };
    const { deliver } = open({ intervalMs: 2000, means: { sleep, now: () => now } });
    await deliver(3);
    expect(statuses()).toHaveLength(4);
    expect(now).toBeGreaterThanOrEqual(6000);
    expect(waits[0]).toBe(2000);
  });

  test("told to stop, it sends no more, and what was accepted is written down", async () => {
    const stop = new AbortController();
    let count = 0;
    const { deliver, accepted } = open({
      concurrency: 4,
      means: { signal: stop.signal },
      onSettled: () => {
        count += 1;
        if (count === 5) stop.abort(new Error("enough"));
      },
    });
    await expect(deliver(1000)).rejects.toThrow("enough");
    expect(receiver.posted.length).toBeLessThan(20);
    const good = receiver.posted.map(({ headers }) => headers["x-adobe-event-id"]);
    expect(good).toEqual(expect.arrayContaining(accepted));
    expect(accepted.length).toBeGreaterThanOrEqual(5);
  });

  test("a ledger that cannot be kept ends it", async () => {
    const failure = new Error("disk full");
    const { deliver, settled } = open({ ledger: { add: () => Promise.reject(failure) } });
    await expect(deliver(3)).rejects.toBe(failure);
    expect([statuses(), settled]).toEqual([[200], []]);
  });
});
