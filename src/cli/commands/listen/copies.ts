import type { Database } from "../../../engine/archive/database.ts";
import { openToWrite, type Archive } from "../../../engine/archive/open.ts";
import type { ArchivePlace } from "../../../engine/archive/place.ts";
import { createApart } from "../../../engine/destinations/apart.ts";
import type { Host } from "../../../host.ts";
import { tellOfDemoArchive } from "../archive/open-to-fill.ts";
import { readerOfCopy, type SpoolCopy } from "./deliver-spool.ts";
import type { Identity } from "./identity.ts";
import type { Receiving } from "./receiving.ts";

/** The place that an address of an archive means: the one of a URL, or the profile's own. @throws FlowrunError `settings`. */
export async function placeNamed(url: string | null, { archivePlace }: Pick<Identity, "archivePlace">) {
  return url === null ? archivePlace() : ({ kind: "postgres", url, isSet: true } satisfies ArchivePlace);
}

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
      const place = await placeNamed(destination.url, identity);
      tellOfDemoArchive(place, reporter.notify);
      const seat = apart.seat(name);
      const open = async (): Promise<Archive> => {
        const archive = await openToWrite(place, identity.journalName, { ...host, signal: over.signal });
        try {
          await seat(archive.database);
          return archive;
        } catch (error) {
          await archive.database.close();
          throw error;
        }
      };
      return { name, reader: readerOfCopy(destination), open };
    }),
  );
}
