import type { ListingFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import type { Host } from "../../../host.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { openAccess, usualPatience } from "../../../adobe/access/connect.ts";

/**
 * Who this profile is to Adobe: asks IMS where no token is kept, and never shows one.
 * @throws FlowrunError `settings` where nobody is logged in, `auth` where IMS refuses.
 */
export async function runWhoami(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(identityColumns, flags);
  const { quiet = false, verbose = 0, color } = flags;
  const { notify } = createReporter(host, { quiet, verbose, live: false, profile: flags.profile });
  const connection = await openAccess({ profile: flags.profile, notify, signal: host.signal }, host);
  try {
    const { settings, journalUrl } = connection;
    const token = await connection.tokens(usualPatience).current();
    const shown = {
      profile: settings.profile,
      clientId: settings.clientId,
      imsOrgId: settings.imsOrgId,
      scopes: settings.scopes,
      journalUrl,
      archive: connection.archive()?.shown ?? null,
      // A token that was handed over ready-made does not say when it ends.
      tokenEndsAt: Number.isFinite(token.expiresAt) ? new Date(token.expiresAt).toISOString() : null,
    };
    if (wantsSheet(options)) await tell(render(shown), host.stdout);
    else await printRows({ options, rows: [shown], document: shown, color }, host, host.stdout);
  } finally {
    await connection.close();
  }
}

/** Who a profile is to Adobe. */
interface Identity {
  readonly profile: string;
  readonly clientId: string;
  readonly imsOrgId: string;
  readonly scopes: readonly string[];
  readonly journalUrl: string | null;
  readonly archive: string | null;
  readonly tokenEndsAt: string | null;
}

/** All columns of who a profile is. */
export const identityColumns: ColumnSet<Identity> = {
  all: [
    { name: "profile", title: "PROFILE", kind: "id", value: ({ profile }) => profile },
    { name: "clientId", title: "CLIENT ID", kind: "id", value: ({ clientId }) => clientId },
    { name: "imsOrgId", title: "ORGANISATION", kind: "id", value: ({ imsOrgId }) => imsOrgId },
    { name: "scopes", title: "SCOPES", kind: "list", value: ({ scopes }) => scopes },
    { name: "journalUrl", title: "JOURNAL", kind: "id", value: ({ journalUrl }) => journalUrl },
    { name: "archive", title: "ARCHIVE", kind: "id", value: ({ archive }) => archive },
    { name: "tokenEndsAt", title: "TOKEN ENDS", kind: "time", value: ({ tokenEndsAt }) => tokenEndsAt },
  ],
  usual: ["profile", "clientId", "imsOrgId", "scopes", "journalUrl", "tokenEndsAt"],
  wide: ["archive"],
  id: "profile",
  fields: ["profile", "clientId", "imsOrgId", "scopes", "journalUrl", "archive", "tokenEndsAt"],
};

function render({ profile, clientId, imsOrgId, scopes, journalUrl, archive, tokenEndsAt }: Identity): string {
  const lines = [
    ["profile", profile],
    ["client id", clientId],
    ["organisation", imsOrgId],
    ["scopes", scopes.join(",")],
    ["journal", journalUrl ?? "none yet: flowrun registrations use <id>"],
    ...(archive === null ? [] : [["archive", archive] as const]),
    ["token ends", tokenEndsAt ?? "unknown (FLOWRUN_ACCESS_TOKEN)"],
  ] as const;
  return lines.map(([name, value]) => `${name.padEnd(13)}${safeText(value)}\n`).join("");
}
