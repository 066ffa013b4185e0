import type { Standby } from "../../../engine/archive/lease.ts";
import { insistentDatabase } from "../../../engine/insist.ts";
import { patienceOf, type Ways } from "./deliver-members.ts";

/** How a host stands by until the one that delivers is gone: it says so, and waits for the database as well. */
export function standbyOf({ plan, session: { host, reporter } }: Pick<Ways, "plan" | "session">): Standby {
  return {
    onWait: ({ holder, epoch }) => {
      plan.watch?.standsBy(true);
      reporter.notify({ kind: "remark", text: `standing by: ${holder} delivers (epoch ${epoch})` });
    },
    onTaken: ({ holder }, epoch) => {
      plan.watch?.standsBy(false);
      reporter.notify({ kind: "remark", text: `took over from ${holder} (epoch ${epoch})` });
    },
    patiently: (database) =>
      insistentDatabase(database, { host, signal: plan.signal, notify: reporter.notify, patience: patienceOf(plan) }),
  };
}
