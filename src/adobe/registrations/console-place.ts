import { FlowrunError } from "../../errors.ts";
import { pathSegment } from "../../text/path-segment.ts";
import type { ProfileValues } from "../settings/keys.ts";

/** A workspace of Adobe Developer Console, by the console's own ids: numbers as text, up to 19 digits. */
export interface Workspace {
  readonly projectId: string;
  readonly workspaceId: string;
}

/** An organisation of Adobe Developer Console, or one workspace in it, by the console's own ids: numbers as text, up to 19 digits. */
export interface ConsolePlace {
  readonly consumerOrgId: string;
  /** `null`: all of the organisation. */
  readonly workspace: Workspace | null;
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
  if (workspace === null) return `${apiUrl}/events/${segment(consumerOrgId)}/registrations?page=0&size=100`;
  return `${workspaceUrl(apiUrl, consumerOrgId, workspace)}/registrations`;
}

/** The URL of one registration. @throws FlowrunError as `registrationsUrl` does, `usage` for the registration's id. Pure. */
export function registrationUrl(apiUrl: string, consumerOrgId: string, workspace: Workspace, id: string): string {
  return `${workspaceUrl(apiUrl, consumerOrgId, workspace)}/registrations/${typed(id, "registration")}`;
}

/** The URL of the organisation's event providers, with the codes of their events. @throws as `registrationsUrl`. Pure. */
export function providersUrl(apiUrl: string, consumerOrgId: string): string {
  return `${apiUrl}/events/${segment(consumerOrgId)}/providers?eventmetadata=true`;
}

/** The URL under which a workspace's own provider is deleted. @throws as `registrationUrl`. Pure. */
export function providerUrl(apiUrl: string, consumerOrgId: string, workspace: Workspace, id: string): string {
  return `${workspaceUrl(apiUrl, consumerOrgId, workspace)}/providers/${typed(id, "provider")}`;
}

/** The URL that makes Adobe deliver a sample of an event. @throws as `registrationUrl`. Pure. */
export function sampleUrl(apiUrl: string, providerId: string, eventCode: string, registrationId: string): string {
  const event = `${typed(providerId, "provider")}/eventmetadata/${typed(eventCode, "event")}`;
  return `${apiUrl}/events/providers/${event}/sample_event/${typed(registrationId, "registration")}`;
}

/** The URL of a registration's debug traces. @throws as `registrationUrl`. Pure. */
export function tracingUrl(apiUrl: string, consumerOrgId: string, credentialId: string, id: string): string {
  const integration = `${segment(consumerOrgId)}/integrations/${segment(credentialId)}`;
  return `${apiUrl}/events/organizations/${integration}/tracing/${typed(id, "registration")}`;
}

function workspaceUrl(apiUrl: string, consumerOrgId: string, { projectId, workspaceId }: Workspace): string {
  return `${apiUrl}/events/${segment(consumerOrgId)}/${segment(projectId)}/${segment(workspaceId)}`;
}

/** An id that somebody typed; an empty one would name the list in its place. */
function typed(id: string, what: "registration" | "provider" | "event"): string {
  const encoded = pathSegment(id);
  if (encoded !== null) return encoded;
  const name = what === "event" ? "code of an event" : `id of a ${what}`;
  throw new FlowrunError("usage", `${JSON.stringify(id.slice(0, 200))} cannot be the ${name}`, {
    why: "it names the place of another page in an API's paths",
    hint: what === "registration" ? "see what there is: flowrun registrations" : "see what there is: flowrun providers",
  });
}

function segment(id: string): string {
  const encoded = pathSegment(id);
  if (encoded !== null) return encoded;
  throw new FlowrunError("settings", `${JSON.stringify(id.slice(0, 200))} cannot be an id of Adobe Developer Console`, {
    why: "it names the place of another page in an API's paths",
    hint: "copy the ids again from the console, or read them from its file: flowrun login --from <file>",
  });
}
