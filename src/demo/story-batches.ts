import type { DemoBatch, FindBatch } from "./batches.ts";
import { batchIdOf, writesBatch } from "./week/batch.ts";
import { calendarFlows, sourceFlows } from "./week/cast.ts";
import { month } from "./week/earlier.ts";
import { batchOf } from "./week/rejected.ts";
import type { Run } from "./week/run.ts";
import { runsOf } from "./week/told-events.ts";

/** The batches of the runs that the story tells of at `present` (epoch ms), as far back as anybody has read it. */
export function storyBatches(present: number): FindBatch {
  let runs: ReadonlyMap<string, Run> | null = null;
  let last: DemoBatch | null = null;
  return (id, now) => {
    if (last?.id === id) return last;
    runs ??= new Map(
      [...sourceFlows, ...calendarFlows]
        .flatMap((flow) => runsOf(flow, { from: present - month.fromMs, until: now, present }))
        .filter(writesBatch)
        .map((run) => [batchIdOf(run), run]),
    );
    const run = runs.get(id);
    last = run === undefined ? null : remembered(batchOf(run, now));
    return last;
  };
}

/** Its files are asked for one after the other, and take their time to be made. */
function remembered(batch: DemoBatch): DemoBatch {
  let files: ReturnType<DemoBatch["files"]> | null = null;
  return { ...batch, files: () => (files ??= batch.files()) };
}
