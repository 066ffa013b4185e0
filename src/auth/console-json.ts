import { FlowrunError } from "../errors.ts";
import { isObject, textOf, type JsonObject } from "../json.ts";
import { readContexts, readProperties } from "./console-env.ts";

/** One OAuth Server-to-Server credential of a file. */
export interface FoundCredential {
  readonly name: string;
  readonly clientId: string;
  /** In the order to be tried; empty where the file was written without them. */
  readonly secrets: readonly string[];
  readonly scopes: readonly string[];
  /** Where in the file the secrets belong, for a message about their absence. */
  readonly secretsField: string;
}

/** What a file from Adobe Developer Console, or one made of it, says (contract: journal, §2.6). `null`: it does not. */
export interface ConsoleFile {
  /** Never empty, but for an aio project file (`.aio`), whose credentials stand in the `.env` beside it. */
  readonly credentials: readonly FoundCredential[];
  readonly imsOrgId: string | null;
  readonly consumerOrgId: string | null;
  readonly projectId: string | null;
  readonly workspaceId: string | null;
  /** Whether the I/O Management API is among the project's services. */
  readonly hasManagementApi: boolean | null;
}

/**
 * Reads every shape there is: the project or workspace JSON, the credential JSON, an ims-context file, aio's `.env` and
 * `.aio`, and a properties file (`aio_client_secret=…`).
 * @param file what messages call it.
 * @throws FlowrunError `settings` that names the file and the missing or wrong field; it never quotes the file. Pure.
 */
export function readConsoleFile(text: string, file: string): ConsoleFile {
  const content = text.replace(/^\uFEFF/, "");
  if (content.includes("\0")) throw unusable(file, "it is a binary file", download);
  if (!/^\s*[[{]/.test(content)) return readLines(content, file);
  const root = parse(content, file);
  if (isObject(root["project"])) return readProject(root["project"], file);
  if ("CLIENT_ID" in root) return readFlat(root, upperCase, file);
  if ("client_id" in root) return readFlat(root, lowerCase, file);
  if (isObject(root["ims"]) && isObject(root["ims"]["contexts"])) return readNested(root["ims"]["contexts"], file);
  throw unusable(file, "it has none of the fields `project`, `CLIENT_ID` and `client_id`", download);
}

/**
 * The credential that is meant: the only one, or the one of this name or client id.
 * @returns `null` where several are left to choose from.
 * @throws FlowrunError `settings` for a name that none has. Pure.
 */
export function pickCredential(
  credentials: readonly FoundCredential[],
  wanted: string | undefined,
  file: string,
): FoundCredential | null {
  if (wanted === undefined) return credentials.length === 1 ? (credentials[0] ?? null) : null;
  const found = credentials.find(({ name, clientId }) => name === wanted || clientId === wanted);
  if (found !== undefined) return found;
  throw unusable(
    file,
    `it has no OAuth Server-to-Server credential '${wanted}'`,
    `name one of those it has: ${credentials.map(({ name }) => `--credential '${name}'`).join(" or ")}`,
  );
}

/** A file that cannot be used. @param why never quotes what may be a secret. */
export function unusable(file: string, why: string, hint: string): FlowrunError {
  return new FlowrunError("settings", `the file ${file} cannot be used`, { why, hint });
}

const download =
  "take the file that Adobe Developer Console → your project → Download gives, or a credential's Download JSON";

function readLines(content: string, file: string): ConsoleFile {
  const context = readContexts(content);
  if (context.length > 0) {
    const wanted = context.filter(({ values }) => "client_secrets" in values);
    if (wanted.length === 0) throw jwtOnly(file, "a context with client_secrets");
    const [first] = wanted;
    return {
      ...nowhere,
      imsOrgId: first === undefined ? null : textOf(first.values["ims_org_id"]),
      credentials: wanted.map(({ name, values }) => flatCredential(values, lowerCase, { file, name, at: `${name}: ` })),
    };
  }
  const properties = readProperties(content);
  if (properties === null) {
    throw unusable(file, "it is neither JSON nor an .env file with AIO_ims_contexts_… or aio_api_key", download);
  }
  const { aio_ims_org_id, aio_consumer_org_id, aio_project_id, aio_workspace_id } = properties;
  return {
    credentials: [flatCredential(properties, propertyNames, { file, name: "aio_api_key", at: "" })],
    imsOrgId: aio_ims_org_id ?? null,
    consumerOrgId: aio_consumer_org_id ?? null,
    projectId: aio_project_id ?? null,
    workspaceId: aio_workspace_id ?? null,
    hasManagementApi: null,
  };
}

/** Numbers with more digits than a double can hold become text: an id must survive as it is written. */
function parse(content: string, file: string): JsonObject {
  const careful = content.replace(/"(?:\\.|[^"\\])*"|-?\d[\d.eE+-]*/g, (token) =>
    /^\d{16,}$/.test(token) ? `"${token}"` : token,
  );
  let root: unknown;
  try {
    root = JSON.parse(careful);
  } catch {
    // The parser's own message quotes the file.
    throw unusable(file, "it is not valid JSON", `${download}, whole and unchanged`);
  }
  if (isObject(root)) return root;
  throw unusable(file, "its JSON is a list, not an object with the field `project` or `CLIENT_ID`", download);
}

