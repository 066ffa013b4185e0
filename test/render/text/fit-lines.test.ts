import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/render/text/cut-text.ts";
import { fitLines } from "../../../src/render/text/fit-lines.ts";

const link = "https://login.example.com/error/list?code=7000222&trace=1111";
const id = "0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1001";
const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

describe("fitLines", () => {
  it.each<[string, string, readonly string[]]>([
    ["leaves what fits as it is", "  a   b  \n\nc", ["  a   b  ", "", "c"]],
    [
      "sets the rest of a sentence in",
      "the cursor 'nightly' is set; read on from it with: flowrun since last",
      ["the cursor 'nightly' is set; read on", "  from it with: flowrun since last"],
    ],
    [
      "keeps to the right of a label",
      "  why: the journal has expired, and so has the cursor's place",
      ["  why: the journal has expired, and so", "       has the cursor's place"],
    ],
    [
      "keeps to the last column in the left half",
      `${red("ok      ")} settings  profile 'demo' (flag); profile: clientId`,
      [
        `${red("ok      ")} settings  profile 'demo'`,
        "                   (flag); profile:",
        "                   clientId",
      ],
    ],
    [
      "breaks between parts rather than inside one",
      "23 runs printed, 2 failed · 36 events, 2 duplicates dropped · 2 pages · 0.1 s",
      ["23 runs printed, 2 failed ·", "  36 events, 2 duplicates dropped ·", "  2 pages · 0.1 s"],
    ],
    [
      "goes along the rails of a tree",
      "│  ├─ a word or two and more of them than there is room for",
      ["│  ├─ a word or two and more of them", "│  │    than there is room for"],
    ],
    ["gives up the indent before it breaks a word", `  position  ${id}`, ["  position", `    ${id}`]],
    ["gives up the lead, too", `         ${id}`, [`    ${id}`]],
    ["breaks a link at its seams", link, ["https://login.example.com/error/list?", "code=7000222&trace=1111"]],
    [
      "begins a long word beside its label",
      `  fix: ${link}`,
      ["  fix: https://login.example.com/error/", "       list?code=7000222&trace=1111"],
    ],
    [
      "keeps the colour of a word that it breaks",
      red("x".repeat(50)),
      [`\u001b[31m${"x".repeat(40)}`, `${"x".repeat(10)}\u001b[39m`],
    ],
    [
      "cuts a line around the caret below it",
      `  why: ${"a".repeat(30)}!${"b".repeat(30)}\n${" ".repeat(37)}^\nnext`,
      [`  why: …${"a".repeat(15)}!${"b".repeat(15)}…`, `${" ".repeat(23)}^`, "next"],
    ],
  ])("%s", (_, text, lines) => {
    expect(fitLines(text, 40).split("\n")).toEqual(lines);
  });

  it("loses nothing but blanks, breaks no word that fits a line, and makes no line too wide", () => {
    const word = fc.oneof(
      fc.stringMatching(/^[a-z,'=.·:/]{1,30}$/),
      fc.constantFrom(link, id, "日本の店舗売上".repeat(9), "👩‍👩‍👧".repeat(30), red("x".repeat(90)), "·", "  ", "├─", "│"),
    );
    const property = fc.property(
      fc.array(word, { maxLength: 15 }),
      fc.constantFrom(20, 40, 80, 100, 120, 200),
      fc.nat(90),
      (words, width, indent) => {
        const text = " ".repeat(indent) + words.join(" ");
        const lines = fitLines(text, width).split("\n");
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
        const bare = (shown: string): string => shown.replace(/[ │├─]/g, "");
        expect(bare(lines.join(""))).toBe(bare(text));
        const left = new Set(lines.flatMap((line) => line.split(/ +/)));
        for (const one of words) {
          if (/^[a-z0-9-]+$/.test(one) && widthOf(one) <= width) expect(left).toContain(one);
        }
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("takes a line of a megabyte", () => {
    const lines = fitLines("x".repeat(1_000_000), 80).split("\n");
    expect(lines).toHaveLength(12_500);
  });
});
