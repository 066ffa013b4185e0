import nock from "nock";
import { describe, expect, test } from "vitest";
import { mint, type Minting } from "../../../src/adobe/auth/client-credentials.ts";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import type { Credentials } from "../../../src/adobe/auth/token.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Notice } from "../../../src/notices.ts";
import { fakeHost, noon, type FakeHost } from "../../support/host.ts";
import { sealNetwork } from "../../support/network.ts";

sealNetwork();

const imsUrl = "https://ims-na1.adobelogin.com";
const secretText = "p8e-s&cret=1+/";

function credentials(...secrets: readonly string[]): Credentials {
  const list = secrets.length === 0 ? [secretText] : secrets;
  return {
    imsUrl,
    clientId: "client-1",
    secrets: list.map((text) => new Secret(text)),
    scopes: ["openid", "adobeio_api", "additional_info.roles"],
  };
}

function start(
  from: Credentials = credentials(),
  host: FakeHost = fakeHost(),
  patience: Partial<Minting["patience"]> = {},
) {
  const notices: Notice[] = [];
  const minting: Minting = {
    host,
    signal: host.signal,
    patience: { retries: 5, maxWaitMs: 300_000, ...patience },
    notify: (notice) => void notices.push(notice),
  };
  return { token: mint(from, minting), host, notices };
}

const ims = () => nock(imsUrl).post("/ims/token/v3");
const whole = { access_token: "eyJ.token", token_type: "bearer", expires_in: 86_399 };

async function failure(promise: Promise<unknown>): Promise<FlowrunError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (error instanceof FlowrunError) return error;
  throw new Error(`no FlowrunError but ${String(error)}`);
}

describe("the token call", () => {
  test("is a form of exactly four fields, in the body and not in the URL", async () => {
    ims().reply(200, whole);
    const { token, host } = start();
    await token;
    expect(host.asked).toEqual([
      {
        method: "POST",
        url: `${imsUrl}/ims/token/v3`,
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
        body:
          "grant_type=client_credentials&client_id=client-1&client_secret=p8e-s%26cret%3D1%2B%2F" +
          "&scope=openid%2Cadobeio_api%2Cadditional_info.roles",
      },
    ]);
  });

  test("arrives so on the wire", async () => {
    nock(imsUrl, { reqheaders: { "content-type": /^application\/x-www-form-urlencoded(;|$)/ } })
      .post("/ims/token/v3", {
        grant_type: "client_credentials",
        client_id: "client-1",
        client_secret: secretText,
        scope: "openid,adobeio_api,additional_info.roles",
      })
      .reply(200, whole);
    expect((await start().token).accessToken.reveal()).toBe("eyJ.token");
  });

  test("another IMS can be asked", async () => {
    nock("http://127.0.0.1:4567").post("/ims/token/v3").reply(200, whole);
    await expect(start({ ...credentials(), imsUrl: "http://127.0.0.1:4567" }).token).resolves.toBeDefined();
  });
});

test.each([
  ["seconds", 86_399, 86_399_000],
  ["seconds as text", "86399", 86_399_000],
  ["a short life", 60, 60_000],
  ["exactly the limit: still seconds", 100_000, 100_000_000],
  ["milliseconds, as the legacy exchange counts", 86_399_999, 86_399_999],
])("expires_in in %s", async (_, expires_in, lifeMs) => {
  ims().reply(200, { ...whole, expires_in });
  expect(await start().token).toMatchObject({ mintedAt: noon, expiresAt: noon + lifeMs });
});

