import { cleanValue, describeCleaning, kinds, type ValueKind } from "./clean-value.ts";
import { variables, type Env, type ProfileValues } from "./keys.ts";

/** Every variable of flowrun's own, and what its value is. */
const ownVariables = {
  FLOWRUN_CLIENT_ID: kinds.clientId,
  FLOWRUN_CLIENT_SECRET: kinds.clientSecret,
  FLOWRUN_IMS_ORG_ID: kinds.imsOrgId,
  FLOWRUN_SCOPES: kinds.scopes,
  FLOWRUN_JOURNAL_URL: kinds.journalUrl,
  FLOWRUN_IMS_URL: kinds.imsUrl,
  FLOWRUN_API_URL: kinds.apiUrl,
  FLOWRUN_ARCHIVE: kinds.archive,
  FLOWRUN_LYTICS_TOKEN: kinds.lyticsToken,
  FLOWRUN_LYTICS_URL: kinds.lyticsUrl,
  FLOWRUN_PLATFORM_URL: "word",
  FLOWRUN_KEYS_URL: "word",
  FLOWRUN_ACCESS_TOKEN: "word",
  FLOWRUN_PROFILE: "word",
  FLOWRUN_HOME: "folder",
  FLOWRUN_OUTPUT: kinds.output,
  FLOWRUN_TIME: kinds.time,
  FLOWRUN_COLOR: kinds.color,
  FLOWRUN_JOBS: kinds.jobs,
  FLOWRUN_RETRIES: kinds.retries,
  FLOWRUN_MAX_WAIT: kinds["max-wait"],
} as const satisfies Record<`FLOWRUN_${string}`, ValueKind>;

/** The name of an environment variable that flowrun reads (docs/settings.md). */
export type OwnVariable = keyof typeof ownVariables;

/** One variable as it was meant, not checked yet; `null` where it is not set, or there is nothing in it. Pure. */
export function readVariable(env: Env, name: OwnVariable): string | null {
  const { text } = cleanValue(ownVariables[name], env[name] ?? "");
  return text === "" ? null : text;
}

/** The settings that the environment gives; they go before those of a profile. Pure. */
export function readVariables(env: Env): ProfileValues {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([key, name]) => {
      const value = readVariable(env, name);
      return value === null ? [] : [[key, value] as const];
    }),
  );
}

/** A sentence for each variable that is read otherwise than it is written. Pure. */
export function describeEnvironment(env: Env): readonly string[] {
  return Object.entries(ownVariables).flatMap(([name, kind]) => {
    const { text, how } = cleanValue(kind, env[name] ?? "");
    return text === "" || how.length === 0 ? [] : [describeCleaning(name, how)];
  });
}
