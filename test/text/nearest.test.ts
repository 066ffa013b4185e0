import { describe, expect, it } from "vitest";
import { nearest } from "../../src/text/nearest.ts";

describe("nearest", () => {
  const known = ["success", "failed", "partialSuccess", "inProgress", "all"];
  it.each([
    ["sucess", "success"],
    ["FAILED", "failed"],
    ["faild", "failed"],
    ["al", "all"],
    ["falied", "failed"],
    ["partial", null],
    ["in-progress", "inProgress"],
    ["", null],
    ["bananas", null],
    ["x".repeat(1_000_000), null],
  ])("of %j is %j", (word, expected) => {
    expect(nearest(word, known)).toBe(expected);
  });

  it("is the least wrong one", () => {
    expect(nearest("updatedAt", ["createdAt", "updatedAtUTC", "updatedat"])).toBe("updatedat");
  });
});
