import { join } from "node:path";
import Conf from "conf";
import { FlowrunError } from "../errors.ts";
import { profileKeys, type ProfileValues } from "../settings.ts";
import { readPrivateFile } from "./private-file.ts";

/** The file that a profile is saved in, under the config folder. Pure. */
export function profilePath(configFolder: string, profile: string): string {
  return join(configFolder, "profiles", `${profile}.json`);
}

/**
 * What a profile has saved; nothing for one that was never saved.
 * @throws FlowrunError `settings` that names the file, when it is damaged or cannot be read; the file is left alone.
 */
export async function readProfile(configFolder: string, profile: string): Promise<ProfileValues> {
  const path = profilePath(configFolder, profile);
  try {
    if ((await readPrivateFile(path)) === null) return {};
    return open(configFolder, profile).store;
  } catch (error) {
    throw new FlowrunError("settings", `the profile file ${path} cannot be used`, {
      why: error instanceof Error ? error.message : String(error),
      hint: "mend the file, or move it away and set the profile up again",
      cause: error,
    });
  }
}

function open(configFolder: string, profile: string): Conf<Record<string, string>> {
  return new Conf<Record<string, string>>({
    cwd: join(configFolder, "profiles"),
    configName: profile,
    projectSuffix: "",
    configFileMode: 0o600,
    // A URL as a value is fine either way, but a dot in a key must never nest.
    accessPropertiesByDotNotation: false,
    schema: Object.fromEntries(profileKeys.map((key) => [key, { type: "string" }] as const)),
    rootSchema: { additionalProperties: false },
  });
}
