import { describe, expect, it } from "vitest";
import { readDetail } from "../../../src/runs/causes/detail.ts";

describe("the side", () => {
  it.each([
    ["Failure happened on 'Sink' side. ErrorCode=X", "sink"],
    ["Failure happened on the 'Source' side. ErrorCode=X", "source"],
    ["Failure happened on Source side.", "source"],
    ['Failure happened on "sink" side.', "sink"],
    ["Copy activity met a user error at Source side: ErrorCode=X", "source"],
    ["The sink side of the river", null],
    ["nothing of it", null],
  ])("of %j is %s", (errorDetail, side) => {
    expect(readDetail({ errorDetail }).side).toBe(side);
  });
});
