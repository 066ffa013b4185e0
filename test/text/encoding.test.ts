import { describe, expect, test } from "vitest";
import { decodeText } from "../../src/text/encoding.ts";

const text = '{"name": "Dataflow wätcher"}';
const little = Buffer.from(text, "utf16le");
const big = Buffer.from(text, "utf16le").swap16();

describe("a text is read in the encoding that it was written in", () => {
  test.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])],
    ["UTF-16, little end first, with a mark", Buffer.concat([Buffer.from([0xff, 0xfe]), little])],
    ["UTF-16, big end first, with a mark", Buffer.concat([Buffer.from([0xfe, 0xff]), big])],
    ["UTF-16, little end first", little],
    ["UTF-16, big end first", big],
  ])("%s", (_, bytes) => {
    expect(decodeText(bytes)).toBe(text);
  });

  test.each([
    ["nothing", Buffer.alloc(0), ""],
    ["one character", Buffer.from("x"), "x"],
    ["half a character of UTF-16", Buffer.concat([Buffer.from([0xff, 0xfe]), little.subarray(0, 3)]), "{\ufffd"],
  ])("%s", (_, bytes, expected) => {
    expect(decodeText(bytes)).toBe(expected);
  });
});
