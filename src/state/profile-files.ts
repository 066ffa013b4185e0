import { chmod, readdir, stat } from "node:fs/promises";
import { platform } from "node:os";
import { join } from "node:path";
import { FlowrunError } from "../errors.ts";
import { objectOf, type JsonObject } from "../json.ts";
import { isProfileName } from "../adobe/settings/profile-name.ts";
import { privateFile, type PrivateFile } from "./private-file.ts";

/** The file that a profile is saved in, under the config folder. Pure. */
export function profilePath(configFolder: string, profile: string): string {
  return profileFile(configFolder, profile).path;
}

/** Pure. */
export function profileFile(configFolder: string, profile: string): PrivateFile {
  return privateFile(configFolder, ["profiles"], `${profile}.json`);
}

/** The names of the saved profiles, sorted; none where the folder cannot be read. */
export async function listProfiles(configFolder: string): Promise<readonly string[]> {
  const files = await readdir(join(configFolder, "profiles")).catch(() => []);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .filter(isProfileName)
    .sort();
}

/** The permission bits of a profile's file, such as 0o600; `null` where there is no file, or no such bits (Windows). */
export async function profileMode(configFolder: string, profile: string): Promise<number | null> {
  if (platform() === "win32") return null;
  const found = await stat(profilePath(configFolder, profile)).catch(() => null);
  return found === null ? null : found.mode & 0o777;
}

/**
 * The values in a profile's file as they stand there, unchecked: for what goes on without them. None where there is no
 * file, or one that cannot be read or is damaged, of which whoever needs the profile says so.
 */
export async function peekProfile(configFolder: string, profile: string): Promise<JsonObject> {
  try {
    return objectOf(JSON.parse((await profileFile(configFolder, profile).read()) ?? "{}"));
  } catch {
    return {};
  }
}

/** Whether a profile was ever saved; one that cannot be looked at counts as saved, so that reading it says why. */
export async function hasProfile(configFolder: string, profile: string): Promise<boolean> {
  const missing: unknown = await stat(profilePath(configFolder, profile)).then(
    () => null,
    (error: unknown) => error,
  );
  return !(missing instanceof Error && "code" in missing && missing.code === "ENOENT");
}

/**
 * Takes a profile's file away from everybody but its owner.
 * @returns the mode it had, or `null` where nobody else could read it.
 */
export async function tightenProfile(configFolder: string, profile: string): Promise<number | null> {
  const mode = await profileMode(configFolder, profile);
  if (mode === null || (mode & 0o077) === 0) return null;
  await chmod(profilePath(configFolder, profile), 0o600);
  return mode;
}

/**
 * The profile that `profile use` chose; `null` where none was.
 * @throws FlowrunError `settings` that names the file, when it does not hold a profile's name, or the folder, when others
 * may write there.
 */
export async function readUsedProfile(configFolder: string): Promise<string | null> {
  const file = usedFile(configFolder);
  const text = await file.read().catch((error: unknown) => {
    if (error instanceof FlowrunError) throw error;
    // A home that cannot be read has chosen nothing that could be used.
    return null;
  });
  if (text === null) return null;
  const name = text.trim();
  if (isProfileName(name)) return name;
  throw new FlowrunError("settings", `the file ${file.path} does not hold a profile's name`, {
    why: "it is empty or damaged",
    hint: "choose again: flowrun profile use default",
  });
}

/** Remembers the profile for commands that name none. @throws the file system's own error. */
export async function saveUsedProfile(configFolder: string, profile: string): Promise<void> {
  await usedFile(configFolder).write(`${profile}\n`);
}

/** Lets the default be used again. */
export async function forgetUsedProfile(configFolder: string): Promise<void> {
  await usedFile(configFolder).remove();
}

/** Pure. */
export function usedProfilePath(configFolder: string): string {
  return usedFile(configFolder).path;
}

function usedFile(configFolder: string): PrivateFile {
  return privateFile(configFolder, [], "used-profile");
}
