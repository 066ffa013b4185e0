import type { Host } from "../../../host.ts";
import { loadRegistration } from "../../../adobe/registrations/list-registrations.ts";
import type { ListingFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { tell } from "../../terminal/tell.ts";
import { printRows } from "../print-rows.ts";
import { inApi } from "./in-api.ts";
import { listed, registrationColumns } from "./listed.ts";
import { registrationSheet } from "./registration-sheet.ts";

/** One registration in full, with what its state means and what helps. @throws FlowrunError `notFound`. */
export async function runRegistrationsShow(id: string, flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(registrationColumns, flags, "json");
  await inApi(flags, host, async ({ connection, api, place }) => {
    const { registration } = await loadRegistration(api, place, id);
    const { journalUrl, settings } = connection;
    const looker = { profile: settings.profile, journalUrl };
    if (wantsSheet(options)) {
      await tell(registrationSheet(registration, looker), host.stdout);
      return;
    }
    const row = listed(registration, looker);
    await printRows({ options, rows: [row], document: row, color: flags.color }, host, host.stdout);
  });
}
