import { expect, test } from "vitest";
import { pathSegment } from "../../src/text/path-segment.ts";

test.each([
  ["flow-1", "flow-1"],
  ["../../x?y=1#z", "..%2F..%2Fx%3Fy%3D1%23z"],
  ["...", "..."],
  ["%2e%2e", "%252e%252e"],
  ["..%2f", "..%252f"],
  ["ü 🛒", "%C3%BC%20%F0%9F%9B%92"],
  ["\u0000\n", "%00%0A"],
])("%j is one segment", (id, segment) => {
  expect(pathSegment(id)).toBe(segment);
  expect(new URL(`https://x.y/a/${segment}/b`).pathname).toBe(`/a/${segment}/b`);
});

test.each([["."], [".."], [""], ["\ud800"], ["a\udc00"], ["x".repeat(1001)]])("%j cannot be one", (id) => {
  expect(pathSegment(id)).toBeNull();
});
