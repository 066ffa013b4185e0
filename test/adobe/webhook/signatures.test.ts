import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import { digitalSignaturesOf, isHmacOf, isSignedBy } from "../../../src/adobe/webhook/signatures.ts";
import { deliveryOf, eventOf, hmacHeader, makeSigner } from "../../support/webhook.ts";

/** As Adobe publishes it with its own verifier: @adobe/aio-lib-events. */
interface Published {
  readonly signatureOptions: { readonly params: Readonly<Record<string, string>> };
  readonly testEvent: { readonly event: string };
  readonly testPubKeys: { readonly validTestPubKey: string };
}

const published = JSON.parse(readFileSync("fixtures/webhook/signature.json", "utf8")) as Published;
const signer = makeSigner("one");
const path = "/prod/keys/pub-key-Ptc2pD9vT9.pem";

describe("the signature that Adobe publishes", () => {
  const key = createPublicKey(Buffer.from(published.testPubKeys.validTestPubKey, "base64").toString());
  const { digiSignature1 = "", invalidSignature = "" } = published.signatureOptions.params;
  const { event } = published.testEvent;

  test("is good for the event's own bytes, both of them", () => {
    const delivery = deliveryOf(event, [], {
      "x-adobe-digital-signature-1": digiSignature1,
      "x-adobe-public-key1-path": path,
      "x-adobe-digital-signature-2": digiSignature1,
      "x-adobe-public-key2-path": "/stage/keys/pub-key-0a6f1c6e-7d1c-4b3c-9a53-5d7ba2f1c3d4.pem",
    });
    const signatures = digitalSignaturesOf(delivery);
    expect(signatures.map((signature) => isSignedBy(key, signature, delivery.body))).toEqual([true, true]);
  });

  test.each([
    ["another event", event.replace("world", "w0rld"), digiSignature1],
    ["the event written anew", JSON.stringify(JSON.parse(event), null, 1), digiSignature1],
    ["the wrong one", event, invalidSignature],
  ])("is not, for %s", (_, body, signature) => {
    const delivery = deliveryOf(body, [], {
      "x-adobe-digital-signature-1": signature,
      "x-adobe-public-key1-path": path,
    });
    expect(digitalSignaturesOf(delivery).map((each) => isSignedBy(key, each, delivery.body))).toEqual([false]);
  });
});

describe("a path of a key that is none, so that nothing is fetched for it", () => {
  test.each([
    "@evil.example/k.pem",
    ".evil.example/prod/keys/pub-key-1.pem",
    "https://evil.example/prod/keys/pub-key-1.pem",
    "//evil.example/prod/keys/pub-key-1.pem",
    "/prod/keys/../../etc/pub-key-1.pem",
    "/prod/keys/pub-key-../../x.pem",
    "/prod/keys/pub-key-%2e%2e%2fx.pem",
    "/prod/keys/pub-key-1.pem?x=1",
    "/prod/keys/pub-key-1.pem#x",
    "/prod/keys/pub-key-1.pem\n",
    "/prod/keys/pub-key-1.pem, /prod/keys/pub-key-2.pem",
    "/prod/keys/pub-key-.pem",
    `/prod/keys/pub-key-${"a".repeat(65)}.pem`,
    "/PROD/keys/pub-key-1.pem",
    "/dev/keys/pub-key-1.pem",
    "prod/keys/pub-key-1.pem",
    "/prod/keys/pub-key-ä.pem",
    "",
  ])("%j", (keyPath) => {
    const delivery = deliveryOf(eventOf(), [{ ...signer, path: keyPath }]);
    expect(digitalSignaturesOf(delivery)).toEqual([]);
  });
});

describe("a signature that is none", () => {
  const good = deliveryOf(eventOf(), [signer]).headers["x-adobe-digital-signature-1"] ?? "";

  test.each([
    ["without its padding", good.replace(/=+$/, "")],
    ["with a blank", `${good.slice(0, 10)} ${good.slice(10)}`],
    ["twice, as HTTP joins them", `${good}, ${good}`],
    ["in the other alphabet", `-_${good.slice(2)}`],
    [
      "of the same bytes, written otherwise",
      good.replace(/(.)(=+)$/, (_, last: string, rest) => `${next(last)}${rest}`),
    ],
    ["without end", "A".repeat(4000)],
    ["empty", ""],
  ])("%s", (_, signature) => {
    const headers = { "x-adobe-public-key1-path": path, "x-adobe-digital-signature-1": signature };
    expect(digitalSignaturesOf(deliveryOf(eventOf(), [], headers))).toEqual([]);
  });

  test("without the path of its key, or with the other one's", () => {
    expect(digitalSignaturesOf(deliveryOf(eventOf(), [], { "x-adobe-digital-signature-1": good }))).toEqual([]);
    const crossed = { "x-adobe-digital-signature-1": good, "x-adobe-public-key2-path": path };
    expect(digitalSignaturesOf(deliveryOf(eventOf(), [], crossed))).toEqual([]);
  });

  test("and the other one stands by itself", () => {
    const headers = { "x-adobe-digital-signature-1": "no base64", "x-adobe-public-key1-path": path };
    const second = deliveryOf(eventOf(), [signer, signer]);
    expect(digitalSignaturesOf({ ...second, headers: { ...second.headers, ...headers } })).toHaveLength(1);
  });
});

/** The bits that padding leaves over: the bytes are the same. */
function next(last: string): string {
  return String.fromCharCode(last.charCodeAt(0) + 1);
}

describe("an HMAC", () => {
  const secrets = [new Secret("p8e-the-old-one"), new Secret("p8e-the-new-one")];
  const body = JSON.stringify(eventOf());

  test("by any of the client's secrets is good", () => {
    for (const secret of secrets) {
      expect(isHmacOf(deliveryOf(body, [], hmacHeader(body, secret.reveal())), secrets)).toBe(true);
    }
  });

  test.each([
    ["by another secret", hmacHeader(body, "p8e-somebody-elses")],
    ["of another body", hmacHeader(`${body} `, "p8e-the-old-one")],
    ["that is shorter", { "x-adobe-signature": "AAAA" }],
    ["that is no base64", { "x-adobe-signature": "?" }],
    ["that is not there", {}],
  ])("%s is not", (_, headers) => {
    expect(isHmacOf(deliveryOf(body, [], headers), secrets)).toBe(false);
  });

  test("is worth nothing where no secret is accepted", () => {
    expect(isHmacOf(deliveryOf(body, [], hmacHeader(body, "p8e-the-old-one")), [])).toBe(false);
    expect(isHmacOf(deliveryOf(body, [], hmacHeader(body, "")), [])).toBe(false);
  });
});
