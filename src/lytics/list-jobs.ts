import { FlowrunError } from "../errors.ts";
import { isObject, textOf, wordOf } from "../json.ts";
import { itemsOf } from "../runs/job/read-job.ts";
import type { Job } from "../runs/job/job.ts";
import { askLytics } from "./ask-lytics.ts";
import type { Lytics } from "./lytics.ts";

/** The works and workflows of an account, as its own list has them. */
export interface ListedJobs {
  /** Puts names into the events of jobs that carry none. */
  readonly name: (job: Job) => Job;
  /** Whether somebody has halted the work of that id, so that nothing of it is to be expected. */
  readonly isHalted: (id: string) => boolean;
}

/**
 * Asks once for all jobs, their names and states. They are a courtesy: where they cannot be had, a remark says so, and jobs go by their ids.
 * @throws FlowrunError `auth` for a token that is refused; the signal's reason when told to stop.
 */
export async function askJobs(lytics: Lytics): Promise<ListedJobs> {
  try {
    return await listedIn({ ...lytics, patience: { retries: 1, maxWaitMs: 0 } });
  } catch (error) {
    lytics.signal.throwIfAborted();
    if (!(error instanceof FlowrunError) || error.kind === "auth") throw error;
    const text = `the works' names could not be looked up (${error.message}); they go by their ids`;
    lytics.notify({ kind: "remark", text });
    return { name: (job) => job, isHalted: () => false };
  }
}

async function listedIn(lytics: Lytics): Promise<ListedJobs> {
  const { body } = await askLytics(lytics, "/v2/job?show_all=true&show_state=true");
  const named = (itemsOf(body) ?? []).filter(isObject).flatMap((item) => {
    const id = wordOf(item["id"]);
    const listed = { name: textOf(item["name"]), workflow: textOf(item["workflow"]), state: textOf(item["state"]) };
    return id === null ? [] : [[id, listed] as const];
  });
  const known = new Map(named);
  return {
    name: (job) => {
      const isOne = job.subjectType === "work" || job.subjectType === "workflow";
      const found = job.subjectId === null || !isOne ? undefined : known.get(job.subjectId);
      if (found === undefined) return job;
      return { ...job, jobName: job.jobName ?? found.name, workflow: job.workflow ?? found.workflow };
    },
    isHalted: (id) => halted.has(known.get(id)?.state ?? ""),
  };
}

/** A work that has completed or failed may have others of its kind behind it; one that was halted waits for somebody. */
const halted: ReadonlySet<string> = new Set(["paused", "killed"]);
