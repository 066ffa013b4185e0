import { FlowrunError } from "../../../errors.ts";
import type { Prompt } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import { usualPatience, type AdobeConnection } from "../../../adobe/access/connect.ts";
import { sendChange } from "../../../adobe/registrations/change.ts";
import type { ConsolePlace } from "../../../adobe/registrations/console-place.ts";
import { planCreate } from "../../../adobe/registrations/plans.ts";
import { listProviders, resolveInterests } from "../../../adobe/registrations/providers.ts";
import { decodeRegistration, type Registration } from "../../../adobe/registrations/registration.ts";

/** Who is asked, and who is told what came of it. */
export interface OfferMeans {
  readonly prompt: Prompt;
  readonly notify: Notify;
}

/**
 * Offers to make a journal registration for the source flow-run events, where the project has none.
 * @returns what was made; `null` where it is not wanted, or the place names no workspace to make it in.
 * @throws FlowrunError where Adobe refuses, or no provider has such events.
 */
export async function offerRegistration(
  connection: AdobeConnection,
  { consumerOrgId, workspace }: ConsolePlace,
  { prompt, notify }: OfferMeans,
): Promise<Registration | null> {
  if (workspace === null) return null;
  const isWanted = await prompt.choose("No event registration delivers source flow-run events. Make one?", [
    { name: `yes: a journal registration, '${usualName}'`, value: true },
    { name: "no", value: false },
  ]);
  if (!isWanted) return null;
  const api = connection.registrations(usualPatience);
  const { apiUrl, clientId } = connection.settings;
  const providers = await listProviders(api, { consumerOrgId, workspace });
  const interests = resolveInterests(providers, { events: undefined, providerId: undefined });
  const draft = {
    name: usualName,
    description: usualDescription,
    deliveryType: "journal",
    webhookUrl: null,
    interests,
  } as const;
  const { change, words } = planCreate({ apiUrl, consumerOrgId, workspace }, draft, clientId);
  const made = decodeRegistration((await sendChange(api, change, words)).body);
  if (made === null) throw untold();
  notify({
    kind: "remark",
    text: `the registration '${usualName}' is created (${made.id}); events take a minute or two to come`,
  });
  return made;
}

const usualName = "Dataflow runs (flowrun)";
const usualDescription = "Source dataflow runs, read from the journal by flowrun";

function untold(): FlowrunError {
  return new FlowrunError("protocol", "Adobe made the registration, and did not tell which", {
    why: "its answer holds no registration",
    hint: "log in again: it will be found now",
  });
}
