import type { Host } from "../../../host.ts";
import { FlowrunError } from "../../../errors.ts";
import {
  findSetting,
  showSetting,
  resolveAccess,
  resolveSettings,
  type Access,
  type Settings,
} from "../../../adobe/settings/settings.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import { hasPassword } from "../../../mask.ts";
import { filled, profileKeys, variables, type Env, type ProfileValues } from "../../../adobe/settings/keys.ts";
import { defaultProfile, namedProfile } from "../../../adobe/settings/profile-name.ts";
import { profileMode, profilePath, readUsedProfile } from "../../../state/profile-files.ts";
import { demoProfile, requireProfile } from "../../../adobe/access/chosen-profile.ts";
import { cleanSaved } from "../../../adobe/access/saved-values.ts";
import { adobeWay, openWay, type ConnectOptions, type Way } from "../../../adobe/access/way.ts";
import { failed, ok, skipped, type Finding } from "./finding.ts";
import { survive, tryTo, type Tried } from "./try-to.ts";

/** The settings as doctor found them; `null` where they could not be found out. */
export interface Setup {
  readonly profile: string;
  readonly way: Way;
  /** Enough for a token and for the registrations. */
  readonly access: Access | null;
  /** With the journal. */
  readonly settings: Settings | null;
  readonly findings: readonly Finding[];
}

/** The profile that is looked at, and how it came to be chosen. */
export interface ChosenProfile {
  readonly profile: string;
  /** Who chose it: `flag`, `environment`, `profile use`, `default`. */
  readonly chosenBy: string;
  /** Why it is not the one that was chosen with `profile use`; else `null`. */
  readonly damage: Finding | null;
}

/**
 * Which profile is looked at; the default one where the file that says which is damaged.
 * @throws FlowrunError `usage` for a name that cannot be one.
 */
export async function chooseProfile(flag: string | undefined, host: Host): Promise<ChosenProfile> {
  const named = namedProfile(flag, host.env);
  if (named !== null) return { profile: named, chosenBy: flag === undefined ? "environment" : "flag", damage: null };
  const used = await tryTo(() => readUsedProfile(host.dirs.config));
  if ("error" in used) return { profile: defaultProfile, chosenBy: "default", damage: failed("settings", used.error) };
  if (used.value === null) return { profile: defaultProfile, chosenBy: "default", damage: null };
  return { profile: used.value, chosenBy: "profile use", damage: null };
}

/**
 * Finds the settings and where each came from, and where the secrets are. Changes nothing: a file that others can read
 * stays as it is, so that doctor can say so.
 */
export async function lookAtSettings(options: ConnectOptions & ChosenProfile, host: Host): Promise<Setup> {
  const { profile, chosenBy, damage } = options;
  const opened = await tryTo(() => openQuietly(options, profile, host));
  const secrets = await survive("secrets", () => checkSecrets(profile, valueOf(opened), host));
  // What the environment says is good whatever has become of the profile.
  const way = "value" in opened ? opened.value : adobeWay(profile, {}, host);
  const access = await tryTo(() => resolveAccess(profile, way.env, way.saved));
  const settings = await tryTo(() => resolveSettings(profile, way.env, way.saved));
  const finding =
    "error" in opened ? failed("settings", opened.error, { profile }) : describeSettings(way, settings, chosenBy);
  const findings = [...(damage === null ? [] : [damage]), finding, ...secrets];
  return { profile, way, access: valueOf(access), settings: valueOf(settings), findings };
}

/** As `openWay` does, but for making the profile's file private. */
async function openQuietly(options: ConnectOptions, profile: string, host: Host): Promise<Way> {
  if (profile === demoProfile) return openWay(options, "profile", host);
  await requireProfile(profile, "profile", host);
  const { readProfile } = await import("../../../state/profiles.ts");
  const saved = cleanSaved(await readProfile(host.dirs.config, profile), profile, options.notify);
  return adobeWay(profile, saved, host);
}

function describeSettings({ profile, env, saved }: Way, settings: Tried<Settings>, chosenBy: string): Finding {
  const found = listSettings(env, saved);
  const facts = { profile, chosenBy, settings: found };
  if ("error" in settings) return failed("settings", settings.error, facts);
  const told = sources.map((from) => settingsFrom(from, found)).filter((part) => part !== "");
  return ok("settings", `profile '${profile}' (${chosenBy}); ${told.join("; ")}`, facts);
}

const sources = ["environment", "profile", "default"] as const;

interface Listed {
  readonly key: string;
  readonly value: string;
  readonly from: (typeof sources)[number];
}

/** The settings that came from one place, in a line; a list of scopes is too long for it. */
function settingsFrom(from: Listed["from"], found: readonly Listed[]): string {
  const told = found
    .filter((setting) => setting.from === from)
    .map(({ key, value }) => `${key} ${key === "scopes" ? `(${value.split(",").length})` : value}`);
  return told.length === 0 ? "" : `${from}: ${told.join(", ")}`;
}

function listSettings(env: Env, saved: ProfileValues): readonly Listed[] {
  const found = profileKeys.flatMap((key): readonly Listed[] => {
    const setting = findSetting(key, env, saved);
    if (setting === null) return [];
    return [{ key, value: showSetting(key, setting.value), from: setting.from }];
  });
  const hasToken = readVariable(env, "FLOWRUN_ACCESS_TOKEN") !== null;
  return hasToken ? [...found, { key: "accessToken", value: "[secret]", from: "environment" }] : found;
}

/** Where the secrets are, and whether the profile's file keeps them to its owner. */
async function checkSecrets(profile: string, way: Way | null, host: Host): Promise<Finding> {
  if (profile === demoProfile) return ok("secrets", "the demo's are built in, and open nothing else");
  const path = profilePath(host.dirs.config, profile);
  const mode = await profileMode(host.dirs.config, profile);
  const secret =
    way === null || filled(way.saved.clientSecret) !== null ? "the client secret" : "the archive's password";
  const isKept = secret === "the client secret" || hasPassword(way?.saved.archive ?? "");
  const facts = { file: path, mode: mode === null ? null : octal(mode) };
  if (isKept && mode !== null && (mode & 0o077) !== 0) {
    const error = new FlowrunError("settings", `others can read ${path}`, {
      why: `its mode is ${octal(mode)}, and it ${way === null ? "may hold" : "holds"} ${secret}`,
      hint: `chmod 600 ${path}   (and make a new secret in Adobe Developer Console if others use this machine)`,
    });
    return failed("secrets", error, facts);
  }
  const inEnvironment = [
    ...([variables.clientSecret, "FLOWRUN_ACCESS_TOKEN"] as const).filter(
      (name) => readVariable(host.env, name) !== null,
    ),
    ...(hasPassword(readVariable(host.env, variables.archive) ?? "") ? [variables.archive] : []),
  ];
  const places = [
    ...inEnvironment.map((name) => `the environment (${name})`),
    ...(isKept ? [`${path}${mode === null ? "" : ` (mode ${octal(mode)})`}`] : []),
  ];
  return places.length === 0
    ? skipped("secrets", "there are none")
    : ok("secrets", `in ${places.join(" and ")}`, facts);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function valueOf<T>(outcome: Tried<T>): T | null {
  return "value" in outcome ? outcome.value : null;
}
