import { describe, expect, test } from "vitest";
import { packTexts, unpack, type RunTexts } from "../../../src/engine/archive/pack.ts";
import type { Packer } from "../../../src/engine/archive/pack/packer.ts";
import type { WrittenRun } from "../../../src/engine/archive/run-row.ts";
import { forArchive } from "../../../src/engine/sources/for-archive.ts";
import { packAhead } from "../../../src/engine/sources/pack-ahead.ts";
import type { Batch, Source } from "../../../src/engine/sources/source.ts";
import { archived } from "../../support/archived.ts";
import { noon } from "../../support/host.ts";

/** Batches of so many runs each, numbered through; and then a failure, where there is one. */
function sourceOf(sizes: readonly number[], failure?: Error): Source<WrittenRun<RunTexts>> {
  const batchOf = (from: number, size: number) => {
    const candidates = Array.from({ length: size }, (_, n) => {
      const { run } = archived(from + n);
      return { key: run.key, position: run.position, runId: run.runId, status: run.status, encoded: run };
    });
    const mark = { next: `${from + size}`, last: null, atEnd: false, recordedAt: null, count: size };
    return { mark, candidates, runs: size, rejects: [], withoutRaw: [], waitMs: 0, nextAfter: () => "" };
  };
  const source = {
    async *read() {
      let from = 0;
      for (const size of sizes) {
        yield await Promise.resolve(batchOf(from, size));
        from += size;
      }
      if (failure !== undefined) throw failure;
    },
    describe: () => "",
  };
  return forArchive(source, () => noon);
}

/** One that counts what it is given, and whether it was closed. */
function counted() {
  const seen = { opened: 0, closed: 0, runs: 0 };
  const open = async (): Promise<Packer> => {
    seen.opened += 1;
    return {
      pack: async (runs) => {
        seen.runs += runs.length;
        // A later batch may be done sooner.
        await new Promise((done) => setTimeout(done, runs.length % 7));
        return runs.map(packTexts);
      },
      close: async () => void (seen.closed += 1),
    };
  };
  return { seen, open };
}

async function read(source: Source<WrittenRun>, into: Batch<WrittenRun>[]): Promise<void> {
  for await (const batch of source.read()) into.push(batch);
}

describe("runs that are packed ahead", () => {
  test("come in their order, the first thousand packed here and the others by one thread", async () => {
    const { seen, open } = counted();
    const given: Batch<WrittenRun>[] = [];
    await read(packAhead(sourceOf([600, 0, 401, 6, 5, 0, 4, 3, 2, 1]), open), given);
    expect(given.map(({ mark }) => Number(mark.next))).toEqual([
      600, 600, 1001, 1007, 1012, 1012, 1016, 1019, 1021, 1022,
    ]);
    const runs = given.flatMap(({ candidates }) => candidates.map(({ encoded }) => encoded));
    expect(runs.map(({ run }) => run.runId)).toEqual(Array.from({ length: 1022 }, (_, n) => archived(n).run.runId));
    const last = runs.at(-1);
    // What is only in the texts is let go.
    expect(Object.keys(last?.run ?? {})).not.toContain("activities");
    const { event, record } = last?.kept ?? { event: null, record: "" };
    const { raw, ...rest } = archived(1021).run;
    expect([event, record].map((text) => typeof text)).toEqual(["object", "object"]);
    expect(unpack(Buffer.from(event ?? ""))).toBe(JSON.stringify(raw));
    expect(unpack(Buffer.from(record))).toBe(JSON.stringify(rest));
    expect(seen).toEqual({ opened: 1, closed: 1, runs: 21 });
  });

  test("take no thread where they are few", async () => {
    const { seen, open } = counted();
    await read(packAhead(sourceOf([500, 500]), open), []);
    expect(seen).toEqual({ opened: 0, closed: 0, runs: 0 });
  });

  test("are handed on before the failure of their source, and the thread is ended", async () => {
    const { seen, open } = counted();
    const given: Batch<WrittenRun>[] = [];
    const source = packAhead(sourceOf([1000, 3, 2], new Error("the journal is away")), open);
    await expect(read(source, given)).rejects.toThrow("the journal is away");
    expect(given.map(({ candidates }) => candidates.length)).toEqual([1000, 3, 2]);
    expect(seen).toEqual({ opened: 1, closed: 1, runs: 5 });
  });

  test("end the thread for who has enough of them", async () => {
    const { seen, open } = counted();
    for await (const { mark } of packAhead(sourceOf([1000, 3, 2, 1, 1, 1, 1]), open).read())
      if (mark.next === "1003") break;
    expect(seen.closed).toBe(1);
  });
});
