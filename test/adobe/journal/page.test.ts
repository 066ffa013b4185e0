import { describe, expect, test } from "vitest";
import { decodePage } from "../../../src/adobe/journal/page.ts";

const decode = (text: string) => decodePage(new TextEncoder().encode(text));

describe("decodePage", () => {
  test("keeps positions and events as delivered, in order", () => {
    const page = decode(
      '{"events":[{"position":"cat:1","event":{"a":[1]}},{"position":"cat:2","event":"text"}],"_page":{"last":"cat:2","count":2}}',
    );
    expect(page).toEqual({
      entries: [
        { position: "cat:1", event: { a: [1] } },
        { position: "cat:2", event: "text" },
      ],
      count: 2,
      last: "cat:2",
    });
  });

  test.each([
    ["no events", '{"events":[],"_page":{"last":"cat:9","count":0}}', { entries: [], last: "cat:9" }],
    ["nothing else", '{"events":[]}', { entries: [], last: null }],
    ["no _page: the last position there is", '{"events":[{"position":"a"},{"position":"b"},{}]}', { last: "b" }],
    ["a _page of another type", '{"events":[{"position":"a"}],"_page":7}', { last: "a" }],
    ["an empty last", '{"events":[{"position":"a"}],"_page":{"last":""}}', { last: "a" }],
    [
      "a last that is not the last",
      '{"events":[{"position":"a"},{"position":"b"}],"_page":{"last":"a"}}',
      { last: "a" },
    ],
    [
      "poison elements",
      '{"events":[null,7,"x",[1]]}',
      {
        entries: [null, 7, "x", [1]].map((event) => ({ position: "", event })),
      },
    ],
    [
      "a position that is no text",
      '{"events":[{"position":7,"event":{}}]}',
      { entries: [{ position: "", event: {} }] },
    ],
    ["a byte order mark", '\ufeff{"events":[]}', { entries: [] }],
    [
      "a body beside the event",
      '{"events":[{"position":"a","event":{"header":1},"body":{"b":2}}]}',
      {
        entries: [{ position: "a", event: { header: 1, body: { b: 2 } } }],
      },
    ],
    [
      "a body beside and inside: the inner one",
      '{"events":[{"position":"a","event":{"body":1},"body":2}]}',
      {
        entries: [{ position: "a", event: { body: 1 } }],
      },
    ],
  ])("%s", (_, text, expected) => {
    expect(decode(text)).toMatchObject(expected);
  });

  test.each([
    ["nothing", ""],
    ["truncated", '{"events":[{"position":"a","eve'],
    ["HTML", "<html>"],
    ["an array", "[]"],
    ["null", "null"],
    ["a text", '"events"'],
    ["no list of events", "{}"],
    ["events of another type", '{"events":{"0":{}}}'],
  ])("%s is no page", (_, text) => {
    expect(decode(text)).toBeNull();
  });

  test("broken UTF-8 in an event does not lose the page", () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode('{"events":[{"position":"a","event":"'),
      0xff,
      ...new TextEncoder().encode('"}]}'),
    ]);
    expect(decodePage(bytes)?.entries).toEqual([{ position: "a", event: "\ufffd" }]);
  });
});
