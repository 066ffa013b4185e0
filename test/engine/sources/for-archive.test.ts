import { describe, expect, test } from "vitest";
import { forArchive, joinBatches, readAhead } from "../../../src/engine/sources/for-archive.ts";
import type { Batch, Mark, Source } from "../../../src/engine/sources/source.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { archived } from "../../support/archived.ts";
import { noon } from "../../support/host.ts";

const minute = 60_000;

function batchOf(runs: readonly FlowRun[], mark: Partial<Mark> = {}): Batch<FlowRun> {
  const whole = {
    next: "on",
    last: "p",
    atEnd: false,
    recordedAt: null,
    askedAt: noon + 60 * minute,
    count: runs.length,
  };
  return {
    mark: { ...whole, ...mark },
    candidates: runs.map((run) => ({
      key: run.key,
      position: run.position,
      runId: run.runId,
      status: run.status,
      encoded: run,
    })),
    runs: runs.length,
    rejects: [],
    withoutRaw: [],
    waitMs: 0,
    nextAfter: (position) => `after ${String(position)}`,
  };
}

function sourceOf<T>(...batches: readonly Batch<T>[]): Source<T> {
  return {
    async *read() {
      for (const batch of batches) yield await Promise.resolve(batch);
    },
    describe: ({ position }) => position,
  };
}

async function allOf<T>(source: Source<T>): Promise<readonly Batch<T>[]> {
  const batches: Batch<T>[] = [];
  for await (const batch of source.read()) batches.push(batch);
  return batches;
}

function updated(at: number | null): FlowRun {
  return { ...archived(0).run, updatedAt: at === null ? null : new Date(noon + at * minute).toISOString() };
}

describe("about when a run was recorded", () => {
  test.each<readonly [string, number | null, Partial<Mark>, number]>([
    ["when it was updated", 3, { recordedFrom: noon, recordedAt: noon + 5 * minute }, 3],
    ["not before the page begins", -9, { recordedFrom: noon, recordedAt: noon + 5 * minute }, 0],
    [
      "whatever the page's last event tells, which may come again",
      4,
      { recordedFrom: noon, recordedAt: noon + minute },
      4,
    ],
    ["not after the page was asked for", 99, { recordedFrom: noon, recordedAt: noon + 5 * minute }, 60],
    ["without a time: when the page ends", null, { recordedFrom: noon, recordedAt: noon + 5 * minute }, 5],
    ["without any: when it was asked for", null, {}, 60],
    ["a page that begins after it was asked for, by another clock", 3, { recordedFrom: noon + 90 * minute }, 60],
  ])("%s", async (_, at, mark, expected) => {
    const [batch] = await allOf(forArchive(sourceOf(batchOf([updated(at)], mark)), () => noon));
    expect(batch?.candidates.map(({ encoded }) => (encoded.recordedAt - noon) / minute)).toEqual([expected]);
  });
});

describe("batches that are joined", () => {
  const run = (n: number): FlowRun => archived(n).run;
  const joining = { mostRuns: 3, mostMs: 1000, now: () => noon };

  test("until they are worth a transaction, or the source ends or begins anew", async () => {
    const begins = { from: null, why: "expired" } as const;
    const joined = await allOf(
      joinBatches(
        sourceOf(
          ...[
            batchOf([run(0)], { next: "1" }),
            batchOf([run(1), run(2)], { next: "2" }),
            batchOf([run(3)], { next: "3" }),
          ],
          ...[
            batchOf([run(4)], { next: "4", begins }),
            batchOf([], { next: "5", atEnd: true }),
            batchOf([run(6)], { next: "6" }),
          ],
        ),
        joining,
      ),
    );
    expect(joined.map(({ candidates, mark }) => [candidates.length, mark.next, mark.count])).toEqual([
      [3, "2", 3],
      [1, "3", 1],
      [1, "5", 1],
      [1, "6", 1],
    ]);
    expect(joined.map(({ mark }) => mark.begins ?? null)).toEqual([null, null, begins, null]);
  });

  test("until their place leads past nothing", async () => {
    const cut = { isCut: true } as const;
    const begins = { from: null, why: "expired" } as const;
    const joined = await allOf(
      joinBatches(
        sourceOf(
          ...[batchOf([run(0), run(1), run(2)], { next: "1", ...cut }), batchOf([run(3)], { next: "2", ...cut })],
          ...[batchOf([], { next: "3", count: 7 }), batchOf([run(4)], { next: "4", last: "p4", ...cut })],
          // The neighbour that it was cut for could not be read on.
          ...[batchOf([run(5)], { next: "5", begins }), batchOf([run(6)], { next: "6", last: "p6", ...cut })],
        ),
        joining,
      ),
    );
    expect(
      joined.map(({ candidates, mark }) => [candidates.length, mark.next, mark.count, mark.isCut ?? false]),
    ).toEqual([
      [4, "3", 11, false],
      [1, "after p4", 1, false],
      [2, "after p6", 2, false],
    ]);
  });
});

describe("a source that breaks", () => {
  /** Gives these, and then fails, or stands still until it is told to stop. */
  function breaking(batches: readonly Batch<FlowRun>[], end: () => Promise<void>): Source<FlowRun> {
    return {
      async *read() {
        for (const batch of batches) yield await Promise.resolve(batch);
        await end();
      },
      describe: ({ position }) => position,
    };
  }

  test("gives first what it has waited with, up to a place that leads past nothing", async () => {
    const broken = breaking([batchOf([updated(0)]), batchOf([updated(1)], { isCut: true })], () =>
      Promise.reject(new Error("the journal is away")),
    );
    const given: Mark[] = [];
    const all = async (): Promise<void> => {
      const joining = { mostRuns: 500, mostMs: 1000, now: () => noon };
      for await (const { mark } of joinBatches(broken, joining).read()) given.push(mark);
    };
    await expect(all()).rejects.toThrow("the journal is away");
    expect(given).toMatchObject([{ count: 2, next: "after p", isCut: false }]);
  });

  test("is told to stop by who has enough of it, and not waited for", async () => {
    const stop = new AbortController();
    const told = new Promise<void>((resolve) => {
      stop.signal.addEventListener("abort", () => {
        resolve();
      });
    });
    const standing = breaking([batchOf([updated(0)])], () => told);
    const ahead = readAhead(standing, () => {
      stop.abort();
    });
    for await (const batch of ahead.read()) {
      expect(batch.candidates.length).toBe(1);
      break;
    }
    expect(stop.signal.aborted).toBe(true);
  });
});
