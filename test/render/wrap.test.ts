import { describe, expect, it } from "vitest";
import { widthOf } from "../../src/render/cut-text.ts";
import { wrap, wrapBeside } from "../../src/render/wrap.ts";

const link = "https://login.example.com/error?code=7000222&trace=11112222-3333-4444-5555-666677778888";

describe("wrap", () => {
  it.each<[string, string, readonly string[]]>([
    ["a short text on one line", "The secret is gone.", ["The secret is gone."]],
    ["nothing for no words", " \r\n\t ", []],
    [
      "words on as many lines as they need",
      "The secret of the app has expired.",
      ["The secret of the", "app has expired."],
    ],
    ["a word that just fits on the line", "twenty letters just fit", ["twenty letters just", "fit"]],
    ["the text's own lines on lines", "one\r\ntwo\n\nthree", ["one", "two", "three"]],
    ["a blank for a tab", "one\ttwo", ["one two"]],
    ["a word wider than a line on several", "id 0123456789012345678901234", ["id", "01234567890123456789", "01234"]],
    ["wide letters on a line by their width", "日本の店舗売上日本の店舗売上", ["日本の店舗売上日本の", "店舗売上"]],
    ["a link on a line of its own, whole", `see ${link} now`, ["see", link, "now"]],
    ["visible escapes for what a terminal would obey", "a\u001b[2Jb", ["a\\x1b[2Jb"]],
  ])("puts %s", (_, text, lines) => {
    expect(wrap(text, 20)).toEqual(lines);
  });

  it("loses no word of a text of 100 KB, and keeps each line inside", () => {
    const words = Array.from({ length: 12_000 }, (_, n) => `word-${n}`);
    const lines = wrap(words.join("  "), 72);
    expect(lines.join(" ").split(" ")).toEqual(words);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(72);
  });

  it("loses no letter of a word of 100 KB", () => {
    const word = "x".repeat(100_000);
    expect(wrap(word, 72).join("")).toBe(word);
  });

  it("breaks no emoji", () => {
    const family = "👨‍👩‍👧‍👦";
    expect(wrap(family.repeat(15), 20)).toEqual([family.repeat(10), family.repeat(5)]);
  });
});

describe("wrapBeside", () => {
  it("keeps the text to its own side of the label", () => {
    expect(wrapBeside("means  ", "The secret of the app has expired.", 30)).toEqual([
      "means  The secret of the app",
      "       has expired.",
    ]);
  });

  it("gives a text some room however narrow the terminal", () => {
    expect(wrapBeside("a label  ", "one two three", 5)).toEqual(["a label  one two three"]);
  });
});
