import { describe, expect, test } from "vitest";
import { FlowrunError } from "../../../src/errors.ts";
import { deliverInLanes, type Member, type ReadLane } from "../../../src/engine/destinations/lanes.ts";
import { emptyTally, pump } from "../../../src/engine/pump.ts";
import type { Resumption, Sink } from "../../../src/engine/sinks/sink.ts";
import type { Batch, Source } from "../../../src/engine/sources/source.ts";
import { readRecord } from "../../../src/runs/record/read-record.ts";
import { createSeen } from "../../../src/runs/events/seen.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";

/** A journal of so many pages with a run each, and how often each page was read. */
const pages = 6;

function pageOf(n: number): Batch<FlowRun> {
  const run = readRecord({ schemaVersion: 1, runId: `run-${n}`, flowId: "flow", key: `key-${n}` });
  if (typeof run === "string") throw new Error(run);
  return {
    mark: { next: String(n + 1), last: null, atEnd: n + 1 === pages, recordedAt: n, count: 1 },
    candidates: [{ key: run.key, position: String(n), runId: run.runId, status: "success", encoded: run }],
    runs: 1,
    rejects: [],
    withoutRaw: [],
    waitMs: 0,
    nextAfter: () => String(n),
  };
}

interface Side extends Member {
  readonly got: string[];
}

/** @param trouble called before each batch is taken, with the run in it. */
function side(
  name: string,
  trouble: (run: string) => Promise<void> = () => Promise.resolve(),
  from: string | null = null,
): Side {
  const got: string[] = [];
  const find = (): Promise<Resumption | null> =>
    Promise.resolve(from === null ? null : { next: from, readUntil: 0, movedAt: 0, keys: [] });
  const sink: Sink<FlowRun> = {
    take: async (batch) => {
      for (const { runId } of batch) {
        await trouble(runId);
        got.push(runId);
      }
    },
    find,
    close: () => Promise.resolve(),
  };
  return { name, sink, got };
}

interface Told {
  readonly lost: string[];
  readonly parted: string[];
  readonly readings: string[];
}

/** Time stands still unless `hurry` is resolved: then whoever waits for somebody slow has waited long enough. */
async function run(members: readonly Side[], mayPart = true, hurry = new Promise<void>(() => undefined)) {
  const told: Told = { lost: [], parted: [], readings: [] };
  const over = new AbortController();
  const read: ReadLane = async (past, sink, signal) => {
    const first = Number(past?.next ?? 0);
    told.readings.push(String(first));
    const source: Source<FlowRun> = {
      async *read() {
        for (let n = first; n < pages; n += 1) {
          signal.throwIfAborted();
          yield await Promise.resolve(pageOf(n));
        }
      },
      describe: () => "",
    };
    const seen = createSeen(100, past?.keys);
    await pump({ source, seen, sink, isEnough: () => false, onBatch: () => undefined }, emptyTally());
  };
  const worst = await deliverInLanes({
    members,
    read,
    mayPart,
    host: {
      now: () => 0,
      sleep: (_, signal) =>
        Promise.race([
          hurry,
          new Promise<void>((resolve) =>
            signal?.addEventListener("abort", () => {
              resolve();
            }),
          ),
        ]),
    },
    signal: over.signal,
    stop: () => {
      over.abort();
    },
    onLost: ({ name }) => told.lost.push(name),
    onParted: ({ name }) => told.parted.push(name),
  });
  return { ...told, worst };
}

const all = Array.from({ length: pages }, (_, n) => `run-${n}`);
const refused = new FlowrunError("protocol", "it is refused for good", { why: "so", hint: "do" });

describe("deliverInLanes", () => {
  test("reads once for all that stand at the same place", async () => {
    const both = [side("one"), side("other")];
    const { readings, worst } = await run(both);
    expect(both.map(({ got }) => got)).toEqual([all, all]);
    expect(readings).toEqual(["0"]);
    expect(worst).toBeNull();
  });

  test("sends nobody what it has: each goes on from its own place", async () => {
    const both = [side("one", undefined, "4"), side("other", undefined, "2")];
    await run(both);
    expect(both.map(({ got }) => got)).toEqual([all.slice(4), all.slice(2)]);
  });

  test("gives one up that is refused for good, and names it; the others get all", async () => {
    const bad = side("bad", (id) => (id === "run-2" ? Promise.reject(refused) : Promise.resolve()));
    const good = side("good");
    const { lost, worst } = await run([bad, good]);
    expect(good.got).toEqual(all);
    expect(bad.got).toEqual(all.slice(0, 2));
    expect(lost).toEqual(["bad"]);
    expect(worst).toMatchObject({ kind: "protocol", isTold: true });
  });

  test("fails with the failure of the only one, and of the last", async () => {
    const bad = () => side("bad", () => Promise.reject(refused));
    await expect(run([bad()])).rejects.toBe(refused);
    await expect(run([bad(), bad()])).rejects.toBe(refused);
  });

  test("parts with one that is slow, which then gets all by itself, in order, each once", async () => {
    let free = (): void => undefined;
    let hurry = (): void => undefined;
    const isFree = new Promise<void>((resolve) => (free = resolve));
    const slow = side("slow", (id) => {
      if (id !== "run-1") return Promise.resolve();
      hurry();
      return isFree;
    });
    const quick = side("quick", (id) => {
      if (id === "run-5") free();
      return Promise.resolve();
    });
    const { parted } = await run([slow, quick], true, new Promise((resolve) => (hurry = resolve)));
    expect(quick.got).toEqual(all);
    expect(slow.got).toEqual(all);
    expect(parted).toEqual(["slow"]);
  });

  test("waits for one that is slow where no place could be read on from", async () => {
    const slow = side("slow", () => new Promise((resolve) => setImmediate(resolve)));
    const quick = side("quick");
    const { parted, readings } = await run([slow, quick], false, Promise.resolve());
    expect([slow.got, quick.got]).toEqual([all, all]);
    expect(parted).toEqual([]);
    expect(readings).toEqual(["0"]);
  });

  test("opens all side by side: one that is away keeps none of the others from it, even where all begin together", async () => {
    const opened: string[] = [];
    const opening = (name: string, until: () => boolean): Side => {
      const { sink, ...rest } = side(name);
      const find = async (): Promise<Resumption | null> => {
        opened.push(name);
        while (!until()) await new Promise((resolve) => setImmediate(resolve));
        return null;
      };
      return { ...rest, sink: { ...sink, find } };
    };
    // The first one answers when the second one is asked.
    const both = [opening("first", () => opened.length === 2), opening("second", () => true)];
    await run(both, false);
    expect(both.map(({ got }) => got)).toEqual([all, all]);
  });

  test("two that meet at the same place go on as one", async () => {
    // The one that stands ahead waits until the other has come as far.
    const behind = side("behind", undefined, "0");
    const ahead = side(
      "ahead",
      (id) => (id === "run-3" ? until(() => behind.got.length >= 3) : Promise.resolve()),
      "3",
    );
    const { readings } = await run([behind, ahead]);
    expect(behind.got).toEqual(all);
    expect(ahead.got).toEqual(all.slice(3));
    expect(readings).toHaveLength(2);
  });

  test("ends for all where one has had enough", async () => {
    const full = new FlowrunError("closed", "it has had enough");
    const enough = side("enough", (id) => (id === "run-3" ? Promise.reject(full) : Promise.resolve()));
    await expect(run([enough, side("other")])).rejects.toBe(full);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
