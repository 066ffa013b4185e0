import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { CommonFlags, ListingFlags } from "../../options/flags.ts";
import { resolveOutput } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import { listRegistrations } from "../../../adobe/registrations/list-registrations.ts";
import {
  carriesFlowRuns,
  findRegistration,
  isJournalOf,
  type Registration,
} from "../../../adobe/registrations/registration.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { formats } from "../../../render/formats/registry.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import { variables } from "../../../adobe/settings/keys.ts";
import { demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { openAccess, usualPatience, type AdobeConnection } from "../../../adobe/access/connect.ts";
import { journalOf } from "./login-journal.ts";
import type { ConnectOptions } from "../../../adobe/access/way.ts";

/** The project's event registrations, a row each; the one that is read is marked. */
export async function runRegistrations(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(registrationColumns, flags);
  const connecting = optionsFor(flags, host);
  const connection = await openAccess(connecting, host);
  try {
    const { journalUrl } = connection;
    const rows = (await listOn(connection)).map((one) => listed(one, journalUrl));
    if (rows.length === 0 && formats[options.output].laid !== null) {
      connecting.notify({ kind: "remark", text: noRegistration });
    }
    await printRows({ options, rows, color: flags.color }, host, host.stdout);
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

function optionsFor({ profile, quiet = false, verbose = 0 }: CommonFlags, host: Host): ConnectOptions {
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

/** A registration as it is listed. */
interface ListedRegistration extends Omit<Registration, "isFiltered"> {
  readonly filtered: boolean;
  readonly sourceFlowRuns: boolean;
  readonly used: boolean;
}

function listed(registration: Registration, journalUrl: string | null): ListedRegistration {
  const { isFiltered, ...rest } = registration;
  const used = journalUrl !== null && isJournalOf(registration, journalUrl);
  return { ...rest, filtered: isFiltered, sourceFlowRuns: carriesFlowRuns(registration), used };
}

/** All columns of registrations. */
export const registrationColumns: ColumnSet<ListedRegistration> = {
  all: [
    { name: "used", title: "USED", kind: "flag", value: ({ used }) => used },
    { name: "name", title: "NAME", kind: "text", least: 24, value: ({ name }) => name },
    { name: "id", title: "ID", kind: "id", value: ({ id }) => id },
    {
      name: "deliveryType",
      title: "DELIVERY",
      kind: "id",
      yields: { turn: 2, to: "neat" },
      value: ({ deliveryType }) => deliveryType,
    },
    {
      name: "status",
      title: "STATUS",
      kind: "id",
      yields: { turn: 3, to: "neat" },
      value: ({ enabled, status }) => (enabled ? (status ?? "enabled") : "disabled"),
    },
    {
      name: "sourceFlowRuns",
      title: "FLOW RUNS",
      kind: "id",
      yields: { turn: 4, to: "neat" },
      value: ({ sourceFlowRuns }) => (sourceFlowRuns ? "yes" : "no"),
    },
    {
      name: "events",
      title: "EVENTS",
      kind: "list",
      yields: { turn: 1, to: "neat" },
      value: ({ eventCodes, filtered }) => eventCodes.join(",") + (filtered ? " (filtered)" : ""),
    },
    { name: "clientId", title: "CLIENT ID", kind: "id", value: ({ clientId }) => clientId },
    { name: "journalUrl", title: "JOURNAL", kind: "id", value: ({ journalUrl }) => journalUrl },
  ],
  usual: ["used", "name", "id", "deliveryType", "status", "sourceFlowRuns", "events"],
  wide: ["clientId", "journalUrl"],
  id: "id",
  fields: [
    "id",
    "name",
    "deliveryType",
    "status",
    "enabled",
    "eventCodes",
    "clientId",
    "journalUrl",
    "filtered",
    "sourceFlowRuns",
    "used",
  ],
};
