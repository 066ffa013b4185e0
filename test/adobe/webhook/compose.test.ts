import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { composeDelivery, type DeliverableEvent } from "../../../src/adobe/webhook/compose.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const event = (id: string, body: string, parts: Partial<DeliverableEvent> = {}): DeliverableEvent => ({
  ...{ id, code: "sources_flow_run_success", provider: "aep_observability_catalog_events", isCloudEvent: false },
  body: bytes(body),
  ...parts,
});
const single = { isBatch: false, secret: "s3cret" };

describe("composeDelivery", () => {
  test("carries the event's own bytes, Adobe's headers, and an HMAC of the body", () => {
    const { headers, body } = composeDelivery([event("e-1", '{ "n": 1.0 }')], single)(1);
    expect(new TextDecoder().decode(body)).toBe('{ "n": 1.0 }');
    expect(headers).toEqual({
      "content-type": "application/json; charset=utf-8",
      "x-adobe-event-id": "e-1",
      "x-adobe-event-code": "sources_flow_run_success",
      "x-adobe-provider": "aep_observability_catalog_events",
      "x-adobe-signature": createHmac("sha256", "s3cret").update('{ "n": 1.0 }').digest("base64"),
      "x-adobe-delivery-id": expect.stringMatching(/^[\da-f-]{36}$/) as string,
      "x-flowrun-replay": "1",
    });
  });

  test("an attempt has a delivery id of its own, and counts the retries from the second on", () => {
    const compose = composeDelivery([event("e-1", "{}")], single);
    const [first, second, third] = [compose(1), compose(2), compose(3)].map(({ headers }) => headers);
    expect([first, second, third].map((headers) => headers?.["x-adobe-retry-count"])).toEqual([undefined, "1", "2"]);
    expect(new Set([first, second, third].map((headers) => headers?.["x-adobe-delivery-id"])).size).toBe(3);
    expect(second?.["x-adobe-event-id"]).toBe("e-1");
  });

  test("without a secret nothing is signed; a CloudEvent has its own type; what fits in no header is left out", () => {
    const odd = event("e-1", "{}", { isCloudEvent: true, code: "é\n", provider: " " });
    const { headers } = composeDelivery([odd], { isBatch: false, secret: null })(1);
    expect(Object.keys(headers).sort()).toEqual([
      "content-type",
      "x-adobe-delivery-id",
      "x-adobe-event-id",
      "x-flowrun-replay",
    ]);
    expect(headers["content-type"]).toBe("application/cloudevents+json; charset=UTF-8");
  });

  test("a batch is an array of the events as they are, with an id of its own that stays", () => {
    const events = [event("e-1", '{"n":1.0}'), event("e-2", "[ ]", { code: "other", isCloudEvent: true })];
    const form = { isBatch: true, secret: "s3cret" };
    const { headers, body } = composeDelivery(events, form)(1);
    expect(new TextDecoder().decode(body)).toBe('[{"n":1.0},[ ]]');
    expect(headers["x-adobe-signature"]).toBe(createHmac("sha256", "s3cret").update(body).digest("base64"));
    expect(headers).not.toHaveProperty("x-adobe-event-code");
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(headers["x-adobe-event-id"]).not.toBe("e-1");
    expect(composeDelivery(events, form)(2).headers["x-adobe-event-id"]).toBe(headers["x-adobe-event-id"]);
    const one = composeDelivery(events.slice(0, 1), form)(1);
    expect(new TextDecoder().decode(one.body)).toBe('[{"n":1.0}]');
    expect(one.headers["x-adobe-event-id"]).not.toBe(headers["x-adobe-event-id"]);
  });
});
