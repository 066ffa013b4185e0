import type { Host } from "../../host.ts";
import type { Notify } from "../../notices.ts";
import { cleanValues } from "../settings/clean-value.ts";
import type { ProfileValues } from "../settings/keys.ts";
import { hasProfile, profilePath, tightenProfile } from "../../state/profile-files.ts";

/**
 * The values that the profile has saved, as they were meant, its file made private where it was not; `notify` hears of both. None
 * where there is no such profile.
 * @throws FlowrunError `settings` when damaged.
 */
export async function readSaved(profile: string, notify: Notify, host: Pick<Host, "dirs">): Promise<ProfileValues> {
  const folder = host.dirs.config;
  // Where there is no profile, conf, which is slow to load, has nothing to find.
  if (!(await hasProfile(folder, profile))) return {};
  const mode = await tightenProfile(folder, profile).catch(() => null);
  if (mode !== null) {
    const text = `others could read ${profilePath(folder, profile)} (mode 0${mode.toString(8)}); it is private now (0600)`;
    notify({ kind: "warning", text });
  }
  const { readProfile } = await import("../../state/profiles.ts");
  return cleanSaved(await readProfile(folder, profile), profile, notify);
}

/** The values as they were meant: a file may have been written by hand. `notify` hears of what was left out or mended. */
export function cleanSaved(saved: ProfileValues, profile: string, notify: Notify): ProfileValues {
  return cleanValues(saved, (key) => `${key} of the profile '${profile}'`, notify);
}
