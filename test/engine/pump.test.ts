import { describe, expect, test } from "vitest";
import type { Candidate, Digest } from "../../src/engine/digest.ts";
import { emptyTally, pump, type Pipeline } from "../../src/engine/pump.ts";
import { createSeen } from "../../src/runs/events/seen.ts";

interface PageParts {
  readonly runs: readonly string[];
  readonly atEnd?: boolean;
}

/** A page of these runs; `f…` failed. */
function digestOf({ runs, atEnd = false }: PageParts, n: number): Digest<string> {
  const candidates = runs.map((runId): Candidate<string> => ({
    key: runId,
    position: `cat:${n}`,
    runId,
    status: runId.startsWith("f") ? "failed" : "success",
    encoded: `<${runId}>`,
  }));
  const page = {
    url: `https://events-va6.adobe.io/j?since=${n}`,
    entries: [],
    unparsed: null,
    count: runs.length + 1,
    last: null,
    recordedFrom: null,
    recordedAt: null,
    next: `https://events-va6.adobe.io/j?since=${n + 1}`,
    atEnd,
    validate: null,
    waitMs: 0,
  };
  return {
    page,
    candidates,
    runs: runs.length + 1,
    rejects: [{ position: "cat:x", reason: "is odd" }],
    withoutRaw: [],
  };
}

/** A pipeline over these pages, and everything that happens in it, in order. */
function story(pages: readonly PageParts[], more: Partial<Pipeline<string>> = {}) {
  const happened: string[] = [];
  const say = (text: string): Promise<void> => Promise.resolve(void happened.push(text));
  async function* digests(): AsyncGenerator<Digest<string>> {
    try {
      for (const [n, parts] of pages.entries()) {
        happened.push(`page ${n}`);
        yield digestOf(parts, n);
      }
    } finally {
      await say("source closed");
    }
  }
  const pipeline: Pipeline<string> = {
    digests: digests(),
    seen: createSeen(100),
    sink: {
      write: (encoded) => say(`write ${encoded.join("")}`),
      flush: () => say("flush"),
      close: () => say("close"),
    },
    isEnough: () => false,
    checkpoint: ({ kept, printed, isEnd }) =>
      say(`checkpoint ${printed.length} of ${kept.length}${isEnd ? ", the end" : ""}`),
    flushEachPage: true,
    onDigest: ({ page }, { printed }) => void happened.push(`told of ${page.count} events, ${printed} runs so far`),
    ...more,
  };
  return { pipeline, happened, tally: emptyTally() };
}

const failing = (message: string) => () => Promise.reject(new Error(message));

describe("pump", () => {
  test("moves the cursor last: write, flush, checkpoint, page by page", async () => {
    const { pipeline, happened, tally } = story([{ runs: ["a", "b"] }, { runs: ["c"], atEnd: true }]);
    await pump(pipeline, tally);
    expect(happened).toEqual([
      "page 0",
      "write <a><b>",
      "flush",
      "checkpoint 2 of 2",
      "told of 3 events, 2 runs so far",
      "page 1",
      "write <c>",
      "flush",
      "checkpoint 1 of 1, the end",
      "told of 2 events, 3 runs so far",
      "source closed",
      "close",
    ]);
  });

  test("lays pages out together where nobody must see each", async () => {
    const { pipeline, happened, tally } = story([{ runs: ["a"] }], { flushEachPage: false, checkpoint: null });
    await pump(pipeline, tally);
    expect(happened).toEqual(["page 0", "write <a>", "told of 2 events, 1 runs so far", "source closed", "close"]);
  });

  test("writes a repeated run once, in a page and across pages", async () => {
    const { pipeline, happened, tally } = story([{ runs: ["a", "a", "b"] }, { runs: ["b", "c"] }]);
    await pump(pipeline, tally);
    expect(happened.filter((text) => text.startsWith("write"))).toEqual(["write <a><b>", "write <c>"]);
    expect(tally).toMatchObject({ printed: 3, duplicates: 2 });
  });

  test("stops in mid-page with the run that is enough, and lets go of the source", async () => {
    const { pipeline, happened, tally } = story([{ runs: ["a"] }, { runs: ["b", "c", "d"] }, { runs: ["e"] }], {
      isEnough: (_, printed) => printed >= 3,
    });
    await pump(pipeline, tally);
    expect(happened.slice(5)).toEqual([
      "page 1",
      "write <b><c>",
      "flush",
      "checkpoint 2 of 3, the end",
      "told of 4 events, 3 runs so far",
      "source closed",
      "close",
    ]);
    expect(tally.printed).toBe(3);
  });

  test("counts what it has done", async () => {
    const { pipeline, tally } = story([{ runs: ["a", "f1", "a"] }, { runs: [] }, { runs: ["f2"] }]);
    await pump(pipeline, tally);
    expect(tally).toEqual({ printed: 3, failed: 2, runs: 6, events: 7, duplicates: 1, unreadable: 3, pages: 3 });
  });

  test.each<[string, Partial<Pipeline<string>>]>([
    ["a write", { sink: { write: failing("first"), flush: () => Promise.resolve(), close: failing("second") } }],
    ["a flush", { sink: { write: () => Promise.resolve(), flush: failing("first"), close: failing("second") } }],
  ])("a failing close does not hide that %s failed, and no cursor moves", async (_, more) => {
    const { pipeline, happened, tally } = story([{ runs: ["a"] }, { runs: ["b"] }], more);
    await expect(pump(pipeline, tally)).rejects.toThrow("first");
    expect(happened).toEqual(["page 0", "source closed"]);
    expect(tally.printed).toBe(0);
  });

  test("closes the sink when the source fails, and says why it did", async () => {
    async function* broken(): AsyncGenerator<Digest<string>> {
      yield digestOf({ runs: ["a"] }, 0);
      await failing("the journal is gone")();
    }
    const { pipeline, happened, tally } = story([], { digests: broken() });
    await expect(pump(pipeline, tally)).rejects.toThrow("the journal is gone");
    expect(happened.at(-1)).toBe("close");
    expect(happened).toContain("write <a>");
  });

  test("lets go of the source when a checkpoint fails", async () => {
    const { pipeline, happened, tally } = story([{ runs: ["a"] }, { runs: ["b"] }], { checkpoint: failing("no disk") });
    await expect(pump(pipeline, tally)).rejects.toThrow("no disk");
    expect(happened).toEqual(["page 0", "write <a>", "flush", "source closed", "close"]);
  });

  test("a failing close fails the reading where nothing else did", async () => {
    const sink = { write: () => Promise.resolve(), flush: () => Promise.resolve(), close: failing("full") };
    const { pipeline, tally } = story([{ runs: ["a"] }], { sink });
    await expect(pump(pipeline, tally)).rejects.toThrow("full");
  });
});
