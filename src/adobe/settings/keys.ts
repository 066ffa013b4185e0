/** The settings that the environment can give, by their names in `flowrun config`. */
export const variables = {
  clientId: "FLOWRUN_CLIENT_ID",
  clientSecret: "FLOWRUN_CLIENT_SECRET",
  imsOrgId: "FLOWRUN_IMS_ORG_ID",
  scopes: "FLOWRUN_SCOPES",
  journalUrl: "FLOWRUN_JOURNAL_URL",
  imsUrl: "FLOWRUN_IMS_URL",
  apiUrl: "FLOWRUN_API_URL",
  archive: "FLOWRUN_ARCHIVE",
  lyticsToken: "FLOWRUN_LYTICS_TOKEN",
  lyticsUrl: "FLOWRUN_LYTICS_URL",
} as const;

/** A setting that an environment variable can give. */
export type VariableKey = keyof typeof variables;

/**
 * The options that may be given once for all, by their names in `flowrun config`: looks and patience. Filters are none of
 * them, since one that is forgotten hides runs.
 */
export const usualVariables = {
  output: "FLOWRUN_OUTPUT",
  time: "FLOWRUN_TIME",
  color: "FLOWRUN_COLOR",
  jobs: "FLOWRUN_JOBS",
  retries: "FLOWRUN_RETRIES",
  "max-wait": "FLOWRUN_MAX_WAIT",
} as const;

/** An option that may be given once for all. */
export type UsualKey = keyof typeof usualVariables;

/** Whether a word is such an option's name. Pure. */
export function isUsualKey(word: string): word is UsualKey {
  return Object.hasOwn(usualVariables, word);
}

/** The keys of those options, in the order in which they are told. */
export const usualKeys: readonly UsualKey[] = Object.keys(usualVariables).filter(isUsualKey);

/** The values a profile can save: settings, where in Adobe Developer Console its registrations are, and usual options. */
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
  "archive",
  "lyticsToken",
  "lyticsUrl",
  "output",
  "time",
  "color",
  "jobs",
  "retries",
  "max-wait",
] as const satisfies readonly (VariableKey | UsualKey | "consumerOrgId" | "projectId" | "workspaceId")[];
/** A setting that a profile can save, by its name in `flowrun config` (docs/settings.md). */
export type ProfileKey = (typeof profileKeys)[number];
/** The values that a profile has, as text; a setting that nobody has given is absent. */
export type ProfileValues = Readonly<Partial<Record<ProfileKey, string>>>;

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The scopes of Adobe's I/O Management API; a credential's own list is better. */
const defaultScopes =
  "AdobeID,openid,read_organizations,additional_info.projectedProductContext,additional_info.roles,adobeio_api,read_client_secret,manage_client_secrets";

/** The values that hold where nobody gives others. */
export const defaults: ProfileValues = {
  scopes: defaultScopes,
  imsUrl: "https://ims-na1.adobelogin.com",
  apiUrl: "https://api.adobe.io",
  lyticsUrl: "https://api.lytics.io",
};

/** Whether a setting is a secret: never shown, and never taken from the command line. Pure. */
export function isSecretKey(key: ProfileKey): boolean {
  return secretKeys.some((secret) => secret === key);
}

/** The settings that are secrets. */
export const secretKeys = ["clientSecret", "lyticsToken"] as const satisfies readonly ProfileKey[];

/** A text with something in it besides blanks, or `null`. Pure. */
export function filled(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}

/** The parts of a list separated by commas. Pure. */
export function list(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
