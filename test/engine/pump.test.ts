import { describe, expect, test } from "vitest";
import type { Batch, Candidate, Mark } from "../../src/engine/sources/source.ts";
import { emptyTally, heldAt, markAfter, pump, type Pumping } from "../../src/engine/pump.ts";
import { createSeen } from "../../src/runs/events/seen.ts";

interface PageParts {
  readonly runs: readonly string[];
  readonly atEnd?: boolean;
}

/** A batch of these runs; `f…` failed. */
function batchOf({ runs, atEnd = false }: PageParts, n: number): Batch<string> {
  const candidates = runs.map((runId): Candidate<string> => ({
    key: runId,
    position: `cat:${n}.${runs.indexOf(runId)}`,
    runId,
    status: runId.startsWith("f") ? "failed" : "success",
    encoded: `<${runId}>`,
  }));
  return {
    mark: { next: `page ${n + 1}`, last: `cat:${n}.x`, atEnd, recordedAt: 1000 + n, count: runs.length + 1 },
    candidates,
    runs: runs.length + 1,
    rejects: [{ position: "cat:x", reason: "is odd" }],
    withoutRaw: [],
    waitMs: 0,
    nextAfter: (position) => (position === null ? `page ${n}` : `after ${position}`),
  };
}

/** A pump over these batches, and everything that happens in it, in order. */
function story(pages: readonly PageParts[], more: Partial<Pumping<string>> = {}) {
  const happened: string[] = [];
  const marks: Mark[] = [];
  const say = (text: string): Promise<void> => Promise.resolve(void happened.push(text));
  async function* read(): AsyncGenerator<Batch<string>> {
    try {
      for (const [n, parts] of pages.entries()) {
        happened.push(`page ${n}`);
        yield batchOf(parts, n);
      }
    } finally {
      await say("source closed");
    }
  }
  const pumping: Pumping<string> = {
    source: { read, describe: ({ position }) => position },
    seen: createSeen(100),
    sink: {
      take: (batch, mark) => {
        marks.push(mark);
        return say(
          `take ${batch.map(({ encoded }) => encoded).join("")}, then ${mark.next}${mark.atEnd ? ", the end" : ""}`,
        );
      },
      close: () => say("close"),
    },
    isEnough: () => false,
    onBatch: ({ mark }, { printed }) => void happened.push(`told of ${mark.count} events, ${printed} runs so far`),
    ...more,
  };
  return { pumping, happened, marks, tally: emptyTally() };
}

const failing = (message: string) => () => Promise.reject(new Error(message));

