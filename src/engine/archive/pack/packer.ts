import { Worker } from "node:worker_threads";
import { packTexts, type PackedTexts, type RunTexts } from "../pack.ts";

/** Runs as the thread has packed them: of each the bytes of its record, then those of its event, none where it has none. */
export interface PackedBatch {
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
}

/** Packs the texts of many runs on another core. */
export interface Packer {
  /** In the order of the texts. Where the thread fails it is done here, so what it throws is what packing throws. */
  pack(runs: readonly RunTexts[]): Promise<readonly PackedTexts[]>;
  /** What is asked until then is not answered any more. */
  close(): Promise<unknown>;
}

/** The build puts it above the folder that this file goes to. */
const beside = new URL("../pack-worker.cjs", import.meta.url);

/** Starts the thread; what it takes (some 30 ms, and 10 MiB) pays from about a thousand runs on. */
export function openPacker(script = beside): Packer {
  const worker = new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb: 2 } });
  /** Answers come in the order of the questions. */
  const waiting: ((batch: PackedBatch | null) => void)[] = [];
  let isGone = false;
  const gone = (): void => {
    isGone = true;
    for (const answer of waiting.splice(0)) answer(null);
  };
  worker.on("message", (batch: PackedBatch) => waiting.shift()?.(batch));
  worker.on("error", gone);
  worker.on("exit", gone);
  // Only while it is waited for does it keep the process.
  worker.unref();
  return {
    pack: async (runs) => {
      if (isGone) return runs.map(packTexts);
      const answered = new Promise<PackedBatch | null>((answer) => waiting.push(answer));
      worker.ref();
      worker.postMessage(runs);
      const batch = await answered;
      if (waiting.length === 0) worker.unref();
      return batch === null ? runs.map(packTexts) : partsOf(batch, runs);
    },
    close: () => worker.terminate(),
  };
}

function partsOf({ bytes, lengths }: PackedBatch, runs: readonly RunTexts[]): readonly PackedTexts[] {
  let at = 0;
  const take = (n: number): Uint8Array => bytes.subarray(at, (at += lengths[n] ?? 0));
  return runs.map(({ event }, n) => {
    const [record, other] = [take(2 * n), take(2 * n + 1)];
    return { record, event: event === null ? null : other };
  });
}
