import { describe, expect, test } from "vitest";
import { addToOpening, isWhole, meet, type Opening } from "../../../src/adobe/journal/boundary.ts";
import type { Page } from "../../../src/adobe/journal/page.ts";
import { pageOf } from "./story.ts";

function openingOf(...pages: readonly string[]): Opening | null {
  let opening: Opening | null = null;
  for (const words of pages) {
    const more = addToOpening(opening, pageOf(words));
    if (more === null) return null;
    opening = more;
  }
  return opening;
}

describe("how a stretch begins", () => {
  test.each([
    ["its first three entries", ["a1 b2 c3 d4 e5"], true],
    ["as many, of several pages", ["a1", "b2", "c3 d4"], true],
    ["too few of them", ["a1 b2"], false],
    ["other events at one position", ["a1 a2 a3"], true],
    ["the same event at other positions", ["a1 b1 c1"], true],
  ])("%s", (_, pages, whole) => {
    const opening = openingOf(...pages);
    expect(opening?.position).toBe("a");
    expect(opening !== null && isWhole(opening)).toBe(whole);
  });

  test.each([
    ["without a position", ["-1 b2 c3 d4"]],
    ["twice", ["a1 a1 c3 d4"]],
    ["twice with others in between", ["a1 b2 a1 c3"]],
    ["twice, on two pages", ["a1 b2", "a1 c3"]],
    ["once, and another one further on twice", ["a1 b2 c3 d4 e5 d4"]],
  ])("is not known where its first event stands there %s", (_, pages) => {
    expect(openingOf(...pages)).toBeNull();
  });
});

describe("a boundary", () => {
  const at = (...pages: readonly Page[]) => meet(pages, [["neighbour", openingOf("a1 b2 c3 d4 e5")!]]);

  test.each([
    ["where it is proved", "x1 a1 b2 c3 d4", { kind: "met", stretch: "neighbour", page: 0, entry: 1 }],
    ["at a page's beginning", "a1 b2 c3 d4 e5 f6", { kind: "met", stretch: "neighbour", page: 0, entry: 0 }],
    [
      "after another event at its position",
      "a7 a8 a1 b2 c3 d4",
      { kind: "met", stretch: "neighbour", page: 0, entry: 2 },
    ],
    ["open at a page's end", "x1 y2 a1 b2", { kind: "open", page: 0 }],
    ["nowhere, where another event has its position", "x1 a9 b2 c3 d4", { kind: "none" }],
    ["nowhere, where no event has", "x1 y2", { kind: "none" }],
    ["unproved, where the event stands twice", "a1 a1 b2 c3 d4", { kind: "twice", stretch: "neighbour" }],
    [
      "unproved, where its entries stand twice in the page",
      "a1 b2 c3 d4 a1 b2 c3",
      { kind: "twice", stretch: "neighbour" },
    ],
    ["unproved, where another event follows", "a1 b2 c9 d4 e5", { kind: "twice", stretch: "neighbour" }],
  ])("is %s", (_, words, meeting) => {
    expect(at(pageOf(words))).toEqual(meeting);
    expect(at(pageOf(words, true))).toEqual(meeting);
  });

  test("that was open is settled by the pages after it", () => {
    expect(at(pageOf("x1 a1"), pageOf("b2"))).toEqual({ kind: "open", page: 0 });
    expect(at(pageOf("x1 a1"), pageOf("b2", true), pageOf("c3 d4"))).toMatchObject({ kind: "met", page: 0, entry: 1 });
    expect(at(pageOf("x1 a1"), pageOf("b9 a1 b2 c3 d4"))).toEqual({ kind: "twice", stretch: "neighbour" });
    expect(at(pageOf("x1 a7"), pageOf("y2 a1 b2 c3 d4"))).toMatchObject({ kind: "met", page: 1, entry: 1 });
  });

  test("is the nearest of several", () => {
    const openings = [["late", openingOf("c3 d4 e5 f6")!] as const, ["soon", openingOf("b2 c3 d4 e5")!] as const];
    expect(meet([pageOf("a1 b2 c3 d4 e5 f6")], openings)).toMatchObject({ kind: "met", stretch: "soon", entry: 1 });
  });
});
