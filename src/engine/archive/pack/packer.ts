import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { packTexts, type PackedTexts, type RunTexts } from "../pack.ts";

/** Runs as the thread has packed them: of each the bytes of its record, then those of its event, none where it has none. */
export interface PackedBatch {
  readonly bytes: Uint8Array;
  readonly lengths: Uint32Array;
}

/** Packs the texts of runs on another core. */
export interface Packer {
  /**
   * In the order of the texts. Where there is no thread any more it is done here, so it fails only as packing itself does;
   * what was asked before `close` and not answered by then never is.
   */
  pack(runs: readonly RunTexts[]): Promise<readonly PackedTexts[]>;
  close(): Promise<unknown>;
}

/** The build puts it above the folder that this file goes to. */
const besideProgram = new URL("../pack-worker.cjs", import.meta.url);

/** Starts the thread, which takes some 30 ms, and 15 MiB that are saved elsewhere. */
export function openPacker(script = besideProgram): Packer {
  const worker = startThread(script);
  /** Answers come in the order of the questions. */
  const waiting: ((batch: PackedBatch | null) => void)[] = [];
  let isGone = worker === null;
  const gone = (): void => {
    isGone = true;
    for (const answer of waiting.splice(0)) answer(null);
  };
  worker?.on("message", (batch: PackedBatch) => waiting.shift()?.(batch));
  worker?.on("error", gone);
  worker?.on("exit", gone);
  // Only while it is waited for does it keep the process.
  worker?.unref();
  return {
    pack: async (runs) => {
      if (isGone) return runs.map(packTexts);
      const answered = new Promise<PackedBatch | null>((answer) => waiting.push(answer));
      worker?.ref();
      worker?.postMessage(runs);
      const batch = await answered;
      if (waiting.length === 0) worker?.unref();
      return batch === null ? runs.map(packTexts) : partsOf(batch, runs);
    },
    close: async () => {
      waiting.splice(0);
      await worker?.terminate();
    },
  };
}

/**
 * `null` where Node may start none (`--permission`). What it makes dies young: with 2 MiB for that it takes 20 less than
 * with 8. The heaps may grow half as far as the program else lets them, before garbage is looked for: of texts that are
 * packed elsewhere so little is left that it costs no time here (225 against 238 µs a run), and spares 20 MiB.
 */
function startThread(script: URL): Worker | null {
  setFlagsFromString("--heap-growing-percent=75");
  try {
    return new Worker(script, { resourceLimits: { maxYoungGenerationSizeMb: 2 } });
  } catch {
    return null;
  }
}

function partsOf({ bytes, lengths }: PackedBatch, runs: readonly RunTexts[]): readonly PackedTexts[] {
  let at = 0;
  const take = (n: number): Uint8Array => bytes.subarray(at, (at += lengths[n] ?? 0));
  return runs.map(({ event }, n) => {
    const [record, other] = [take(2 * n), take(2 * n + 1)];
    return { record, event: event === null ? null : other };
  });
}
