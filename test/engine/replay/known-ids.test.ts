import { describe, expect, test } from "vitest";
import { idsInLine, isHadAlready } from "../../../src/engine/replay/known-ids.ts";

describe("idsInLine", () => {
  test.each([
    ["an id alone", "  11bfdf94-7411 \r", ["11bfdf94-7411"]],
    ["an id in quotes", '"a-b",', ["a-b"]],
    ["nothing", "  ", []],
    ["the sign of a list", "[", []],
    ["a record with an event id: its run may have others", '{"type":"flowrun.run","runId":"r","eventId":"e"}', ["e"]],
    ["a record without one", '{"type":"flowrun.run","runId":"r","eventId":null}', ["r"]],
    ["some fields of a record", '{"eventId":"e"}', ["e"]],
    ["an event as delivered", '{"event_id":"e","event":{"id":"r","flowId":"f"}}', ["e"]],
    ["a CloudEvent", '{"specversion":"1.0","id":"c","eventid":"e","source":"s","data":{"id":"r"}}', ["e"]],
    ["an object with an id", '{"id":"x"}', ["x"]],
    ["an object without", '{"a":1}', []],
    ["a list", '["a",{"eventId":"b"},["c"],7,null,""]', ["a", "b", "c"]],
    ["what is no JSON", '{"eventId":"e"', null],
  ])("%s", (_, line, ids) => {
    expect(idsInLine(line)).toEqual(ids);
  });
});

describe("isHadAlready", () => {
  const run = (runId: string, eventId: string | null = null) => ({ runId, eventId, updatedAt: null });
  const event = (...runs: ReturnType<typeof run>[]) => ({
    ...{ id: "e", code: null, provider: "p", isCloudEvent: false, body: new Uint8Array(), position: "" },
    runs,
  });

  test("by the event's id, or by all of its runs", () => {
    expect(isHadAlready(event(run("r-1"), run("r-2")), new Set(["e"]))).toBe(true);
    expect(isHadAlready(event(run("r-1"), run("r-2")), new Set(["r-1"]))).toBe(false);
    expect(isHadAlready(event(run("r-1"), run("r-2")), new Set(["r-1", "r-2"]))).toBe(true);
    expect(isHadAlready(event(run("r-1", "inner"), run("r-2")), new Set(["inner", "r-2"]))).toBe(true);
    expect(isHadAlready(event(run("r-1")), new Set())).toBe(false);
  });
});
