import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { packTexts, unpack, type RunTexts } from "../../../../src/engine/archive/pack.ts";
import { openPacker, type Packer } from "../../../../src/engine/archive/pack/packer.ts";

const built = "dist/pack-worker.cjs";

function packerOf(path: string): Packer {
  const packer = openPacker(pathToFileURL(path));
  onTestFinished(async () => {
    await packer.close();
  });
  return packer;
}

const texts = (from: number, count: number): readonly RunTexts[] =>
  Array.from({ length: count }, (_, n) => ({
    record: JSON.stringify({ runId: `run-${from + n}`, words: "é … 🙂 \u0000 \ud800".repeat(n) }),
    event: n % 3 === 1 ? null : JSON.stringify({ event: { id: `run-${from + n}` } }),
  }));

const plain = (all: Awaited<ReturnType<Packer["pack"]>>): readonly RunTexts[] =>
  all.map(({ record, event }) => ({ record: unpack(record), event: event === null ? null : unpack(event) }));

describe("runs that are packed by a thread", () => {
  test.skipIf(!existsSync(built))("are what they would be here, each batch in its place", async () => {
    const packer = packerOf(built);
    const batches = [texts(0, 100), texts(100, 1), texts(101, 0), texts(101, 40)];
    const packed = await Promise.all(batches.map((runs) => packer.pack(runs)));
    expect(packed.map(plain)).toEqual(batches);
    expect(packed.map((all) => all.map(({ record }) => Buffer.from(record)))).toEqual(
      batches.map((runs) => runs.map(packTexts).map(({ record }) => record)),
    );
  });

  test("are packed here where it cannot start, or ends", async () => {
    const packer = packerOf("dist/no-such-worker.cjs");
    const batches = [texts(0, 3), texts(3, 5)];
    expect((await Promise.all(batches.map((runs) => packer.pack(runs)))).map(plain)).toEqual(batches);
    await packer.close();
    expect(plain(await packer.pack(texts(8, 2)))).toEqual(texts(8, 2));
  });
});
