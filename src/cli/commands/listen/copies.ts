import type { Database } from "../../../engine/archive/database.ts";
import { openToWrite, type Archive } from "../../../engine/archive/open.ts";
import { placeOfAddress } from "../../../engine/archive/place.ts";
import { createApart } from "../../../engine/destinations/apart.ts";
import { openSeated } from "../../../engine/destinations/archive-copy.ts";
import type { Host } from "../../../host.ts";
import { tellOfDemoArchive } from "../archive/open-to-fill.ts";
import { readerOfCopy, type SpoolCopy } from "./deliver-spool.ts";
import type { Receiving } from "./receiving.ts";

/** The further archives of a line; nothing is opened yet. @throws FlowrunError `settings`. */
export async function copiesFor(
  leader: Database,
  { delivery, identity, reporter, over }: Pick<Receiving, "delivery" | "identity" | "reporter" | "over">,
  host: Host,
): Promise<readonly SpoolCopy[]> {
  const apart = createApart({ leader, called: "run" });
  return Promise.all(
    (delivery?.copies ?? []).map(async (destination) => {
      const { shown: name } = destination.address;
      const place = await placeOfAddress(destination.url, identity.archivePlace);
      tellOfDemoArchive(place, reporter.notify);
      const seat = apart.seat(name);
      const open = (): Promise<Archive> => openToWrite(place, identity.journalName, { ...host, signal: over.signal });
      return { name, reader: readerOfCopy(destination), open: () => openSeated({ open, seat }) };
    }),
  );
}
