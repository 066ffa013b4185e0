import { expect, test } from "vitest";
import { readChanges, writeChanges } from "../../src/demo/changes.ts";

test("of a text that is none of ours nothing is taken, and of many changes the last", () => {
  for (const text of [null, "", "{", "[1]", '[{"method":"POST"}]', "null"]) expect(readChanges(text)).toEqual([]);
  const changeAt = (at: number) => ({ method: "DELETE", path: "/x", type: "", body: "", at });
  const kept = readChanges(writeChanges(Array.from({ length: 300 }, (_, n) => changeAt(n))));
  expect(kept).toEqual(Array.from({ length: 200 }, (_, n) => changeAt(n + 100)));
});
