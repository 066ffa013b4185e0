import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import { openAccess, usualPatience, type AdobeConnection } from "../../../adobe/access/connect.ts";
import { demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { sendChange, type Changed } from "../../../adobe/registrations/change.ts";
import type { Plan } from "../../../adobe/registrations/plans.ts";
import type { RegistrationsApi } from "../../../adobe/registrations/api.ts";
import type { ConsolePlace } from "../../../adobe/registrations/console-place.ts";
import type { CommonFlags } from "../../options/flags.ts";
import { createReporter } from "../../terminal/reporter.ts";

/** The Events Management API, for as long as a command needs it. */
export interface ApiSession {
  readonly connection: AdobeConnection;
  readonly api: RegistrationsApi;
  readonly place: ConsolePlace;
  readonly notify: Notify;
}

/**
 * Works with the API of the profile's organisation, and lets go of it whatever comes of that.
 * @throws FlowrunError `settings` where nothing says which organisation; what the work throws.
 */
export async function inApi<R>(
  { profile, quiet = false, verbose = 0 }: CommonFlags,
  host: Host,
  work: (session: ApiSession) => Promise<R>,
): Promise<R> {
  const { notify } = createReporter(host, { quiet, verbose, live: false, profile });
  const connection = await openAccess({ profile, notify, signal: host.signal }, host);
  try {
    const { place, settings } = connection;
    if (place === null) throw placeUnknown(settings.profile);
    return await work({ connection, api: connection.registrations(usualPatience), place, notify });
  } finally {
    await connection.close();
  }
}

/**
 * Carries a plan out. The demo's world ends with the command, and that is said.
 * @throws FlowrunError as `sendChange`.
 */
export async function carryOutIn({ connection, api, notify }: ApiSession, { change, words }: Plan): Promise<Changed> {
  const changed = await sendChange(api, change, words);
  if (connection.settings.profile === demoProfile) {
    notify({ kind: "remark", text: "this is the demo: nothing of yours at Adobe is changed" });
  }
  return changed;
}

function placeUnknown(profile: string): FlowrunError {
  return new FlowrunError("settings", "flowrun does not know whose registrations are meant: consumerOrgId is not set", {
    why: `the profile '${profile}' has no ids of an organisation, project and workspace`,
    hint: "flowrun login --from <the project's file>, or: flowrun config set consumerOrgId <project.org.id>",
  });
}
