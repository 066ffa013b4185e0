import { describe, expect, test } from "vitest";
import { linesOf, type BoundedLine } from "../../src/text/lines.ts";

async function* piecesOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1000, most = 100): Promise<readonly BoundedLine[]> {
  const lines: BoundedLine[] = [];
  for await (const some of linesOf(piecesOf(new TextEncoder().encode(text), size), most)) lines.push(...some);
  return lines;
}

const text = "one\r\n\n  \ntwo €uro\nthree";

describe("lines of bytes in pieces", () => {
  test.each([1, 2, 3, 7, 1000])(
    "are the same in pieces of %i bytes; blank ones count, and are left out",
    async (size) => {
      expect(await read(text, size)).toEqual([
        { number: 1, text: "one", isCut: false },
        { number: 4, text: "two €uro", isCut: false },
        { number: 5, text: "three", isCut: false },
      ]);
    },
  );

  test("there are none in nothing, and none after the last line break", async () => {
    expect(await read("")).toEqual([]);
    expect(await read("\n\n")).toEqual([]);
    expect(await read("one\n")).toHaveLength(1);
  });

  test.each([1, 9, 64, 1000])(
    "one that is too long is cut, and the next one is whole (pieces of %i bytes)",
    async (size) => {
      expect(await read(`${"x".repeat(250)}\nshort\n${"y".repeat(100)}\n${"z".repeat(101)}`, size)).toEqual([
        { number: 1, text: "x".repeat(100), isCut: true },
        { number: 2, text: "short", isCut: false },
        { number: 3, text: "y".repeat(100), isCut: false },
        { number: 4, text: "z".repeat(100), isCut: true },
      ]);
    },
  );

  test("what is no UTF-8 is told as such, and ends nothing", async () => {
    const bytes = Uint8Array.from([0x61, 0xff, 0x0a, 0x62]);
    const lines: BoundedLine[] = [];
    for await (const some of linesOf(piecesOf(bytes, 1), 10)) lines.push(...some);
    expect(lines.map((line) => line.text)).toEqual(["a\ufffd", "b"]);
  });
});
