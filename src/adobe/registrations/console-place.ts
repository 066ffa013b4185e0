import { FlowrunError } from "../../errors.ts";
import { pathSegment } from "../../text/path-segment.ts";
import type { ProfileValues } from "../settings/keys.ts";

/** An organisation of Adobe Developer Console, or one workspace in it, by the console's own ids: numbers as text, up to 19 digits. */
export interface ConsolePlace {
  readonly consumerOrgId: string;
  /** `null`: all of the organisation. */
  readonly workspace: { readonly projectId: string; readonly workspaceId: string } | null;
}

/**
 * The place that a profile has saved; for want of that, the organisation that the journal's URL is written with
 * (`/events/organizations/<consumerOrgId>/integrations/…`). `null` where neither says. Pure.
 */
export function findConsolePlace(saved: ProfileValues, journalUrl: string | null): ConsolePlace | null {
  const { consumerOrgId, projectId, workspaceId } = saved;
  if (consumerOrgId !== undefined) {
    const isWhole = projectId !== undefined && workspaceId !== undefined;
    return { consumerOrgId, workspace: isWhole ? { projectId, workspaceId } : null };
  }
  const named = /\/organizations\/([^/?#]+)\/integrations\//.exec(journalUrl ?? "")?.[1];
  return named === undefined ? null : { consumerOrgId: named, workspace: null };
}

/**
 * The URL of the first page of the place's registrations (Adobe's Events Management API).
 * @param apiUrl where the API is, without a slash at the end.
 * @throws FlowrunError `settings` for an id that cannot stand in a path. Pure.
 */
export function registrationsUrl(apiUrl: string, { consumerOrgId, workspace }: ConsolePlace): string {
  const organisation = `${apiUrl}/events/${segment(consumerOrgId)}`;
  if (workspace === null) return `${organisation}/registrations?page=0&size=100`;
  const { projectId, workspaceId } = workspace;
  return `${organisation}/${segment(projectId)}/${segment(workspaceId)}/registrations`;
}

function segment(id: string): string {
  const encoded = pathSegment(id);
  if (encoded !== null) return encoded;
  throw new FlowrunError("settings", `${JSON.stringify(id.slice(0, 200))} cannot be an id of Adobe Developer Console`, {
    why: "it names the place of another page in an API's paths",
    hint: "copy the ids again from the console, or read them from its file: flowrun login --from <file>",
  });
}
