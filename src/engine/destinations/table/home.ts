import { writeFingerprint } from "../../../text/fingerprint.ts";
import type { Retrying } from "../../../adobe/gateway/retrying.ts";
import type { Database, Queries } from "../../archive/database.ts";
import { leaseName, lostTo, renewLease, type HeldWords, type Lease } from "../../archive/lease.ts";
import { insist, insistentQueries } from "../../insist.ts";
import type { MarkStore } from "../../sinks/with-cursor-file.ts";
import type { Address } from "../address.ts";
import type { Means } from "../destination.ts";
import type { PlaceWords } from "../places.ts";
import { connectTable } from "./connect.ts";
import { findPlaceAgain, movePlace, openTablePlace } from "./place.ts";

/**
 * A table that leads a delivery has more beside it than its own place: the right to deliver, which one of several hosts
 * has, and the places of the other destinations, so that another host goes on with these, too.
 */
export interface TableHome {
  readonly database: Database;
  /** The short name of the journal. */
  readonly journal: string;
  /** Of the right to deliver into this table by this cursor. */
  readonly lease: string;
  /** How another process is told that has it. */
  readonly held: HeldWords;
}

/** Opens it, and makes the tables of flowrun's own where they are not there yet. @throws FlowrunError as `Kind.open`. */
export async function openTableHome(address: Address, means: Means): Promise<TableHome> {
  const { database, layout } = await connectTable(address, means);
  try {
    const { reading, host } = means;
    const { journal, name } = await openTablePlace(database, reading, { table: layout.name, now: host.now() });
    return {
      database,
      journal,
      lease: leaseName(journal, name),
      held: {
        message: `another process delivers to ${layout.name} by the cursor '${reading.cursor}'`,
        hint: "end it, give this one a cursor of its own (--cursor <name>), or let it stand by to take over (--standby)",
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Another destination's place that is kept beside a table. */
export interface PlaceBeside {
  readonly home: TableHome;
  readonly lease: Lease;
  /** Of the cursor and the destination. */
  readonly name: string;
  readonly words: PlaceWords;
  readonly retrying: Omit<Retrying, "host"> & Pick<Means, "host">;
}

/** Keeps the place of another destination. It moves by the lease alone, as the table's own does. */
export function storeBeside({ home, lease, name, words, retrying }: PlaceBeside): MarkStore {
  const { database, journal } = home;
  const which = { journal, name };
  return {
    find: async () => {
      const { place } = await findPlaceAgain(insistentQueries(database, retrying), which);
      return place === null ? null : words.resume(place);
    },
    move: async (runs, mark) => {
      const place = words.advance(runs, mark);
      if (place === null) return;
      const batch = writeFingerprint(place);
      const step = async (queries: Queries): Promise<boolean> => {
        if (!(await renewLease(queries, lease))) return false;
        const before = await findPlaceAgain(queries, which);
        // Its answer was lost, and it was done.
        if (before.batch === batch) return true;
        const move = { place, batch, runs: runs.length, now: retrying.host.now(), epoch: lease.epoch };
        return movePlace(queries, before, move);
      };
      const isMoved = await insist(() => database.transaction(step, { heldMs: lease.lifeMs }), retrying);
      if (!isMoved) throw await lostTo(database, lease.name);
    },
  };
}
