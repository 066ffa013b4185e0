import { isObject, textOf, type JsonObject } from "../../json.ts";
import {
  aeppNames,
  createCredential,
  download,
  jwtOnly,
  lacks,
  lowerCase,
  propertyNames,
  readCredential,
  unusable,
  upperCase,
  type ConsoleFile,
  type FieldNames,
  type FoundCredential,
} from "./console-credential.ts";
import { readEnvLines, type EnvContext } from "./console-env.ts";
import { readProject } from "./console-project.ts";
import { parseBraces, parseIndented } from "./console-text.ts";

/**
 * Reads every shape there is: the project or workspace JSON, the credential JSON, an ims-context file, aio's `.env`, `.aio`
 * and own settings (HJSON or YAML), a properties file (`aio_client_secret=…`), and the Python library's settings.
 * @param file its name in messages.
 * @throws FlowrunError `settings` that names the file and the missing or wrong field; it never quotes the file. Pure.
 */
export function readConsoleFile(text: string, file: string): ConsoleFile {
  const content = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  if (content.includes("\0")) throw unusable(file, "it is a binary file", download);
  if (inBraces.test(content)) return readRoot(readBraces(content, file), file);
  if (content.length > mostLines) throw unusable(file, "it is too long for an .env file, and is not JSON", download);
  const { contexts, properties } = readEnvLines(content);
  if (contexts.length > 0) return readEnvContexts(contexts, file);
  if (properties !== null) return readJavaProperties(properties, file);
  const root = parseIndented(content);
  const isOurs = root !== null && ["project", "ims", "client_id", "CLIENT_ID"].some((name) => name in root);
  if (isOurs) return readRoot(root, file);
  throw unusable(file, "it is neither JSON nor an .env file with AIO_ims_contexts_… or aio_api_key", download);
}

/** Comments may come first; each can be read in one way only, or a line of many # would take for ever. */
const inBraces = /^(?:\s|(?:#|\/\/)[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*[[{]/;

/** Characters: ten times what the largest of such files has. */
const mostLines = 128 * 1024;

function readRoot(root: JsonObject, file: string): ConsoleFile {
  const contexts = isObject(root["ims"]) ? root["ims"]["contexts"] : null;
  if (isObject(root["project"])) {
    const project = readProject(root["project"], file);
    // aio keeps a project's ids and the credential that it was taken from in one file, too.
    if (project.credentials.length > 0 || !isObject(contexts)) return project;
    return { ...project, credentials: findNested(contexts, file) };
  }
  if ("CLIENT_ID" in root) return readFlat(root, upperCase, file);
  if ("secret" in root && ("client_id" in root || "api_key" in root)) return readAepp(root, file);
  if ("client_id" in root) return readFlat(root, lowerCase, file);
  if (isObject(contexts)) return readNested(contexts, file);
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

function readEnvContexts(contexts: readonly EnvContext[], file: string): ConsoleFile {
  const usable = contexts.filter(({ values }) => lowerCase.secrets in values);
  if (usable.length === 0) throw jwtOnly(file, "AIO_ims_contexts_<name>_client__secrets");
  return {
    ...nowhere,
    credentials: usable.map(({ name, values }) => readCredential(values, lowerCase, { file, name, at: `${name}: ` })),
  };
}

function readJavaProperties(properties: JsonObject, file: string): ConsoleFile {
  return {
    ...nowhere,
    credentials: [readCredential(properties, propertyNames, { file, name: propertyNames.clientId, at: "" })],
    consumerOrgId: textOf(properties["aio_consumer_org_id"]),
    projectId: textOf(properties["aio_project_id"]),
    workspaceId: textOf(properties["aio_workspace_id"]),
  };
}

function readBraces(content: string, file: string): JsonObject {
  const root = parseBraces(content);
  if (root === null) throw unusable(file, "it is not valid JSON", `${download}, whole and unchanged`);
  if (isObject(root)) return root;
  throw unusable(file, "its JSON is a list, not an object with the field `project` or `CLIENT_ID`", download);
}

const nowhere = {
  imsOrgId: null,
  consumerOrgId: null,
  projectId: null,
  workspaceId: null,
  hasManagementApi: null,
} as const;

function readFlat(root: JsonObject, names: FieldNames, file: string): ConsoleFile {
  if (!(names.secrets in root) && "meta_scopes" in root) throw jwtOnly(file, names.secrets);
  const name = textOf(root[names.clientId]) ?? names.clientId;
  return { ...nowhere, credentials: [readCredential(root, names, { file, name, at: "" })] };
}

/** Of the Python library's three ways to sign in, one is a service's. */
function readAepp(root: JsonObject, file: string): ConsoleFile {
  const hasScopes = textOf(root["scopes"]) !== null || Array.isArray(root["scopes"]);
  if (!hasScopes && ("pathToKey" in root || "private_key" in root)) throw jwtOnly(file, "`scopes`");
  if (!hasScopes && "auth_code" in root) {
    throw unusable(
      file,
      "its `auth_code` stands for a person who signed in, and flowrun signs in as a service; it lacks `scopes`",
      `create an OAuth Server-to-Server credential: ${createCredential}`,
    );
  }
  const block = { ...root, client_id: root["client_id"] ?? root["api_key"] };
  const name = textOf(block.client_id) ?? "client_id";
  return { ...nowhere, credentials: [readCredential(block, aeppNames, { file, name, at: "" })] };
}

function readNested(contexts: JsonObject, file: string): ConsoleFile {
  const credentials = findNested(contexts, file);
  if (credentials.length === 0) throw lacks(file, `ims.contexts.<name>.${lowerCase.secrets}`);
  return { ...nowhere, credentials };
}

function findNested(contexts: JsonObject, file: string): readonly FoundCredential[] {
  return Object.entries(contexts).flatMap(([name, context]) =>
    isObject(context) && lowerCase.secrets in context
      ? [readCredential(context, lowerCase, { file, name, at: `ims.contexts.${name}.` })]
      : [],
  );
}
