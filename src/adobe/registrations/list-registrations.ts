import { FlowrunError } from "../../errors.ts";
import { findObject, readList, managementService, type RegistrationsApi } from "./api.ts";
import { registrationUrl, registrationsUrl, type ConsolePlace, type Workspace } from "./console-place.ts";
import { decodeRegistration, findRegistration, type Registration } from "./registration.ts";

/**
 * Every registration of the place.
 * @throws FlowrunError as `readList` does.
 */
export function listRegistrations(api: RegistrationsApi, place: ConsolePlace): Promise<readonly Registration[]> {
  return readList(api, {
    url: registrationsUrl(api.apiUrl, place),
    what: "registrations",
    decode: decodeRegistration,
  });
}

/** A registration, and the workspace that it is changed in. */
export interface FoundRegistration {
  readonly registration: Registration;
  readonly workspace: Workspace;
}

/**
 * The registration of an id, asked for by itself where the workspace is known; else it is looked for in the
 * organisation, whose list tells the workspace.
 * @throws FlowrunError `notFound` that names the ones there are, or says that it is another workspace's; as `readList`.
 */
export async function loadRegistration(
  api: RegistrationsApi,
  place: ConsolePlace,
  id: string,
): Promise<FoundRegistration> {
  const { workspace } = place;
  if (workspace === null) return inOrganisation(await listRegistrations(api, place), id);
  const url = registrationUrl(api.apiUrl, place.consumerOrgId, workspace, id);
  const registration = decodeRegistration(await findObject(api, url, managementService(api, "read the registration")));
  // What another id was asked for is not to be changed, whatever the server says.
  if (registration?.id === id) return { registration, workspace };
  throw await missing(api, place, id);
}

function inOrganisation(list: readonly Registration[], id: string): FoundRegistration {
  const registration = findRegistration(list, id);
  const { workspace } = registration;
  if (workspace !== null) return { registration, workspace };
  throw new FlowrunError("settings", "flowrun does not know which workspace the registration belongs to", {
    why: "neither the profile nor the registration names a project and a workspace",
    hint: "flowrun login --from <the project's file>, or set projectId and workspaceId: flowrun config set projectId <id>",
  });
}

/** Whoever copied an id from another project's page is told so. */
async function missing(api: RegistrationsApi, place: ConsolePlace, id: string): Promise<FlowrunError> {
  const organisation = { ...place, workspace: null };
  const all = await listRegistrations(api, organisation).catch(() => []);
  const other = all.find((registration) => registration.id === id)?.workspace ?? null;
  if (other === null) {
    const own = await listRegistrations(api, place);
    try {
      findRegistration(own, id);
    } catch (error) {
      if (error instanceof FlowrunError) return error;
    }
    return new FlowrunError("protocol", `Adobe lists the registration ${JSON.stringify(id)}, and says there is none`, {
      why: "the registrations API answered 404 to its id, or with another registration",
      hint: "try again in a while; a registration that was just made or deleted may take a minute",
    });
  }
  return new FlowrunError("notFound", `the registration ${JSON.stringify(id)} belongs to another workspace`, {
    why: `it is of project ${other.projectId}, workspace ${other.workspaceId}`,
    hint: "log in with that project's file, as another profile: flowrun login --profile <name> --from <file>",
  });
}
