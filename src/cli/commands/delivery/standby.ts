import type { Retrying } from "../../../adobe/gateway/retrying.ts";
import type { Standby } from "../../../engine/archive/lease.ts";
import { insistentDatabase } from "../../../engine/insist.ts";

/**
 * How a host stands by until the one that delivers is gone: it says so, and waits for the database as well.
 * @param onChange told whether it stands by now.
 */
export function standbyOf(retrying: Omit<Retrying, "blame">, onChange?: (standsBy: boolean) => void): Standby {
  const { notify } = retrying;
  return {
    onWait: ({ holder, epoch }) => {
      onChange?.(true);
      notify({ kind: "remark", text: `standing by: ${holder} delivers (epoch ${epoch})` });
    },
    onTaken: ({ holder }, epoch) => {
      onChange?.(false);
      notify({ kind: "remark", text: `took over from ${holder} (epoch ${epoch})` });
    },
    patiently: (database) => insistentDatabase(database, retrying),
  };
}
