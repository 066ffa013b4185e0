import { describe, expect, test } from "vitest";
import { answerChallenge, confirmValidation, validationUrlOf } from "../../../src/adobe/webhook/challenge.ts";
import type { Answer, Ask } from "../../../src/host.ts";
import { noPieces, realSleep } from "../../support/host.ts";

describe("a challenge", () => {
  test.each([
    ["/?challenge=8ec8d794-e0ab-42df-9017-e3dada8e84f7", "8ec8d794-e0ab-42df-9017-e3dada8e84f7"],
    ["/hook?a=1&challenge=x%20y+z&b=2", "x y z"],
    ["/?challenge=%C3%A4%F0%9F%98%80", "ä😀"],
    ['/?challenge=%22%5C%22}"', '"\\"}"'],
    ["/?challenge=a&challenge=b", "a"],
    ["/?challenge=a#challenge", "a"],
    ["/?challenge=</script><b>%26'", "</script><b>&'"],
    ["/?challenge=%1b[31m%0d%0aSet-Cookie:x%00%e2%80%a8", "\x1b[31m\r\nSet-Cookie:x\0\u2028"],
  ])("%s", (target, challenge) => {
    const answer = answerChallenge(target) ?? "";
    expect(JSON.parse(answer)).toEqual({ challenge });
    expect(answer).toMatch(/^[ -~]*$/);
    expect(answer).not.toMatch(/[<>&']/);
  });

  test.each([
    "/",
    "/?",
    "/?challenge",
    "/?challenge=",
    "/?Challenge=x",
    "/challenge=x",
    `/?challenge=${"x".repeat(1001)}`,
  ])("none: %.40s", (target) => {
    expect(answerChallenge(target)).toBeNull();
  });
});

const address = "https://csm.adobe.io/csm/registrations/validate?id=4c3b&challenge=8ec8";

function asked(validationUrl: unknown): Buffer {
  return Buffer.from(JSON.stringify({ validationUrl }));
}

describe("the address of a validation", () => {
  test("is Adobe's one", () => {
    expect(validationUrlOf(asked(address))).toBe(address);
  });

  test.each([
    "http://csm.adobe.io/csm/registrations/validate?id=1",
    "https://csm.adobe.io.evil.example/csm/registrations/validate?id=1",
    "https://evil.example/csm/registrations/validate?id=1",
    "https://csm.adobe.io@evil.example/csm/registrations/validate?id=1",
    "https://me:pass@csm.adobe.io/csm/registrations/validate?id=1",
    "https://csm.adobe.io:8443/csm/registrations/validate?id=1",
    "https://csm.adobe.io:443/csm/registrations/validate?id=1",
    "https://csm.adobe.io/csm/registrations/validate",
    "https://csm.adobe.io/csm/registrations/validate?",
    "https://csm.adobe.io/csm/registrations/validate/?id=1",
    "https://csm.adobe.io/csm/registrations/validate/../delete?id=1",
    "https://csm.adobe.io/csm/registrations/%76alidate?id=1",
    "https://csm.adobe.io/csm/registrations/validate;x?id=1",
    "https://csm.adobe.io\\@evil.example/csm/registrations/validate?id=1",
    "https://CSM.adobe.io/csm/registrations/validate?id=1",
    " https://csm.adobe.io/csm/registrations/validate?id=1",
    "https://csm.adobe.io/csm/registrations/validate?id=1\r\nHost: evil.example",
    "https://csm.adobe.io/csm/registrations/validate?id=ä",
    `https://csm.adobe.io/csm/registrations/validate?id=${"1".repeat(4001)}`,
    "",
    7,
    null,
    [address],
  ])("never %.90j", (url) => {
    expect(validationUrlOf(asked(url))).toBeNull();
  });

  test("is looked for in a short object only", () => {
    for (const body of ["", "[]", JSON.stringify([{ validationUrl: address }]), `"${address}"`, "{"]) {
      expect(validationUrlOf(Buffer.from(body))).toBeNull();
    }
    const padded = JSON.stringify({ validationUrl: address, pad: "x".repeat(8192) });
    expect(validationUrlOf(Buffer.from(padded))).toBeNull();
  });
});

describe("Adobe is asked to validate", () => {
  const { signal } = new AbortController();

  async function confirm(status: number | Error): Promise<{ readonly told: string | null; readonly asks: Ask[] }> {
    const asks: Ask[] = [];
    const send = (ask: Ask): Promise<Answer> => {
      asks.push(ask);
      if (typeof status !== "number") return Promise.reject(status);
      return Promise.resolve({
        status,
        headers: {},
        body: () => Promise.reject(new Error()),
        pieces: noPieces,
        discard: () => undefined,
      });
    };
    return { told: await confirmValidation(address, { host: { send, sleep: realSleep }, signal }), asks };
  }

  test("once, and takes any 2xx for a yes", async () => {
    const { told, asks } = await confirm(204);
    expect(told).toBeNull();
    expect(asks).toMatchObject([{ method: "GET", url: address }]);
    expect(asks[0]).not.toHaveProperty("headers.authorization");
  });

  test.each([
    [302, "Adobe answered 302"],
    [400, "Adobe answered 400"],
    [new Error("socket hang up"), "Adobe could not be reached: socket hang up"],
  ])("%s is none", async (status, why) => {
    const { told, asks } = await confirm(status);
    expect(told).toBe(why);
    expect(asks).toHaveLength(1);
  });

  test("and a mistake of our own is not taken for the network's", async () => {
    await expect(confirm(new TypeError("of our own"))).rejects.toThrow("of our own");
  });
});
