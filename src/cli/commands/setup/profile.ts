import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { CommonFlags, ListingFlags } from "../../options/flags.ts";
import { resolveOutput } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { checkProfileName, defaultProfile } from "../../../adobe/settings/profile-name.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import type { ProfileValues } from "../../../adobe/settings/keys.ts";
import { listCursors } from "../../../state/cursor-files.ts";
import {
  forgetUsedProfile,
  listProfiles,
  readUsedProfile,
  saveUsedProfile,
  usedProfilePath,
} from "../../../state/profile-files.ts";
import { readProfile, removeProfile } from "../../../state/profiles.ts";
import { forgetRecent } from "../../../state/recent-file.ts";
import { forgetTokens, hasTokens } from "../../../state/token-file.ts";
import { findRemedy } from "../../../state/trouble.ts";
import { chosenProfile, demoProfile, noProfile } from "../../../adobe/access/chosen-profile.ts";
import { refuseDemo } from "./saved-profile.ts";

/** The saved profiles and the demo, a row each; a damaged one is shown as such. */
export async function runProfileList(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(profileColumns, flags);
  const chosen = await chosenProfile(flags.profile, host);
  const names = await listProfiles(host.dirs.config);
  const saved = await Promise.all(names.map((name) => describe(name, chosen, host)));
  const rows = [...saved, { ...blank, name: demoProfile, used: chosen === demoProfile, builtIn: true }];
  await printRows({ options, rows, color: flags.color }, host, host.stdout);
}

/** A profile as it is listed. */
interface ListedProfile {
  readonly clientId: string | null;
  readonly imsOrgId: string | null;
  readonly journalUrl: string | null;
  readonly damaged: boolean;
  readonly builtIn: boolean;
  readonly name: string;
  readonly used: boolean;
}

/** All columns of profiles. */
export const profileColumns: ColumnSet<ListedProfile> = {
  all: [
    { name: "used", title: "USED", kind: "flag", value: ({ used }) => used },
    { name: "name", title: "NAME", kind: "id", value: ({ name }) => name },
    {
      name: "state",
      title: "STATE",
      kind: "id",
      value: ({ damaged, builtIn }) => (damaged ? "damaged" : builtIn ? "built in" : "saved"),
    },
    { name: "client", title: "CLIENT ID", kind: "id", value: ({ clientId }) => clientId },
    {
      name: "imsOrgId",
      title: "ORGANISATION",
      kind: "id",
      yields: { turn: 2, to: "neat" },
      value: ({ imsOrgId }) => imsOrgId,
    },
    {
      name: "journalUrl",
      title: "JOURNAL",
      kind: "id",
      yields: { turn: 1, to: "neat" },
      value: ({ journalUrl }) => journalUrl,
    },
    { name: "damaged", title: "DAMAGED", kind: "flag", value: ({ damaged }) => damaged },
    { name: "builtIn", title: "BUILT IN", kind: "flag", value: ({ builtIn }) => builtIn },
  ],
  usual: ["used", "name", "state", "client", "imsOrgId", "journalUrl"],
  wide: ["damaged", "builtIn"],
  id: "name",
  fields: ["name", "used", "clientId", "imsOrgId", "journalUrl", "damaged", "builtIn"],
};

/** Remembers the profile for every command that names none. @throws FlowrunError `notFound`. */
export async function runProfileUse(name: string, flags: CommonFlags, host: Host): Promise<void> {
  const profile = checkProfileName(name);
  const known = [...(await listProfiles(host.dirs.config)), demoProfile, defaultProfile];
  if (!known.includes(profile)) throw await noProfile(profile, "notFound", host);
  await saving(host, () => saveUsedProfile(host.dirs.config, profile));
  const { notify } = createReporter(host, {
    quiet: flags.quiet === true,
    verbose: 0,
    live: false,
    profile: flags.profile,
  });
  notify({ kind: "remark", text: `the profile '${profile}' is used where none is named` });
  if (readVariable(host.env, "FLOWRUN_PROFILE") !== null) {
    notify({ kind: "warning", text: "FLOWRUN_PROFILE is set, and goes before that" });
  }
}

/**
 * Forgets a profile, even a damaged one, and every token kept for it; its cursors stay.
 * @throws FlowrunError `notFound` where there is nothing of that name, `state` where something of it stays.
 */
export async function runProfileRemove(name: string, flags: CommonFlags, host: Host): Promise<void> {
  const profile = checkProfileName(name);
  refuseDemo(profile);
  const { notify } = createReporter(host, {
    quiet: flags.quiet === true,
    verbose: 0,
    live: false,
    profile: flags.profile,
  });
  const { config, state, cache } = host.dirs;
  if (!(await listProfiles(config)).includes(profile) && !(await hasTokens({ cacheFolder: cache, profile }))) {
    throw await noProfile(profile, "notFound", host);
  }
  // One that stays must not keep the profile as well.
  const [tokens] = await Promise.allSettled([forgetTokens({ cacheFolder: cache, profile })]);
  await forgetRecent(cache, profile).catch(() => undefined);
  const wasThere = await removeProfile(host, profile);
  if (tokens.status === "rejected") throw tokens.reason;
  const what = wasThere ? "is removed" : "was not saved; the tokens kept for it are removed";
  notify({ kind: "remark", text: `the profile '${profile}' ${what}` });
  if ((await readUsedProfile(config).catch(() => null)) === profile) {
    await saving(host, () => forgetUsedProfile(config));
    notify({ kind: "remark", text: `the profile '${defaultProfile}' is used now where none is named` });
  }
  if ((await listCursors(state, profile).catch(() => [])).length > 0) {
    notify({ kind: "remark", text: `its cursors stay: flowrun cursor list --profile ${profile}` });
  }
}

const blank = { clientId: null, imsOrgId: null, journalUrl: null, damaged: false, builtIn: false };

async function describe(name: string, chosen: string, host: Host): Promise<ListedProfile> {
  const saved = await readProfile(host.dirs.config, name).catch(forgiveDamage);
  const used = name === chosen;
  if (saved === null) return { ...blank, name, used, damaged: true };
  const { clientId = null, imsOrgId = null, journalUrl = null } = saved;
  return { ...blank, name, used, clientId, imsOrgId, journalUrl };
}

function forgiveDamage(error: unknown): ProfileValues | null {
  if (error instanceof FlowrunError) return null;
  throw error;
}

/** @throws FlowrunError `state` for whatever the file system says. */
async function saving({ dirs }: Pick<Host, "dirs">, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof FlowrunError) throw error;
    throw new FlowrunError("state", "the choice of profile could not be saved", {
      ...(await findRemedy(error, dirs.config, usedProfilePath(dirs.config))),
      cause: error,
    });
  }
}
