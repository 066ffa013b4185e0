import { FlowrunError } from "../errors.ts";
import { isObject, textOf, wordOf } from "../json.ts";
import { itemsOf } from "../runs/job/read-job.ts";
import type { Job } from "../runs/job/job.ts";
import { askLytics } from "./ask-lytics.ts";
import type { Lytics } from "./lytics.ts";

/** Puts names into the events of jobs that carry none. */
export type NameJobs = (job: Job) => Job;

/**
 * Asks once for all jobs and their names. Names are a courtesy: where they cannot be had, a remark says so, and jobs go by their ids.
 * @throws FlowrunError `auth` for a token that is refused; the signal's reason when told to stop.
 */
export async function askJobNames(lytics: Lytics): Promise<NameJobs> {
  try {
    return await namesIn({ ...lytics, patience: { retries: 1, maxWaitMs: 0 } });
  } catch (error) {
    lytics.signal.throwIfAborted();
    if (!(error instanceof FlowrunError) || error.kind === "auth") throw error;
    const text = `the works' names could not be looked up (${error.message}); they go by their ids`;
    lytics.notify({ kind: "remark", text });
    return (job) => job;
  }
}

async function namesIn(lytics: Lytics): Promise<NameJobs> {
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
