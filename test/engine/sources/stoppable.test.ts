import { expect, test } from "vitest";
import { stoppable } from "../../../src/engine/sources/stoppable.ts";
import type { Batch, Source } from "../../../src/engine/sources/source.ts";

const mark = { next: "", last: null, atEnd: false, recordedAt: null, count: 0 };
const empty: Batch<never> = {
  candidates: [],
  rejects: [],
  runs: 0,
  withoutRaw: [],
  mark,
  waitMs: 0,
  nextAfter: () => "",
};

/** One that never waits, as a file of this machine is read. */
const ready: Source<never> = {
  async *read() {
    for (let n = 0; n < 1000; n += 1) yield await Promise.resolve(empty);
  },
  describe: ({ position }) => position,
};

test("a source that never waits ends when its signal comes, after the batch that was read", async () => {
  const controller = new AbortController();
  setImmediate(() => {
    controller.abort(new Error("Ctrl-C"));
  });
  let batches = 0;
  const all = async (): Promise<void> => {
    for await (const batch of stoppable(ready, controller.signal).read()) batches += batch === empty ? 1 : 0;
  };
  await expect(all()).rejects.toThrow("Ctrl-C");
  expect(batches).toBeLessThan(10);
});

test("a source whose signal does not come is read to its end", async () => {
  let batches = 0;
  for await (const batch of stoppable(ready, new AbortController().signal).read()) batches += batch === empty ? 1 : 0;
  expect(batches).toBe(1000);
});