describe("a refused secret", () => {
  const refusal = { error: "invalid_client", error_description: "invalid client_secret parameter" };

  test("gives way to the second one", async () => {
    nock(imsUrl)
      .post("/ims/token/v3", /client_secret=old&/)
      .reply(400, refusal);
    nock(imsUrl)
      .post("/ims/token/v3", /client_secret=new&/)
      .reply(200, whole);
    const { token, host } = start(credentials("old", "new"));
    expect((await token).accessToken.reveal()).toBe("eyJ.token");
    expect(host.sleeps).toEqual([]);
  });

  test("ends with IMS's own words, its debug id and what to do, at once", async () => {
    ims().reply(400, refusal, { "X-Debug-Id": "dbg-42" });
    const { token, host } = start();
    const error = await failure(token);
    expect(error).toMatchObject({ kind: "auth", requestId: "dbg-42" });
    expect(error.message).toContain("client-1");
    expect(error.why).toContain("invalid_client: invalid client_secret parameter");
    expect(error.hint).toContain("flowrun login");
    expect(host.sleeps).toEqual([]);
  });

  test("and a second that is refused too: the last words count", async () => {
    ims().reply(400, refusal);
    ims().reply(401, { ...refusal, error_description: "client is locked" }, { "X-Debug-Id": "dbg-2" });
    const error = await failure(start(credentials("one", "two")).token);
    expect(error).toMatchObject({ kind: "auth", requestId: "dbg-2", suspects: ["clientSecret", "clientId"] });
    expect(error.message).toContain("all 2 secrets");
    expect(error.why).toBe("IMS answered 401: invalid_client: client is locked");
  });

  test("without a word", async () => {
    ims().reply(400);
    expect((await failure(start().token)).why).toBe("IMS answered 400 and gave no reason");
  });
});

describe("what is not the secret's fault", () => {
  test("is not mended by another one: the scopes, once the second secret has passed", async () => {
    ims().reply(400, { error: "invalid_client" });
    ims().reply(400, { error: "invalid_scope", error_description: "x" });
    const { token, host } = start(credentials("one", "two", "three"));
    const error = await failure(token);
    expect(error).toMatchObject({ kind: "auth", suspects: ["scopes"], why: "IMS answered 400: invalid_scope: x" });
    expect(host.asked).toHaveLength(2);
  });

  test.each<[string, number, string | object, Record<string, string>, string, string]>([
    [
      "the client id",
      400,
      { error: "invalid_client", error_description: "invalid client_id parameter" },
      {},
      "auth",
      "clientId",
    ],
    ["the kind of credential", 400, { error: "unauthorized_client" }, {}, "auth", "clientId"],
    ["a redirect", 302, "", { location: "/login" }, "unavailable", "imsUrl"],
    ["a redirect to nowhere", 307, "", {}, "unavailable", "imsUrl"],
    ["what is not there", 404, "", {}, "unavailable", "imsUrl"],
    ["a page with 200", 200, "<!doctype html>", {}, "unavailable", "imsUrl"],
    ["a page by its type", 403, "Blocked", { "content-type": "text/html; charset=utf-8" }, "unavailable", "imsUrl"],
  ])("%s", async (_, status, body, headers, kind, suspect) => {
    ims().reply(status, body, headers);
    const { token, host } = start(credentials("one", "two"));
    expect(await failure(token)).toMatchObject({ kind, suspects: [suspect] });
    expect(host.asked).toHaveLength(1);
    expect(host.sleeps).toEqual([]);
  });

  test("whoever knows more says it, once", async () => {
    ims().reply(400, { error: "invalid_scope" });
    const host = fakeHost();
    const blame = (error: FlowrunError) => Promise.resolve(new FlowrunError("auth", `told: ${error.message}`));
    const patience = { retries: 1, maxWaitMs: 0 };
    const error = await failure(
      mint(credentials(), { host, signal: host.signal, patience, notify: () => undefined, blame }),
    );
    expect(error.message).toMatch(/^told: IMS does not give/);
  });
});

