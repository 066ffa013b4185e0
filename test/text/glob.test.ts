import { describe, expect, it } from "vitest";
import { compileGlob } from "../../src/text/glob.ts";

describe("compileGlob", () => {
  it.each([
    ["CONNECTOR-1*", "connector-1001-500", true],
    ["CONNECTOR-1*", "CONNECTOR-2001-500", false],
    ["*-500", "CONNECTOR-1001-500", true],
    ["*-500", "CONNECTOR-1001-5000", false],
    ["*1*0*", "CONNECTOR-1001-500", true],
    ["a*bc", "abxbc", true],
    ["a*bc", "abxbcd", false],
    ["?", "x", true],
    ["?", "", false],
    ["?", "xy", false],
    ["*", "", true],
    ["**", "anything", true],
    ["", "", true],
    ["", "x", false],
    ["a.c", "abc", false],
    ["[a]+(b)", "[A]+(B)", true],
    ["2200", "2200", true],
    ["2200", "22000", false],
  ])("%j and %j: %s", (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });

  it("does not take for ever over a pattern made to", () => {
    expect(compileGlob(`${"*a".repeat(30)}*b`)("a".repeat(20_000))).toBe(false);
  });
});
