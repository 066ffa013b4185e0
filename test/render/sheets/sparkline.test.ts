import { describe, expect, test } from "vitest";
import { bar, peak, sparkline } from "../../../src/render/sheets/sparkline.ts";

describe("a line of blocks", () => {
  test.each([
    [[0, 1, 2, 4, 8], 10, "·▁▂▄█"],
    [[0, 0], 10, "··"],
    [[3], 10, "█"],
    [[1, 1000], 10, "▁█"],
    [[], 10, ""],
    // Neighbours are added up, so that nothing falls between two blocks.
    [[0, 0, 0, 8, 4, 0, 1], 4, "·█▄▁"],
    [[1, 1, 1, 1, 1], 2, "█▆"],
  ])("%j in %d columns", (values, width, line) => {
    expect(sparkline(values, width)).toBe(line);
  });

  test("its highest block is worth what neighbours make together", () => {
    expect(peak([1, 2, 3, 4], 4)).toBe(4);
    expect(peak([1, 2, 3, 4], 2)).toBe(7);
  });
});

describe("a bar", () => {
  test.each([
    [{ runs: 0, failed: 0 }, "", ""],
    [{ runs: 10, failed: 0 }, "██████████", ""],
    [{ runs: 10, failed: 10 }, "", "▒▒▒▒▒▒▒▒▒▒"],
    [{ runs: 5, failed: 1 }, "████", "▒"],
    // One failure among many, and few runs among many, are still to be seen.
    [{ runs: 10, failed: 0.01 }, "█████████", "▒"],
    [{ runs: 0.01, failed: 0 }, "█", ""],
  ])("%j", (counts, sound, failed) => {
    expect(bar(counts, 10, 10)).toEqual({ sound, failed });
  });
});
