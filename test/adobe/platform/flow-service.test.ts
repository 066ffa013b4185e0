import nock from "nock";
import { describe, expect, test } from "vitest";
import { readyToken } from "../../../src/adobe/auth/token-source.ts";
import { Secret } from "../../../src/adobe/auth/secret.ts";
import { askFlowName } from "../../../src/adobe/platform/flow-service.ts";
import { fakeHost, type FakeHostOptions } from "../../support/host.ts";
import { sealNetwork } from "../../support/network.ts";

sealNetwork();

const url = "https://platform.adobe.io";
const flows = "/data/foundation/flowservice/flows/";

function ask(flowId = "flow-1", sandbox: string | null = "Prod", options: FakeHostOptions = {}) {
  const host = fakeHost(options);
  const tokens = readyToken(new Secret("token-1"));
  const service = {
    host,
    signal: host.signal,
    notify: () => undefined,
    url,
    clientId: "client-1",
    imsOrgId: "org-1@AdobeOrg",
    tokens,
  };
  return askFlowName(service, flowId, sandbox);
}

test("asks as Platform wants to be asked", async () => {
  const reqheaders = {
    authorization: "Bearer token-1",
    "x-api-key": "client-1",
    "x-gw-ims-org-id": "org-1@AdobeOrg",
    "x-sandbox-name": "prod",
  };
  nock(url, { reqheaders })
    .get(`${flows}flow-1`)
    .reply(200, { items: [{ id: "flow-1", name: "Orders" }] });
  expect(await ask()).toEqual({ name: "Orders" });
});

test.each([null, "prod\r\nx-evil: 1", "ünder", "x".repeat(100_000)])(
  "names no sandbox that is no name: %j",
  async (sandbox) => {
    nock(url, { badheaders: ["x-sandbox-name", "x-evil"] })
      .get(`${flows}flow-1`)
      .reply(200, { name: "Orders" });
    expect(await ask("flow-1", sandbox)).toEqual({ name: "Orders" });
  },
);

test("a flow's id cannot lead the question elsewhere", async () => {
  nock(url).get(`${flows}..%2F..%2Fruns%3Fx%3D1`).reply(200, { items: [] });
  expect(await ask("../../runs?x=1")).toEqual({ name: null });
});

test.each([".", "..", "\ud800", "flow-\udc00", "x".repeat(100_000)])("nobody is asked about %j", async (flowId) => {
  expect(await ask(flowId)).toEqual({ name: null });
});

describe("answers", () => {
  test.each<[string, number, nock.Body, unknown]>([
    ["no such flow", 404, { message: "not found" }, { name: null }],
    ["a flow without a name", 200, { items: [{ id: "flow-1" }] }, { name: null }],
    ["a name that is no text", 200, { items: [{ name: 7 }] }, { name: null }],
    [
      "not allowed",
      403,
      { error_code: "403027", message: "No access" },
      { trouble: "Flow Service answered 403: No access" },
    ],
    ["out of order", 503, "<html>sorry</html>", { trouble: "Flow Service answered 503" }],
    ["half an answer", 200, '{"items":[', { trouble: "Flow Service sent an answer that cannot be read" }],
  ])("%s", async (_, status, body, expected) => {
    nock(url).get(`${flows}flow-1`).reply(status, body);
    expect(await ask()).toEqual(expected);
  });

  test("none at all", async () => {
    nock(url)
      .get(`${flows}flow-1`)
      .replyWithError(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }));
    expect(await ask()).toMatchObject({
      trouble: expect.stringContaining("Flow Service could not be asked") as string,
    });
  });
});

test("a bug of ours is thrown, and not told as the network's", async () => {
  const bug = new TypeError("x is not a function");
  await expect(ask("flow-1", null, { send: () => Promise.reject(bug) })).rejects.toBe(bug);
});
