import type { Packer } from "../archive/pack/packer.ts";
import { packTexts, type PackedTexts, type RunTexts } from "../archive/pack.ts";
import type { WrittenRun } from "../archive/run-row.ts";
import { untilFailing, type Ending } from "./for-archive.ts";
import type { Batch, Source } from "./source.ts";

/** So many runs are packed (in 100 ms) before a thread is started for the others, which takes 30 ms and 10 MiB. */
const runsAlone = 1000;

/** Batches that are under way to the thread and back while the next is read: enough that neither waits for the other. */
const mostUnderWay = 4;

/**
 * A source whose runs are packed before they are handed on, on another core while the next ones are read: packing is a
 * third of the work of filling an archive (100 of 300 µs a run). Texts are let go with that, so that a batch is joined of
 * what is small. A source that fails has given what came before: that is handed on first.
 */
export function packAhead(source: Source<WrittenRun<RunTexts>>, open: () => Promise<Packer>): Source<WrittenRun> {
  return {
    async *read() {
      let alone = 0;
      const thread: { packer?: Promise<Packer> } = {};
      const pack = async (runs: readonly RunTexts[]): Promise<readonly PackedTexts[]> => {
        if (thread.packer === undefined && alone < runsAlone) {
          alone += runs.length;
          return runs.map(packTexts);
        }
        thread.packer ??= open();
        return (await thread.packer).pack(runs);
      };
      const end: Ending = {};
      const underWay: Promise<Batch<WrittenRun>>[] = [];
      try {
        for await (const batch of untilFailing(source, end)) {
          const packing = packed(batch, pack);
          // It is looked at when its turn comes.
          packing.catch(() => undefined);
          underWay.push(packing);
          if (underWay.length > mostUnderWay) yield* first(underWay);
        }
        while (underWay.length > 0) yield* first(underWay);
        if ("error" in end) throw end.error;
      } finally {
        await (await thread.packer)?.close();
      }
    },
    describe: (fault) => source.describe(fault),
  };
}

async function* first<T>(queue: Promise<T>[]): AsyncGenerator<T, void, undefined> {
  const next = queue.shift();
  if (next !== undefined) yield await next;
}

async function packed(
  batch: Batch<WrittenRun<RunTexts>>,
  pack: (runs: readonly RunTexts[]) => Promise<readonly PackedTexts[]>,
): Promise<Batch<WrittenRun>> {
  if (batch.candidates.length === 0) return batch;
  const all = await pack(batch.candidates.map(({ encoded }) => encoded.kept));
  const candidates = batch.candidates.map((candidate, n) => {
    const kept = all[n];
    return kept === undefined ? candidate : { ...candidate, encoded: { ...candidate.encoded, kept } };
  });
  return { ...batch, candidates };
}
