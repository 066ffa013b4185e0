import { isObject, textOf, type JsonObject } from "../json.ts";
import {
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
import { readContexts, readProperties } from "./console-env.ts";
import { readProject } from "./console-project.ts";

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

function readLines(content: string, file: string): ConsoleFile {
  const contexts = readContexts(content);
  if (contexts.length > 0) {
    const usable = contexts.filter(({ values }) => lowerCase.secrets in values);
    if (usable.length === 0) throw jwtOnly(file, "AIO_ims_contexts_<name>_client__secrets");
    return {
      ...nowhere,
      credentials: usable.map(({ name, values }) => readCredential(values, lowerCase, { file, name, at: `${name}: ` })),
    };
  }
  const properties = readProperties(content);
  if (properties === null) {
    throw unusable(file, "it is neither JSON nor an .env file with AIO_ims_contexts_… or aio_api_key", download);
  }
  return {
    ...nowhere,
    credentials: [readCredential(properties, propertyNames, { file, name: propertyNames.clientId, at: "" })],
    consumerOrgId: textOf(properties["aio_consumer_org_id"]),
    projectId: textOf(properties["aio_project_id"]),
    workspaceId: textOf(properties["aio_workspace_id"]),
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

function readNested(contexts: JsonObject, file: string): ConsoleFile {
  const credentials = Object.entries(contexts).flatMap(([name, context]) =>
    isObject(context) && lowerCase.secrets in context
      ? [readCredential(context, lowerCase, { file, name, at: `ims.contexts.${name}.` })]
      : [],
  );
  if (credentials.length === 0) throw lacks(file, `ims.contexts.<name>.${lowerCase.secrets}`);
  return { ...nowhere, credentials };
}
