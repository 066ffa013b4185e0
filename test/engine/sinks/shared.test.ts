import { beforeEach, describe, expect, it } from "vitest";
import { shareSink, type Timed } from "../../../src/engine/sinks/shared.ts";
import type { Sink } from "../../../src/engine/sinks/sink.ts";
import type { Candidate, Mark } from "../../../src/engine/sources/source.ts";

const mark: Mark = { next: "", last: null, atEnd: false, recordedAt: null, count: 0 };

/** `a5` was updated at 5; `a?` does not say when. */
function runs(...texts: readonly string[]): readonly Candidate<Timed<string>>[] {
  return texts.map((text) => {
    const at = text.endsWith("?") ? null : Number(text.slice(1));
    return { key: text, position: "", runId: text, status: "success", encoded: { value: text, at } };
  });
}

let printed: string[];
let isBroken: boolean;
let closed: number;
const broken = new Error("disk full");
const sink: Sink = {
  take: (batch) => {
    if (isBroken) return Promise.reject(broken);
    printed.push(...batch.map(({ encoded }) => encoded));
    return Promise.resolve();
  },
  close: () => {
    closed += 1;
    return Promise.resolve();
  },
};

function share(names: readonly string[], mostRuns: number) {
  return shareSink(sink, names, { mostRuns, sizeOf: ({ length }) => length });
}

beforeEach(() => {
  printed = [];
  isBroken = false;
  closed = 0;
});

describe("a sink that is shared", () => {
  it("takes runs in the order of their times, as far as every reading has come", async () => {
    const shared = share(["a", "b"], 100);
    const [a, b] = [shared.lane("a"), shared.lane("b")];
    await a.take(runs("a1", "a4"), mark);
    expect(printed).toEqual([]);
    await b.take(runs("b2", "b3", "b9"), mark);
    expect(printed).toEqual(["a1", "b2", "b3", "a4"]);
    await a.close();
    expect(printed).toEqual(["a1", "b2", "b3", "a4", "b9"]);
    await b.take(runs("b10"), mark);
    await shared.close();
    expect(printed).toEqual(["a1", "b2", "b3", "a4", "b9", "b10"]);
    expect(closed).toBe(1);
  });

  it("keeps each reading's own order, whatever its times say", async () => {
    const shared = share(["a", "b"], 100);
    await shared.lane("a").take(runs("a5", "a2", "a?", "a6"), mark);
    await shared.lane("b").take(runs("b3", "b7"), mark);
    await shared.close();
    expect(printed).toEqual(["b3", "a5", "a2", "a?", "a6", "b7"]);
  });

  it("waits for no reading that has ended, or has never begun", async () => {
    const shared = share(["a", "b", "c"], 100);
    await shared.end("b");
    await shared.end("c");
    await shared.lane("a").take(runs("a1"), mark);
    expect(printed).toEqual(["a1"]);
  });

  it("holds no more than so many runs for one that hangs", async () => {
    const shared = share(["a", "b"], 3);
    await shared.lane("a").take(runs("a1", "a2", "a3", "a4", "a5"), mark);
    expect(printed).toEqual(["a1", "a2"]);
  });

  it("holds no monstrous ones either", async () => {
    const shared = share(["a", "b"], 100);
    const [run] = runs("a1");
    if (run === undefined) throw new Error("no run");
    const monster = { ...run, encoded: { at: 1, value: "x".repeat(16_000_001) } };
    await shared.lane("a").take([monster], mark);
    expect(printed).toHaveLength(1);
  });

  it("has printed a batch when that is taken, where nothing may wait", async () => {
    const shared = share(["a", "b"], 0);
    await shared.lane("a").take(runs("a5", "a6"), mark);
    expect(printed).toEqual(["a5", "a6"]);
    await shared.lane("b").take(runs("b1"), mark);
    expect(printed).toEqual(["a5", "a6", "b1"]);
  });

  it("knows its own failure, which is everybody's, from those of readings", async () => {
    const shared = share(["a", "b"], 0);
    isBroken = true;
    await expect(shared.lane("a").take(runs("a1"), mark)).rejects.toBe(broken);
    expect(shared.hasFailedWith(broken)).toBe(true);
    expect(shared.hasFailedWith(new Error("the journal answered 403"))).toBe(false);
  });

  it("stays as it is where no reading has begun", async () => {
    await share(["a"], 0).close();
    expect(closed).toBe(0);
  });
});
