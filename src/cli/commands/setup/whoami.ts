import type { SetupFlags } from "../../options/flags.ts";
import type { Host } from "../../../host.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { openAccess, usualPatience } from "../../../adobe/access/connect.ts";

/**
 * Who this profile is to Adobe: asks IMS where no token is kept, and never shows one.
 * @throws FlowrunError `settings` where nobody is logged in, `auth` where IMS refuses.
 */
export async function runWhoami(flags: SetupFlags, host: Host): Promise<void> {
  const { quiet = false, verbose = false } = flags;
  const { notify } = createReporter(host, { quiet, verbose, live: false });
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
      // A token that was handed over ready-made does not say when it ends.
      tokenEndsAt: Number.isFinite(token.expiresAt) ? new Date(token.expiresAt).toISOString() : null,
    };
    await host.stdout.write(flags.json === true ? `${JSON.stringify(shown)}\n` : render(shown));
  } finally {
    await connection.close();
  }
}

interface Shown {
  readonly profile: string;
  readonly clientId: string;
  readonly imsOrgId: string;
  readonly scopes: readonly string[];
  readonly journalUrl: string | null;
  readonly tokenEndsAt: string | null;
}

function render({ profile, clientId, imsOrgId, scopes, journalUrl, tokenEndsAt }: Shown): string {
  const lines = [
    ["profile", profile],
    ["client id", clientId],
    ["organisation", imsOrgId],
    ["scopes", scopes.join(",")],
    ["journal", journalUrl ?? "none yet: flowrun registrations use <id>"],
    ["token ends", tokenEndsAt ?? "unknown (FLOWRUN_ACCESS_TOKEN)"],
  ] as const;
  return lines.map(([name, value]) => `${name.padEnd(13)}${safeText(value)}\n`).join("");
}
