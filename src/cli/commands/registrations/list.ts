import type { Host } from "../../../host.ts";
import { demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { listRegistrations } from "../../../adobe/registrations/list-registrations.ts";
import { findRegistration, type Registration } from "../../../adobe/registrations/registration.ts";
import { stateOf } from "../../../adobe/registrations/state.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import { variables } from "../../../adobe/settings/keys.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { formats } from "../../../render/formats/registry.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import type { CommonFlags, ListingFlags } from "../../options/flags.ts";
import { resolveOutput } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import { journalOf } from "../setup/login-journal.ts";
import { inApi } from "./in-api.ts";
import { listed, registrationColumns } from "./listed.ts";

/** The project's event registrations, a row each; the one that is read is marked. */
export async function runRegistrations(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(registrationColumns, flags);
  await inApi(flags, host, async ({ connection, api, place, notify }) => {
    const { journalUrl, settings } = connection;
    const registrations = await listRegistrations(api, place);
    const rows = registrations.map((one) => listed(one, { profile: settings.profile, journalUrl }));
    const isForReading = formats[options.output].laid !== null;
    if (rows.length === 0 && isForReading) notify({ kind: "remark", text: noRegistration });
    await printRows({ options, rows, color: flags.color }, host, host.stdout);
    if (!isForReading) return;
    for (const text of remedies(registrations, settings.profile)) notify({ kind: "remark", text });
  });
}

/** Far fewer are what a project has; of those that are left out, the STATE column tells. */
const mostRemedies = 5;

/** A line for each registration that is not as it should be, with what helps. Pure. */
function remedies(registrations: readonly Registration[], profile: string): readonly string[] {
  const ailing = registrations.flatMap((one) => {
    const { word, remedy } = stateOf(one, profile);
    return remedy === null ? [] : [{ ...one, text: `'${safeText(one.name)}' is ${safeText(word)}; ${remedy}` }];
  });
  const lines = ailing.slice(0, mostRemedies).map(({ text }) => text);
  const [next, ...others] = ailing.slice(mostRemedies);
  if (next === undefined) return lines;
  const left = `${others.length + 1} more ${others.length === 0 ? "is" : "are"} not Active`;
  return [
    ...lines,
    `${left}; what that means, and what helps: flowrun registrations show ${next.id}${profileFlag(profile)}`,
  ];
}

/** Makes a registration's journal the profile's. */
export async function runRegistrationsUse(id: string, flags: CommonFlags, host: Host): Promise<void> {
  await inApi(flags, host, async ({ connection, api, place, notify }) => {
    const { profile, apiUrl } = connection.settings;
    const registration = findRegistration(await listRegistrations(api, place), id);
    const { url } = journalOf(registration, apiUrl, notify);
    if (profile === demoProfile) {
      notify({ kind: "remark", text: "the demo is built in: its journal stays as it is" });
      return;
    }
    const { updateProfile } = await import("../../../state/profiles.ts");
    await updateProfile(host, profile, (saved) => ({ ...saved, journalUrl: url }));
    const name = safeText(registration.name);
    notify({ kind: "remark", text: `the profile '${profile}' now reads the journal of '${name}'` });
    if (readVariable(host.env, variables.journalUrl) !== null) {
      notify({ kind: "warning", text: `${variables.journalUrl} is set, and goes before the profile` });
    }
  });
}

const noRegistration =
  "the project has no event registration; make one: flowrun registrations create --name <name>, or in Adobe Developer Console → your project → Add to project → Event → Experience Platform notifications";
