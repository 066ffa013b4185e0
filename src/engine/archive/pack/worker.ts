import { parentPort } from "node:worker_threads";
import { packTexts, type RunTexts } from "../pack.ts";
import type { PackedBatch } from "./packer.ts";

/** A thread that packs the texts of runs for another one: some come in as one message, and go back as one. */
parentPort?.on("message", (runs: readonly RunTexts[]) => {
  const { bytes, lengths } = packBatch(runs);
  parentPort?.postMessage({ bytes, lengths } satisfies PackedBatch, [bytes.buffer, lengths.buffer]);
});

/** In one piece, which is handed over and not copied. */
function packBatch(runs: readonly RunTexts[]) {
  const parts = runs.map(packTexts).flatMap(({ record, event }) => [record, event ?? new Uint8Array()]);
  const lengths = Uint32Array.from(parts, ({ length }) => length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { bytes, lengths };
}
