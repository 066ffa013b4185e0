import type { Host } from "../../../host.ts";
import type { JobPlan } from "./job-plan.ts";
import { printJobs } from "./print-jobs.ts";

/** Reads events of Lytics as a plan says: to stdout, or to where they are to be delivered. @throws as either does. */
export async function performJobs(plan: JobPlan, host: Host): Promise<void> {
  if (plan.delivery === null) await printJobs(plan, host);
  else await (await import("./deliver-jobs.ts")).deliverJobs(plan, plan.delivery, host);
}
