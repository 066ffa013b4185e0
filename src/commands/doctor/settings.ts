import type { Host } from "../../host.ts";
import { FlowrunError } from "../../errors.ts";
import { findSetting, resolveAccess, resolveSettings, type Access, type Settings } from "../../settings.ts";
import { readVariable } from "../../settings/environment.ts";
import { filled, profileKeys, variables, type Env, type ProfileValues } from "../../settings/keys.ts";
import { namedProfile } from "../../settings/profile-name.ts";
import { profileMode, profilePath, readUsedProfile } from "../../state/profile-files.ts";
import { demoProfile } from "../chosen-profile.ts";
import { cleanSaved, openWay, type ConnectOptions, type Way } from "../way.ts";
import { failed, ok, skipped, type Finding } from "./finding.ts";
import { tryTo, type Outcome } from "./try-to.ts";

/** What is known once the settings have been looked at; `null` where it could not be found out. */
export interface Setup {
  readonly profile: string;
  readonly way: Way | null;
  /** What a token and the registrations take. */
  readonly access: Access | null;
  /** With the journal. */
  readonly settings: Settings | null;
  readonly findings: readonly Finding[];
}

/**
 * Finds the settings and where each came from, and where the secrets are. Changes nothing: a file that others can read
 * stays as it is, so that doctor can say so.
 */
export async function lookAtSettings(options: ConnectOptions, profile: string, host: Host): Promise<Setup> {
  const opened = await tryTo(() => openQuietly(options, profile, host));
  const secrets = await checkSecrets(profile, "value" in opened ? opened.value : null, host);
  if ("error" in opened) {
    const findings = [failed("settings", opened.error, { profile }), secrets];
    return { profile, way: null, access: null, settings: null, findings };
  }
  const way = opened.value;
  const access = await tryTo(() => resolveAccess(profile, way.env, way.saved));
  const settings = await tryTo(() => resolveSettings(profile, way.env, way.saved));
  const finding = await describeSettings(way, settings, options, host);
  return { profile, way, access: valueOf(access), settings: valueOf(settings), findings: [finding, secrets] };
}

/** As `openWay` does, but for making the profile's file private. */
async function openQuietly(options: ConnectOptions, profile: string, host: Host): Promise<Way> {
  if (profile === demoProfile) return openWay(options, "profile", host);
  const { readProfile } = await import("../../state/profiles.ts");
  const saved = cleanSaved(await readProfile(host.dirs.config, profile), profile, options.notify);
  return { profile, env: host.env, saved, send: host.send, origin: null, close: () => Promise.resolve() };
}

async function describeSettings(
  { profile, env, saved }: Way,
  settings: Outcome<Settings>,
  options: ConnectOptions,
  host: Host,
): Promise<Finding> {
  const chosenBy = await whoChose(options.profile, host);
  const found = listSettings(env, saved);
  const facts = { profile, chosenBy, settings: found };
  if ("error" in settings) return failed("settings", settings.error, facts);
  const told = sources.map((from) => tell(from, found)).filter((part) => part !== "");
  return ok("settings", `profile '${profile}' (${chosenBy}); ${told.join("; ")}`, facts);
}

const sources = ["environment", "profile", "default"] as const;

interface Listed {
  readonly key: string;
  readonly value: string;
  readonly from: (typeof sources)[number];
}

/** What came from one place, in a line; a list of scopes is too long for it. */
function tell(from: Listed["from"], found: readonly Listed[]): string {
  const told = found
    .filter((setting) => setting.from === from)
    .map(({ key, value }) => `${key} ${key === "scopes" ? `(${value.split(",").length})` : value}`);
  return told.length === 0 ? "" : `${from}: ${told.join(", ")}`;
}

async function whoChose(flag: string | undefined, host: Host): Promise<string> {
  if (flag !== undefined) return "flag";
  if (namedProfile(undefined, host.env) !== null) return "environment";
  return (await readUsedProfile(host.dirs.config)) === null ? "default" : "profile use";
}

function listSettings(env: Env, saved: ProfileValues): readonly Listed[] {
  const found = profileKeys.flatMap((key): readonly Listed[] => {
    const setting = findSetting(key, env, saved);
    if (setting === null) return [];
    return [{ key, value: key === "clientSecret" ? "[secret]" : setting.value, from: setting.from }];
  });
  const hasToken = readVariable(env, "FLOWRUN_ACCESS_TOKEN") !== null;
  return hasToken ? [...found, { key: "accessToken", value: "[secret]", from: "environment" }] : found;
}

/** Where the secrets are, and whether the profile's file keeps them to its owner. */
async function checkSecrets(profile: string, way: Way | null, host: Host): Promise<Finding> {
  if (profile === demoProfile) return ok("secrets", "the demo's are built in, and open nothing else");
  const path = profilePath(host.dirs.config, profile);
  const mode = await profileMode(host.dirs.config, profile);
  const isKept = way === null || filled(way.saved.clientSecret) !== null;
  const facts = { file: path, mode: mode === null ? null : octal(mode) };
  if (isKept && mode !== null && (mode & 0o077) !== 0) {
    const error = new FlowrunError("settings", `others can read ${path}`, {
      why: `its mode is ${octal(mode)}, and it ${way === null ? "may hold" : "holds"} the client secret`,
      hint: `chmod 600 ${path}   (and make a new secret in Adobe Developer Console if others use this machine)`,
    });
    return failed("secrets", error, facts);
  }
  const inEnvironment = ([variables.clientSecret, "FLOWRUN_ACCESS_TOKEN"] as const).filter(
    (name) => readVariable(host.env, name) !== null,
  );
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

function valueOf<T>(outcome: Outcome<T>): T | null {
  return "value" in outcome ? outcome.value : null;
}
