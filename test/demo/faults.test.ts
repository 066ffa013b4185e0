import { describe, expect, test } from "vitest";
import type { Reply, DemoService } from "../../src/demo/call.ts";
import { spoil, type DemoFault, type FaultRule } from "../../src/demo/faults.ts";
import { answerJournal, faithful } from "../../src/demo/journal.ts";
import { call, hourly, nextOf, now, numbersOf, valuesOf } from "./support.ts";

const source = hourly(4);
const target = `/events/organizations/7/integrations/8/r9?since=${source.position(0)}`;

function ask(rules: readonly FaultRule[], index = 0, service: DemoService = "journal", asked = target): Reply {
  const answer = (): Reply => answerJournal({ source, knobs: faithful }, call(asked), now);
  return spoil(rules, { service, index, call: call(asked) }, answer);
}

const right = ask([]);

describe("which request a rule fits", () => {
  const fault: DemoFault = { kind: "status", status: 500 };
  const cases: readonly [what: string, rule: Omit<FaultRule, "fault">, spoilt: readonly number[]][] = [
    ["all", {}, [0, 1, 2, 3]],
    ["one", { at: 2 }, [2]],
    ["some", { at: [0, 3] }, [0, 3]],
    ["those that look so", { when: ({ query }) => query.has("since") }, [0, 1, 2, 3]],
    ["those that do not", { when: ({ query }) => query.has("seek") }, []],
    ["both", { at: 1, when: ({ query }) => query.has("since") }, [1]],
    ["another service's", { on: "ims" }, []],
  ];
  test.each(cases)("%s", (_, rule, spoilt) => {
    const statuses = [0, 1, 2, 3].map((index) => ask([{ ...rule, fault }], index).status);
    expect(statuses).toEqual([0, 1, 2, 3].map((index) => (spoilt.includes(index) ? 500 : 200)));
  });
  test("the first rule that fits wins", () => {
    const rules: FaultRule[] = [
      { at: 1, fault: { kind: "status", status: 503 } },
      { fault: { kind: "status", status: 500 } },
    ];
    expect([ask(rules, 0).status, ask(rules, 1).status]).toEqual([500, 503]);
  });
});

describe("statuses say what their service would", () => {
  const cases: readonly [DemoService, Omit<Extract<DemoFault, { kind: "status" }>, "kind">, body: RegExp][] = [
    ["journal", { status: 401 }, /"error_code":"401013"/],
    ["journal", { status: 403 }, /"error_code":"403003"/],
    ["journal", { status: 403, code: "403011" }, /"error_code":"403011"/],
    ["journal", { status: 404 }, /<html>/],
    ["journal", { status: 410 }, /^Events at position heron:.* have expired\.$/],
    ["journal", { status: 429, retryAfter: "7" }, /"error_code":"429050"/],
    ["journal", { status: 503, retryAfter: "Sun, 22 Nov 2026 12:00:30 GMT" }, /"error_code":"503010"/],
    ["journal", { status: 503, retryAfter: "soon" }, /"error_code"/],
    ["journal", { status: 500 }, /<html>/],
    ["journal", { status: 502 }, /<html>/],
    ["ims", { status: 400 }, /"error":"invalid_client"/],
    ["ims", { status: 429, retryAfter: "3244" }, /"error":"too_many_requests"/],
    ["ims", { status: 500 }, /"error":"server_error"/],
    ["api", { status: 500 }, /"reason":"500"/],
  ];
  test.each(cases)("%s %j", (on, fault, body) => {
    const reply = ask([{ on, fault: { kind: "status", ...fault } }], 0, on);
    expect(reply.status).toBe(fault.status);
    expect(reply.body).toMatch(body);
    expect(valuesOf(reply, "retry-after")).toEqual(fault.retryAfter === undefined ? [] : [fault.retryAfter]);
  });
});

describe("spoilt pages", () => {
  const spoilt = (fault: DemoFault): Reply => ask([{ fault }]);
  test.each([
    ["duplicate", [1, 1, 2, 3]],
    ["reorder", [3, 2, 1]],
    ["empty", []],
    ["wrongLast", [1, 2, 3]],
  ] as const)("%s", (kind, numbers) => {
    const reply = spoilt({ kind });
    expect(numbersOf(reply)).toEqual(numbers);
    expect([reply.status, nextOf(reply)]).toEqual([200, nextOf(right)]);
    expect(reply.body.includes(`"last":"${source.position(3)}"`)).toBe(kind !== "wrongLast");
  });
  test("truncated: half of the text, which is no JSON any more", () => {
    const { body } = spoilt({ kind: "truncated" });
    expect(right.body.startsWith(body)).toBe(true);
    expect(() => JSON.parse(body) as unknown).toThrow();
  });
  test("html keeps the links of a page that is none", () => {
    const reply = spoilt({ kind: "html" });
    expect([reply.status, valuesOf(reply, "content-type"), nextOf(reply)]).toEqual([200, ["text/html"], nextOf(right)]);
    expect(reply.body).toContain("<html>");
  });
  test("another content type over the right body", () => {
    const reply = spoilt({ kind: "contentType", value: "application/octet-stream" });
    expect([valuesOf(reply, "content-type"), reply.body]).toEqual([["application/octet-stream"], right.body]);
  });
  test("stuck: next is the request itself", () => {
    expect(nextOf(spoilt({ kind: "stuck" }))).toBe(target);
  });
  test("without next, but with the other links", () => {
    const reply = spoilt({ kind: "withoutNext" });
    expect(nextOf(reply)).toBe("");
    expect(valuesOf(reply, "link")).toHaveLength(6);
  });
  test("a 204 has no page to rearrange", () => {
    const end = target.replace(source.position(0), source.position(3));
    expect(ask([{ fault: { kind: "duplicate" } }], 0, "journal", end)).toEqual(ask([], 0, "journal", end));
  });
});

test("what replaces an answer does not ask for it, so that no token is minted for nothing", () => {
  const never = (): Reply => {
    throw new Error("asked");
  };
  for (const fault of [{ kind: "status", status: 500 }, { kind: "hang" }] as const) {
    expect(() =>
      spoil([{ on: "ims", fault }], { service: "ims", index: 0, call: call("/ims/token/v3") }, never),
    ).not.toThrow();
  }
});