const nowhere = { consumerOrgId: null, projectId: null, workspaceId: null, hasManagementApi: null } as const;

function readProject(project: JsonObject, file: string): ConsoleFile {
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
    return [flatCredential(block, lowerCase, { file, name, at })];
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

const createCredential =
  "Adobe Developer Console → your project → Add to project → API → I/O Management API → OAuth Server-to-Server";

function jwtOnly(file: string, missing: string): FlowrunError {
  return unusable(
    file,
    `its only service credential is a JWT one, which Adobe has ended (since March 2026 at the latest); it lacks ${missing}`,
    `create an OAuth Server-to-Server credential: ${createCredential}, then download the file again`,
  );
}

function listsManagementApi(services: readonly unknown[]): boolean {
  return services.some((service) => isObject(service) && service["code"] === "AdobeIOManagementAPISDK");
}

interface FieldNames {
  readonly clientId: string;
  readonly secrets: string;
  readonly scopes: string;
  readonly organisation: string;
}

const upperCase: FieldNames = {
  clientId: "CLIENT_ID",
  secrets: "CLIENT_SECRETS",
  scopes: "SCOPES",
  organisation: "ORG_ID",
};
const lowerCase: FieldNames = {
  clientId: "client_id",
  secrets: "client_secrets",
  scopes: "scopes",
  organisation: "ims_org_id",
};
const propertyNames: FieldNames = {
  clientId: "aio_api_key",
  secrets: "aio_client_secret",
  scopes: "aio_oauth_scopes",
  organisation: "aio_ims_org_id",
};

function readFlat(root: JsonObject, names: FieldNames, file: string): ConsoleFile {
  if (!(names.secrets in root) && ("meta_scopes" in root || "METASCOPES" in root)) throw jwtOnly(file, names.secrets);
  const name = textOf(root[names.clientId]) ?? names.clientId;
  return {
    ...nowhere,
    credentials: [flatCredential(root, names, { file, name, at: "" })],
    imsOrgId: textOf(root[names.organisation]),
  };
}

function readNested(contexts: JsonObject, file: string): ConsoleFile {
  const found = Object.entries(contexts).flatMap(([name, context]) =>
    isObject(context) && lowerCase.secrets in context ? [{ name, context }] : [],
  );
  const [first] = found;
  if (first === undefined) throw lacks(file, "ims.contexts.<name>.client_secrets");
  return {
    ...nowhere,
    credentials: found.map(({ name, context }) =>
      flatCredential(context, lowerCase, { file, name, at: `ims.contexts.${name}.` }),
    ),
    imsOrgId: textOf(first.context[lowerCase.organisation]),
  };
}

interface Spot {
  readonly file: string;
  readonly name: string;
  /** What stands before the field's name in a message. */
  readonly at: string;
}

function flatCredential(block: JsonObject, names: FieldNames, { file, name, at }: Spot): FoundCredential {
  const clientId = textOf(block[names.clientId]);
  if (clientId === null) throw lacks(file, at + names.clientId);
  const textsAt = (field: string): readonly string[] => texts(block[field], at + field, file);
  return {
    name,
    clientId,
    secrets: textsAt(names.secrets),
    scopes: textsAt(names.scopes),
    secretsField: at + names.secrets,
  };
}

function texts(value: unknown, field: string, file: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((element) => typeof element === "string")) return value;
  throw unusable(file, `its field \`${field}\` is not a list of texts`, `${download}, unchanged`);
}

function objectAt(parent: JsonObject, name: string): JsonObject {
  const value = parent[name];
  return isObject(value) ? value : {};
}

function idOf(value: unknown): string | null {
  return typeof value === "number" ? String(value) : textOf(value);
}

function lacks(file: string, field: string): FlowrunError {
  return unusable(file, `it lacks the field \`${field}\``, download);
}
