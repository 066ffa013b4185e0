import { eventKey } from "../../src/engine/archive/run-row.ts";
import type { DeliveredJob } from "../../src/engine/destinations/destination.ts";
import type { Job } from "../../src/runs/job/job.ts";
import { readJob } from "../../src/runs/job/read-job.ts";
import { noon } from "./host.ts";

/** `job-<n>` of `work-<n>`, n minutes after noon. */
export function deliveredJob(n: number, change: Partial<Job> = {}): DeliveredJob {
  const event = readJob(
    {
      id: `job-${n}`,
      subject_type: "work",
      subject_id: `work-${n}`,
      verb: "synced",
      timestamp: new Date(noon + n * 60_000).toISOString(),
      aid: 4711,
      notes: "a note",
      related: [{ type: "segment", id: `segment-${n}` }],
      context: { workflow: "csv_import", name: `Orders work-${n}` },
    },
    "default",
  );
  if (typeof event === "string") throw new Error(`the event ${event}`);
  return { id: eventKey(event.key), job: { ...event.job, ...change } };
}

/** A work that failed. */
export function failedJob(n: number, change: Partial<Job> = {}): DeliveredJob {
  return deliveredJob(n, { verb: "failed", status: "failed", ...change });
}

/** The events that texts tell of, by the first work that each of them names: their ids. */
export function jobsIn(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => {
    const [, n] = /\bwork-(\d+)\b/.exec(text) ?? [];
    return n === undefined ? [] : [deliveredJob(Number(n)).id];
  });
}
