import { describe, expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { decodePage, resolveNext } from "../../../src/adobe/journal/page.ts";

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

const journal = "https://events-va6.adobe.io/events/organizations/1/integrations/2/3";

describe("resolveNext", () => {
  test.each([
    [
      "a path",
      "/events-fast/organizations/1/integrations/2/3?since=cat:1.x:2",
      "https://events-va6.adobe.io/events-fast/organizations/1/integrations/2/3?since=cat:1.x:2",
    ],
    ["a query", "?since=cat:1", `${journal}?since=cat:1`],
    ["an absolute one", `${journal}?since=a:b.c,d`, `${journal}?since=a:b.c,d`],
    ["another host of Adobe I/O", "https://events-irl1.adobe.io/e?since=1", "https://events-irl1.adobe.io/e?since=1"],
    ["no scheme", "//events.adobe.io/e", "https://events.adobe.io/e"],
    ["escapes, kept", "/e?since=a%3Ab%2cc+d", "https://events-va6.adobe.io/e?since=a%3Ab%2cc+d"],
  ])("%s", (_, link, url) => {
    expect(resolveNext(link, `${journal}?seek=-P1D`, journal)).toBe(url);
  });

  test("stays on a journal of our own on loopback", () => {
    expect(resolveNext("/e?since=1", "http://127.0.0.1:8080/j", "http://127.0.0.1:8080/j")).toBe(
      "http://127.0.0.1:8080/e?since=1",
    );
  });

  test.each([
    ["another host", "https://events.example.com/e", "events.example.com"],
    ["another host without a scheme", "//example.com/e", "example.com"],
    ["plain http", "http://events-va6.adobe.io/e", "events-va6.adobe.io"],
    ["a host that ends alike", "https://notadobe.io/e", "notadobe.io"],
    ["a host that begins alike", "https://events-va6.adobe.io.example.com/e", "events-va6.adobe.io.example.com"],
    ["a user name that looks like a host", "https://events-va6.adobe.io@example.com/e", "example.com"],
    ["a backslash", "https:\\\\example.com/e", "example.com"],
    ["loopback", "http://127.0.0.1/e", "127.0.0.1"],
    ["another port in plain http", "http://events-va6.adobe.io:8080/e", "events-va6.adobe.io:8080"],
  ])("refuses %s and names it", (_, link, host) => {
    const error = failure(() => resolveNext(link, journal, journal));
    expect(error.kind).toBe("protocol");
    expect(error.message).toContain(host);
  });

  test.each(["javascript:alert(1)", "data:text/plain,x", "file:///etc/passwd", "https://"])("refuses %s", (link) => {
    expect(failure(() => resolveNext(link, journal, journal)).kind).toBe("protocol");
  });

  test("refuses another port of a loopback journal", () => {
    const error = failure(() => resolveNext("http://127.0.0.1:9/e", "http://127.0.0.1:8/j", "http://127.0.0.1:8/j"));
    expect(error.message).toContain("127.0.0.1:9");
  });
});

function failure(act: () => unknown): FlowrunError {
  try {
    act();
  } catch (error) {
    if (error instanceof FlowrunError) return error;
  }
  throw new Error("it did not fail as it should");
}
