import { describe, expect, it } from "vitest";
import { unwrap } from "../../../src/runs/events/unwrap.ts";

const bodiesOf = (event: unknown) => unwrap(event).flatMap(({ content }) => ("body" in content ? [content.body] : []));
const unreadableIn = (event: unknown) =>
  unwrap(event).flatMap(({ content }) => ("unreadable" in content ? [content.unreadable] : []));

describe("unwrap", () => {
  const body = { id: "r", flowId: "f" };
  const cloud = { specversion: "1.0", type: "code", source: "s", id: "1" };

  it.each([
    ["a bare run", body],
    ["a list", [body]],
    ["a journal entry", { position: "p", event: body }],
    ["a journal entry in its old form", { position: "p", event: { header: {}, body } }],
    ["a journal entry with its body outside", { position: "p", event: { header: {} }, body }],
    ["CloudEvents", { ...cloud, data: body }],
    ["CloudEvents, data as text", { ...cloud, data: JSON.stringify(body) }],
    ["CloudEvents, data as text twice over", { ...cloud, data: JSON.stringify(JSON.stringify(body)) }],
    ["messages", { messages: [{ value: body }] }],
    ["a list of messages", [{ messages: [{ value: body }] }]],
    ["event_id and event", { event_id: "e", event: body }],
    ["event as text", { event_id: "e", event: JSON.stringify(body) }],
    ["header and body", { header: { msgId: "m" }, body }],
    ["hybrid", { eventid: "e", event: { body: { ...cloud, data: body } } }],
    [
      "hybrid batch in a journal entry",
      { position: "p", event: [{ eventid: "e", event: { body: { ...cloud, data: body } } }] },
    ],
    ["messages in CloudEvents", { ...cloud, data: { messages: [{ value: body }] } }],
  ])("takes off %s", (_, event) => {
    expect(bodiesOf(event)).toEqual([body]);
  });

  it("opens nothing inside a run or an alert, whatever their fields are called", () => {
    const odd = { ...body, event: { id: "x" }, body: {}, messages: [{ value: {} }], data: {} };
    expect(bodiesOf(odd)).toEqual([odd]);
  });

  it("reads the code nearest to the run", () => {
    const header = { _adobeio: { eventCode: "inner" } };
    expect(unwrap({ ...cloud, data: { ...body, header } })[0]?.eventCode).toBe("inner");
    expect(unwrap({ ...cloud, data: body })[0]?.eventCode).toBe("code");
    expect(unwrap({ type: "no envelope", ...body })[0]?.eventCode).toBeNull();
  });

  it("keeps the bodies of one event in order, each with its own code", () => {
    const message = (type: string, n: number) => ({ _eventNotificationMeta: { type }, value: { n } });
    const found = unwrap({ event_id: "e", event: { messages: [message("one", 1), message("two", 2)] } });
    expect(found.map(({ key, eventId, eventCode }) => [key, eventId, eventCode])).toEqual([
      ["e#0", "e", "one"],
      ["e#1", "e", "two"],
    ]);
  });

  it("says why there is no body", () => {
    expect(unreadableIn({ ...cloud, data: "hello" })).toEqual(["holds text that is not JSON"]);
    expect(unreadableIn({ ...cloud, data: '{"a":' })).toEqual(["holds text that is not JSON"]);
    expect(unreadableIn({ ...cloud, data: null })).toEqual(["holds no object"]);
    expect(unreadableIn(5)).toEqual(["holds no object"]);
  });

  it("comes to an end where the nesting does not", () => {
    const cycle: Record<string, unknown> = { event_id: "e" };
    cycle["event"] = cycle;
    expect(unreadableIn(cycle)).toEqual(["is nested without end"]);

    const list: unknown[] = [];
    for (let copies = 0; copies < 10; copies += 1) list.push(list);
    expect(unreadableIn(list)).toContain("holds more than 10000 bodies");
    expect(unreadableIn(list).length).toBeLessThanOrEqual(10_000);

    let deep: unknown = body;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(unreadableIn(deep)).toEqual(["is nested without end"]);
    expect(bodiesOf({ ...cloud, data: "[".repeat(100_000) })).toEqual([]);
  });
});
