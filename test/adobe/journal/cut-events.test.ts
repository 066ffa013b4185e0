import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutEvents } from "../../../src/adobe/journal/cut-events.ts";
import { decodePage, withBytes } from "../../../src/adobe/journal/page.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const textsIn = (page: string) =>
  cutEvents(encode(page)).map((bytes) => (bytes === null ? null : new TextDecoder().decode(bytes)));

describe("cutEvents", () => {
  test.each([
    ["numbers as they are written", '{"n":1.0,"big":1e400,"long":12345678901234567890,"minus":-0}'],
    ["the order of keys, numbers among them", '{"b":1,"2":1,"a":1,"1":1}'],
    ["a key that stands twice", '{"a":1,"a":2}'],
    ["characters by their number, and others", '{"\\u0061":"\\u00e9é\\ud83d\\ude00😀\\/"}'],
    ["half a character", '"\\ud83d"'],
    ["blanks", '{ "a" :\t[ 1 , 2 ]\r\n}'],
    ["brackets and quotes in texts", '{"a":"]}\\"}{[\\\\","b":["}"]}'],
    ["a word", "true"],
    ["nothing", "null"],
    ["a list", '[{"event":1},{"event":2}]'],
    ["what is nested deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
  ])("keeps %s", (_, event) => {
    expect(textsIn(`{"events":[{"position":"a","event":${event}},{"position":"b","event":7}]}`)).toEqual([event, "7"]);
    expect(textsIn(` { "_page" : {"count":2} ,\n "events" : [ { "event" : ${event} , "position" : "a" } ] } `)).toEqual(
      [event],
    );
  });

  test.each([
    ["no elements", '{"events":[]}', []],
    ["no events", '{"_page":{}}', []],
    ["events that are none", '{"events":{"event":1}}', []],
    ["an element without an event", '{"events":[{"position":"a"},{"event":2}]}', [null, "2"]],
    ["an element that is no entry", '{"events":[7,"x",[ 1 ],null]}', ["7", '"x"', "[ 1 ]", "null"]],
    ["events of something else", '{"a":{"events":[{"event":1}]},"events":[{"event":{"event":2}}]}', ['{"event":2}']],
    ["events twice", '{"events":[{"event":1}],"events":[{"event":2}]}', ["2"]],
    ["an event twice", '{"events":[{"event":1,"event":2}]}', ["2"]],
    ["names by the number of a character", '{"\\u0065vents":[{"ev\\u0065nt":1}]}', ["1"]],
    ["names that are longer", '{"events2":[],"events":[{"event_id":1,"event":2,"events":3}]}', ["2"]],
    ["a mark at the beginning", '\ufeff{"events":[{"event":1.0}]}', ["1.0"]],
    ["a body beside an event", '{"events":[{"event":{"a":1.0},"body":{"b":2.0}}]}', ['{"a":1.0,"body":{"b":2.0}}']],
    ["a body beside an empty event", '{"events":[{"event":{ },"body":2.0}]}', ['{ "body":2.0}']],
    ["a body in the event as well", '{"events":[{"event":{"body":1.0},"body":2.0}]}', ['{"body":1.0}']],
    ["a body beside what is no object", '{"events":[{"event":[1.0],"body":2.0}]}', ["[1.0]"]],
  ])("finds %s", (_, page, events) => {
    expect(textsIn(page)).toEqual(events);
  });

  test("what is no UTF-8 stays as it was sent", () => {
    const page = Buffer.concat([Buffer.from('{"events":[{"event":"'), Buffer.of(0xff, 0xc3), Buffer.from('"}]}')]);
    expect(cutEvents(page)).toEqual([new Uint8Array([0x22, 0xff, 0xc3, 0x22])]);
  });

  test.each([
    '{"events":[{"event":',
    '{"events":[{"event":"',
    '{"events":[1,',
    '{"events":[[',
    "{",
    "",
    '{"events',
    "}}}",
  ])("comes to an end in %j, which is no page", (page) => {
    expect(cutEvents(encode(page)).length).toBeLessThan(3);
  });
});

/** Any JSON in any spelling: blanks wherever they may stand, keys twice, characters by their number. */
const blank = fc.constantFrom("", "", "", " ", "\n", "\t\r");
const character = fc.oneof(
  fc.string({ unit: "binary", maxLength: 3 }).map((text) => JSON.stringify(text).slice(1, -1)),
  fc.constantFrom("\\u0065", "\\ud83d", "\\\\", '\\"', "]", "}", "{", ",", ":", "event", "😀"),
);
const written = fc.array(character, { maxLength: 5 }).map((parts) => `"${parts.join("")}"`);
const key = fc.oneof(written, fc.constantFrom('"event"', '"\\u0065vent"', '"body"', '"position"', '"events"'));
const word = fc.constantFrom("1.0", "-0", "1e400", "12345678901234567890", "true", "false", "null", "1E-7");
const { value, object } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, word, written, tie("object"), tie("list")),
  object: fc
    .array(fc.tuple(blank, key, blank, blank, tie("value"), blank), { maxLength: 5 })
    .map((members) => `{${members.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`).join(",") || " "}}`),
  list: fc
    .array(fc.tuple(blank, tie("value"), blank), { maxLength: 4 })
    .map((items) => `[${items.map(([a, v, b]) => a + v + b).join(",") || "\n"}]`),
}));

test("whatever a page holds, the bytes of an event parse to the event that the page gives", () => {
  const element = fc.oneof(value, object);
  const page = fc
    .tuple(fc.array(fc.tuple(blank, element, blank), { maxLength: 6 }), blank, object)
    .map(
      ([elements, b, more]) => `{"more":${more},${b}"events":[${elements.map((parts) => parts.join("")).join(",")}]}`,
    );
  fc.assert(
    fc.property(page, (text) => {
      const bytes = encode(text);
      const decoded = decodePage(bytes);
      expect(decoded).not.toBeNull();
      for (const entry of withBytes(decoded?.entries ?? [], bytes)) {
        const cut = entry.bytes?.() ?? null;
        const parsed: unknown = cut === null ? undefined : JSON.parse(new TextDecoder().decode(cut));
        expect(parsed).toEqual(entry.event);
        expect(cut === null || text.includes(new TextDecoder().decode(cut)) || text.includes('"body"')).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test("events are cut when one is asked for, and not before", () => {
  const page = encode('{"events":[{"event":1},{"event":2}]}');
  const entries = withBytes(decodePage(page)?.entries ?? [], page);
  // Whoever asks for none never pays: not a byte was looked at.
  page.set(encode('{"events":[{"event":3},{"event":4}]}'));
  expect(entries.map(({ bytes }) => bytes?.()?.[0])).toEqual([0x33, 0x34]);
});
