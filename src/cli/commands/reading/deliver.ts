import type { Host } from "../../../host.ts";
import { checkProfiles, checkStart, type DeliveryOptions } from "../../options/destination-options.ts";
import { inOutlet } from "../outlet.ts";
import { absencesOf } from "./absences-of.ts";
import { deliverByLanes } from "./deliver-lanes.ts";
import type { FlowrunError } from "../../../errors.ts";
import type { Ways } from "./deliver-members.ts";
import { openStdout } from "./open-stdout.ts";
import type { ReadPlan } from "./read-plan.ts";
import { inSessions, type Outcome, type Sessions } from "./session.ts";
import { inWatch } from "./in-watch.ts";

/**
 * Reads flow runs to destinations as the plan says; stderr tells how it goes.
 * @throws FlowrunError `usage` where the reading cannot be delivered; what reading and delivering throw.
 */
export async function deliverRuns(plan: ReadPlan, delivery: DeliveryOptions, host: Host): Promise<Outcome> {
  const { options, start } = plan;
  checkStart(delivery, start);
  checkProfiles(delivery, options.profiles);
  return inOutlet({ ...options.common, pager: false }, host, async (there) => {
    const closed = delivery.toStdout ? [there.stdout.untilClosed()] : [];
    const signal = AbortSignal.any([plan.signal, ...closed]);
    const work = (sessions: Sessions): Promise<object> =>
      inWatch({ ...plan, signal }, sessions, (watched) => deliverAll(watched, delivery, sessions));
    const did = delivery.leader === null ? "delivered" : "archived";
    const outcome = await inSessions(options, signal, there, work, { start, did });
    for (const one of closed) one.throwIfAborted();
    return outcome;
  });
}

async function deliverAll(plan: ReadPlan, delivery: DeliveryOptions, sessions: Sessions): Promise<object> {
  const { options, reporter } = sessions;
  if (plan.follow) options.doubts().forEach(reporter.notify);
  const stdout = delivery.toStdout ? await openStdout(sessions, true, plan.absent !== undefined) : null;
  try {
    await sessions.each(async (session) => {
      const absences = await absencesOf(plan, session);
      const ways = { plan, delivery, session: absences?.session ?? session, stdout, absences };
      const lost = await deliver(ways);
      if (lost !== null) throw lost;
    });
  } finally {
    await stdout?.close();
  }
  return {};
}

/** The ways that a database takes part in are loaded where there is one. A window is kept by none. */
async function deliver(ways: Ways): Promise<FlowrunError | null> {
  const { plan, delivery, session } = ways;
  if (delivery.leader !== null) return (await import("./deliver-archive.ts")).deliverByArchive(ways);
  const isKept = plan.start.kind === "last" && session.origin.kind === "journal";
  if (delivery.table === null || !isKept) return deliverByLanes(ways);
  return (await import("./deliver-table.ts")).deliverByTable(ways, delivery.table);
}
