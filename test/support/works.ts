import type { Job } from "../../src/runs/job/job.ts";
import { readJob } from "../../src/runs/job/read-job.ts";
import { workEvent } from "./lytics.ts";

/** An event of a work, as it is read of Lytics. */
export function workJob(at: number, verb: string, more: Readonly<Record<string, unknown>> = {}, profile = "acme"): Job {
  const read = readJob(workEvent(`event at ${at}`, at, { verb, ...more }).item, profile);
  if (typeof read === "string") throw new Error(read);
  return read.job;
}
