import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import type { Connection } from "../../../adobe/access/connect.ts";
import { chosenProfile } from "../../../adobe/access/chosen-profile.ts";
import { filled, type ProfileValues } from "../../../adobe/settings/keys.ts";
import { findSetting } from "../../../adobe/settings/settings.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import type { Stretch } from "../../../engine/archive/coverage.ts";
import type { Archive } from "../../../engine/archive/open.ts";
import { archivePlace, hasArchive } from "../../../engine/archive/place.ts";
import { peekProfile } from "../../../state/profile-files.ts";

/** The archive of a profile, which is opened when it is first asked for, and closed at the end. */
export interface SessionArchive {
  /** `null` where the profile has none. @throws FlowrunError where it cannot be read. */
  readonly open: () => Promise<Archive | null>;
  readonly close: () => Promise<void>;
}

/** The archive of a connection's profile; no file of it is looked at before it is asked for. */
export function archiveOf(connection: Connection, host: Host): SessionArchive {
  const { saved, settings, journalName } = connection;
  return lazily(async () => openFor(settings.profile, await savedOf(saved, settings.profile, host), journalName, host));
}

/** The archive of a profile without its journal; whoever asks for this wants nothing else. @throws FlowrunError `settings` where there is none. */
export async function archiveAlone(
  flag: string | undefined,
  host: Host,
): Promise<SessionArchive & { readonly profile: string }> {
  const profile = await chosenProfile(flag, host);
  const saved = await savedOf({}, profile, host);
  const journal = findSetting("journalUrl", host.env, saved)?.value ?? null;
  const { open, close } = lazily(() => openFor(profile, saved, journal, host));
  const openOrRefuse = async (): Promise<Archive> => {
    const archive = await open();
    if (archive !== null) return archive;
    throw new FlowrunError("settings", `the profile '${profile}' has no archive`, {
      why: "none is set, and there is none in its usual place",
      hint: `make one: flowrun archive sync${profileFlag(profile)}`,
    });
  };
  return { profile, open: openOrRefuse, close };
}

/** Where the environment says all that a reading needs, the profile was not read. */
async function savedOf(saved: ProfileValues, profile: string, { dirs }: Host): Promise<ProfileValues> {
  if (filled(saved.archive) !== null) return saved;
  const { archive, journalUrl } = await peekProfile(dirs.config, profile);
  return {
    ...saved,
    ...(typeof archive === "string" ? { archive } : {}),
    ...(typeof journalUrl === "string" && saved.journalUrl === undefined ? { journalUrl } : {}),
  };
}

async function openFor(
  profile: string,
  saved: ProfileValues,
  journalName: string | null,
  { env, dirs }: Host,
): Promise<Archive | null> {
  const place = archivePlace({ profile, env, saved, stateFolder: dirs.state });
  if (!(await hasArchive(place))) return null;
  const { openToRead } = await import("../../../engine/archive/open.ts");
  return openToRead(place, journalName, { env, dirs });
}

function lazily(open: () => Promise<Archive | null>): SessionArchive {
  let opened: Promise<Archive | null> | null = null;
  return {
    open: () => (opened ??= open()),
    close: async () => {
      const archive = await opened?.catch(() => null);
      await archive?.database.close();
    },
  };
}

/** A part of the window that neither archive nor journal has, as a warning tells it. */
export function missingWords({ from, to }: Stretch): string {
  return `nobody has what was recorded from ${iso(from)} to ${iso(to)}: runs may be missing`;
}

/** @throws never: the failure that `--strict` makes of missing parts; `null` where nothing is missing. Pure. */
export function strictFailure(missing: readonly Stretch[]): FlowrunError | null {
  const [first] = missing;
  if (first === undefined) return null;
  const more = missing.length === 1 ? "" : ` and ${String(missing.length - 1)} more`;
  return new FlowrunError("gap", "a part of the window is missing", {
    why: `nobody has what was recorded from ${iso(first.from)} to ${iso(first.to)}${more}`,
    hint: "see what there is: flowrun archive status; leave --strict out to take it as it is",
  });
}

function iso(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : "the beginning";
}

/** What the archive cannot give is no reason to fail where the journal has all of it. */
export function goOnWithout(error: unknown, isJournals: boolean, notify: Notify): null {
  if (!isJournals || !(error instanceof FlowrunError) || error.kind === "bug") throw error;
  const text = `the archive cannot be read (${error.message}${error.why === null ? "" : `: ${error.why}`}); reading the journal alone`;
  notify({ kind: "warning", text });
  return null;
}
