import { describe, expect, it } from "vitest";
import { createSeen } from "../../src/runs/seen.ts";

const addAll = (seen: ReturnType<typeof createSeen>, keys: string) => Array.from(keys).map((key) => seen.add(key));

describe("createSeen", () => {
  it("knows a key from its second time on", () => {
    expect(addAll(createSeen(10), "abacb")).toEqual([true, true, false, true, false]);
  });

  it("forgets the oldest beyond its capacity", () => {
    const seen = createSeen(3);
    addAll(seen, "abcd");
    expect(seen.last(10)).toEqual(["b", "c", "d"]);
    expect(addAll(seen, "bcd")).toEqual([false, false, false]);
    expect(seen.add("a")).toBe(true);
    expect(seen.last(10)).toEqual(["c", "d", "a"]);
  });

  it("gives the latest keys in the order in which they came", () => {
    const seen = createSeen(4);
    expect(seen.last(2)).toEqual([]);
    addAll(seen, "abc");
    expect([seen.last(2), seen.last(0), seen.last(3)]).toEqual([["b", "c"], [], ["a", "b", "c"]]);
    addAll(seen, "def");
    expect([seen.last(2), seen.last(4)]).toEqual([
      ["e", "f"],
      ["c", "d", "e", "f"],
    ]);
  });

  it("begins with what it is given, the latest of it if that is too much", () => {
    const seen = createSeen(2, ["a", "b", "c"]);
    expect(addAll(seen, "bc")).toEqual([false, false]);
    expect(seen.add("a")).toBe(true);
  });

  it("stays within its capacity, at the same price a key, however many come", () => {
    const seen = createSeen(200_000);
    for (let n = 0; n < 1_000_000; n += 1) seen.add(`key ${n}`);
    expect(seen.last(300_000)).toHaveLength(200_000);
    expect(seen.last(1)).toEqual(["key 999999"]);
  });
});
