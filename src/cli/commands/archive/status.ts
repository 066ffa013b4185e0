import type { Host } from "../../../host.ts";
import { dayMs } from "../../../adobe/journal/retention.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { countJobs } from "../../../engine/archive/jobs.ts";
import { readStatus } from "../../../engine/archive/status.ts";
import {
  stretchColumns,
  stretchRows,
  type ArchiveDocument,
  type ToldCursor,
} from "../../../render/formats/archive-columns.ts";
import { renderArchiveSheet } from "../../../render/sheets/archive-sheet.ts";
import type { ArchiveFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";
import { archiveLook } from "./look.ts";
import { inArchive } from "./opened.ts";
import { toldStatus } from "./told-archive.ts";

/**
 * Tells of the profile's archive from when to when it is complete, every gap with its reason, and who reads it on. Gaps are
 * no failure.
 * @throws FlowrunError `settings` where there is no archive, or it cannot be read.
 */
export async function runArchiveStatus(flags: ArchiveFlags, host: Host): Promise<void> {
  const options = resolveOutput(stretchColumns, flags, "json");
  const status = await inArchive(flags, "read", host, async ({ archive: { database, journal }, profile, account }) => {
    const named = { profile, archive: database.place, kind: database.kind };
    return toldStatus(await readStatus(database, journal), await countJobs(database, account), named);
  });
  if (wantsSheet(options)) await tell(renderArchiveSheet(status, await archiveLook(flags, host)), host.stdout);
  else {
    const told = { rows: stretchRows(status), document: status, color: flags.color };
    await printRows({ options, ...told }, host, host.stdout);
  }
  warnOfExpiry(status, flags, host);
}

/** Of the places that are lost soon, or are already, while there is something that helps. */
function warnOfExpiry(
  { cursors, profile }: ArchiveDocument,
  { quiet = false, verbose = 0, profile: named }: ArchiveFlags,
  host: Host,
) {
  const { notify } = createReporter(host, { quiet, verbose, live: false, profile: named });
  for (const cursor of cursors) {
    const text = expiryWords(cursor, profileFlag(profile), host.now());
    if (text !== null) notify({ kind: "warning", text });
  }
}

function expiryWords({ name, expiresAt, readUntil }: ToldCursor, flag: string, now: number): string | null {
  const left = Date.parse(expiresAt) - now;
  if (left >= dayMs) return null;
  if (left > 0)
    return `the place of the cursor '${name}' expires at ${expiresAt}: read on before, flowrun archive sync${flag}`;
  return `the place of the cursor '${name}' expired at ${expiresAt}, and of what was recorded after ${readUntil} a part may be gone: flowrun archive sync --on-expired oldest${flag}`;
}
