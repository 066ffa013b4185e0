import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemory } from "../../../src/adobe/journal/memory.ts";
import type { Page } from "../../../src/adobe/journal/page.ts";
import { createProgress, mostRounds } from "../../../src/adobe/journal/progress.ts";

const pageOf = (next: string, ...positions: readonly string[]): Page => ({
  url: "https://events-va6.adobe.io/j",
  askedAt: 0,
  begins: null,
  entries: positions.map((position) => ({ position, event: { id: `event of ${position}` } })),
  unparsed: null,
  count: positions.length,
  last: positions.at(-1) ?? null,
  recordedFrom: null,
  recordedAt: null,
  next: `https://events-va6.adobe.io/j?since=${next}`,
  atEnd: false,
  validate: null,
  waitMs: 0,
});

/** How many pages of an endless walk are taken note of before it is an error; `most` where it is none. */
function pagesTaken(pageAt: (n: number) => Page, most: number): number {
  const progress = createProgress();
  for (let n = 0; n < most; n++) {
    try {
      progress.note(pageAt(n));
    } catch (error) {
      expect(error).toMatchObject({ kind: "protocol" });
      return n + 1;
    }
  }
  return most;
}

/** Goes on for `before` pages, and then in a circle. */
const circling = (before: number, length: number) => (n: number) => {
  const at = n < before ? n : before + ((n - before) % length);
  return pageOf(`${at}`, `cat:${at}`, `dog:${at}`);
};

describe("rounds without anything new", () => {
  test.each([1, 2, 3, 7, 200, 2000])("a cycle of %i links ends five answers into its second lap", (length) => {
    for (const before of [0, 1, 1000]) {
      expect(pagesTaken(circling(before, length), 10_000)).toBe(before + length + mostRounds);
    }
  });

  test.each([5000, 9001])(
    "a cycle of %i links, more than are remembered, ends before its fourth lap does",
    (length) => {
      for (const before of [0, 3000]) {
        const taken = pagesTaken(circling(before, length), before + 5 * length);
        expect(taken).toBeGreaterThan(before + length);
        expect(taken).toBeLessThan(before + 4 * length);
      }
    },
  );

  test("of any length, wherever it begins: by a memory that does not grow", () => {
    const cycles = fc.record({ before: fc.nat(3000), length: fc.integer({ min: 1, max: 1000 }) });
    fc.assert(
      fc.property(cycles, ({ before, length }) => {
        const memory = createMemory(16, mostRounds);
        let inARow = 0;
        let taken = 0;
        for (; inARow < mostRounds && taken < before + 4 * length + 100; taken++) {
          const print = taken < before ? taken : before + ((taken - before) % length);
          inARow = memory.has(print) ? inARow + 1 : 0;
          memory.add([print]);
        }
        expect(inARow).toBe(mostRounds);
      }),
    );
  });

  test("pages without events, wherever next points", () => {
    expect(pagesTaken((n) => pageOf(`${n}`), 100)).toBe(5);
    const afterEvents = (n: number): Page => (n < 10 ? pageOf(`${n}`, `cat:${n}`) : pageOf(`${n}`));
    expect(pagesTaken(afterEvents, 100)).toBe(15);
  });

  test("events delivered again at new positions are something new, though next stays", () => {
    const again = (n: number): Page => {
      const page = pageOf("1", `cat:${n}`);
      return { ...page, entries: [{ position: `cat:${n}`, event: { id: "the same" } }] };
    };
    expect(pagesTaken(again, 1000)).toBe(1000);
  });

  test("so are other events at the same position, and events without one, where next moves", () => {
    const shared = (n: number): Page => ({
      ...pageOf(`${n}`, "cat:1"),
      entries: [{ position: "cat:1", event: { n } }],
    });
    expect(pagesTaken(shared, 1000)).toBe(1000);
    const without = (n: number): Page => ({ ...shared(n), entries: [{ position: "", event: { n } }], last: null });
    expect(pagesTaken(without, 1000)).toBe(1000);
  });

  test("the same events with ever-new links end, too", () => {
    const again = (n: number): Page => pageOf(`${n}`, `cat:${n % 7}`);
    expect(pagesTaken(again, 1000)).toBeLessThan(120);
  });

  test("one that is new in between is forgiven, as is an event nested too deep to be written", () => {
    const page = (n: number): Page => (n % 5 === 0 ? pageOf(`${n}`, `cat:${n}`) : pageOf("stuck"));
    expect(pagesTaken(page, 1000)).toBe(1000);
    let event: unknown = 0;
    for (let depth = 0; depth < 100_000; depth++) event = [event];
    const deep = (n: number): Page => ({ ...pageOf(`${n}`, "cat:1"), entries: [{ position: "cat:1", event }] });
    expect(pagesTaken(deep, 50)).toBe(50);
  });
});
