import type { Job } from "../../runs/job/job.ts";
import type { JobEvent } from "../../runs/job/read-job.ts";
import type { Candidate } from "./source.ts";

/** Which events of Lytics are wanted, and in which form they are handed on. */
export interface JobsTaken<T> {
  readonly keep: (job: Job) => boolean;
  readonly encode: (job: Job) => T;
}

/** An event that stands there as a candidate; none where it is not wanted. Pure, if those two are. */
export function jobCandidates<T>(
  { key, job }: Pick<JobEvent, "key" | "job">,
  position: string,
  { keep, encode }: JobsTaken<T>,
): readonly Candidate<T>[] {
  if (!keep(job)) return [];
  return [{ key, position, runId: job.subjectId ?? key, status: job.status ?? "", encoded: encode(job) }];
}
