import { describe, expect, test } from "vitest";
import {
  decodePage,
  findEntries,
  firstEntries,
  firstPosition,
  guessTimes,
  skimPage,
  type Page,
} from "../../../src/adobe/journal/page.ts";

const marks = ["flowId", "_flow_run_"];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const skim = (text: string) => skimPage(bytes(text), marks);

const other = (position: string): string => `{"position":"${position}","event":{"type":"com.example.read"}}`;
const pageText = (entries: readonly string[], last = "cat:9"): string =>
  `{"events":[${entries.join(",")}],"_page":{"last":"${last}","count":${entries.length}}}`;

describe("skimPage", () => {
  test("takes from a page without a mark what the journal counted", () => {
    expect(skim(pageText([other("cat:1"), other("cat:2")], "cat:2"))).toEqual({
      entries: [],
      count: 2,
      last: "cat:2",
    });
  });

  test.each([
    ["a run's own field", '{"position":"cat:1","event":{"flowId":"f"}}'],
    ["an event code", '{"position":"cat:1","event":{"code":"sources_flow_run_success"}}'],
    ["a mark inside a text", '{"position":"cat:1","event":{"note":"about a flowId"}}'],
    ["a mark in JSON inside a text", '{"position":"cat:1","event":{"data":"{\\"flowId\\":1}"}}'],
    ["a key written with an escape", '{"position":"cat:1","event":{"\\u0066lowId":"f"}}'],
    ["a key written with another", '{"position":"cat:1","event":{"flow\\u0049d":"f"}}'],
    ["an event code written with an escape", '{"position":"cat:1","event":{"code":"sources\\u005fflow_run_success"}}'],
    ["such a key in JSON inside a text", '{"position":"cat:1","event":{"data":"{\\"flow\\\\u0049d\\":1}"}}'],
    ["such a key behind a backslash by number", '{"position":"cat:1","event":{"data":"{\\"flow\\u005cu0049d\\":1}"}}'],
  ])("leaves a page with %s to be parsed", (_, entry) => {
    expect(() => void JSON.parse(entry)).not.toThrow();
    expect(skim(pageText([other("cat:0"), entry]))).toBeNull();
  });

  test("takes a page with other characters by number", () => {
    expect(skim(pageText(['{"position":"cat:1","event":{"note":"\\u4e2d\\u6587"}}']))).toMatchObject({ count: 1 });
  });

  test.each([
    ["line breaks and indents", `{\n  "events" : [],\n  "_page" : {\n "last" : "a:b.c,d" ,\n "count" : 0 }\n}\n`],
    ["no blanks", '{"events":[],"_page":{"last":"a:b.c,d","count":0}}'],
  ])("understands %s", (_, text) => {
    expect(skim(text)).toMatchObject({ last: "a:b.c,d", count: 0 });
  });

  test.each([
    ["cut off", pageText([other("cat:1")]).slice(0, -1)],
    ["cut off in an event", '{"events":[{"position":"cat:1","event":{"typ'],
    ["without _page", `{"events":[${other("cat:1")}]}`],
    ["with _page first", `{"_page":{"last":"cat:1","count":1},"events":[${other("cat:1")}]}`],
    ["with more in _page", '{"events":[],"_page":{"last":"cat:1","count":1,"more":true}}'],
    ["with count first", '{"events":[],"_page":{"count":1,"last":"cat:1"}}'],
    ["with an escape in its last position", '{"events":[],"_page":{"last":"a\\u003ab","count":1}}'],
    ["of events that are counted as none", `{"events":[${other("c".repeat(600))}],"_page":{"last":"cat:1","count":0}}`],
    ["of HTML", "<html></html>"],
    ["of nothing", ""],
  ])("leaves a page %s to be parsed", (_, text) => {
    expect(skim(text)).toBeNull();
  });

  test("finds the end of a long page, from a buffer that it shares with others", () => {
    const text = pageText(Array.from({ length: 500 }, (_, n) => other(`cat:${n}`)));
    const shared = bytes(`flowId${text}flowId`);
    expect(skimPage(shared.subarray(6, shared.length - 6), marks)).toMatchObject({ count: 500, last: "cat:9" });
  });
});

const skimmed = (text: string): Page => ({ ...parsed(text), entries: [], unparsed: bytes(text) });
const parsed = (text: string): Page => ({
  url: "https://events-va6.adobe.io/j",
  askedAt: 0,
  begins: null,
  entries: decodePage(bytes(text))?.entries ?? [],
  unparsed: null,
  count: 2,
  last: null,
  recordedFrom: null,
  recordedAt: null,
  next: "https://events-va6.adobe.io/j?since=cat:2",
  atEnd: false,
  validate: null,
  waitMs: 0,
});

