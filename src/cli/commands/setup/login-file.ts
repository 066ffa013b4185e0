import { unusable, type ConsoleFile, type FoundCredential } from "../../../adobe/auth/console-credential.ts";
import { pickCredential, readConsoleFile } from "../../../adobe/auth/console-json.ts";
import type { Prompt } from "../../../host.ts";
import { findGivenFile, readGivenFile } from "../../../state/given-file.ts";
import type { ProfileKey, ProfileValues } from "../../../adobe/settings/keys.ts";

/** The settings that a file gives to a profile. */
export interface FileValues {
  readonly values: ProfileValues;
  /** Whether the project has the I/O Management API; `null` where the file does not say. */
  readonly hasManagementApi: boolean | null;
  /** Where in the file the secret should stand. */
  readonly secretsField: string;
}

/**
 * Reads a file from Adobe Developer Console; of several credentials it takes the named one, or asks.
 * @param prompt `null` where nobody may be asked.
 * @throws FlowrunError `settings` that names the file and what it lacks.
 */
export async function readLoginFile(
  path: string,
  named: string | undefined,
  prompt: Prompt | null,
): Promise<FileValues> {
  const own = readConsoleFile(await readGivenFile(path), path);
  const file = withSibling(own, await readSibling(path, own.credentials.length > 0));
  const credential = pickCredential(file.credentials, named, path) ?? (await choose(file, path, prompt));
  const { clientId, secrets, scopes, secretsField } = credential;
  const pairs: readonly (readonly [ProfileKey, string | null])[] = [
    ["clientId", clientId],
    ["clientSecret", secrets.join(",")],
    ["imsOrgId", credential.imsOrgId ?? file.imsOrgId],
    ["scopes", scopes.join(",")],
    ["consumerOrgId", file.consumerOrgId],
    ["projectId", file.projectId],
    ["workspaceId", file.workspaceId],
  ];
  const values: ProfileValues = Object.fromEntries(pairs.filter(([, value]) => value !== null && value !== ""));
  return { values, hasManagementApi: file.hasManagementApi, secretsField };
}

/**
 * aio keeps a project's ids and its secrets apart, in `.aio` and `.env` side by side; where there is a credential
 * already, a neighbour of another kind (any program may have an `.env`) is passed over.
 */
async function readSibling(path: string, hasCredential: boolean): Promise<ConsoleFile | null> {
  const [, stem, ending] = /^(.*\.)(aio|env)$/s.exec(path) ?? [];
  if (stem === undefined) return null;
  const sibling = stem + (ending === "aio" ? "env" : "aio");
  try {
    const text = await findGivenFile(sibling);
    return text === null ? null : readConsoleFile(text, sibling);
  } catch (error) {
    if (hasCredential) return null;
    throw error;
  }
}

function withSibling(file: ConsoleFile, sibling: ConsoleFile | null): ConsoleFile {
  if (sibling === null) return file;
  return {
    credentials: file.credentials.length > 0 ? file.credentials : sibling.credentials,
    imsOrgId: file.imsOrgId ?? sibling.imsOrgId,
    consumerOrgId: file.consumerOrgId ?? sibling.consumerOrgId,
    projectId: file.projectId ?? sibling.projectId,
    workspaceId: file.workspaceId ?? sibling.workspaceId,
    hasManagementApi: file.hasManagementApi ?? sibling.hasManagementApi,
  };
}

async function choose({ credentials }: ConsoleFile, path: string, prompt: Prompt | null): Promise<FoundCredential> {
  if (credentials.length === 0) {
    throw unusable(
      path,
      "it lacks the `oauth_server_to_server` block of its credential, and no .env with AIO_ims_contexts_… stands beside it",
      "name the file that Adobe Developer Console → your project → Download gives",
    );
  }
  if (prompt !== null) {
    const choices = credentials.map((value) => ({ name: `${value.name}  (${value.clientId})`, value }));
    return prompt.choose("Which credential?", choices);
  }
  throw unusable(
    path,
    `it has ${credentials.length} OAuth Server-to-Server credentials`,
    `say which: ${credentials.map(({ name }) => `--credential '${name}'`).join(" or ")}`,
  );
}
