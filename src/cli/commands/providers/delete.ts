import type { Host } from "../../../host.ts";
import { planProviderDelete } from "../../../adobe/registrations/plans.ts";
import { findProvider, listProviders } from "../../../adobe/registrations/providers.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { carryOutIn, inApi } from "../registrations/in-api.ts";
import { changePrinter, mayDelete, onlyShown, type DeleteFlags } from "../registrations/told-change.ts";

/**
 * Deletes a workspace's own event provider, which keeps its project from being deleted; asks on a terminal.
 * @throws FlowrunError `notFound`, `usage` for a provider of Adobe's.
 */
export async function runProvidersDelete(id: string, flags: DeleteFlags, host: Host): Promise<void> {
  const print = changePrinter(flags, host);
  await inApi(flags, host, async (session) => {
    const { connection, api, place, notify } = session;
    const { profile, apiUrl } = connection.settings;
    const provider = findProvider(await listProviders(api, place), id);
    const plan = planProviderDelete({ apiUrl, consumerOrgId: place.consumerOrgId }, provider);
    const { dryRun = false } = flags;
    const name = provider.label;
    const told = { profile, did: "delete", dryRun, ...plan.change, id, name, registration: null } as const;
    if (dryRun) {
      await print(told, "");
      notify({ kind: "remark", text: onlyShown });
      return;
    }
    const what = `the event provider '${safeText(name)}'`;
    if (!(await mayDelete(what, "registrations that listen to its events get none any more", flags, host))) {
      notify({ kind: "remark", text: `${what} stays` });
      return;
    }
    await carryOutIn(session, plan);
    await print(told, "");
    const project = provider.workspace?.projectId ?? "";
    notify({ kind: "remark", text: `${what} is deleted (${id}); it keeps project ${project} no longer` });
  });
}
