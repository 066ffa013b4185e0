import { describe, expect, it } from "vitest";
import { createSeen } from "../../../src/runs/events/seen.ts";

const addAll = (seen: ReturnType<typeof createSeen>, keys: string) => Array.from(keys).map((key) => seen.add(key));

describe("createSeen", () => {
  it("knows a key from its second time on", () => {
    expect(addAll(createSeen(10), "abacb")).toEqual([true, true, false, true, false]);
  });

  it("forgets the oldest beyond its capacity", () => {
    const seen = createSeen(3);
    addAll(seen, "abcd");
    expect(addAll(seen, "bcd")).toEqual([false, false, false]);
    expect(seen.add("a")).toBe(true);
    expect(addAll(seen, "cdab")).toEqual([false, false, false, true]);
  });

  it("is right about every key, however they come and go", () => {
    const seen = createSeen(100);
    let latest: string[] = [];
    let state = 1;
    for (let n = 0; n < 50_000; n += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const key = `event-${(state >>> 8) % 300}#0`;
      const isNew = !latest.includes(key);
      expect(seen.add(key)).toBe(isNew);
      if (isNew) latest = [...latest, key].slice(-100);
    }
  });

  it("begins with what it is given, the latest of it if that is too much", () => {
    const seen = createSeen(2, ["a", "b", "c"]);
    expect(addAll(seen, "bc")).toEqual([false, false]);
    expect(seen.add("a")).toBe(true);
  });

  it("stays within its capacity, at the same price a key, however many come", () => {
    const seen = createSeen(200_000);
    for (let n = 0; n < 1_000_000; n += 1) seen.add(`key ${n}`);
    expect(seen.add("key 999999")).toBe(false);
    expect(seen.add("key 800000")).toBe(false);
    expect(seen.add("key 799999")).toBe(true);
  });
});
