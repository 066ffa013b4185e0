import { describe, expect, test } from "vitest";
import { escapeActive, safeText } from "../../../src/render/text/safe-text.ts";
import { hostileShown, hostileText } from "../sample-runs.ts";

describe("safeText", () => {
  test.each([
    ["a line break", "one\ntwo\r\nthree", "one\\ntwo\\r\\nthree"],
    ["a tab", "a\tb", "a\\tb"],
    ["an escape sequence", "\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"],
    ["a NUL and a DEL", "\0\u007f", "\\x00\\x7f"],
    ["a C1 sequence introducer", "\u009b2J", "\\x9b2J"],
    ["a next-line", "a\u0085b", "a\\x85b"],
    ["line and paragraph separators", "\u2028\u2029", "\\u{2028}\\u{2029}"],
    ["overrides and isolates", "\u202e\u2066\u2069", "\\u{202e}\\u{2066}\\u{2069}"],
    ["marks of direction", "\u200e\u200f\u061c", "\\u{200e}\\u{200f}\\u{61c}"],
    ["characters without width", "\u200b\u2060\ufeff\u00ad", "\\u{200b}\\u{2060}\\u{feff}\\xad"],
    ["a joiner between letters", "ad\u200dmin", "ad\\u{200d}min"],
    ["a joiner after an emoji alone", "🛒\u200dx", "🛒\\u{200d}x"],
    ["a tag hidden behind text", "ok\u{e0041}", "ok\\u{e0041}"],
    ["half a pair", "\ud83d", "\\u{d83d}"],
    ["everything at once", hostileText, hostileShown],
  ])("shows %s", (_, text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  test.each([
    "plain ASCII ~ \\n {}",
    "Umsätze, Ωmega, “quoted” — 100 €",
    "日本の店舗 한국어 中文",
    "नमस्ते ภาษาไทย الْعَرَبِيَّةُ עברית",
    "🛒 👩‍👩‍👧 👩🏽‍💻 🏳️‍🌈 🇩🇪 1️⃣ ❤️",
    "\u0600123",
    "",
  ])("leaves %s", (text) => {
    expect(safeText(text)).toBe(text);
  });
});

test("halves of pairs, which no file can hold, are escaped in a document, and whole pairs are not", () => {
  const text = "\ud800 a\udc00 🛒 \udc00\ud800 \ud83d\ud83d\uded2";
  const document = escapeActive(`"${text}"`);
  expect(Buffer.from(document).toString()).toBe(document);
  expect(document).toContain("🛒");
  expect(JSON.parse(document)).toBe(text);
});

test("a document with active characters escaped means the same", () => {
  const text = "\u007f\u009b31m\u2028\u202e\u2066\ufeff 日本 🛒";
  const document = escapeActive(JSON.stringify(text));
  expect(document).toBe('"\\u007f\\u009b31m\\u2028\\u202e\\u2066\\ufeff 日本 🛒"');
  expect(JSON.parse(document)).toBe(text);
});
