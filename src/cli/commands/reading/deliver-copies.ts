import type { Connection } from "../../../adobe/access/connect.ts";
import { openSameJournal } from "../../../engine/archive/journals.ts";
import type { Lease } from "../../../engine/archive/lease.ts";
import { archiveOfConnection } from "../../../engine/archive/of-profile.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { placeOfAddress, type ArchivePlace } from "../../../engine/archive/place.ts";
import { createApart } from "../../../engine/destinations/apart.ts";
import type { ArchiveCopy } from "../../../engine/destinations/archive-copy.ts";
import type { Host } from "../../../host.ts";
import { tellOfDemoArchive } from "../archive/open-to-fill.ts";
import { noCounts, type Counted } from "../delivery/counts.ts";
import { tellGuarantee } from "../delivery/member.ts";
import type { Ways } from "./deliver-members.ts";

/** The place that an address of an archive means on this connection. @throws FlowrunError `settings`. */
export async function placeOfArchive(url: string | null, connection: Connection, host: Host): Promise<ArchivePlace> {
  return placeOfAddress(url, async () => (await archiveOfConnection(connection, host)).place);
}

/** The archive that leads. */
interface Led {
  readonly archive: Archive;
  readonly cursor: string;
  readonly connection: Connection;
  readonly lease: Lease;
}

/** The further archives of a line; nothing is opened yet. @throws FlowrunError `settings`. */
export async function copiesOf(
  { delivery, session, plan }: Ways,
  { archive, cursor, connection, lease }: Led,
): Promise<readonly (ArchiveCopy & Counted)[]> {
  const { host, reporter } = session;
  const { notify } = reporter;
  const apart = createApart({ leader: archive.database, called: "run" });
  return Promise.all(
    delivery.copies.map(async ({ url, address: { shown: name } }) => {
      const place = await placeOfArchive(url, connection, host);
      tellOfDemoArchive(place, notify);
      const counts = noCounts();
      return {
        ...{ name, cursor, counts, seat: apart.seat(name), heldMs: lease.lifeMs },
        now: () => host.now(),
        open: () => openSameJournal(place, connection.journalName, { ...host, signal: plan.signal }),
        onOpen: (shown: string) => {
          tellGuarantee(notify, shown, "exactly once");
        },
        onCopied: ({ added }: { readonly added: number }) => void (counts.delivered += added),
      };
    }),
  );
}
