import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Mark } from "../../../src/engine/sources/source.ts";
import { holdingSink, type Holding } from "../../../src/engine/sinks/holding.ts";
import type { Resumption, Sink } from "../../../src/engine/sinks/sink.ts";
import { streamSink } from "../../../src/engine/sinks/stream.ts";
import { withCursorFile } from "../../../src/engine/sinks/with-cursor-file.ts";
import { openOutFile } from "../../../src/state/out-file.ts";
import { ndjsonRenderer } from "../../../src/render/formats/json.ts";
import { batches, sinkContract, type Crash, type World } from "../../support/sink-contract.ts";

/** A stream that remembers what it took. */
function streamWorld() {
  let text = "";
  return {
    delivered: () => text.split("\n").filter((line) => line !== ""),
    open: (crash: Crash) => streamSink(ndjsonRenderer(), { write: (more) => crash.step(() => void (text += more)) }, 0),
  };
}

describe("a stream", () => {
  sinkContract(streamWorld, { repeats: "batch", steps: batches + 1, isKept: false });
});

describe("a stream with a cursor file", () => {
  function world(): World {
    const stream = streamWorld();
    let saved: Resumption | null = null;
    return {
      delivered: stream.delivered,
      open: (crash) =>
        withCursorFile(stream.open(crash), {
          find: () => Promise.resolve(saved),
          move: (taken, { next }) =>
            crash.step(() => {
              const keys = [...(saved?.keys ?? []), ...taken.map(({ key }) => key)];
              saved = { next, readUntil: 0, movedAt: 0, keys };
            }),
        }),
    };
  }
  sinkContract(world, { repeats: "batch", steps: 2 * batches + 1, isKept: true });
});

/** A sink that takes texts, on top of one that holds them back. */
function holding(inner: Sink, options: Partial<Holding<string>> = {}): Sink {
  const held = holdingSink<string>(inner, { last: Infinity, compare: null, ...options });
  const keyed = (encoded: string) => ({ encoded, sortKey: encoded });
  return {
    take: (batch, mark) =>
      held.take(
        batch.map((run) => ({ ...run, encoded: keyed(run.encoded) })),
        mark,
      ),
    close: () => held.close(),
  };
}

/** The same with a cursor that is saved once all is out, as a reading does it. */
function settling(sink: Sink, crash: Crash, saved: { at: Resumption | null }): Sink {
  let moved = saved.at;
  const store = {
    find: () => Promise.resolve(saved.at),
    move: (taken: readonly { readonly key: string }[], { next }: Mark) => {
      const keys = [...(moved?.keys ?? []), ...taken.map(({ key }) => key)];
      moved = { next, readUntil: 0, movedAt: 0, keys };
      return Promise.resolve();
    },
  };
  const kept = withCursorFile(sink, store);
  let isClosed = false;
  return {
    ...kept,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await kept.close();
      await crash.step(() => void (saved.at = moved));
    },
  };
}

describe("a sink that holds back", () => {
  sinkContract(
    () => {
      const stream = streamWorld();
      return { delivered: stream.delivered, open: (crash) => holding(stream.open(crash)) };
    },
    { repeats: "batch", steps: 3, isKept: false, isLate: true },
  );
});

describe("a sink that holds back, with a cursor file", () => {
  sinkContract(
    () => {
      const stream = streamWorld();
      const saved = { at: null };
      return { delivered: stream.delivered, open: (crash) => settling(holding(stream.open(crash)), crash, saved) };
    },
    { repeats: "batch", steps: 3, isKept: true, isLate: true },
  );
});

describe("a file, with a cursor file", () => {
  /** Each file that was in its place, read by somebody before the next one is. */
  async function world(): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "flowrun-out-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "runs.ndjson");
    const saved = { at: null };
    const read: string[] = [];
    return {
      delivered: () => read,
      open: async (crash) => {
        const file = await openOutFile(path);
        const stream = streamSink(ndjsonRenderer(), file, 0);
        let isClosed = false;
        const whole: Sink = {
          ...stream,
          close: async () => {
            if (isClosed) return;
            isClosed = true;
            await stream.close();
            await crash.step(async () => {
              await file.finish();
              read.push(...(await readFile(path, "utf8")).split("\n").filter((line) => line !== ""));
            });
          },
        };
        return settling(whole, crash, saved);
      },
    };
  }
  sinkContract(world, { repeats: "batch", steps: 2, isKept: true, isLate: true });
});

describe("holding back", () => {
  const mark: Mark = { next: "on", last: null, atEnd: false, recordedAt: null, count: 1 };
  const run = (runId: string, status = "success") => ({
    key: runId,
    position: runId,
    runId,
    status,
    encoded: `${runId}\n`,
  });

  async function printed(batches: readonly (readonly string[])[], options: Partial<Holding<string>>) {
    const { open, delivered } = streamWorld();
    const sink = holding(open({ step: async (work) => work() }), options);
    for (const batch of batches)
      await sink.take(
        batch.map((id) => run(id)),
        mark,
      );
    await sink.close();
    return delivered();
  }

  test.each([
    [1, ["e"]],
    [2, ["d", "e"]],
    [3, ["c", "d", "e"]],
    [5, ["a", "b", "c", "d", "e"]],
    [9, ["a", "b", "c", "d", "e"]],
  ])("keeps the newest %i, in the order in which they came", async (last, kept) => {
    expect(await printed([["a", "b"], [], ["c", "d", "e"]], { last })).toEqual(kept);
  });

  test("puts them in order, equal ones as they came, after it has chosen the newest", async () => {
    const compare = (one: string, other: string) => one.charCodeAt(0) - other.charCodeAt(0);
    const batches = [
      ["a0", "c1", "b1"],
      ["c2", "b2", "a1"],
    ];
    expect(await printed(batches, { compare })).toEqual(["a0", "a1", "b1", "b2", "c1", "c2"]);
    expect(await printed(batches, { compare, last: 4 })).toEqual(["a1", "b1", "b2", "c2"]);
  });

  test("tells what it hands on", async () => {
    const { open } = streamWorld();
    const held = holdingSink<null>(open({ step: async (work) => work() }), { last: 2, compare: null });
    const runs = [run("a", "failed"), run("b", "failed"), run("c")];
    await held.take(
      runs.map((each) => ({ ...each, encoded: { encoded: each.encoded, sortKey: null } })),
      mark,
    );
    expect(held.held().map(({ key, status }) => [key, status])).toEqual([
      ["b", "failed"],
      ["c", "success"],
    ]);
  });

  test("says so where there is too much, and hands nothing on then", async () => {
    const { open, delivered } = streamWorld();
    const sink = holding(open({ step: async (work) => work() }), { most: 5 });
    await sink.take([run("a"), run("b")], mark);
    await expect(sink.take([run("c")], mark)).rejects.toMatchObject({ kind: "usage" });
    await expect(sink.take([], mark)).rejects.toMatchObject({ kind: "usage" });
    await sink.close();
    expect(delivered()).toEqual([]);
  });
});
