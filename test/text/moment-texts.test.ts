import { describe, expect, test } from "vitest";
import { momentWriter } from "../../src/text/moment-texts.ts";

describe("moments as texts", () => {
  test("they are what a date says, in any order, before 1970, and far from today", () => {
    const write = momentWriter();
    const day = 86_400_000;
    const around = [
      0,
      -1,
      1,
      day,
      day - 1,
      -day,
      1_790_000_000_123,
      951_782_400_000,
      -62_135_596_800_000,
      8.64e15,
      -8.64e15,
    ];
    const many = Array.from({ length: 5000 }, (_, n) => 1_790_000_000_000 + ((n * 7_919_333) % (40 * day)));
    for (const at of [...around, ...many, ...around]) expect(write(at)).toBe(new Date(at).toISOString());
  });
});
