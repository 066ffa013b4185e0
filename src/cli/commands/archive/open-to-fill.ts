import type { Connection } from "../../../adobe/access/connect.ts";
import { openToWrite, type Archive } from "../../../engine/archive/open.ts";
import type { ArchivePlace } from "../../../engine/archive/place.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";

/** Opens an archive to fill it from a connection's journal; says so of one that will not last. @throws FlowrunError. */
export async function openToFill(
  place: ArchivePlace,
  { journalName }: Pick<Connection, "journalName">,
  notify: Notify,
  host: Host,
): Promise<Archive> {
  tellOfDemoArchive(place, notify);
  return openToWrite(place, journalName, host);
}

/** Says of the demo's archive that it will not last. */
export function tellOfDemoArchive(place: ArchivePlace, notify: Notify): void {
  tellOfMemory(place, notify, "FLOWRUN_ARCHIVE=demo.db flowrun archive sync --profile demo");
}

/** Says of an archive that is in memory that it will not last. @param line the line to type that makes one which does. */
export function tellOfMemory({ kind }: ArchivePlace, notify: Notify, line: string): void {
  if (kind !== "builtIn") return;
  notify({ kind: "remark", text: `this archive is in memory, and ends with the command; to keep one: ${line}` });
}