describe("passing trouble", () => {
  test.each([
    ["429 with seconds", 429, { "retry-after": "7" }, 7000],
    ["429 with a date", 429, { "retry-after": "Sun, 22 Nov 2026 12:01:00 GMT" }, 60_000],
    ["429 with garbage", 429, { "retry-after": "soon" }, 10_000],
    ["503 without a word", 503, {}, 10_000],
    ["500", 500, {}, 500],
    ["408, a request that took too long to arrive", 408, {}, 500],
    ["421, taken for another's", 421, {}, 500],
    ["425, too early", 425, {}, 500],
    ["502, whose Retry-After nobody promised", 502, {}, 500],
  ])("%s is waited out, with the same request", async (_, status, headers, waitMs) => {
    ims().reply(status, "", headers);
    ims().reply(200, whole);
    const { token, host } = start();
    await token;
    expect(host.sleeps).toEqual([waitMs]);
    expect(host.asked[1]).toEqual(host.asked[0]);
  });

  test("a connection that breaks is tried again, and said so", async () => {
    ims().replyWithError(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
    ims().reply(200, whole);
    const { token, notices } = start();
    await token;
    expect(notices).toContainEqual(
      expect.objectContaining({ kind: "retrying", what: "IMS could not be reached", attempt: 2, waitMs: 500 }),
    );
  });

  test("without end is an error of its own, not of the credential", async () => {
    ims().times(5).reply(500, "", { "x-debug-id": "dbg-9" });
    const error = await failure(start().token);
    expect(error).toMatchObject({ kind: "unavailable", requestId: "dbg-9" });
    expect(error.message).toContain("IMS answered 500");
  });

  test("a throttle longer than --max-wait ends it at once", async () => {
    ims().reply(429, "", { "retry-after": "3244" });
    const { token, host } = start();
    expect(await failure(token)).toMatchObject({ kind: "unavailable" });
    expect(host.sleeps).toEqual([]);
  });

  test("the life of a token counts from the request that brought it", async () => {
    ims().reply(503, "", { "retry-after": "60" });
    ims().reply(200, whole);
    expect(await start().token).toMatchObject({ mintedAt: noon + 60_000, expiresAt: noon + 60_000 + 86_399_000 });
  });

  test.each([
    ["no access_token", { expires_in: 86_399 }],
    ["an empty access_token", { ...whole, access_token: "" }],
    ["an access_token that no header could carry", { ...whole, access_token: "two\nlines" }],
    ["no expires_in", { access_token: "eyJ.token" }],
    ["a life of nothing", { ...whole, expires_in: 0 }],
    ["a life of words", { ...whole, expires_in: "long" }],
    ["JSON that is no object", []],
  ])("200 with %s is no token", async (_, body) => {
    ims().reply(200, body);
    ims().reply(200, whole);
    const { token, host } = start();
    expect((await token).accessToken.reveal()).toBe("eyJ.token");
    expect(host.asked).toHaveLength(2);
  });

  test("told to stop, it stops", async () => {
    ims().reply(503);
    const host = fakeHost({
      onSleep: (_, self) => {
        self.stop();
      },
    });
    await expect(start(credentials(), host).token).rejects.toThrow("stopped by the test");
  });
});

describe("no secret and no token gets out", () => {
  test.each([
    ["200, cut off in the middle", 200, JSON.stringify(whole).slice(0, 30)],
    ["200, as text", 200, "access_token=eyJ.token"],
    ["200, without a life", 200, JSON.stringify({ access_token: "eyJ.token" })],
    ["400", 400, '{"error":"invalid_client"}'],
    ["500", 500, ""],
  ])("on %s", async (_, status, body) => {
    ims()
      .times(status === 400 ? 1 : 5)
      .reply(status, body);
    const { token, notices } = start();
    const error = await failure(token);
    const said = JSON.stringify([notices, error.message, error.why, error.hint, error.cause]);
    expect(said).not.toContain("eyJ.token");
    expect(said).not.toContain(secretText);
  });
});

test("a bug of ours is thrown at once, and not told as IMS's silence", async () => {
  const bug = new TypeError("x is not a function");
  const { token, host } = start(credentials(), fakeHost({ send: () => Promise.reject(bug) }));
  await expect(token).rejects.toBe(bug);
  expect(host.asked).toHaveLength(1);
});
