import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { readConsoleFile } from "../../../adobe/auth/console-json.ts";
import { listProviders, type EventProvider } from "../../../adobe/registrations/providers.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { formats } from "../../../render/formats/registry.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { readGivenFile } from "../../../state/given-file.ts";
import type { ListingFlags } from "../../options/flags.ts";
import { resolveOutput } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import { inApi } from "../registrations/in-api.ts";

/** Options of `providers list`. */
export interface ProviderFlags extends ListingFlags {
  readonly workspace?: string;
  readonly from?: string;
  readonly events?: boolean;
}

/**
 * The organisation's event providers, a row each or one for each of their events; first those of the workspace that is
 * named, or the profile's.
 */
export async function runProviders(flags: ProviderFlags, host: Host): Promise<void> {
  const options = resolveOutput(providerColumns, flags);
  const named = flags.workspace ?? (flags.from === undefined ? null : await workspaceIn(flags.from));
  await inApi(flags, host, async ({ connection, api, place, notify }) => {
    const here = named ?? place.workspace?.workspaceId ?? null;
    const listed = (await listProviders(api, place)).map((provider) => toldProvider(provider, here));
    const providers = [...listed.filter((one) => one.here), ...listed.filter((one) => !one.here)];
    const rows = flags.events === true ? providers.flatMap(byEvent) : providers;
    await printRows({ options, rows, color: flags.color }, host, host.stdout);
    if (formats[options.output].laid === null) return;
    const more = profileFlag(connection.settings.profile);
    for (const { label, id, projectId } of providers.filter((one) => one.here)) {
      const blocks = `'${safeText(label)}' belongs to project ${safeText(projectId ?? "")}, and keeps it from being deleted`;
      notify({ kind: "remark", text: `${blocks}; once nobody needs it: flowrun providers delete ${id}${more}` });
    }
    if (named !== null && !providers.some((one) => one.here)) {
      notify({ kind: "remark", text: `no provider belongs to workspace ${safeText(named)}: none keeps its project` });
    }
  });
}

/** An event provider as it is listed. */
interface ListedProvider extends Omit<EventProvider, "workspace"> {
  readonly projectId: string | null;
  readonly workspaceId: string | null;
  /** Whether it belongs to the workspace that is asked about. */
  readonly here: boolean;
}

function toldProvider({ workspace, ...rest }: EventProvider, here: string | null): ListedProvider {
  const workspaceId = workspace?.workspaceId ?? null;
  return { ...rest, projectId: workspace?.projectId ?? null, workspaceId, here: here !== null && workspaceId === here };
}

/** One without events keeps its row. */
function byEvent(provider: ListedProvider): readonly ListedProvider[] {
  const { eventCodes } = provider;
  return eventCodes.length === 0 ? [provider] : eventCodes.map((code) => ({ ...provider, eventCodes: [code] }));
}

/** @throws FlowrunError `settings` for a file that names no workspace. */
async function workspaceIn(path: string): Promise<string> {
  const { workspaceId } = readConsoleFile(await readGivenFile(path), path);
  if (workspaceId !== null) return workspaceId;
  throw new FlowrunError("settings", `${path} names no workspace`, {
    why: "it lacks project.workspace.id; a credential's own file does not hold it",
    hint: "name the file that 'Download all' gives, or the workspace: --workspace <id>",
  });
}

/** All columns of event providers. */
export const providerColumns: ColumnSet<ListedProvider> = {
  all: [
    { name: "here", title: "HERE", kind: "flag", value: ({ here }) => here },
    { name: "label", title: "LABEL", kind: "text", least: 20, value: ({ label }) => label },
    { name: "id", title: "ID", kind: "id", value: ({ id }) => id },
    {
      name: "workspaceId",
      title: "WORKSPACE",
      kind: "id",
      yields: { turn: 2, to: "neat" },
      value: ({ workspaceId }) => workspaceId,
    },
    {
      name: "eventCodes",
      title: "EVENTS",
      kind: "list",
      yields: { turn: 1, to: "neat" },
      value: ({ eventCodes }) => eventCodes,
    },
    { name: "metadata", title: "KIND", kind: "id", value: ({ metadata }) => metadata },
    { name: "projectId", title: "PROJECT", kind: "id", value: ({ projectId }) => projectId },
    { name: "publisher", title: "PUBLISHER", kind: "id", value: ({ publisher }) => publisher },
    { name: "source", title: "SOURCE", kind: "id", value: ({ source }) => source },
    { name: "description", title: "ABOUT", kind: "text", value: ({ description }) => description },
  ],
  usual: ["here", "label", "id", "workspaceId", "eventCodes"],
  wide: ["metadata", "projectId", "publisher", "source", "description"],
  id: "id",
  fields: [
    "id",
    "label",
    "description",
    "source",
    "publisher",
    "metadata",
    "eventCodes",
    "projectId",
    "workspaceId",
    "here",
  ],
};
