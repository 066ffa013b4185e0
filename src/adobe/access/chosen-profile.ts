import { FlowrunError } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { nearest } from "../../text/nearest.ts";
import { missingSettings } from "../settings/settings.ts";
import type { ProfileValues } from "../settings/keys.ts";
import { defaultProfile, namedProfile } from "../settings/profile-name.ts";
import { hasProfile, listProfiles, readUsedProfile } from "../../state/profile-files.ts";

/** The profile that is built in and needs no account. */
export const demoProfile = "demo";

/** Its journal in a cursor. */
export const demoName = "demo:";

type ProfileHost = Pick<Host, "env" | "dirs">;

/**
 * Which profile this command is about: flag, FLOWRUN_PROFILE, the one that `profile use` chose, `default`.
 * @throws FlowrunError `usage` for an impossible name, `settings` where the choice cannot be read.
 */
export async function chosenProfile(flag: string | undefined, host: ProfileHost): Promise<string> {
  return namedProfile(flag, host.env) ?? (await readUsedProfile(host.dirs.config)) ?? defaultProfile;
}

/**
 * Lets through a profile that has been saved, the one that is used where none is named, and any name where the
 * environment says all that is needed: such a profile has cursors only.
 * @throws FlowrunError `settings` that lists the known ones.
 */
export async function requireProfile(profile: string, needs: "reading" | "profile", host: ProfileHost): Promise<void> {
  const nothing: ProfileValues = {};
  if (profile === defaultProfile || (await hasProfile(host.dirs.config, profile))) return;
  if (missingSettings(host.env, nothing, needs === "reading").length === 0) return;
  throw await noProfile(profile, "settings", host);
}

/** The failure where there is no such profile: it names those there are, and the one that was probably meant. */
export async function noProfile(
  profile: string,
  kind: "settings" | "notFound",
  { dirs }: Pick<Host, "dirs">,
): Promise<FlowrunError> {
  const saved = await listProfiles(dirs.config);
  const meant = nearest(profile, [...saved, demoProfile]);
  const login = `flowrun login --profile ${profile}`;
  return new FlowrunError(kind, `there is no profile '${profile}'`, {
    why: `there ${saved.length === 0 ? "is" : "are"}: ${[...saved, demoProfile].join(", ")} (built in)`,
    hint: meant === null ? `make it: ${login}` : `did you mean --profile ${meant}? To make a new one: ${login}`,
  });
}
