import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import type { WebhookDelivery } from "../../../src/adobe/webhook/delivery.ts";
import { judgeDelivery, type DeliveryVerdict, type JudgeMeans } from "../../../src/adobe/webhook/judge-delivery.ts";
import { createPublicKeys } from "../../../src/adobe/webhook/public-keys.ts";
import { openNodeWorld } from "../../../src/node-host.ts";
import { realSleep } from "../../support/host.ts";
import { clientId, deliveryOf, eventOf, hmacHeader, makeSigner, openKeyHost } from "../../support/webhook.ts";

const world = openNodeWorld({ tuneV8: () => undefined });
afterAll(() => world.close());

const keyHost = await openKeyHost();
const one = makeSigner("one");
const two = makeSigner("two");
const stranger = makeSigner("one");
const secret = new Secret("p8e-our-own-secret");

beforeEach(() => {
  keyHost.serve(one, two);
});

function keysOf(sleep = realSleep) {
  const host = { now: Date.now, sleep, send: world.send };
  return createPublicKeys({ url: keyHost.url, host, signal: new AbortController().signal });
}

function judge(delivery: WebhookDelivery, means: Partial<JudgeMeans> = {}): Promise<DeliveryVerdict> {
  return judgeDelivery(delivery, { clientId, keys: keysOf(), hmacSecrets: [], ...means });
}

const refusal = (status: number, reason: string) => ({ kind: "refused", status, reason });

describe("genuine", () => {
  test("a single event, signed by both keys", async () => {
    expect(await judge(deliveryOf(eventOf(), [one, two]))).toEqual({ kind: "genuine", events: [eventOf()] });
  });

  test("a batch, in its order, of more than twenty as well", async () => {
    const events = Array.from({ length: 25 }, (_, n) => eventOf(n));
    expect(await judge(deliveryOf(events, [one]))).toEqual({ kind: "genuine", events });
  });

  test("only the newer name of the recipient, alone and in a batch", async () => {
    const event = { event_id: "1", event: {}, recipientclientid: clientId };
    for (const content of [event, [event, event]]) {
      expect(await judge(deliveryOf(content, [one]))).toMatchObject({ kind: "genuine" });
    }
  });

  test("bytes that no program would write again", async () => {
    const body = `{ "event_id" : "1",\r\n\t"event":{"big":12345678901234567890,"a":1.0},"recipientclientid":"${clientId}" }`;
    expect(await judge(deliveryOf(body, [one]))).toMatchObject({ kind: "genuine" });
  });

  test.each([
    ["the first is wrong", [stranger, two]],
    ["the second is wrong", [one, { ...stranger, path: two.path }]],
    ["the first one's key is not there", [{ ...one, path: "/prod/keys/pub-key-gone.pem" }, two]],
    ["the first one's path is no path", [{ ...one, path: "@evil.example/k.pem" }, two]],
  ])("where %s, and the other is good", async (_, signers) => {
    expect(await judge(deliveryOf(eventOf(), signers))).toMatchObject({ kind: "genuine" });
  });

  test("at once, where the other key is not to be had for long", async () => {
    const held: (() => void)[] = [];
    keyHost.answer(({ url }, to) => {
      if (url === two.path) to.end(two.pem);
      else held.push(() => to.writeHead(404).end());
    });
    // It is never too late: whoever waits for the first one waits for ever.
    const never = keysOf(() => new Promise(() => undefined));
    const verdict = await judge(deliveryOf(eventOf(), [one, two]), { keys: never });
    expect(verdict).toMatchObject({ kind: "genuine" });
    expect(held).toHaveLength(1);
    for (const go of held) go();
  });

  test("from an action in Adobe's Runtime, without the headers that it put inside", async () => {
    const event = eventOf(1, { __adobe_headers: { "x-adobe-event-id": "1" } });
    expect(await judge(deliveryOf(event, [one]))).toEqual({ kind: "genuine", events: [eventOf()] });
  });
});

