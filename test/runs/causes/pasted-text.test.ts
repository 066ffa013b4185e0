import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePasted, isPastedText } from "../../../src/runs/causes/pasted-text.ts";

const detail = `ErrorCode=X,'Type=Y,Message="100 % of C:\\new\\table" — ü,\r\n Source=Z,'`;

describe("isPastedText", () => {
  it.each([detail, "ErrorCode=2200", "errorcode : x", "a b", "a%20b", '{"code":"2200"}', '"2200"', "a\nb"])(
    "takes %j for a text",
    (text) => {
      expect(isPastedText(text)).toBe(true);
    },
  );

  it.each(["2200", "AADSTS50126", "INGEST-*", "CONNECTOR-1001-500", "invalid_client", "?22*", " 2200\n", "100%", ""])(
    "takes %j for none",
    (text) => {
      expect(isPastedText(text)).toBe(false);
    },
  );
});

describe("decodePasted", () => {
  it.each([
    ["as it is", detail],
    ["URL-encoded", encodeURIComponent(detail)],
    ["form-encoded", new URLSearchParams({ "": detail }).toString().slice(1)],
    ["a JSON string", JSON.stringify(detail)],
    ["the inside of a JSON string", JSON.stringify(detail).slice(1, -1)],
    ["a JSON string in a URL", encodeURIComponent(JSON.stringify(detail))],
    ["with blanks around it", `\n  ${detail}\n`],
  ])("gives back a text that was pasted %s", (_, text) => {
    expect(decodePasted(text)).toBe(detail);
  });

  it.each([
    ["a folder whose name looks like an escape", "cannot read C:\\new\\table\\report"],
    ["a path that is no escape", "cannot read \\\\server\\share"],
    ["a plain per cent sign", "100% of 5%zz"],
    ["bytes that are no UTF-8", "a%FF%FEb c"],
    ["a quote that is never closed", `"ErrorCode=X,'Message=y`],
    ["a JSON document", '{"code":"2200","message":"a\\"b"}'],
    ["a broken escape", "a \\u12 b \\\\ \\q"],
    ["a lone surrogate", "a \ud800 b"],
    ["a plus in a text with blanks", "1 + 1"],
    ["nothing", ""],
  ])("leaves %s as it stands", (_, text) => {
    expect(decodePasted(text)).toBe(text);
  });

  it("takes off one layer and no more", () => {
    expect(decodePasted(encodeURIComponent(encodeURIComponent("a b")))).toBe("a%20b");
    expect(decodePasted(JSON.stringify(JSON.stringify('say "a"')))).toBe(JSON.stringify('say "a"'));
  });

  it("gives back any text from its URL, and from its JSON string", () => {
    const text = fc
      .string({ unit: "grapheme", minLength: 1 })
      .map((word) => word.trim())
      // A text that shows a layer of its own would lose that, too.
      .filter((word) => word !== "" && !/[\\"%+]/.test(word));
    fc.assert(fc.property(text, (word) => decodePasted(encodeURIComponent(`${word}, .`)) === `${word}, .`));
    fc.assert(fc.property(text, (word) => decodePasted(JSON.stringify(word)) === word));
  });

  it("takes what cannot be decoded in a text of ten megabytes", () => {
    for (const piece of ["%25", '\\"', "%", "\\", "%FF", '"', "{", "\ud800"]) {
      const text = piece.repeat(Math.ceil(10_000_000 / piece.length));
      expect(decodePasted(text).length).toBeGreaterThan(0);
    }
  });
});
