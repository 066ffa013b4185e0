import { describe, expect, test } from "vitest";
import { sendChange, type ChangeWords, type PlannedChange } from "../../../src/adobe/registrations/change.ts";
import { answeringInTurn, apiOn, apiUrl, networkError, requestsOf, type Step } from "../../support/management.ts";

const words: ChangeWords = {
  deed: "create the registration",
  missing: { message: "there is no such place", hint: "check the ids" },
  lookup: "flowrun registrations",
};

const post: PlannedChange = {
  method: "POST",
  url: `${apiUrl}/events/1/2/3/registrations`,
  contentType: "application/json",
  body: { name: "Runs" },
};
const made = { status: 201, body: { registration_id: "r-1" } };

function sending(change: PlannedChange, ...steps: readonly Step[]) {
  const host = answeringInTurn(...steps);
  return { host, sent: sendChange(apiOn(host), change, words) };
}

test("what is sent is what was planned, with the token, and the answer comes back", async () => {
  const { host, sent } = sending(post, made);
  expect(await sent).toEqual({ status: 201, body: { registration_id: "r-1" } });
  expect(host.asked).toEqual([
    {
      method: "POST",
      url: post.url,
      body: '{"name":"Runs"}',
      headers: {
        authorization: "Bearer t0ken-of-a-test",
        "x-api-key": "client-1",
        "x-ims-org-id": "4B1E2F9A6D3C7A550A495FD2@AdobeOrg",
        accept: "application/hal+json, application/json",
        "content-type": "application/json",
      },
    },
  ]);
});

test("an answer without a body is a success, too", async () => {
  const { sent } = sending({ ...post, method: "DELETE", body: null, contentType: null }, { status: 204 });
  expect(await sent).toEqual({ status: 204, body: null });
});

describe("a POST is put again where nothing can have been made", () => {
  test.each<[string, Step]>([
    ["nobody listens", networkError("ECONNREFUSED")],
    ["the host has no address", networkError("ENOTFOUND")],
    ["connecting takes too long", networkError("UND_ERR_CONNECT_TIMEOUT")],
    ["the way there is closed", networkError("EHOSTUNREACH", "connect")],
    ["the gateway turns it away for being too many", { status: 429, body: { error_code: "429050" } }],
    ["the gateway does not take the token", { status: 401, body: { error_code: "401013" } }],
  ])("%s", async (_, trouble) => {
    const { host, sent } = sending(post, trouble, made);
    expect((await sent).status).toBe(201);
    expect(requestsOf(host)).toHaveLength(2);
  });
});

describe("a POST is not put again where something may have been made, and that is said", () => {
  test.each<[string, Step]>([
    ["the connection breaks", networkError("ECONNRESET", "read")],
    ["the connection is closed", networkError("UND_ERR_SOCKET")],
    ["the way there is lost in the middle", networkError("EHOSTUNREACH", "read")],
    ["no answer comes", networkError("UND_ERR_HEADERS_TIMEOUT")],
    ["the server fails", { status: 500 }],
    ["a gateway on the way waits in vain", { status: 504 }],
    ["the service is not to be had", { status: 503 }],
  ])("%s", async (_, trouble) => {
    const { host, sent } = sending(post, trouble, made);
    await expect(sent).rejects.toMatchObject({
      kind: "unavailable",
      message: "it is not known whether Adobe did create the registration",
      why: expect.stringContaining("might be done twice") as string,
      hint: "see first: flowrun registrations",
    });
    expect(requestsOf(host)).toHaveLength(1);
  });

  test("the success's body breaks off", async () => {
    const host = answeringInTurn(made);
    const api = apiOn(host);
    const broken = {
      ...api,
      host: {
        ...host,
        send: async (...ask: Parameters<typeof host.send>) => ({
          ...(await host.send(...ask)),
          body: () => Promise.reject(networkError("UND_ERR_SOCKET")),
        }),
      },
    };
    await expect(sendChange(broken, post, words)).rejects.toMatchObject({ message: /it is not known/ });
    expect(host.asked).toHaveLength(1);
  });
});

