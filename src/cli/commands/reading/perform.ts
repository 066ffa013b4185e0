import type { Host } from "../../../host.ts";
import { read } from "./read.ts";
import type { ReadPlan } from "./read-plan.ts";
import type { Outcome } from "./session.ts";

/** Reads flow runs as a plan says: to stdout, or to where they are to be delivered. @throws what reading throws. */
export async function perform(plan: ReadPlan, host: Host): Promise<Outcome> {
  if (plan.delivery === null) return read(plan, host);
  return (await import("./deliver.ts")).deliverRuns(plan, plan.delivery, host);
}
