import type { Host } from "../../../host.ts";
import { archiveOfProfile } from "../../../engine/archive/of-profile.ts";
import { openToChange, openToRead, type Archive } from "../../../engine/archive/open.ts";
import { hasArchive } from "../../../engine/archive/place.ts";
import { noArchive } from "../reading/session-archive.ts";

/** The archive of a profile, without its journal. */
export interface OpenedArchive {
  readonly archive: Archive;
  readonly profile: string;
  /** The name of the profile's account of Lytics, whose events may be in it as well. */
  readonly account: string;
}

/**
 * Lets `work` have the profile's archive, to read it or to change it, and closes it afterwards.
 * @throws FlowrunError `settings` where there is none, or it cannot be opened; what the work throws.
 */
export async function inArchive<R>(
  { profile: flag }: { readonly profile?: string },
  to: "read" | "change",
  host: Host,
  work: (opened: OpenedArchive) => Promise<R>,
): Promise<R> {
  const own = await archiveOfProfile(flag, host);
  const { place, journalName, profile, accountName: account } = own;
  if (!(await hasArchive(place))) throw noArchive(own);
  const open = to === "read" ? openToRead : openToChange;
  const archive = await open(place, journalName, host);
  if (archive === null) throw noArchive(own);
  try {
    return await work({ archive, profile, account });
  } finally {
    await archive.database.close();
  }
}