describe("pump", () => {
  test("hands over each batch with the place to read on from, and tells of it afterwards", async () => {
    const { pumping, happened, tally } = story([{ runs: ["a", "b"] }, { runs: ["c"], atEnd: true }]);
    await pump(pumping, tally);
    expect(happened).toEqual([
      "page 0",
      "take <a><b>, then page 1",
      "told of 3 events, 2 runs so far",
      "page 1",
      "take <c>, then page 2, the end",
      "told of 2 events, 3 runs so far",
      "source closed",
      "close",
    ]);
  });

  test("hands over a batch without runs, too: its place is news", async () => {
    const { pumping, happened, tally } = story([{ runs: [] }]);
    await pump(pumping, tally);
    expect(happened).toContain("take , then page 1");
  });

  test("hands a repeated run over once, in a batch and across batches", async () => {
    const { pumping, happened, tally } = story([{ runs: ["a", "a", "b"] }, { runs: ["b", "c"] }]);
    await pump(pumping, tally);
    expect(happened.filter((text) => text.startsWith("take"))).toEqual([
      "take <a><b>, then page 1",
      "take <c>, then page 2",
    ]);
    expect(tally).toMatchObject({ printed: 3, duplicates: 2 });
  });

  test("stops in the middle of a batch with the run that is enough, and lets go of the source", async () => {
    const { pumping, happened, marks, tally } = story([{ runs: ["a"] }, { runs: ["b", "c", "d"] }, { runs: ["e"] }], {
      isEnough: (_, printed) => printed >= 3,
    });
    await pump(pumping, tally);
    expect(happened.slice(3)).toEqual([
      "page 1",
      "take <b><c>, then after cat:1.1",
      "told of 4 events, 3 runs so far",
      "source closed",
      "close",
    ]);
    expect(tally.printed).toBe(3);
    // No more is known to be read than the runs that were taken.
    expect(marks.at(-1)).toEqual({ next: "after cat:1.1", last: "cat:1.1", atEnd: false, recordedAt: null, count: 4 });
  });

  test("a place in the middle of a batch, or before it, still begins where the batch does", () => {
    const batch = batchOf({ runs: ["a", "b"], atEnd: true }, 0);
    const begins = { from: 7, why: "start" } as const;
    const mark = { ...batch.mark, begins, askedAt: 9, recordedFrom: 8 };
    const inside = { begins, next: "after cat:0.0", last: "cat:0.0", atEnd: false, recordedAt: null };
    expect(markAfter({ ...batch, mark }, batch.candidates, batch.candidates.slice(0, 1))).toMatchObject(inside);
    expect(heldAt("there", mark)).toEqual({
      begins,
      next: "there",
      last: null,
      atEnd: false,
      recordedAt: null,
      count: 3,
    });
  });

  test("counts what it has done", async () => {
    const { pumping, tally } = story([{ runs: ["a", "f1", "a"] }, { runs: [] }, { runs: ["f2"] }]);
    await pump(pumping, tally);
    expect(tally).toEqual({ printed: 3, failed: 2, runs: 6, events: 7, duplicates: 1, unreadable: 3, pages: 3 });
  });

  test("a failing close does not hide that a batch was not taken, and it is not counted", async () => {
    const { pumping, happened, tally } = story([{ runs: ["a"] }, { runs: ["b"] }], {
      sink: { take: failing("first"), close: failing("second") },
    });
    await expect(pump(pumping, tally)).rejects.toThrow("first");
    expect(happened).toEqual(["page 0", "source closed"]);
    expect(tally.printed).toBe(0);
  });

  test("closes the sink when the source fails, and says why it did", async () => {
    async function* broken(): AsyncGenerator<Batch<string>> {
      yield batchOf({ runs: ["a"] }, 0);
      await failing("the journal is gone")();
    }
    const { pumping, happened, tally } = story([], { source: { read: broken, describe: () => "" } });
    await expect(pump(pumping, tally)).rejects.toThrow("the journal is gone");
    expect(happened.at(-1)).toBe("close");
    expect(happened).toContain("take <a>, then page 1");
  });

  test("a failing close fails the reading where nothing else did", async () => {
    const sink = { take: () => Promise.resolve(), close: failing("full") };
    const { pumping, tally } = story([{ runs: ["a"] }], { sink });
    await expect(pump(pumping, tally)).rejects.toThrow("full");
  });
});

describe("the place after a part of a batch", () => {
  const { candidates, ...rest } = batchOf({ runs: ["a", "b", "c"] }, 7);
  const [a, b, c] = candidates as [Candidate<string>, Candidate<string>, Candidate<string>];
  // An event may hold two runs.
  const twin = { ...b, key: "twin", runId: "twin" };

  test.each<[string, readonly Candidate<string>[], number, string]>([
    ["all of it", [a, b, c], 3, "page 8"],
    ["its first run", [a, b, c], 1, "after cat:7.0"],
    ["one of two runs of an event: that event is read again", [a, b, twin, c], 2, "after cat:7.0"],
    ["one of two runs of its first event: all is read again", [b, twin, c], 1, "page 7"],
    ["both runs of an event", [b, twin, c], 2, "after cat:7.1"],
    ["none of it", [a, b], 0, "page 7"],
  ])("%s", (_, kept, count, next) => {
    expect(markAfter(rest, kept, kept.slice(0, count)).next).toBe(next);
  });
});
