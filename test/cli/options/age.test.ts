import { describe, expect, test } from "vitest";
import { parseAge } from "../../../src/cli/options/age.ts";
import { FlowrunError } from "../../../src/errors.ts";

const now = Date.parse("2024-03-31T12:34:56.789Z");
const ago = (words: string): string => new Date(parseAge(words, now)).toISOString();

describe("an age", () => {
  test.each([
    ["P1Y", "2023-03-31T12:34:56.789Z"],
    ["1y", "2023-03-31T12:34:56.789Z"],
    ["-P1Y", "2023-03-31T12:34:56.789Z"],
    // February has no 31st, and in that year a 29th.
    ["P1M", "2024-02-29T12:34:56.789Z"],
    ["P13M", "2023-02-28T12:34:56.789Z"],
    ["P1Y1M1D", "2023-02-27T12:34:56.789Z"],
    ["p6m", "2023-09-30T12:34:56.789Z"],
    ["P90D", "2024-01-01T12:34:56.789Z"],
    ["P2W", "2024-03-17T12:34:56.789Z"],
    ["12w", "2024-01-07T12:34:56.789Z"],
    ["P1WT1H", "2024-03-24T11:34:56.789Z"],
    ["36h", "2024-03-30T00:34:56.789Z"],
  ])("%s ends at %s", (words, at) => {
    expect(ago(words)).toBe(at);
  });

  test.each(["P", "PT", "", "P1YT", "1month", "yesterday", "2024-01-01", "P9999Y", "P0D", "P0Y", "0s", "90"])(
    "%j is none",
    (words) => {
      expect(() => parseAge(words, now)).toThrow(FlowrunError);
      expect(() => parseAge(words, now)).toThrow(`--older-than cannot be '${words}'`);
    },
  );
});