describe.each([
  ["parsed", parsed],
  ["skimmed", skimmed],
])("the first position of a page that was %s", (_, make) => {
  test.each([
    ["its first event's", pageText([other("cat:1"), other("cat:2")]), "cat:1"],
    ["with commas and escapes", pageText(['{"position":"a,b\\u003ac","event":{}}']), "a,b:c"],
    ["wherever it stands in the entry", pageText(['{"event":{"position":"inner"},"position":"outer"}']), "outer"],
    ["not the second's where the first has none", pageText(["null", other("cat:2")]), null],
    ["none where it is empty", pageText(['{"position":"","event":{}}', other("cat:2")]), null],
    ["none in an empty page", pageText([]), null],
  ])("is %s", (__, text, position) => {
    expect(firstPosition(make(text))).toBe(position);
  });
});

describe("findEntries", () => {
  const text = pageText([other("cat:1"), other("cat:2"), '{"position":"a\\u002fb","event":{}}']);

  test("parses a skimmed page only where a text may stand in it", () => {
    expect(findEntries(skimmed(text), ["cat:7"])).toEqual([]);
    expect(findEntries(skimmed(text), ["cat:7", "cat:2"])).toEqual(parsed(text).entries);
    expect(findEntries(skimmed(text), [])).toEqual([]);
  });

  test("does not rule out what JSON can write in another way", () => {
    expect(findEntries(skimmed(text), ["a/b"])).toEqual(parsed(text).entries);
  });

  test("has a parsed page's entries whatever is looked for", () => {
    expect(findEntries(parsed(text), [])).toHaveLength(3);
  });
});

describe.each([
  ["parsed", parsed],
  ["skimmed", skimmed],
])("the first entries of a page that was %s", (_, make) => {
  const entries = Array.from({ length: 30 }, (__, n) => other(`cat:${n}`));
  const nested = '{"position":"cat:0","event":{"event":[{"position":"inner","event":{}}]}}';
  test.each([
    ["some of them", pageText(entries)],
    ["just as many", pageText(entries.slice(0, 3))],
    ["too few", pageText(entries.slice(0, 2))],
    ["none", pageText([])],
    ["with blanks", pageText(entries).replaceAll('{"position":', '{ "position" : ')],
    ["with such a thing inside of one", pageText([nested, ...entries])],
    ["with such a text inside of one", pageText(['{"position":"a","event":{"t":"{\\"position\\":1}"}}', ...entries])],
    ["with the position last", pageText(['{"event":{"id":1},"position":"cat:0"}', ...entries])],
    ["larger than is looked at", pageText([`{"position":"a","event":"${"long ".repeat(10_000)}"}`, ...entries])],
  ])("are the same: %s", (__, text) => {
    expect(firstEntries(make(text), 3)).toEqual(parsed(text).entries.slice(0, 3));
  });
});

describe("guessTimes", () => {
  const [from, to] = [Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 22)];
  test.each([
    ["epoch milliseconds", '"updatedAt":1795262400000}', Date.UTC(2026, 10, 21, 12)],
    ["RFC 3339", '"time":"2026-11-21T12:00:00.500Z"', Date.UTC(2026, 10, 21, 12, 0, 0, 500)],
    ["nothing before", "1795046400000", null],
    ["nothing after", "2026-11-23T00:00:00Z", null],
    ["no longer number", "17952624000001 91795262400000", null],
    ["no time", "{}", null],
  ])("%s", (_, text, at) => {
    expect(guessTimes(bytes(text), from, to)).toEqual({ recordedFrom: at, recordedAt: at });
  });

  test("takes the latest of the first event and of the last", () => {
    const event = (...times: readonly number[]) => `{"position":"cat:1","event":{"times":${JSON.stringify(times)}}}`;
    const text = pageText([event(from + 7, from + 5), event(from + 90), event(from + 60, from + 40)]);
    expect(guessTimes(bytes(text), from, to)).toEqual({ recordedFrom: from + 7, recordedAt: from + 60 });
  });

  test("looks at the beginning and the end of a page only", () => {
    const [first, between, last] = [1795262400000, 1795262400002, 1795262400001];
    const gap = " ".repeat(5000);
    expect(guessTimes(bytes(`${first}${gap}${between}${gap}${last}`), from, to)).toEqual({
      recordedFrom: first,
      recordedAt: last,
    });
    expect(guessTimes(bytes(`${gap}${between}${gap}`), from, to)).toEqual({ recordedFrom: null, recordedAt: null });
  });
});
