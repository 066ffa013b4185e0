import { isObject, textOf, wordOf } from "../json.ts";
import { itemsOf } from "../runs/job/read-job.ts";
import type { Job } from "../runs/job/job.ts";
import { askLytics } from "./ask-lytics.ts";
import type { Lytics } from "./lytics.ts";

/** Puts names into the events of jobs that carry none. */
export type NameJobs = (job: Job) => Job;

/**
 * Asks once for all jobs and their names.
 * @throws FlowrunError, as `askLytics` does.
 */
export async function askJobNames(lytics: Lytics): Promise<NameJobs> {
  const { body } = await askLytics(lytics, "/v2/job?show_all=true&show_state=true");
  const named = (itemsOf(body) ?? []).filter(isObject).flatMap((item) => {
    const id = wordOf(item["id"]);
    return id === null ? [] : [[id, { name: textOf(item["name"]), workflow: textOf(item["workflow"]) }] as const];
  });
  const known = new Map(named);
  return (job) => {
    const isOne = job.subjectType === "work" || job.subjectType === "workflow";
    const found = job.subjectId === null || !isOne ? undefined : known.get(job.subjectId);
    if (found === undefined) return job;
    return { ...job, jobName: job.jobName ?? found.name, workflow: job.workflow ?? found.workflow };
  };
}
