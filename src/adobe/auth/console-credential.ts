import { FlowrunError } from "../../errors.ts";
import { textOf, type JsonObject } from "../../json.ts";

/** One OAuth Server-to-Server credential of a file. */
export interface FoundCredential {
  readonly name: string;
  readonly clientId: string;
  /** In the order to be tried; empty where the file was written without them. */
  readonly secrets: readonly string[];
  readonly scopes: readonly string[];
  /** Where the file says it next to the credential. */
  readonly imsOrgId: string | null;
  /** Where in the file the secrets belong, for a message about their absence. */
  readonly secretsField: string;
}

/** The contents of a file from Adobe Developer Console, or of one made of it. `null`: the file does not say. */
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

/** How one shape of file calls a credential's fields. */
export interface FieldNames {
  readonly clientId: string;
  readonly secrets: string;
  readonly scopes: string;
  readonly organisation: string;
  /** Whether lists are texts with commas. */
  readonly areJoined?: boolean;
}

/** The credential JSON of the console's "Download JSON". */
export const upperCase: FieldNames = {
  clientId: "CLIENT_ID",
  secrets: "CLIENT_SECRETS",
  scopes: "SCOPES",
  organisation: "ORG_ID",
};
/** The project's or workspace's JSON, and aio's contexts. */
export const lowerCase: FieldNames = {
  clientId: "client_id",
  secrets: "client_secrets",
  scopes: "scopes",
  organisation: "ims_org_id",
};
/** The properties of Adobe's Java library, in lower case. */
export const propertyNames: FieldNames = {
  clientId: "aio_api_key",
  secrets: "aio_client_secret",
  scopes: "aio_oauth_scopes",
  organisation: "aio_ims_org_id",
  areJoined: true,
};
/** The Python library for Experience Platform (aepp); its secret is one text. */
export const aeppNames: FieldNames = {
  clientId: "client_id",
  secrets: "secret",
  scopes: "scopes",
  organisation: "org_id",
  areJoined: true,
};

/** The place in a file where a credential was found. */
export interface Spot {
  readonly file: string;
  readonly name: string;
  /** Stands before the field's name in a message. */
  readonly at: string;
}

/**
 * Reads one credential from the object that holds its fields.
 * @throws FlowrunError `settings` that names the field that is missing or wrong. Pure.
 */
export function readCredential(block: JsonObject, names: FieldNames, { file, name, at }: Spot): FoundCredential {
  const clientId = textOf(block[names.clientId]);
  if (clientId === null) throw lacks(file, at + names.clientId);
  const textsAt = (field: string): readonly string[] => texts(block[field], at + field, file, names.areJoined === true);
  return {
    name,
    clientId,
    secrets: textsAt(names.secrets),
    scopes: textsAt(names.scopes),
    imsOrgId: textOf(block[names.organisation]),
    secretsField: at + names.secrets,
  };
}

/** A list, or one that was written down as text: JSON in an `.env`, `a,b` where the shape of the file says so. */
function texts(value: unknown, field: string, file: string, isJoined: boolean): readonly string[] {
  if (value === undefined || value === null || value === "") return [];
  const list = typeof value === "string" ? (listIn(value) ?? (isJoined ? value.split(",") : null)) : value;
  if (Array.isArray(list) && list.every((element) => typeof element === "string")) {
    return list.map((element) => element.trim()).filter((element) => element !== "");
  }
  throw unusable(file, `its field \`${field}\` is not a list of texts`, `${download}, unchanged`);
}

function listIn(text: string): unknown {
  if (!text.startsWith("[")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The clicks that give a file which can be used. */
export const download =
  "take the file that Adobe Developer Console → your project → Download gives, or a credential's Download JSON";

/** A file that cannot be used. @param why never quotes what may be a secret. */
export function unusable(file: string, why: string, hint: string): FlowrunError {
  return new FlowrunError("settings", `the file ${file} cannot be used`, { why, hint });
}

/** A file without a field. Pure. */
export function lacks(file: string, field: string): FlowrunError {
  return unusable(file, `it lacks the field \`${field}\``, download);
}

/** A file whose only service credential is of the kind, JWT, that Adobe has ended. Pure. */
export function jwtOnly(file: string, missing: string): FlowrunError {
  return unusable(
    file,
    `its only service credential is a JWT one, which Adobe has ended (since March 2026 at the latest); it lacks ${missing}`,
    `create an OAuth Server-to-Server credential: ${createCredential}, then download the file again`,
  );
}

/** The clicks that make a credential. */
export const createCredential =
  "Adobe Developer Console → your project → Add to project → API → I/O Management API → OAuth Server-to-Server";
