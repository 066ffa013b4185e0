import { Secret } from "./auth/secret.ts";
import { FlowrunError } from "./errors.ts";

/** What this run uses to reach Adobe. */
export interface Settings {
  readonly profile: string;
  readonly clientId: string;
  /** Empty where a ready access token was given. */
  readonly clientSecrets: readonly Secret[];
  readonly imsOrgId: string;
  readonly scopes: readonly string[];
  readonly journalUrl: string;
  readonly imsUrl: string;
  readonly apiUrl: string;
  readonly accessToken: Secret | null;
}

/** The values a profile can save, by their names in `flowrun config`. */
export const profileKeys = [
  "clientId",
  "clientSecret",
  "imsOrgId",
  "scopes",
  "journalUrl",
  "imsUrl",
  "apiUrl",
] as const;
export type ProfileKey = (typeof profileKeys)[number];
export type ProfileValues = Readonly<Partial<Record<ProfileKey, string>>>;

type Env = Readonly<Record<string, string | undefined>>;

const variables = {
  clientId: "FLOWRUN_CLIENT_ID",
  clientSecret: "FLOWRUN_CLIENT_SECRET",
  imsOrgId: "FLOWRUN_IMS_ORG_ID",
  scopes: "FLOWRUN_SCOPES",
  journalUrl: "FLOWRUN_JOURNAL_URL",
  imsUrl: "FLOWRUN_IMS_URL",
  apiUrl: "FLOWRUN_API_URL",
} as const satisfies Record<ProfileKey, string>;

/** The scopes of the I/O Management API (contract: journal, §2.5); a credential's own list is better. */
const defaultScopes =
  "AdobeID,openid,read_organizations,additional_info.projectedProductContext,additional_info.roles,adobeio_api,read_client_secret,manage_client_secrets";

const defaults: ProfileValues = {
  scopes: defaultScopes,
  imsUrl: "https://ims-na1.adobelogin.com",
  apiUrl: "https://api.adobe.io",
};

/** Which profile: flag, then FLOWRUN_PROFILE, then `default`. Pure. */
export function profileName(flag: string | undefined, env: Env): string {
  return flag ?? filled(env["FLOWRUN_PROFILE"]) ?? "default";
}

/** Whether the environment alone says all that a reading needs, so that no profile has to be opened. Pure. */
export function isSettledBy(env: Env): boolean {
  const asked: readonly string[] = Object.values(variables);
  const needed =
    filled(env["FLOWRUN_ACCESS_TOKEN"]) === null ? asked : asked.filter((name) => !/SECRET|SCOPES|IMS_URL/.test(name));
  const defaulted: readonly string[] = [variables.scopes, variables.imsUrl, variables.apiUrl];
  return needed.every((name) => filled(env[name]) !== null || defaulted.includes(name));
}

/**
 * Environment over profile over defaults.
 * @throws FlowrunError `settings` that names everything missing at once, and the first value that cannot be right.
 * Pure.
 */
export function resolveSettings(profile: string, env: Env, saved: ProfileValues): Settings {
  const find = (key: ProfileKey): string | null =>
    filled(env[variables[key]]) ?? filled(saved[key]) ?? filled(defaults[key]);
  const accessToken = filled(env["FLOWRUN_ACCESS_TOKEN"]);
  const missing = requiredKeys(accessToken !== null).filter((key) => find(key) === null);
  if (missing.length > 0) throw incomplete(profile, missing);
  const url = (key: "journalUrl" | "imsUrl" | "apiUrl"): string => checkUrl(find(key) ?? "", variables[key]);
  return {
    profile,
    clientId: checkHeader(find("clientId") ?? "", variables.clientId),
    clientSecrets: list(find("clientSecret") ?? "").map((text) => new Secret(text)),
    imsOrgId: checkHeader(find("imsOrgId") ?? "", variables.imsOrgId),
    scopes: list(find("scopes") ?? ""),
    journalUrl: url("journalUrl"),
    imsUrl: url("imsUrl").replace(/\/+$/, ""),
    apiUrl: url("apiUrl").replace(/\/+$/, ""),
    accessToken: accessToken === null ? null : new Secret(checkHeader(accessToken, "FLOWRUN_ACCESS_TOKEN", true)),
  };
}

function requiredKeys(hasToken: boolean): readonly ProfileKey[] {
  return hasToken ? ["clientId", "imsOrgId", "journalUrl"] : ["clientId", "clientSecret", "imsOrgId", "journalUrl"];
}

function incomplete(profile: string, missing: readonly ProfileKey[]): FlowrunError {
  const names = missing.map((key) => variables[key]).join(", ");
  return new FlowrunError("settings", `flowrun does not know how to reach your journal yet: ${names} not set`, {
    why: `neither the environment nor the profile '${profile}' has ${missing.length === 1 ? "it" : "them"}`,
    hint: `export ${missing.map((key) => `${variables[key]}=…`).join(" ")}   (or try: flowrun since -P1D --profile demo)`,
  });
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

/** These travel as HTTP headers: a stray line break or quote from a copy-paste would break the request far from here. */
function checkHeader(text: string, name: string, isSecret = false): string {
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
