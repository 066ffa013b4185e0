import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinKey, keptKey, runKey, shortKey } from "../../../src/runs/events/event-key.ts";
import { verdictOn, bareRun } from "../events.ts";

const keysOf = (event: unknown) => verdictOn(event, ["runs"]).runs.map(({ key }) => key);
const cloudEvent = (source: string, id: string) => ({ specversion: "1.0", type: "t", source, id, data: bareRun() });

describe("joinKey", () => {
  test("joins what has no blanks as it always did", () => {
    expect(joinKey("urn:a", "1")).toBe("urn:a 1");
    expect(joinKey("", "1")).toBe(" 1");
  });

  test.each([
    [cloudEvent("urn:a b", "c"), cloudEvent("urn:a", "b c")],
    [cloudEvent("a", " b"), cloudEvent("a ", "b")],
    [cloudEvent('\t["a b"', "c"), cloudEvent("a b", "c")],
  ])("%j and %j are two events", (one, other) => {
    expect(keysOf(one)).not.toEqual(keysOf(other));
  });

  test("so do a run's id, status and time where the event has no id", () => {
    const run = (id: string, status: string) => bareRun({ id, metrics: { statusSummary: { status } } });
    expect(keysOf(run("run a", "b"))).not.toEqual(keysOf(run("run", "a b")));
  });

  test("makes one key of no two pairs", () => {
    const text = fc.string({ unit: fc.constantFrom(" ", "\t", "a", '"', "[", ",", "\\"), maxLength: 6 });
    const pair = fc.tuple(text, text);
    const property = fc.property(pair, pair, (one, other) => {
      fc.pre(one[0] !== other[0] || one[1] !== other[1]);
      expect(joinKey(...one)).not.toBe(joinKey(...other));
    });
    fc.assert(property, { numRuns: 5000 });
  });
});

describe("an id of a megabyte", () => {
  const long = "x".repeat(1_000_000);

  test("makes a short key, and another one makes another", () => {
    const [key = ""] = keysOf({ event_id: long, event: bareRun() });
    expect(key.length).toBeLessThan(30);
    expect(keysOf({ event_id: `${long}y`, event: bareRun() })).not.toEqual([key]);
    expect(keysOf(cloudEvent(long, "1")).join().length).toBeLessThan(30);
    expect(keysOf({ header: { msgId: long }, body: bareRun() }).join().length).toBeLessThan(30);
    expect(keysOf(bareRun({ id: long })).join().length).toBeLessThan(30);
  });

  test("costs what it takes once, however many runs the event has", () => {
    const messages = Array.from({ length: 9000 }, () => ({ value: bareRun() }));
    const keys = keysOf({ event_id: long, event: { messages } });
    expect(new Set(keys).size).toBe(9000);
    expect(keys.join().length).toBeLessThan(9000 * 30);
  });
});

describe("keptKey", () => {
  test.each(["event-1#0", "urn:a 1#0", "run success 2026-11-22T12:00:00.000Z", "\ud800#1", "x".repeat(2000)])(
    "keeps 16 digits of %j, and again the same of these",
    (key) => {
      const kept = keptKey(key);
      expect(kept).toMatch(/^[0-9a-f]{16}$/);
      expect(keptKey(kept)).toBe(kept);
    },
  );

  test("of a long key as it was kept once is the same as of what it is now", () => {
    const id = `${"x".repeat(5000)}#7`;
    expect(keptKey(`${id}#12`)).toBe(keptKey(runKey(shortKey(id), 12)));
    const run = `${"r".repeat(5000)} success 2026-11-22T12:00:00.000Z`;
    expect(keptKey(run)).toBe(keptKey(shortKey(run)));
  });
});
