import { Secret } from "../auth/secret.ts";
import { FlowrunError } from "../../errors.ts";
import { hidePassword } from "../../mask.ts";
import { checkAccessToken, checkValue } from "./check-value.ts";
import { cleanValue, kinds } from "./clean-value.ts";
import { readVariable, readVariables, type OwnVariable } from "./environment.ts";
import {
  defaults,
  filled,
  isSecretKey,
  isUsualKey,
  list,
  usualVariables,
  variables,
  type Env,
  type ProfileKey,
  type ProfileValues,
  type VariableKey,
} from "./keys.ts";
import { defaultProfile } from "./profile-name.ts";

/** The settings by which this run reaches Adobe: enough for a token and for the registrations. */
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

/** The settings that it takes to read a journal. */
export interface Settings extends Access {
  readonly journalUrl: string;
}

/** Whether the environment alone says all that a reading uses, so that no profile has to be opened. Pure. */
export function isSettledBy(env: Env): boolean {
  const { clientId, imsOrgId, journalUrl, clientSecret, scopes, imsUrl } = variables;
  const isSet = (name: OwnVariable): boolean => readVariable(env, name) !== null;
  const hasAccess = isSet("FLOWRUN_ACCESS_TOKEN") || [clientSecret, scopes, imsUrl].every(isSet);
  return hasAccess && [clientId, imsOrgId, journalUrl].every(isSet);
}

/** A setting and who said so. */
export interface FoundSetting {
  readonly value: string;
  readonly from: "environment" | "profile" | "default";
}

/** A setting as it may be shown: never a secret, and of an address with a password all but that. Pure. */
export function showSetting(key: ProfileKey, value: string): string {
  if (isSecretKey(key)) return "[secret]";
  return key === "archive" ? hidePassword(value) : value;
}

/** One setting as it was meant: environment over profile over default; `null` where nobody has it. Pure. */
export function findSetting(key: ProfileKey, env: Env, saved: ProfileValues): FoundSetting | null {
  const name = variableOf(key);
  const told = name === null ? null : readVariable(env, name);
  if (told !== null) return { value: told, from: "environment" };
  const kept = cleanValue(kinds[key], saved[key] ?? "").text;
  if (kept !== "") return { value: kept, from: "profile" };
  const usual = filled(defaults[key]);
  return usual === null ? null : { value: usual, from: "default" };
}

/** The settings that nobody gives and somebody has to. Pure. */
export function missingSettings(env: Env, saved: ProfileValues, withJournal: boolean): readonly VariableKey[] {
  const hasToken = readVariable(env, "FLOWRUN_ACCESS_TOKEN") !== null;
  const ofAccess: readonly VariableKey[] = hasToken
    ? ["clientId", "imsOrgId"]
    : ["clientId", "clientSecret", "imsOrgId"];
  const needed = withJournal ? [...ofAccess, "journalUrl" as const] : ofAccess;
  return needed.filter((key) => findSetting(key, env, saved) === null);
}

/** The variables that say something else than the profile has saved. Pure. */
export function overridden(env: Env, saved: ProfileValues): readonly string[] {
  return Object.entries(readVariables(env)).flatMap(([key, told]) => {
    const kept = isVariable(key) ? filled(saved[key]) : null;
    return kept === null || !isVariable(key) || list(kept).join() === list(told).join() ? [] : [variables[key]];
  });
}

/**
 * Environment over profile over defaults.
 * @throws FlowrunError `settings` that names everything missing at once, and the first value that cannot be right.
 * Pure.
 */
export function resolveSettings(profile: string, env: Env, saved: ProfileValues): Settings {
  const access = resolve(profile, env, saved, true);
  return { ...access, journalUrl: found("journalUrl", env, saved) };
}

/** The same without a journal. @throws FlowrunError `settings`, likewise. Pure. */
export function resolveAccess(profile: string, env: Env, saved: ProfileValues): Access {
  return resolve(profile, env, saved, false);
}

function resolve(profile: string, env: Env, saved: ProfileValues, withJournal: boolean): Access {
  const accessToken = readVariable(env, "FLOWRUN_ACCESS_TOKEN");
  const missing = missingSettings(env, saved, withJournal);
  if (missing.length > 0) throw incomplete(profile, missing);
  return {
    profile,
    clientId: found("clientId", env, saved),
    clientSecrets: accessToken === null ? list(found("clientSecret", env, saved)).map((text) => new Secret(text)) : [],
    imsOrgId: found("imsOrgId", env, saved),
    scopes: list(found("scopes", env, saved)),
    imsUrl: found("imsUrl", env, saved),
    apiUrl: found("apiUrl", env, saved),
    accessToken: accessToken === null ? null : new Secret(checkAccessToken(accessToken, "FLOWRUN_ACCESS_TOKEN")),
  };
}

function found(key: VariableKey, env: Env, saved: ProfileValues): string {
  const setting = findSetting(key, env, saved);
  if (setting === null) return "";
  return checkValue(key, setting.value, setting.from === "profile" ? key : variables[key]);
}

/** The environment variable that gives a setting; `null` where only a profile can. Pure. */
export function variableOf(key: ProfileKey): OwnVariable | null {
  if (isUsualKey(key)) return usualVariables[key];
  return isVariable(key) ? variables[key] : null;
}

function isVariable(key: string): key is VariableKey {
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
