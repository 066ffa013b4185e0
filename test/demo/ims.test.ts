import { describe, expect, test } from "vitest";
import { account } from "../../src/demo/account.ts";
import type { Call, Reply } from "../../src/demo/call.ts";
import { refuse } from "../../src/demo/gateway.ts";
import { createIms, usualIms, type Ims, type ImsKnobs } from "../../src/demo/ims.ts";
import { call, now, valuesOf } from "./support.ts";

const good = {
  grant_type: "client_credentials",
  client_id: account.clientId,
  client_secret: account.clientSecrets[0],
  scope: "openid,AdobeID,adobeio_api",
};

function post(fields: Readonly<Record<string, string>>, rest: Partial<Call> = {}, path = "/ims/token/v3"): Call {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return call(path, { method: "POST", headers, body: new URLSearchParams(fields).toString(), ...rest });
}

function start(knobs: Partial<ImsKnobs> = {}): { readonly ims: Ims; readonly clock: { now: number } } {
  const clock = { now };
  return { ims: createIms({ ...usualIms, ...knobs }, () => clock.now), clock };
}

function tokenOf(reply: Reply): string {
  return (JSON.parse(reply.body) as { access_token: string }).access_token;
}

describe("what gets a token and what does not", () => {
  const { grant_type, client_id, client_secret, scope } = good;
  const cases: readonly [what: string, asked: Call, status: number, error: unknown][] = [
    ["the documented form", post(good), 200, undefined],
    [
      "its charset spelt out",
      post(good, { headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" } }),
      200,
      undefined,
    ],
    ["version 2", post(good, {}, "/ims/token/v2"), 200, undefined],
    ["version 2 with the organisation", post({ ...good, org_id: "x" }, {}, "/ims/token/v2"), 200, undefined],
    ["the second secret", post({ ...good, client_secret: account.clientSecrets[1] }), 200, undefined],
    ["a wrong secret", post({ ...good, client_secret: "no" }), 400, "invalid client_secret parameter"],
    ["a wrong client", post({ ...good, client_id: "no" }), 400, "invalid client_id parameter"],
    ["scopes parted by spaces", post({ ...good, scope: "openid AdobeID" }), 400, "invalid scope: openid AdobeID"],
    ["another grant", post({ ...good, grant_type: "jwt" }), 400, "grant_type"],
    ["scope misspelt", post({ grant_type, client_id, client_secret, scopes: scope }), 400, expect.any(String)],
    ["a field missing", post({ grant_type, client_id, scope }), 400, expect.any(String)],
    ["a field too many", post({ ...good, org_id: "x" }), 400, expect.any(String)],
    ["not a form", post(good, { headers: { "content-type": "application/json" } }), 400, expect.any(String)],
    [
      "fields in the query",
      call(`/ims/token/v3?${new URLSearchParams(good).toString()}`, { method: "POST" }),
      400,
      expect.any(String),
    ],
    ["GET", post(good, { method: "GET" }), 405, undefined],
    ["another path", post(good, {}, "/ims/token/v1"), 404, undefined],
  ];
  test.each(cases)("%s", (_, asked, status, description) => {
    const { ims } = start();
    const reply = ims.answer(asked);
    expect(reply.status).toBe(status);
    const body = JSON.parse(reply.body) as Readonly<Record<string, unknown>>;
    expect(body["error_description"]).toEqual(description);
    expect(valuesOf(reply, "x-debug-id")).toHaveLength(1);
    expect(ims.mints()).toBe(status === 200 ? 1 : 0);
  });
});

test.each([
  [{ expiresIn: 60 }, 60],
  [{ expiresIn: 60, unit: "ms" }, 60_000],
] as const)("expires_in with %j", (knobs, told) => {
  const { ims, clock } = start(knobs);
  const reply = ims.answer(post(good));
  expect(JSON.parse(reply.body)).toMatchObject({ token_type: "bearer", expires_in: told });
  const token = tokenOf(reply);
  clock.now += 59_999;
  expect(ims.isLive(token)).toBe(true);
  clock.now += 1;
  expect(ims.isLive(token)).toBe(false);
});

test("tokens differ, and all of them can be revoked", () => {
  const { ims } = start();
  const [one, other] = [tokenOf(ims.answer(post(good))), tokenOf(ims.answer(post(good)))];
  expect(one).not.toBe(other);
  ims.revokeAll();
  expect([ims.isLive(one), ims.isLive(other)]).toEqual([false, false]);
  expect(ims.isLive(tokenOf(ims.answer(post(good))))).toBe(true);
});

test("throttles beyond so many mints a minute, and says for how long", () => {
  const { ims, clock } = start({ mintsPerMinute: 2 });
  ims.answer(post(good));
  clock.now += 20_000;
  ims.answer(post(good));
  const refused = ims.answer(post(good));
  expect([refused.status, valuesOf(refused, "retry-after"), ims.mints()]).toEqual([429, ["40"], 2]);
  clock.now += 40_000;
  expect(ims.answer(post(good)).status).toBe(200);
});

describe("the gateway", () => {
  const cases: readonly [what: string, headers: Call["headers"], code: string | null][] = [
    ["no key", { authorization: "Bearer good" }, "403000"],
    ["no token", { "x-api-key": account.clientId }, "403010"],
    ["not a bearer", { "x-api-key": account.clientId, authorization: "Basic good" }, "403010"],
    ["another key", { "x-api-key": "other", authorization: "Bearer good" }, "403003"],
    ["a dead token", { "x-api-key": account.clientId, authorization: "Bearer dead" }, "401013"],
    ["key and token", { "x-api-key": account.clientId, authorization: "Bearer good" }, null],
  ];
  test.each(cases)("%s", (_, headers, code) => {
    const reply = refuse(call("/", { headers }), (token) => token === "good");
    expect(reply?.status ?? null).toBe(code === null ? null : Number(code.slice(0, 3)));
    if (reply !== null) expect(JSON.parse(reply.body)).toMatchObject({ error_code: code });
  });
});
