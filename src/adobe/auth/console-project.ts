import { isObject, textOf, type JsonObject } from "../../json.ts";
import {
  createCredential,
  jwtOnly,
  lacks,
  lowerCase,
  readCredential,
  unusable,
  type ConsoleFile,
} from "./console-credential.ts";

/**
 * Reads what stands under `project` in a project's or workspace's file. Credentials are known by their block, never by
 * their place in the list; a file of aio's has lost the blocks, and gives none.
 * @throws FlowrunError `settings`. Pure.
 */
export function readProject(project: JsonObject, file: string): ConsoleFile {
  const organisation = objectAt(project, "org");
  const workspace = objectAt(project, "workspace");
  const details = objectAt(workspace, "details");
  const list = details["credentials"];
  if (!Array.isArray(list)) throw lacks(file, "project.workspace.details.credentials");
  const elements = list.map((element: unknown): JsonObject => (isObject(element) ? element : {}));
  const credentials = elements.flatMap((element, index) => {
    const block = element[serverToServer];
    if (!isObject(block)) return [];
    const at = `project.workspace.details.credentials[${index}].${serverToServer}.`;
    const name = textOf(element["name"]) ?? textOf(block["client_id"]) ?? String(index);
    return [readCredential(block, lowerCase, { file, name, at })];
  });
  if (credentials.length === 0 && !isStripped(elements)) refuseWithoutCredential(elements, file);
  return {
    credentials,
    imsOrgId: textOf(organisation["ims_org_id"]),
    consumerOrgId: idOf(organisation["id"]),
    projectId: idOf(project["id"]),
    workspaceId: idOf(workspace["id"]),
    hasManagementApi: Array.isArray(details["services"]) ? listsManagementApi(details["services"]) : null,
  };
}

const serverToServer = "oauth_server_to_server";

/** `aio app use` writes the project without its credentials' blocks: only their kinds are left. */
function isStripped(elements: readonly JsonObject[]): boolean {
  return elements.some((element) => {
    const type = element["integration_type"];
    return typeof type === "string" && type.startsWith(serverToServer);
  });
}

function refuseWithoutCredential(elements: readonly JsonObject[], file: string): never {
  const isOld = elements.some((element) => isObject(element["jwt"]));
  if (isOld) throw jwtOnly(file, `${serverToServer} in project.workspace.details.credentials`);
  throw unusable(
    file,
    `it has no ${serverToServer} in project.workspace.details.credentials`,
    `add one: ${createCredential}, then download the file again`,
  );
}

function listsManagementApi(services: readonly unknown[]): boolean {
  return services.some((service) => isObject(service) && service["code"] === "AdobeIOManagementAPISDK");
}

function objectAt(parent: JsonObject, name: string): JsonObject {
  const value = parent[name];
  return isObject(value) ? value : {};
}

function idOf(value: unknown): string | null {
  return typeof value === "number" ? String(value) : textOf(value);
}
