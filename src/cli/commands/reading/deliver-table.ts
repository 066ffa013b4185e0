import type { FlowrunError } from "../../../errors.ts";
import { openTableHome } from "../../../engine/destinations/table/home.ts";
import { insist } from "../../../engine/insist.ts";
import type { OtherDestination } from "../../options/destination-options.ts";
import { leadBy } from "../delivery/lead.ts";
import { standbyOf } from "../delivery/standby.ts";
import { deliverByLanes } from "./deliver-lanes.ts";
import { meansOf, patienceOf, type Ways } from "./deliver-members.ts";

/**
 * Delivers to a table and to others, as the one process of several hosts that may: the lease and all places are kept
 * beside the table.
 * @returns the worst failure among several, which has been told.
 * @throws FlowrunError `usage` that names a process which delivers already; `lease` where another host took over.
 */
export async function deliverByTable(ways: Ways, table: OtherDestination): Promise<FlowrunError | null> {
  const { plan, delivery, session } = ways;
  const { host, options, reporter } = session;
  const retrying = { host, signal: plan.signal, notify: reporter.notify, patience: patienceOf(plan) };
  const home = await insist(() => openTableHome(table.address, meansOf(ways, true)), retrying);
  try {
    const standby = delivery.standby ? standbyOf(retrying, plan.watch?.standsBy) : null;
    return await leadBy({ home, leader: table, cursor: options.cursor, standby, retrying }, (leading, signal) =>
      deliverByLanes({ ...ways, plan: { ...plan, signal } }, leading),
    );
  } finally {
    await home.database.close();
  }
}
