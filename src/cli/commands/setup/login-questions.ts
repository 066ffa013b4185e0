import type { Prompt } from "../../../host.ts";
import { findSetting } from "../../../adobe/settings/settings.ts";
import { checkValue } from "../../../adobe/settings/check-value.ts";
import { filled, type ProfileKey, type ProfileValues } from "../../../adobe/settings/keys.ts";

/**
 * Asks a person for everything a login needs; what is known already is offered. An empty journal URL stands for the
 * registrations at the ids that are asked for then.
 */
export async function askValues(known: ProfileValues, prompt: Prompt): Promise<ProfileValues> {
  const ask = (key: ProfileKey, question: string, usual: string | undefined): Promise<string> =>
    prompt.text(question, { ...(usual === undefined ? {} : { usual }), check: (text) => fault(key, text, true) });
  const clientId = await ask("clientId", "Client ID", known.clientId);
  const base = knownOf(clientId, known);
  const credential = {
    ...base,
    clientId,
    clientSecret: await askSecret(prompt, base.clientSecret ?? null),
    imsOrgId: await ask("imsOrgId", "Organisation ID (…@AdobeOrg)", base.imsOrgId),
    scopes: unspaced(await ask("scopes", "Scopes", spaced(findSetting("scopes", {}, base)?.value))),
  };
  const journalUrl = await prompt.text("Journaling URL (empty: find it by the project's ids)", {
    check: (text) => fault("journalUrl", text, false),
  });
  if (filled(journalUrl) !== null) return { ...credential, journalUrl };
  return {
    ...credential,
    journalUrl: "",
    consumerOrgId: await ask("consumerOrgId", "Organisation number (project.org.id)", base.consumerOrgId),
    projectId: await ask("projectId", "Project id", base.projectId),
    workspaceId: await ask("workspaceId", "Workspace id", base.workspaceId),
  };
}

/** A list with blanks, at which a line may end. */
function spaced(list: string | undefined): string | undefined {
  return list?.replace(/,\s*/g, ", ");
}

function unspaced(list: string): string {
  return list.replace(/,\s+/g, ",");
}

/** The values that are of use for this client: of another client's, only the addresses of Adobe. */
function knownOf(clientId: string, known: ProfileValues): ProfileValues {
  if (known.clientId === undefined || known.clientId === clientId) return known;
  const { imsUrl, apiUrl } = known;
  return { ...(imsUrl === undefined ? {} : { imsUrl }), ...(apiUrl === undefined ? {} : { apiUrl }) };
}

/** A secret, never shown; `kept` is what an empty answer means. */
export async function askSecret(prompt: Prompt, kept: string | null): Promise<string> {
  const question = kept === null ? "Client secret" : "Client secret (empty: the same as before)";
  for (;;) {
    const secret = filled(await prompt.secret(question)) ?? kept;
    if (secret !== null) return secret;
  }
}

function fault(key: ProfileKey, text: string, isNeeded: boolean): string | null {
  if (filled(text) === null) return isNeeded ? "It is needed." : null;
  try {
    checkValue(key, text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
