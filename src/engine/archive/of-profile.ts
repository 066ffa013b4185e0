import { chosenProfile, demoName, demoProfile, requireProfile } from "../../adobe/access/chosen-profile.ts";
import type { Connection } from "../../adobe/access/connect.ts";
import { filled, type ProfileValues } from "../../adobe/settings/keys.ts";
import { findSetting } from "../../adobe/settings/settings.ts";
import type { World } from "../../host.ts";
import { accountName, demoAccount } from "../../lytics/account-name.ts";
import { archiveFile, hasArchiveFile } from "../../state/archive-file.ts";
import { peekProfile } from "../../state/profile-files.ts";
import { archivePlace, type ArchivePlace } from "./place.ts";

/** Where a profile's archive is, or would be, and the journal that it is about. */
export interface ProfileArchive {
  readonly profile: string;
  readonly place: ArchivePlace;
  /** As a cursor names it; `null` where nothing says which. */
  readonly journalName: string | null;
  /** The name of its account of Lytics. */
  readonly accountName: string;
}

type ProfileWorld = Pick<World, "env" | "dirs">;

/** The archive of a profile, without asking Adobe anything. @throws FlowrunError `settings`. */
export async function archiveOfProfile(flag: string | undefined, host: ProfileWorld): Promise<ProfileArchive> {
  const profile = await chosenProfile(flag, host);
  if (profile === demoProfile) return found(profile, {}, demoName, host);
  await requireProfile(profile, "profile", host).catch(async (error: unknown) => {
    // An archive may be all that there is of it: its other settings are variables.
    const isSet = filled(host.env["FLOWRUN_ARCHIVE"]) !== null;
    if (!isSet && !(await hasArchiveFile(archiveFile(host.dirs.state, profile)))) throw error;
  });
  const saved = await peeked({}, profile, host);
  return found(profile, saved, findSetting("journalUrl", host.env, saved)?.value ?? null, host);
}

/** The archive of a connection's profile. @throws FlowrunError `settings`. */
export async function archiveOfConnection(
  { settings, saved, journalName }: Pick<Connection, "settings" | "saved" | "journalName">,
  host: ProfileWorld,
): Promise<ProfileArchive> {
  const { profile } = settings;
  // Where the environment says all that a reading needs, the profile was not read.
  return found(profile, profile === demoProfile ? {} : await peeked(saved, profile, host), journalName, host);
}

/** Where the archive of a profile is that was found already, whatever is to be kept of it. @throws FlowrunError `settings`. */
export async function archivePlaceOf(profile: string, host: ProfileWorld): Promise<ArchivePlace> {
  return found(profile, profile === demoProfile ? {} : await peeked({}, profile, host), null, host).place;
}

function found(
  profile: string,
  saved: ProfileValues,
  journalName: string | null,
  { env, dirs }: ProfileWorld,
): ProfileArchive {
  return {
    profile,
    place: archivePlace({ profile, env, saved, stateFolder: dirs.state }),
    journalName,
    accountName:
      profile === demoProfile ? demoAccount : accountName(findSetting("lyticsUrl", env, saved)?.value ?? "", profile),
  };
}

async function peeked(saved: ProfileValues, profile: string, { dirs }: ProfileWorld): Promise<ProfileValues> {
  if (filled(saved.archive) !== null) return saved;
  const { archive, journalUrl, lyticsUrl } = await peekProfile(dirs.config, profile);
  return {
    ...saved,
    ...(typeof archive === "string" ? { archive } : {}),
    ...(typeof lyticsUrl === "string" ? { lyticsUrl } : {}),
    ...(typeof journalUrl === "string" && saved.journalUrl === undefined ? { journalUrl } : {}),
  };
}
