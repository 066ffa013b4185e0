import type { Host } from "../host.ts";
import { defaultProfile, namedProfile } from "../settings/profile-name.ts";
import { readUsedProfile } from "../state/profile-files.ts";

/** The profile that is built in and needs no account. */
export const demoProfile = "demo";

/**
 * Which profile this command is about: flag, FLOWRUN_PROFILE, the one that `profile use` chose, `default`.
 * @throws FlowrunError `usage` for an impossible name, `settings` where the choice cannot be read.
 */
export async function chosenProfile(flag: string | undefined, host: Pick<Host, "env" | "dirs">): Promise<string> {
  return namedProfile(flag, host.env) ?? (await readUsedProfile(host.dirs.config)) ?? defaultProfile;
}
