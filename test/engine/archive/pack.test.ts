import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { expect, it } from "vitest";
import {
  packEvent,
  packRecord,
  packTogether,
  readInPack,
  unpack,
  unpackTogether,
  writeInPack,
} from "../../../src/engine/archive/pack.ts";
import { eventDictionary } from "../../../src/engine/archive/pack/event-dictionary.ts";
import { recordDictionary } from "../../../src/engine/archive/pack/record-dictionary.ts";
import { sampleRun } from "../../render/sample-runs.ts";

const events = readdirSync("fixtures/payloads").map((name) => readFileSync(`fixtures/payloads/${name}`, "utf8"));
const compact = events.map((text) => JSON.stringify(JSON.parse(text)));

it("a text comes back as it was packed, whatever it holds", () => {
  const texts = [...events, ...compact, "", "{}", JSON.stringify("é … 🙂 \u0000 \ud800"), "x".repeat(3_000_000)];
  for (const text of texts) {
    expect(unpack(packEvent(text)) === text).toBe(true);
    expect(unpack(packRecord(text)) === text).toBe(true);
  }
});

it("texts of several runs come back in their order, each with its event or without one", async () => {
  const record = JSON.stringify({ message: "é … 🙂 \u0000 \n two lines" });
  const runs = [
    ...compact.map((event) => ({ record, event })),
    { record: "{}", event: null },
    { record: JSON.stringify("x".repeat(3_000_000)), event: "{}" },
    { record, event: null },
  ];
  for (const some of [runs, runs.slice(0, 2), runs.slice(-1)])
    expect(unpackTogether(await packTogether(some))).toEqual(some);
});

it("many together take half of what they take one by one", async () => {
  const some = Array.from({ length: 50 }, (_, n) => {
    const event = JSON.stringify({ id: n, ...(JSON.parse(events[n % events.length] ?? "") as object) });
    return { record: JSON.stringify({ ...sampleRun(), position: String(n) }), event };
  });
  const alone = some.reduce((sum, { record, event }) => sum + packRecord(record).length + packEvent(event).length, 0);
  expect((await packTogether(some)).length / alone).toBeLessThan(1 / 2);
});

it("the words for texts that are in a pack are told from packed texts", () => {
  const words = writeInPack({ pack: 2 ** 53 - 1, place: 4_000_000_000 });
  expect(readInPack(words)).toEqual({ pack: 2 ** 53 - 1, place: 4_000_000_000 });
  for (const packed of [packRecord("{}"), packEvent("{}"), new Uint8Array(), words.subarray(0, 12)])
    expect(readInPack(packed)).toBeNull();
});

it("events and records that look like others take less than a third", () => {
  const sizeOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
  const packed = compact.map((text) => packEvent(text).length).reduce((sum, size) => sum + size, 0);
  expect(packed / sizeOf(compact)).toBeLessThan(1 / 3);
  const record = JSON.stringify(sampleRun());
  expect(packRecord(record).length / record.length).toBeLessThan(1 / 2);
});

it("what was packed with a dictionary can be read for ever: neither of the two has changed", () => {
  // A better dictionary has a number of its own, and these two stay.
  expect(digestOf(eventDictionary)).toBe("fbfa0c74478e557d");
  expect(digestOf(recordDictionary)).toBe("ba7dc0ac16265556");
  expect(Math.max(eventDictionary.length, recordDictionary.length)).toBeLessThan(32_768);
  expect(unpack(Buffer.from("AYMmFEPkGDBCCdDaWgA=", "base64"))).toBe('{"id":"1","flowId":"2","metrics":{}}');
  expect(unpack(Buffer.from("AiMy7dUCAA==", "base64"))).toBe('{"type":"flowrun.run","schemaVersion":1}');
  expect(unpackTogether(Buffer.from("A3i7TYI2XyNyF10tFzRFGaKc6YUS8rW1AO4yGR8=", "base64"))).toEqual([
    { record: '{"type":"flowrun.run","schemaVersion":1}', event: '{"id":"1","flowId":"2","metrics":{}}' },
  ]);
});

it("what was packed with the whole of a dictionary at hand, as the first archives were, is read too", () => {
  const text = eventDictionary.slice(0, 300);
  const packed = deflateRawSync(text, { windowBits: 14, dictionary: Buffer.from(eventDictionary) });
  expect(packed.length).toBeLessThan(30);
  expect(unpack(Buffer.concat([Buffer.of(1), packed]))).toBe(text);
});

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

it("what a newer flowrun packed is said to be so", () => {
  for (const read of [unpack, unpackTogether]) {
    expect(() => read(Uint8Array.of(5, 1, 2))).toThrow(
      expect.objectContaining({ kind: "settings", why: expect.stringContaining("a newer flowrun") as string }),
    );
  }
});

it.each([
  ["nothing", new Uint8Array(0)],
  ["half of it", packEvent(compact[0]!).subarray(0, 100)],
  ["other bytes", Uint8Array.of(1, 255, 255, 255, 255)],
])("%s is a damaged run, and not an empty one", (_, bytes) => {
  for (const read of [unpack, unpackTogether]) {
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({ kind: "settings", message: "a run in the archive is damaged" }),
    );
  }
});
