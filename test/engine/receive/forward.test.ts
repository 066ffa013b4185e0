import { afterAll, beforeAll, expect, test } from "vitest";
import { forward, resolveForward } from "../../../src/engine/receive/forward.ts";
import { meterForwarding } from "../../../src/engine/receive/forward-metrics.ts";
import { createMetrics } from "../../../src/engine/receive/meter.ts";
import { openSpool } from "../../../src/engine/receive/spool.ts";
import { scratch } from "../../support/flowrun.ts";
import { hasAdobePeer, judgedByAdobe, whyNoAdobePeer } from "../../support/adobe-peer.ts";
import { closeWorld, meansOf, openReceiver, type OpenReceiver } from "../../support/receiver.ts";

import { clientId, deliveryOf, makeSigner } from "../../support/webhook.ts";

let receiver: OpenReceiver;
beforeAll(async () => {
  receiver = await openReceiver();
});
afterAll(async () => {
  await receiver.end();
  await closeWorld();
});

const hour = 3600;

test("an endpoint that wants to be left alone for long is asked again in a quarter of an hour, and that is measured", async () => {
  const { host: world } = meansOf();
  let now = Date.parse("2026-11-22T12:00:00Z");
  const folder = { home: await scratch(), below: [] };
  const spool = await openSpool({ folder, host: { now: () => now, random: () => 0.5 }, notify: () => undefined });
  const from = spool.end();
  await spool.move({ forward: from });
  spool.readBy(["forward"]);
  for (const n of [1, 2, 3]) {
    const event = { event_id: `e-${String(n)}`, event: { flowId: "f" } };
    const body = new TextEncoder().encode(JSON.stringify(event));
    await spool.put({ headers: { "x-adobe-event-id": `e-${String(n)}`, "content-type": "application/json" }, body }, [
      event,
    ]);
  }
  receiver.answer((n) =>
    n < 2 ? { status: 503, headers: { "retry-after": String(20 * hour) } } : { status: n === 3 ? 400 : 200 },
  );
  const metrics = createMetrics();
  const host = { ...world, now: () => now, random: () => 0.5 };
  const stuck = (): string => /^flowrun_webhook_forward_stuck_seconds (\d+)$/m.exec(metrics.page())?.[1] ?? "";
  const waits: { readonly ms: number; readonly stuck: string }[] = [];
  const passing = forward({
    ...{ spool, reader: "forward", secret: null, signal: new AbortController().signal },
    to: resolveForward(`${receiver.origin}/hook`, {}),
    notify: () => undefined,
    meter: meterForwarding(metrics, host),
    host: {
      ...host,
      // Only the pauses between attempts are passed over.
      sleep: (ms, signal) => {
        if (ms <= 10_000) return world.sleep(ms, signal);
        waits.push({ ms, stuck: stuck() });
        now += ms;
        return Promise.resolve();
      },
    },
  });
  await expect.poll(() => receiver.posted.length, { timeout: 20_000 }).toBe(5);
  await expect.poll(() => spool.backlog().events).toBe(0);
  spool.arrivals.end();
  await passing;
  await spool.close();
  expect(waits).toEqual([
    { ms: 900_000, stuck: "0" },
    { ms: 900_000, stuck: "900" },
  ]);
  expect(receiver.posted.map(({ headers }) => headers["x-adobe-event-id"])).toEqual([
    "e-1",
    "e-1",
    "e-1",
    "e-2",
    "e-3",
  ]);
  expect(metrics.page()).toContain('attempts_total{outcome="later"} 2');
  expect(metrics.page()).toContain('attempts_total{outcome="refused"} 1');
  expect(metrics.page()).toContain('attempts_total{outcome="accepted"} 2');
  expect(stuck()).toBe("0");
});

test.skipIf(!hasAdobePeer)(
  `a delivery is passed on as Adobe has signed it: its own verifier says so${whyNoAdobePeer}`,
  async () => {
    const { host } = meansOf();
    const folder = { home: await scratch(), below: [] };
    const spool = await openSpool({ folder, host, notify: () => undefined });
    await spool.move({ forward: spool.end() });
    spool.readBy(["forward"]);
    const signers = [makeSigner("one"), makeSigner("other")];
    // Bytes that no JSON of ours would have again.
    const body = `{ "event_id":"e-1",\n\t"event": {"n": 1.0, "text":"gr\\u00fcn ü", "id":12345678901234567890 },  "recipient_client_id":"${clientId}"}`;
    const delivery = deliveryOf(body, signers, { "content-type": "application/json", "x-adobe-event-id": "e-1" });
    await spool.put(delivery, [JSON.parse(body)]);
    receiver.answer({ status: 200 });
    const before = receiver.posted.length;
    const passing = forward({
      ...{ spool, reader: "forward", secret: null, signal: new AbortController().signal, host },
      to: resolveForward(`${receiver.origin}/hook`, {}),
      notify: () => undefined,
      meter: meterForwarding(createMetrics(), host),
    });
    await expect.poll(() => receiver.posted.length, { timeout: 20_000 }).toBe(before + 1);
    spool.arrivals.end();
    await passing;
    await spool.close();
    const [posted] = receiver.posted.slice(before);
    if (posted === undefined) throw new Error("nothing was posted");
    expect(await judgedByAdobe(posted, { clientId, signers })).toBe(true);
    expect(await judgedByAdobe({ ...posted, body: JSON.stringify(JSON.parse(body)) }, { clientId, signers })).not.toBe(
      true,
    );
  },
);
