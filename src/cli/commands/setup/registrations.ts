import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { CommonFlags, SetupFlags } from "../../options/flags.ts";
import { listRegistrations } from "../../../adobe/registrations/list-registrations.ts";
import {
  carriesFlowRuns,
  findRegistration,
  isJournalOf,
  type Registration,
} from "../../../adobe/registrations/registration.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { renderSmallTable } from "../../../render/sheets/small-table.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import { variables } from "../../../adobe/settings/keys.ts";
import { demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { openAccess, usualPatience, type AdobeConnection } from "../../../adobe/access/connect.ts";
import { journalOf } from "./login-journal.ts";
import type { ConnectOptions } from "../../../adobe/access/way.ts";

/** The project's event registrations, a line each; the one that is read is marked. */
export async function runRegistrations(flags: SetupFlags, host: Host): Promise<void> {
  const options = optionsFor(flags, host);
  const connection = await openAccess(options, host);
  try {
    const list = await listOn(connection);
    const { journalUrl } = connection;
    const isUsed = (one: Registration): boolean => journalUrl !== null && isJournalOf(one, journalUrl);
    if (flags.json === true) await host.stdout.write(list.map((one) => renderJson(one, isUsed(one))).join(""));
    else if (list.length > 0) await host.stdout.write(renderTable(list, isUsed));
    else options.notify({ kind: "remark", text: noRegistration });
  } finally {
    await connection.close();
  }
}

/** Makes a registration's journal the profile's. */
export async function runRegistrationsUse(id: string, flags: CommonFlags, host: Host): Promise<void> {
  const options = optionsFor(flags, host);
  const { notify } = options;
  const connection = await openAccess(options, host);
  try {
    const { profile, apiUrl } = connection.settings;
    const registration = findRegistration(await listOn(connection), id);
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
  } finally {
    await connection.close();
  }
}

const noRegistration =
  "the project has no event registration; add one: Adobe Developer Console → your project → Add to project → Event → Experience Platform notifications";

function optionsFor({ profile, quiet = false, verbose = false }: CommonFlags, host: Host): ConnectOptions {
  const { notify } = createReporter(host, { quiet, verbose, live: false });
  return { profile, notify, signal: host.signal };
}

function listOn(connection: AdobeConnection): Promise<readonly Registration[]> {
  const { place, settings } = connection;
  if (place !== null) return listRegistrations(connection.registrations(usualPatience), place);
  throw new FlowrunError("settings", "flowrun does not know whose registrations to list: consumerOrgId is not set", {
    why: `the profile '${settings.profile}' has no ids of an organisation, project and workspace`,
    hint: "flowrun login --from <the project's file>, or: flowrun config set consumerOrgId <project.org.id>",
  });
}

function renderJson(registration: Registration, isUsed: boolean): string {
  const { isFiltered, ...rest } = registration;
  const shown = { ...rest, filtered: isFiltered, sourceFlowRuns: carriesFlowRuns(registration), used: isUsed };
  return `${JSON.stringify(shown)}\n`;
}

function renderTable(list: readonly Registration[], isUsed: (one: Registration) => boolean): string {
  return renderSmallTable(
    ["USED", "NAME", "ID", "DELIVERY", "STATUS", "FLOW RUNS", "EVENTS"],
    list.map((one) => [
      isUsed(one) ? "*" : "",
      safeText(one.name),
      safeText(one.id),
      safeText(one.deliveryType),
      one.enabled ? safeText(one.status ?? "enabled") : "disabled",
      carriesFlowRuns(one) ? "yes" : "no",
      safeText(one.eventCodes.join(",") + (one.isFiltered ? " (filtered)" : "")),
    ]),
  );
}
