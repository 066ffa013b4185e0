import { Secret } from "./auth/secret.ts";
import { FlowrunError } from "./errors.ts";

/** What this run uses to reach Adobe: enough for a token and for the registrations. */
export interface Access {
  readonly profile: string;
  readonly clientId: string;
  /** Empty where a ready access token was given. */
  readonly clientSecrets: readonly Secret[];
  readonly imsOrgId: string;
  readonly scopes: readonly string[];
  readonly imsUrl: string;
  readonly apiUrl: string;
  readonly accessToken: Secret | null;
}

/** What it takes to read a journal. */
export interface Settings extends Access {
  readonly journalUrl: string;
}

/** The settings that the environment can give, by their names in `flowrun config`. */
export const variables = {
  clientId: "FLOWRUN_CLIENT_ID",
  clientSecret: "FLOWRUN_CLIENT_SECRET",
  imsOrgId: "FLOWRUN_IMS_ORG_ID",
  scopes: "FLOWRUN_SCOPES",
  journalUrl: "FLOWRUN_JOURNAL_URL",
  imsUrl: "FLOWRUN_IMS_URL",
  apiUrl: "FLOWRUN_API_URL",
} as const;

type VariableKey = keyof typeof variables;

/** The values a profile can save: those, and where in Adobe Developer Console its registrations are. */
export const profileKeys = [
  "clientId",
  "clientSecret",
  "imsOrgId",
  "scopes",
  "journalUrl",
  "imsUrl",
  "apiUrl",
  "consumerOrgId",
  "projectId",
  "workspaceId",
] as const satisfies readonly (VariableKey | "consumerOrgId" | "projectId" | "workspaceId")[];
export type ProfileKey = (typeof profileKeys)[number];
export type ProfileValues = Readonly<Partial<Record<ProfileKey, string>>>;

export type Env = Readonly<Record<string, string | undefined>>;

/** The scopes of the I/O Management API (contract: journal, §2.5); a credential's own list is better. */
export const defaultScopes =
  "AdobeID,openid,read_organizations,additional_info.projectedProductContext,additional_info.roles,adobeio_api,read_client_secret,manage_client_secrets";

const defaults: ProfileValues = {
  scopes: defaultScopes,
  imsUrl: "https://ims-na1.adobelogin.com",
  apiUrl: "https://api.adobe.io",
};

/** The profile where none is named. */
export const defaultProfile = "default";

/**
 * The profile that the flag or FLOWRUN_PROFILE names; `null` where neither does.
 * @throws FlowrunError `usage` for a name that could not be a file's. Pure.
 */
export function namedProfile(flag: string | undefined, env: Env): string | null {
  const name = flag ?? filled(env["FLOWRUN_PROFILE"]);
  return name === null ? null : checkProfileName(name);
}

/**
 * @throws FlowrunError `usage` for a name that could not be a file's.
 * Pure.
 */
export function checkProfileName(name: string): string {
  if (isProfileName(name)) return name;
  throw new FlowrunError("usage", `${JSON.stringify(name.slice(0, 100))} cannot be a profile's name`, {
    why: "a name has up to 64 letters, digits, dots, dashes and underscores, and begins with a letter, digit or underscore",
    hint: "see what there is: flowrun profile list",
  });
}

/** Pure. */
export function isProfileName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name);
}

/** Whether the environment alone says all that a reading needs, so that no profile has to be opened. Pure. */
export function isSettledBy(env: Env): boolean {
  const asked: readonly string[] = Object.values(variables);
  const needed =
    filled(env["FLOWRUN_ACCESS_TOKEN"]) === null ? asked : asked.filter((name) => !/SECRET|SCOPES|IMS_URL/.test(name));
  const defaulted: readonly string[] = [variables.scopes, variables.imsUrl, variables.apiUrl];
  return needed.every((name) => filled(env[name]) !== null || defaulted.includes(name));
}

/** A setting and who said so. */
export interface FoundSetting {
  readonly value: string;
  readonly from: "environment" | "profile" | "default";
}

/** One setting: environment over profile over default; `null` where nobody has it. Pure. */
export function findSetting(key: ProfileKey, env: Env, saved: ProfileValues): FoundSetting | null {
  const told = isVariable(key) ? filled(env[variables[key]]) : null;
  if (told !== null) return { value: told, from: "environment" };
  const kept = filled(saved[key]);
  if (kept !== null) return { value: kept, from: "profile" };
  const usual = filled(defaults[key]);
  return usual === null ? null : { value: usual, from: "default" };
}

/**
 * Environment over profile over defaults.
 * @throws FlowrunError `settings` that names everything missing at once, and the first value that cannot be right.
 * Pure.
 */
