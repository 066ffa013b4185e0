import type { Job } from "../../runs/job/job.ts";
import type { JobEvent } from "../../runs/job/read-job.ts";
import type { Candidate } from "./source.ts";

/** Which events of Lytics are wanted, and in which form they are handed on. */
export interface JobsTaken<T> {
  /** The event as it is told: with the name that its account has for it. Left out where it is told as it stands there. */
  readonly told?: (job: Job) => Job;
  readonly keep: (job: Job) => boolean;
  readonly encode: (job: Job) => T;
}

/** An event that stands there as a candidate; none where it is not wanted. Pure, if those are. */
export function jobCandidates<T>(
  { key, job: read }: Pick<JobEvent, "key" | "job">,
  position: string,
  { told, keep, encode }: JobsTaken<T>,
): readonly Candidate<T>[] {
  const job = told?.(read) ?? read;
  if (!keep(job)) return [];
  return [{ key, position, runId: job.subjectId ?? key, status: job.status ?? "", encoded: encode(job) }];
}
