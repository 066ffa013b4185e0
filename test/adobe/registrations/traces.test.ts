import { describe, expect, test } from "vitest";
import { keepSecret } from "../../../src/mask.ts";
import { readTraces, type Trace } from "../../../src/adobe/registrations/traces.ts";
import { answeringInTurn, apiOn, requestsOf } from "../../support/management.ts";
import { registrationWith } from "../../support/registration.ts";

const place = { consumerOrgId: "1", workspace: null };
const hook = registrationWith({ deliveryType: "webhook", webhookUrl: "https://hooks.example.com/" });

function traceWith(response: object, more: object = {}) {
  return {
    event: "sources_flow_run_failed",
    date: "2026-11-22T10:00:00.000Z",
    trace: {
      tracingRequest: {
        requestUrl: "https://hooks.example.com/aep?token=abcdefgh12345678",
        requestBody: '{"data":1}',
        requestHeaders: {
          "X-Adobe-Delivery-Id": ["d-1"],
          "x-adobe-retry-count": ["3"],
          authorization: ["Bearer very-secret-token-of-mine"],
          "x-adobe-digital-signature-1": ["signature-of-adobe"],
        },
      },
      tracingResponse: { responseCode: 503, responseTime: 212, responseBody: "busy", ...response },
      insightsInfo: [{ providerName: "P", eventCode: "sources_flow_run_failed", eventIds: ["e-1", "e-2"] }],
      ...more,
    },
  };
}

/** A trace as it is read out of an answer. */
async function read(value: object): Promise<Trace> {
  const [trace] = await readTraces(apiOn(answeringInTurn({ status: 200, body: [value] })), place, hook);
  return trace!;
}

test("a trace, without what was sent and its secrets", async () => {
  const trace = await read(traceWith({}, { ts: 1_795_000_000_000 }));
  expect(trace).toEqual({
    at: "2026-11-18T11:06:40.000Z",
    status: 503,
    failed: true,
    elapsedMs: 212,
    eventCode: "sources_flow_run_failed",
    eventIds: ["e-1", "e-2"],
    deliveryId: "d-1",
    retry: 3,
    url: "https://hooks.example.com/aep?token=[secret]",
    answer: "busy",
  });
  expect(JSON.stringify(trace)).not.toMatch(/very-secret|signature-of-adobe|"data"/);
});

describe("times", () => {
  test.each([
    [1_795_000_000, "2026-11-18T11:06:40.000Z"],
    ["1795000000000", "2026-11-18T11:06:40.000Z"],
    ["2026-11-22T11:00:00+01:00", "2026-11-22T10:00:00.000Z"],
    ["soon", "2026-11-22T10:00:00.000Z"],
    [1e300, "2026-11-22T10:00:00.000Z"],
  ])("%s", async (ts, at) => {
    expect((await read(traceWith({}, { ts }))).at).toBe(at);
  });
});

describe("the receiver's answer is on one line, cut, and without a secret", () => {
  keepSecret("the-client-secret-4711");
  test.each([
    ["\u001b[31mred\u001b[0m\r\n\tand  more\u202e", "[31mred [0m and more"],
    ["x".repeat(5000), `${"x".repeat(1000)}…`],
    ['{"echo":"the-client-secret-4711"}', '{"echo":"[secret]"}'],
    ["got Authorization: Bearer abcdefgh.ijklmnop", "got Authorization: [secret] [secret]"],
    ['{"access_token":"abc","client_secret" : "d,\\"e"}', '{"access_token":[secret],"client_secret" : [secret]}'],
    ["Cookie: a=b; c=d\r\nHost: x", "Cookie: [secret] Host: x"],
    ['{"body":"{\\"client_secret\\":\\"a b\\",\\"n\\":1}"}', '{"body":"{\\"client_secret\\":[secret],\\"n\\":1}"}'],
    ['{"n":1,"client_secret":"cut o', '{"n":1,"client_secret":[secret]'],
    [`${"a".repeat(80)}_secret=abc;`, `${"a".repeat(80)}_secret=[secret];`],
    ["api_key=abc&user=me", "api_key=[secret]&user=me"],
    ["   ", null],
  ])("%j", async (responseBody, answer) => {
    expect((await read(traceWith({ responseBody }))).answer).toBe(answer);
  });

  test.each([
    [604, /ten seconds/],
    [602, /network/],
    [611, /TLS/],
  ])("where there was none, Adobe's own %i is told in words", async (responseCode, words) => {
    expect((await read(traceWith({ responseCode, responseBody: "" }))).answer).toMatch(words);
  });
});

test.each([[{}], [{ trace: null }], [{ trace: { tracingResponse: "x", insightsInfo: [{ eventIds: "e" }, 7] } }]])(
  "a trace of which nothing is known: %j",
  async (value) => {
    expect(await read(value)).toMatchObject({
      at: null,
      status: null,
      failed: true,
      eventIds: [],
      retry: 0,
      answer: null,
    });
  },
);

describe("a receiver's words take time by their length, and not by its square", () => {
  // Looked at from each of its characters, one of these would take seconds, and twelve of them half a minute.
  test.each([["a"], ["a."], ["eyJ-"], ["secret "], ['secret="'], ["secret:\\"]])(
    "64 KB of %j",
    async (piece) => {
      const responseBody = piece.repeat(65_536 / piece.length);
      const body = Array.from({ length: 12 }, () => traceWith({ responseBody }));
      const traces = await readTraces(apiOn(answeringInTurn({ status: 200, body })), place, hook);
      expect(traces).toHaveLength(12);
    },
    10_000,
  );
});

describe("the traces of a registration", () => {
  test("are asked of the API's own host, by the ids in the journal's link, and put in order", async () => {
    const later = traceWith({}, { ts: "2026-11-22T12:00:00Z" });
    const body = [later, traceWith({ responseCode: 200 }), "no trace"];
    const host = answeringInTurn({ status: 200, body });
    const traces = await readTraces(apiOn(host), place, hook);
    expect(traces.map(({ at, failed }) => [at, failed])).toEqual([
      ["2026-11-22T10:00:00.000Z", false],
      ["2026-11-22T12:00:00.000Z", true],
    ]);
    expect(requestsOf(host)).toEqual(["GET /events/organizations/1/integrations/2/tracing/6a1f"]);
  });

  test("an answer that is no list is asked for again", async () => {
    const host = answeringInTurn({ status: 200, body: "{}" }, { status: 200, body: [] });
    expect(await readTraces(apiOn(host), place, hook)).toEqual([]);
    expect(host.asked).toHaveLength(2);
  });

  test.each([
    ["a journal has none", registrationWith(), "usage", 0],
    ["a link without a number", { ...hook, journalUrl: "https://events.adobe.io/x" }, "protocol", 0],
    [
      "a link that leads elsewhere",
      { ...hook, journalUrl: "https://e.adobe.io/organizations/1/integrations/../x" },
      "protocol",
      0,
    ],
    ["an id that names another path", { ...hook, id: ".." }, "usage", 0],
    ["there are none", hook, "unavailable", 1],
  ])("%s", async (_, registration, kind, asked) => {
    const host = answeringInTurn({ status: 404 });
    await expect(readTraces(apiOn(host), place, registration)).rejects.toMatchObject({ kind });
    expect(host.asked).toHaveLength(asked);
  });
});