export function resolveSettings(profile: string, env: Env, saved: ProfileValues): Settings {
  const access = resolve(profile, env, saved, ["journalUrl"]);
  return { ...access, journalUrl: found("journalUrl", env, saved) };
}

/** The same without a journal. @throws FlowrunError `settings`, likewise. Pure. */
export function resolveAccess(profile: string, env: Env, saved: ProfileValues): Access {
  return resolve(profile, env, saved, []);
}

/**
 * A value as it is saved and used, without the blanks around it.
 * @param name what the message calls it: the key, or the variable it came from.
 * @throws FlowrunError `settings` for one that cannot be right; never shows a secret. Pure.
 */
export function checkValue(key: ProfileKey, text: string, name: string = key): string {
  const value = text.trim();
  switch (key) {
    case "journalUrl":
      return checkUrl(value, name);
    case "imsUrl":
    case "apiUrl":
      return checkUrl(value, name).replace(/\/+$/, "");
    case "scopes":
    case "clientSecret":
      return list(value)
        .map((part) => checkWord(part, name, key === "clientSecret"))
        .join(",");
    case "clientId":
    case "imsOrgId":
    case "consumerOrgId":
    case "projectId":
    case "workspaceId":
      return checkWord(value, name);
  }
}

function resolve(profile: string, env: Env, saved: ProfileValues, more: readonly VariableKey[]): Access {
  const accessToken = filled(env["FLOWRUN_ACCESS_TOKEN"]);
  const needed: readonly VariableKey[] = [...requiredKeys(accessToken !== null), ...more];
  const missing = needed.filter((key) => findSetting(key, env, saved) === null);
  if (missing.length > 0) throw incomplete(profile, missing);
  return {
    profile,
    clientId: found("clientId", env, saved),
    clientSecrets: accessToken === null ? list(found("clientSecret", env, saved)).map((text) => new Secret(text)) : [],
    imsOrgId: found("imsOrgId", env, saved),
    scopes: list(found("scopes", env, saved)),
    imsUrl: found("imsUrl", env, saved),
    apiUrl: found("apiUrl", env, saved),
    accessToken: accessToken === null ? null : new Secret(checkWord(accessToken, "FLOWRUN_ACCESS_TOKEN", true)),
  };
}

function requiredKeys(hasToken: boolean): readonly VariableKey[] {
  return hasToken ? ["clientId", "imsOrgId"] : ["clientId", "clientSecret", "imsOrgId"];
}

function found(key: VariableKey, env: Env, saved: ProfileValues): string {
  const setting = findSetting(key, env, saved);
  if (setting === null) return "";
  return checkValue(key, setting.value, setting.from === "profile" ? key : variables[key]);
}

function isVariable(key: ProfileKey): key is VariableKey {
  return key in variables;
}

function incomplete(profile: string, missing: readonly VariableKey[]): FlowrunError {
  const names = missing.map((key) => variables[key]).join(", ");
  return new FlowrunError("settings", `flowrun does not know how to reach your journal yet: ${names} not set`, {
    why: `neither the environment nor the profile '${profile}' has ${missing.length === 1 ? "it" : "them"}`,
    hint: `${setUp(profile, missing)}   (or try: flowrun since -P1D --profile demo)`,
  });
}

function setUp(profile: string, missing: readonly VariableKey[]): string {
  const more = profile === defaultProfile ? "" : ` --profile ${profile}`;
  const [only] = missing;
  if (missing.length === 1 && only === "journalUrl") return `flowrun registrations use <id>${more}`;
  return `flowrun login --from <file from Adobe Developer Console>${more}`;
}

/** Plain http is for loopback only: everything else carries a token or a secret over the wire. */
function checkUrl(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new FlowrunError("settings", `${name} is not a URL`, {
      why: `it reads ${JSON.stringify(text.slice(0, 200))}`,
      hint: "copy it whole, with https://",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new FlowrunError("settings", `${name} holds a user name or password`, {
      why: "flowrun authenticates with a token, never with the URL",
      hint: "remove everything between :// and @",
    });
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new FlowrunError("settings", `${name} uses plain http for ${url.hostname}`, {
      why: "secrets and tokens go over https; http is accepted for this machine only",
      hint: `use https://${url.host}${url.pathname}`,
    });
  }
  return text;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** These travel as headers and in paths: a stray line break or quote from a copy-paste would break the request far from here. */
function checkWord(text: string, name: string, isSecret = false): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new FlowrunError("settings", `${name} holds a character that cannot be part of it`, {
    why: isSecret
      ? "it has a space, line break or non-ASCII character"
      : `it reads ${JSON.stringify(text.slice(0, 200))}`,
    hint: "copy it again, without spaces, quotes or line breaks",
  });
}

function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function filled(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}
