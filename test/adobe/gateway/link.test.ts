import LinkHeader from "http-link-header";
import { describe, expect, test } from "vitest";
import { findLink } from "../../../src/adobe/gateway/link.ts";

/** The whole set as the journal sends it, on separate lines. */
const lines = [
  '</events/organizations/o/integrations/i/r>; rel="events"',
  '</events-fast/organizations/o/integrations/i/r?since=tuna:1.tuna:2>; rel="next"',
  '</count/organizations/o/integrations/i/r?since=tuna:1.tuna:2>; rel="count"',
  '</events/organizations/o/integrations/i/r?latest=true>; rel="latest"',
  '</events/organizations/o/integrations/i/r?since={position}&limit={count}>; rel="page"',
  '</events/organizations/o/integrations/i/r?seek={duration}&limit={count}>; rel="seek"',
  '</events-validate/organizations/o/integrations/i/r?since=tuna:1.tuna:2>; rel="validate"',
];
const rels = ["events", "next", "count", "latest", "page", "seek", "validate"];

describe("the journal's own links", () => {
  test.each(rels.map((rel, index) => [rel, lines[index]?.slice(1).replace(/>.*/, "")]))("%s", (rel, target) => {
    expect(findLink(lines, rel)).toBe(target);
    expect(findLink([lines.join(", ")], rel)).toBe(target);
    expect(findLink([lines.join(",")], rel)).toBe(target);
    expect(findLink([lines.slice(0, 3).join(" , "), lines.slice(3).join(",\t")], rel)).toBe(target);
  });
});

test.each([
  ["unquoted", "</a>; rel=next", "/a"],
  ["upper case", '</a>; REL="NEXT"', "/a"],
  ["several relations", '</a>; rel="prev  next"', "/a"],
  ["several relations, first", '</a>; rel="next prev"', "/a"],
  ["no spaces", "</a>;rel=next", "/a"],
  ["many spaces", "</a>  ;   rel  =  next  ", "/a"],
  ["tabs", '</a>\t;\trel\t=\t"next"', "/a"],
  ["parameters before", '</a>; title="x"; type=text; rel=next', "/a"],
  ["parameters after", '</a>; rel=next; title="x"', "/a"],
  ["a comma in the target", "</a?since=1,2,3>; rel=next", "/a?since=1,2,3"],
  ["a comma, quotes and brackets in a title", '</b>; title="a, \\"b\\" <c>; d"; rel=prev, </a>; rel=next', "/a"],
  ["a semicolon in the target", "</a;v=1?x>; rel=next", "/a;v=1?x"],
  ["an absolute target", "<https://events.adobe.io/a>; rel=next", "https://events.adobe.io/a"],
  ["an empty target", "<>; rel=next", ""],
  ["empty elements", ", ,</a>; rel=next,,", "/a"],
  ["the first of two", "</a>; rel=next, </b>; rel=next", "/a"],
  ["the first of two rel parameters counts", "</b>; rel=prev; rel=next, </a>; rel=next", "/a"],
  ["a title that speaks of rel", '</b>; title="see; rel=next"; rel=prev, </a>; rel=next', "/a"],
  ["a title that speaks of links", '</b>; title="</c>; rel=next"; rel=prev, </a>; rel=next', "/a"],
  ["bytes are kept as they are", "</a?since=%3A:%2f+é>; rel=next", "/a?since=%3A:%2f+é"],
])("%s", (_, line, target) => {
  expect(findLink([line], "next")).toBe(target);
});

test.each([
  ["nothing", []],
  ["an empty line", [""]],
  ["no relation", ["</a>"]],
  ["another relation", ["</a>; rel=prev"]],
  ["a relation that only begins so", ["</a>; rel=nextish", '</a>; rel="next-page"']],
  ["another parameter", ["</a>; xrel=next", "</a>; rel*=next", "</a>; title=next"]],
  ["a relation without a name", ["</a>; rel=", "</a>; rel", '</a>; rel=""']],
  ["no brackets", ["/a; rel=next"]],
  ["brackets left open", ["</a; rel=next", "/a>; rel=next"]],
  ["quotes left open", ['</a>; rel="next']],
  ["a relation after the comma", ["</a>, rel=next"]],
  ["a relation inside another parameter", ['</a>; title="; rel=next"']],
  ["garbage", ['<<<>>>;;;===""",,,', "\u0000\u0001", "rel=next"]],
])("finds none in %s", (_, broken) => {
  expect(findLink(broken, "next")).toBeNull();
});

test("what is malformed does not hide what is not", () => {
  expect(findLink(['</x>; rel="prev, oops', "</a>; rel=next"], "next")).toBe("/a");
});

describe("hostile headers end soon", () => {
  const n = 8_000;
  test.each([
    ["open brackets", "<".repeat(n)],
    ["brackets", "<>".repeat(n)],
    ["open quotes", `<a>;rel="${'\\"'.repeat(n)}`],
    ["odd quotes", `<a>${'"'.repeat(n + 1)}`],
    ["links in an open quote", '<a>"\\'.repeat(n / 4)],
    ["spaces", `<a>;rel=${" ".repeat(n)}`],
    ["semicolons and spaces", `<a>${";   ".repeat(n)}`],
    ["rels", `<a>${";rel ".repeat(n)}`],
    ["backslashes", `<a>;rel="${"\\".repeat(n)}`],
  ])("%s", (_, line) => {
    // The test's own time limit is the assertion: a parser that is not linear takes minutes.
    expect(findLink([line], "next")).toBeNull();
  });
});

test("agrees with http-link-header on valid headers", () => {
  const random = generator(20_261_122);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  for (let n = 0; n < 3000; n++) {
    const header = Array.from({ length: 1 + Math.floor(random() * 4) }, () => link(pick)).join(pick([",", ", "]));
    const expected = new LinkHeader(header).refs.find(({ rel }) => rel === "next")?.uri ?? null;
    expect(findLink([header], "next"), header).toBe(expected);
  }
});

function link(pick: <T>(from: readonly T[]) => T): string {
  const target = pick([
    "/a",
    "/b?since=tuna:1.tuna:2",
    "/c,d",
    "/e;f=g",
    "https://events.adobe.io/h?x=1&y={z}",
    "/%20",
  ]);
  const title = pick([
    null,
    'title="plain"',
    'title="a, b; c"',
    "title=bare",
    'title="q \\" q"',
    'title="</x>"',
    'title="; rel=next"',
  ]);
  const rel = `${pick(["rel", "REL", "Rel"])}=${pick(["next", '"next"', "prev", '"prev"', '"prev next"', '"next last"', '"nextish"'])}`;
  const type = pick([null, "type=text", 'hreflang="en"']);
  const parameters = [title, rel, type].filter((part) => part !== null);
  return [`<${target}>`, ...(pick([true, false]) ? parameters : parameters.reverse())].join(pick([";", "; "]));
}

/** The same numbers each time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
