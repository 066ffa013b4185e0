import { expect, test } from "vitest";
import { contentKeys, wholeEventKeys } from "../../../src/runs/events/whole-event-keys.ts";

const message = (n: number): Record<string, unknown> => ({
  messages: [{ value: { flowId: "f", id: `run-${String(n)}` } }],
});
const withId = (n: number) => ({ event_id: `id-${String(n)}`, event: { flowId: "f" } });
const sentTo = (event: object) => ({ ...event, recipientclientid: "ours", recipient_client_id: "ours" });

test("an event is the same whomever it was sent to, with an id and without", () => {
  for (const event of [message(1), withId(1)]) {
    expect(wholeEventKeys(event)).toHaveLength(1);
    expect(wholeEventKeys(sentTo(event))).toEqual(wholeEventKeys(event));
  }
  expect(wholeEventKeys(message(2))).not.toEqual(wholeEventKeys(message(1)));
  expect(wholeEventKeys(withId(2))).not.toEqual(wholeEventKeys(withId(1)));
});

test("a list has the keys of its parts, each once", () => {
  for (const of of [message, withId]) {
    const parts = [of(1), of(2), of(1)];
    expect(wholeEventKeys(parts)).toEqual([of(1), of(2)].flatMap(wholeEventKeys));
    expect(wholeEventKeys(parts.map(sentTo))).toEqual(wholeEventKeys(parts));
  }
});

test("there is always one", () => {
  const endless: unknown[] = [];
  endless.push(endless);
  for (const event of [null, 7, "", "{", [], [[]], {}, endless]) {
    expect(wholeEventKeys(event).length).toBeGreaterThan(0);
  }
});

const updatedAt = Date.UTC(2026, 10, 22);
const told = (more: object = {}) => ({
  ...{
    id: "run-1",
    flowId: "flow-1",
    updatedAt,
    metrics: { statusSummary: { status: "success" }, note: [1, { b: 2, a: 1 }] },
  },
  ...more,
});
const cloud = (data: unknown, more: object = {}) => ({
  ...{ specversion: "1.0", id: "c", source: "s", type: "sources_flow_run_success", data },
  ...more,
});

test("what an event tells is the same, whatever it is called, in whatever order, and whomever it was sent to", () => {
  const { metrics, ...rest } = told();
  const turned = { metrics: { note: [1, { a: 1, b: 2 }], statusSummary: metrics.statusSummary }, ...rest };
  const [key] = contentKeys(cloud(told()), updatedAt);
  expect(key).toMatch(/^[0-9a-f]{16}$/);
  for (const other of [
    cloud(told(), { id: "d" }),
    cloud(JSON.stringify(turned), { eventid: "e" }),
    { event_id: "f", event: cloud(turned), recipient_client_id: "ours" },
    cloud(told({ eventid: "g", recipientclientid: "ours" })),
    [cloud(told()), cloud(told())],
  ]) {
    expect(contentKeys(other, updatedAt)).toEqual([key]);
  }
});

test("whatever differs, tells something else", () => {
  const others = [
    cloud(told({ updatedAt: updatedAt + 1 })),
    cloud(told({ metrics: { ...told().metrics, statusSummary: { status: "failed" } } })),
    cloud(told({ metrics: { ...told().metrics, note: [1, { a: 1, b: 3 }] } })),
    cloud(told({ metrics: { ...told().metrics, note: [{ a: 1, b: 2 }, 1] } })),
    cloud(told({ more: null })),
    cloud(told(), { type: "sources_flow_run_failure" }),
    told(),
  ];
  const keys = [cloud(told()), ...others].flatMap((event) => contentKeys(event, updatedAt));
  expect(new Set(keys).size).toBe(others.length + 1);
});

test("nothing is told by what is no run, says not what became of it or when, or is a sample of long ago", () => {
  const endless: Record<string, unknown> = {};
  endless["in"] = endless;
  for (const body of [
    { status: "FIRING", flowId: "flow-1", id: "run-1", updatedAt },
    told({ id: undefined }),
    told({ flowId: " " }),
    told({ updatedAt: undefined }),
    told({ updatedAt: updatedAt - 1 }),
    told({ metrics: {} }),
    told({ endless }),
    "text",
  ]) {
    expect(contentKeys(cloud(body), updatedAt)).toEqual([]);
    expect(contentKeys([cloud(told()), cloud(body)], updatedAt)).toEqual([]);
  }
});
