import { expect, test } from "vitest";
import { pump, emptyTally } from "../../src/engine/pump.ts";
import type { Sink } from "../../src/engine/sinks/sink.ts";
import type { Batch, Candidate, Mark, Source } from "../../src/engine/sources/source.ts";
import { createSeen } from "../../src/runs/events/seen.ts";

/** A place that a sink under test delivers to, which outlives the process that writes to it. */
export interface World {
  /** A process of its own: a sink that works on what earlier ones have left. */
  open(crash: Crash): Promise<Sink> | Sink;
  /** The runs that the other side has, in its order. */
  delivered(): readonly string[];
}

/**
 * Where the process dies: at its nth step (a write, a save) of those that the sink takes, before it is done or after.
 * `failing` says whether a step throws; a step that fails after it was done stands for an answer that got lost.
 */
export interface Crash {
  /** Does a step, or dies. */
  step<R>(work: () => R | Promise<R>): Promise<R>;
}

export const batches = 6;

/** How often a sink may deliver what it has delivered before, after one crash: the runs of the batch under way, or never. */
export interface Guarantee {
  readonly repeats: "batch" | "never";
  /** How many steps a whole reading takes, at most. */
  readonly steps: number;
  /** True where the sink keeps the place to read on from. */
  readonly isKept: boolean;
  /** True where nothing is delivered before the sink is closed, and then all of it. */
  readonly isLate?: boolean;
}

const readingName = "contract";

/** What is asked of every sink. */
export function sinkContract(
  openWorld: () => World | Promise<World>,
  { repeats, steps, isKept, isLate = false }: Guarantee,
): void {
  const never: Crash = { step: async (work) => work() };

  test("delivers every run once, in order", async () => {
    const world = await openWorld();
    await readOn(await world.open(never));
    expect(world.delivered()).toEqual(allRuns);
  });

  test("a batch without runs, and a reading without batches, are nothing special", async () => {
    const world = await openWorld();
    const sink = await world.open(never);
    await sink.take([], markOf(1));
    await sink.close();
    expect(world.delivered()).toEqual([]);
    await (await (await openWorld()).open(never)).close();
  });

  if (isLate) {
    test("delivers nothing before it is closed, and a close that fails says so and delivers nothing later", async () => {
      const world = await openWorld();
      let isDown = true;
      const sink = await world.open({
        step: async (work) => {
          if (isDown) throw new Error("the other side is down");
          return work();
        },
      });
      for (let n = 0; n < batches; n++) await sink.take(runsOf(n), markOf(n + 1));
      await expect(sink.close()).rejects.toThrow();
      isDown = false;
      await expect(sink.close()).resolves.toBeUndefined();
      expect(world.delivered()).toEqual([]);
      if (sink.find !== undefined) expect(await (await world.open(never)).find?.(readingName)).toBeNull();
    });
  } else
    test("after a failed take every later one fails, and close neither fails nor delivers", async () => {
      const world = await openWorld();
      let isDown = false;
      const sink = await world.open({
        step: async (work) => {
          if (isDown) throw new Error("the other side is down");
          return work();
        },
      });
      await sink.take(runsOf(0), markOf(1));
      isDown = true;
      await expect(sink.take(runsOf(1), markOf(2))).rejects.toThrow();
      isDown = false;
      await expect(sink.take(runsOf(2), markOf(3))).rejects.toThrow();
      await expect(sink.close()).resolves.toBeUndefined();
      await expect(sink.close()).resolves.toBeUndefined();
      expect(world.delivered()).toEqual(allRuns.slice(0, runsOf(0).length));
      if (sink.find !== undefined) expect((await (await world.open(never)).find?.(readingName))?.next).toBe("1");
    });

  if (!isKept) return;

  for (const moment of ["before", "after"] as const) {
    test.each(Array.from({ length: steps }, (_, n) => n))(`a crash ${moment} step %i loses no run`, async (at) => {
      const world = await openWorld();
      await readOn(await world.open(dyingAt(at, moment))).catch(() => undefined);
      await readOn(await world.open(never));
      const delivered = world.delivered();
      expect([...new Set(delivered)]).toEqual(allRuns);
      const repeated = delivered.length - allRuns.length;
      expect(repeated).toBeLessThanOrEqual(repeats === "never" ? 0 : isLate ? allRuns.length : runsPerBatch);
    });
  }
}

const runsPerBatch = 3;

function runsOf(batch: number): readonly Candidate<string>[] {
  return Array.from({ length: runsPerBatch }, (_, n) => {
    const runId = `run-${batch}-${n}`;
    return { key: runId, position: runId, runId, status: "success", encoded: `${runId}\n` };
  });
}

const allRuns = Array.from({ length: batches }, (_, n) => runsOf(n).map(({ runId }) => runId)).flat();

function markOf(next: number): Mark {
  return { next: String(next), last: null, atEnd: next === batches, recordedAt: 1000 + next, count: runsPerBatch };
}

/** Reads on where the sink says; one that keeps no place is read from the beginning. */
async function readOn(sink: Sink): Promise<void> {
  const found = (await sink.find?.(readingName)) ?? null;
  const source: Source<string> = {
    async *read() {
      for (let n = Number(found?.next ?? 0); n < batches; n++) yield await Promise.resolve(batchOf(n));
    },
    describe: ({ position }) => position,
  };
  const seen = createSeen(1000, found?.keys ?? []);
  await pump({ source, seen, sink, isEnough: () => false, onBatch: () => undefined }, emptyTally());
}

function batchOf(n: number): Batch<string> {
  const candidates = runsOf(n);
  const faultless = { rejects: [], withoutRaw: [], waitMs: 0, runs: candidates.length };
  return { ...faultless, mark: markOf(n + 1), candidates, nextAfter: () => String(n) };
}

function dyingAt(at: number, moment: "before" | "after"): Crash {
  let step = 0;
  let isDead = false;
  return {
    step: async (work) => {
      if (isDead) throw new Error("this process is dead");
      const isLast = step++ === at;
      isDead = isLast;
      if (isLast && moment === "before") throw new Error("killed");
      const done = await work();
      if (isLast) throw new Error("killed");
      return done;
    },
  };
}