describe("what comes to the same however often it is done is put again", () => {
  test.each(["PUT", "PATCH", "DELETE"] as const)("%s", async (method) => {
    const { host, sent } = sending({ ...post, method }, networkError("ECONNRESET"), { status: 503 }, { status: 200 });
    expect((await sent).status).toBe(200);
    expect(requestsOf(host)).toHaveLength(3);
  });

  const deletion: PlannedChange = { ...post, method: "DELETE", body: null, contentType: null };

  test.each<[string, Step]>([
    ["no answer", networkError("ECONNRESET")],
    ["a gateway's answer", { status: 504 }],
  ])("a 404 to a DELETE means that it is done, where %s may have hidden that", async (_, step) => {
    const { sent } = sending(deletion, step, { status: 404 });
    expect((await sent).status).toBe(404);
  });

  test.each<[string, readonly Step[]]>([
    ["the first attempt", []],
    ["nobody was reached before", [networkError("ECONNREFUSED")]],
    ["the gateway turned it away before", [{ status: 429 }, { status: 401 }]],
  ])("and else that there is no such thing: %s", async (_, steps) => {
    const { sent } = sending(deletion, ...steps, { status: 404 });
    await expect(sent).rejects.toMatchObject({ kind: "notFound", message: "there is no such place" });
  });

  test.each(["PUT", "PATCH"] as const)("a 404 to a %s never means that", async (method) => {
    const { sent } = sending({ ...post, method }, networkError("ECONNRESET"), { status: 404 });
    await expect(sent).rejects.toMatchObject({ kind: "notFound" });
  });
});

describe("refusals are sentences with a next step", () => {
  test.each<[string, Step, object]>([
    [
      "400",
      { status: 400, body: { reason: "bad_request", message: "name is taken" } },
      {
        kind: "usage",
        message: "Adobe refused to create the registration",
        why: "the registrations API answered 400: bad_request: name is taken",
        hint: /--dry-run/,
        requestId: "req-7",
      },
    ],
    [
      "400 of a challenge",
      { status: 400, body: { reason: "x", message: "The webhook failed the challenge" } },
      { kind: "usage", hint: /\?challenge=/ },
    ],
    [
      "400 of the gateway",
      { status: 400, body: { error_code: "400003" } },
      { kind: "protocol", hint: /flowrun login/ },
    ],
    ["404", { status: 404 }, { kind: "notFound", message: "there is no such place", hint: "check the ids" }],
    [
      "409 with the other's id",
      { status: 409, headers: { "x-conflicting-id": "r-9" }, body: { reason: "conflict", message: "exists" } },
      { kind: "usage", message: /: r-9 stands in its way/, hint: /registrations show r-9/ },
    ],
    [
      "409 with what is no id",
      { status: 409, headers: { "x-conflicting-id": "$(rm -rf ~)" } },
      { kind: "usage", message: /something else stands in its way/, hint: /flowrun registrations$/ },
    ],
    [
      "409 of the quota",
      { status: 409, body: { reason: "quota_exceeded", message: "30 is the limit" } },
      { kind: "usage", message: /as many as there may be/, hint: /30 registrations[^]*registrations delete/ },
    ],
    [
      "403",
      { status: 403, body: { error_code: "403003" } },
      { kind: "forbidden", message: /let this credential create/ },
    ],
    ["405", { status: 405 }, { kind: "protocol" }],
  ])("%s", async (_, step, error) => {
    const { host, sent } = sending(post, step);
    await expect(sent).rejects.toMatchObject(error);
    expect(host.asked).toHaveLength(1);
  });
});

test("a URL elsewhere never has the token", async () => {
  const { host, sent } = sending({ ...post, url: "https://evil.example/x" }, made);
  await expect(sent).rejects.toMatchObject({ kind: "protocol", message: /evil\.example/ });
  expect(host.asked).toEqual([]);
});