describe("refused", () => {
  const missing = { event_id: "1", event: {} };

  test.each([
    ["nothing that is signed", deliveryOf(eventOf()), refusal(401, "unsigned")],
    ["a stranger's signature", deliveryOf(eventOf(), [stranger]), refusal(401, "signature")],
    ["two strangers'", deliveryOf(eventOf(), [stranger, { ...stranger, path: two.path }]), refusal(401, "signature")],
    ["no body", deliveryOf(""), refusal(401, "unsigned")],
    ["what is no JSON, of a stranger", deliveryOf("{", [stranger]), refusal(401, "signature")],
    ["no recipient", deliveryOf(missing, [one]), refusal(403, "recipient")],
    ["one of a batch without", deliveryOf([eventOf(), missing], [one]), refusal(403, "recipient")],
    ["another recipient", deliveryOf(eventOf(1, { recipientclientid: "x" }), [one]), refusal(403, "recipient")],
    ["an empty batch", deliveryOf([], [one]), refusal(403, "recipient")],
    ["an HMAC where it is not accepted", hmac(eventOf(), secret.reveal()), refusal(401, "unsigned")],
  ])("%s", async (_, delivery, verdict) => {
    expect(await judge(delivery)).toMatchObject(verdict);
  });

  test("a path of another form: nothing is fetched for it", async () => {
    const evil = { ...one, path: "@evil.example/k.pem" };
    expect(await judge(deliveryOf(eventOf(), [evil, evil]))).toMatchObject(refusal(401, "unsigned"));
    expect(keyHost.asked).toEqual([]);
  });

  test("a body that was written anew after it was signed", async () => {
    const { headers } = deliveryOf(`${JSON.stringify(eventOf())}\n`, [one]);
    expect(await judge({ ...deliveryOf(eventOf()), headers })).toMatchObject(refusal(401, "signature"));
  });

  test("signatures that are inside the body, as they cannot be made over themselves", async () => {
    const { headers } = deliveryOf(eventOf(), [one]);
    expect(await judge(deliveryOf(eventOf(1, { __adobe_headers: headers })))).toMatchObject(refusal(401, "unsigned"));
  });

  test("nothing of it is told again", async () => {
    const verdicts = await Promise.all([
      judge(deliveryOf("<script>evil</script>", [stranger])),
      judge(deliveryOf(eventOf(1, { recipientclientid: "evil" }), [one])),
      judge(deliveryOf("evil", [one])),
    ]);
    expect(JSON.stringify(verdicts)).not.toContain("evil");
  });
});

describe("cannot be judged, so that it comes again", () => {
  const gone = { ...one, path: "/prod/keys/pub-key-gone.pem" };

  test.each([
    ["the only key is not there", [gone]],
    ["one is wrong and the other's key is not there", [stranger, gone]],
  ])("%s", async (_, signers) => {
    const verdict = await judge(deliveryOf(eventOf(), signers));
    expect(verdict).toMatchObject(refusal(503, "key"));
    expect(verdict).toHaveProperty("why", expect.stringContaining("answered 404"));
  });
});

describe("poison", () => {
  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a text", '"hello"'],
    ["null", "null"],
  ])("%s, signed", async (_, body) => {
    expect(await judge(deliveryOf(body, [one]))).toMatchObject({ kind: "poison" });
  });

  test("a mountain of brackets is read to its end", async () => {
    expect(await judge(deliveryOf("[".repeat(1_000_000), [one]))).toMatchObject({ kind: "poison" });
    const deep = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
    expect(await judge(deliveryOf(deep, [one]))).toMatchObject(refusal(403, "recipient"));
  });
});

function hmac(content: unknown, by: string): WebhookDelivery {
  return deliveryOf(content, [], hmacHeader(JSON.stringify(content), by));
}

describe("--accept-hmac", () => {
  const means = { hmacSecrets: [secret] };
  const missing = { event_id: "1", event: {} };

  test("by our secret will do, also without a recipient", async () => {
    for (const event of [eventOf(), missing]) {
      expect(await judge(hmac(event, secret.reveal()), means)).toEqual({ kind: "genuine", events: [event] });
    }
    expect(keyHost.asked).toEqual([]);
  });

  test("another's secret will not, nor another's recipient", async () => {
    expect(await judge(hmac(eventOf(), "p8e-somebody-elses"), means)).toMatchObject(refusal(401, "unsigned"));
    const others = eventOf(1, { recipientclientid: "x" });
    expect(await judge(hmac(others, secret.reveal()), means)).toMatchObject(refusal(403, "recipient"));
  });

  test("a missing recipient needs that signature, whatever Adobe's is", async () => {
    expect(await judge(deliveryOf(missing, [one]), means)).toMatchObject(refusal(403, "recipient"));
  });

  test("a wrong one does no harm to Adobe's", async () => {
    const delivery = deliveryOf(eventOf(), [one], hmacHeader("other", secret.reveal()));
    expect(await judge(delivery, means)).toMatchObject({ kind: "genuine" });
  });
});

describe("--no-verify", () => {
  test("looks at no signature, but at the recipient", async () => {
    const means = { keys: null };
    expect(await judge(deliveryOf(eventOf()), means)).toMatchObject({ kind: "genuine" });
    expect(await judge(deliveryOf(eventOf(), [stranger]), means)).toMatchObject({ kind: "genuine" });
    expect(await judge(deliveryOf({ event: {} }), means)).toMatchObject(refusal(403, "recipient"));
    expect(await judge(deliveryOf("{"), means)).toMatchObject({ kind: "poison" });
    expect(keyHost.asked).toEqual([]);
  });
});

describe("a validation", () => {
  const url = "https://csm.adobe.io/csm/registrations/validate?id=1&challenge=2";

  test("is known without a signature", async () => {
    for (const means of [{}, { keys: null }]) {
      expect(await judge(deliveryOf({ validationUrl: url }), means)).toEqual({ kind: "validation", url });
    }
  });

  test("of another address is a delivery that nobody signed", async () => {
    const evil = { validationUrl: "https://evil.example/csm/registrations/validate?id=1" };
    expect(await judge(deliveryOf(evil))).toMatchObject(refusal(401, "unsigned"));
  });
});
