import type { FlowrunError } from "../../../errors.ts";
import { confirmLease, holdingLease } from "../../../engine/archive/lease.ts";
import { openTableHome, storeBeside } from "../../../engine/destinations/table/home.ts";
import { insist } from "../../../engine/insist.ts";
import { describeSelf } from "../../../state/self.ts";
import type { OtherDestination } from "../../options/destination-options.ts";
import { deliverByLanes } from "./deliver-lanes.ts";
import { meansOf, patienceOf, type Ways } from "./deliver-members.ts";
import { standbyOf } from "./standby.ts";

/**
 * Delivers to a table and to others, as the one process of several hosts that may: the lease and all places are kept
 * beside the table.
 * @returns the worst failure among several, which has been told.
 * @throws FlowrunError `usage` that names a process which delivers already; `lease` where another host took over.
 */
export async function deliverByTable(ways: Ways, table: OtherDestination): Promise<FlowrunError | null> {
  const { plan, delivery, session } = ways;
  const { host, options, reporter } = session;
  const { signal } = plan;
  const retrying = { host, signal, notify: reporter.notify, patience: patienceOf(plan) };
  const home = await insist(() => openTableHome(table.address, meansOf(ways, true)), retrying);
  const wish = {
    name: home.lease,
    holder: describeSelf(),
    host,
    signal,
    held: home.held,
    ...(delivery.standby ? { standby: standbyOf(ways) } : {}),
  };
  try {
    return await holdingLease(home.database, wish, async (lease) => {
      const led: Ways["plan"] = { ...plan, signal: AbortSignal.any([signal, lease.lost]) };
      const beside = { home, lease, retrying: { ...retrying, signal: led.signal } };
      const lost = await deliverByLanes({
        ...ways,
        plan: led,
        leading: {
          table,
          lease,
          authority: { confirm: () => confirmLease(home.database, lease) },
          storeOf: (name, words) => storeBeside({ ...beside, name: `${options.cursor} ${name}`, words }),
        },
      });
      lease.lost.throwIfAborted();
      return lost;
    });
  } finally {
    await home.database.close();
  }
}
