import type { Host } from "../../../host.ts";
import type { FlowrunError } from "../../../errors.ts";
import { checkStandby, type DeliveryOptions } from "../../options/destination-options.ts";
import { inOutlet } from "../outlet.ts";
import { openStdout } from "../reading/open-stdout.ts";
import { checkFailed } from "../reading/read.ts";
import { deliverToAll, isKept, type JobDelivery } from "./job-lanes.ts";
import type { JobPlan } from "./job-plan.ts";
import { inReading, type JobReading } from "./read-jobs.ts";

/**
 * Delivers the events that a plan names; stderr tells how it goes.
 * @throws FlowrunError `usage` where they cannot be delivered so, `lease` where another host took over; as `printJobs`.
 */
export async function deliverJobs(plan: JobPlan, delivery: DeliveryOptions, host: Host): Promise<void> {
  const { options, start } = plan;
  checkStandby(delivery, start, "flowrun lytics tail");
  const tally = await inOutlet({ ...options.common, pager: false }, host, async (there) => {
    const closed = delivery.toStdout ? [there.stdout.untilClosed()] : [];
    const signal = AbortSignal.any([host.signal, ...closed]);
    const did = delivery.leader === null ? "delivered" : "archived";
    const read = await inReading(plan, did, { host: there, signal }, (reading) => deliverAll(reading, delivery));
    for (const one of closed) one.throwIfAborted();
    return read;
  });
  checkFailed(options, { tally, failure: null }, "event");
}

async function deliverAll(reading: JobReading, delivery: DeliveryOptions): Promise<void> {
  const stdout = delivery.toStdout ? await openStdout(reading, true) : null;
  try {
    const lost = await deliver({ reading, delivery, stdout });
    if (lost !== null) throw lost;
  } finally {
    await stdout?.close();
  }
}

/** The ways that a database takes part in are loaded where there is one. A window is kept by none. */
async function deliver(ways: JobDelivery): Promise<FlowrunError | null> {
  const { leader, table } = ways.delivery;
  if (leader === null && (table === null || !isKept(ways.reading))) return deliverToAll(ways);
  return (await import("./lead-jobs.ts")).deliverByDatabase(ways);
}
