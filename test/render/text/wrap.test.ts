import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { safeText } from "../../../src/render/text/safe-text.ts";
import { wrap, wrapBeside } from "../../../src/render/text/wrap.ts";

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

  it("breaks plain ASCII, which takes a way of its own, as it breaks the same words with an accent", () => {
    const word = fc.oneof(fc.stringMatching(/^[a-z,'=.]{1,30}$/), fc.constant(link), fc.constant(`(${link})`));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 20, max: 40 }), (words, width) => {
        const accented = words.map((one) => one.replaceAll("a", "á")).join(" ");
        const plain = wrap(words.join(" "), width);
        expect(wrap(accented, width).map((line) => line.replaceAll("á", "a"))).toEqual(plain);
      }),
    );
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

describe("what is cut out of a text without a look at each word", () => {
  const narrow = fc.constantFrom(...Array.from("abcXYZ019~!äßéöÿčŘŽαωМя °§·×÷"));
  const wide = fc.constantFrom(...Array.from("日本店舗あんアンヶ한국"));
  const odd = fc.constantFrom(
    "e\u0301",
    "👩🏽‍💻",
    "🇩🇪",
    "\u001b",
    "\t",
    "\n",
    "\ud800",
    "https://x.y/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "ﾊﾝ",
    "ㄱ",
  );
  const unit = fc.oneof(
    { weight: 6, arbitrary: narrow },
    { weight: 2, arbitrary: wide },
    { weight: 1, arbitrary: odd },
  );

  it("is all of it, in lines no wider than they may be, and no character is in two", () => {
    const property = fc.property(
      fc.array(unit, { maxLength: 200 }),
      fc.integer({ min: 20, max: 60 }),
      (units, width) => {
        const text = units.join("");
        const lines = wrap(text, width);
        const bare = (words: string): string =>
          words
            .split(/[ \t\r\n]+/)
            .map(safeText)
            .join("");
        expect(lines.join("").replaceAll(" ", "")).toBe(bare(text));
        for (const line of lines) if (!line.includes("https:")) expect(widthOf(line)).toBeLessThanOrEqual(width);
        for (const line of lines) expect(line).not.toMatch(/^[\u0300-\u036f]/);
      },
    );
    fc.assert(property, { numRuns: 1000 });
  });

  it("has the width that is reckoned with", () => {
    const singles = [
      [0x20, 0x7e],
      [0xa1, 0xac],
      [0xae, 0x2ff],
      [0x391, 0x3a1],
      [0x3a3, 0x3c9],
      [0x400, 0x482],
      [0x48a, 0x52f],
    ];
    const doubles = [
      [0x3041, 0x3096],
      [0x30a1, 0x30fa],
      [0x4e00, 0x9fff],
      [0xac00, 0xd7a3],
    ];
    const wrong = (ranges: readonly (readonly number[])[], width: number): readonly number[] =>
      ranges.flatMap(([from = 0, to = 0]) =>
        Array.from({ length: to - from + 1 }, (_, n) => from + n).filter(
          (code) => widthOf(String.fromCharCode(code)) !== width,
        ),
      );
    expect(wrong(singles, 1)).toEqual([]);
    expect(wrong(doubles, 2)).toEqual([]);
  });
});
