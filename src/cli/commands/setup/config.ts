import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { CommonFlags, ConfigSetFlags, SetupFlags } from "../../options/flags.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { checkValue } from "../../../adobe/settings/check-value.ts";
import { defaultProfile } from "../../../adobe/settings/profile-name.ts";
import { profileKeys, type ProfileKey, type ProfileValues } from "../../../adobe/settings/keys.ts";
import { hasProfile, profilePath } from "../../../state/profile-files.ts";
import { updateProfile } from "../../../state/profiles.ts";
import { chosenProfile, noProfile } from "../../../adobe/access/chosen-profile.ts";
import { refuseDemo, withoutKey } from "./saved-profile.ts";
import { readSaved } from "../../../adobe/access/saved-values.ts";

/** The file that the profile is saved in, whether it is there yet or not. */
export async function runConfigPath(flags: CommonFlags, host: Host): Promise<void> {
  const profile = await chosenOwn(flags, host);
  await host.stdout.write(`${profilePath(host.dirs.config, profile)}\n`);
}

/** What the profile has saved, a line each. */
export async function runConfigList(flags: SetupFlags, host: Host): Promise<void> {
  const profile = await chosenSaved(flags, host);
  const saved = await readSaved(profile, notifier(flags, host), host);
  const shown = profileKeys.flatMap((key) => {
    const value = show(key, saved);
    return value === null ? [] : [[key, value] as const];
  });
  if (flags.json === true) {
    await host.stdout.write(`${JSON.stringify(Object.fromEntries(shown))}\n`);
    return;
  }
  await host.stdout.write(shown.map(([key, value]) => `${key.padEnd(15)}${safeText(value)}\n`).join(""));
  if (shown.length === 0) await host.stderr.write(`nothing is saved in profile '${profile}' yet: flowrun login\n`);
}

/** One saved value, as it is. @throws FlowrunError `notFound` where it is not set. */
export async function runConfigGet(key: ProfileKey, flags: CommonFlags, host: Host): Promise<void> {
  const profile = await chosenSaved(flags, host);
  const value = show(key, await readSaved(profile, notifier(flags, host), host));
  if (value === null) throw notSet(key, profile);
  await host.stdout.write(`${safeText(value)}\n`);
}

/** Saves one value, checked as every command would; a secret comes from stdin alone. */
export async function runConfigSet(
  key: ProfileKey,
  given: string | undefined,
  flags: ConfigSetFlags,
  host: Host,
): Promise<void> {
  const profile = await chosenOwn(flags, host);
  const notify = notifier(flags, host);
  const value = checkValue(key, await valueFor(key, given, flags, host), key, notify);
  await readSaved(profile, notify, host);
  await updateProfile(host, profile, (saved) => ({ ...saved, [key]: value }));
}

/** Forgets one value. @throws FlowrunError `notFound` where it is not set. */
export async function runConfigUnset(key: ProfileKey, flags: CommonFlags, host: Host): Promise<void> {
  const profile = await chosenSaved(flags, host);
  const saved = await readSaved(profile, notifier(flags, host), host);
  if (saved[key] === undefined) throw notSet(key, profile);
  await updateProfile(host, profile, (now) => withoutKey(now, key));
}

async function chosenOwn(flags: CommonFlags, host: Host): Promise<string> {
  const profile = await chosenProfile(flags.profile, host);
  refuseDemo(profile);
  return profile;
}

/** One that is there to be looked at. @throws FlowrunError `notFound` that lists the known ones. */
async function chosenSaved(flags: CommonFlags, host: Host): Promise<string> {
  const profile = await chosenOwn(flags, host);
  if (profile === defaultProfile || (await hasProfile(host.dirs.config, profile))) return profile;
  throw await noProfile(profile, "notFound", host);
}

function notifier({ quiet = false, verbose = false }: CommonFlags, host: Host) {
  return createReporter(host, { quiet, verbose, live: false }).notify;
}

function show(key: ProfileKey, saved: ProfileValues): string | null {
  const value = saved[key] ?? null;
  return value !== null && key === "clientSecret" ? "[secret]" : value;
}

async function valueFor(
  key: ProfileKey,
  given: string | undefined,
  flags: ConfigSetFlags,
  host: Pick<Host, "stdin">,
): Promise<string> {
  if (given !== undefined && key === "clientSecret") throw secretOnCommandLine();
  if (given !== undefined && flags.stdin !== true) return given;
  if (given === undefined && flags.stdin === true && !host.stdin.isTTY) return host.stdin.read();
  throw new FlowrunError("usage", `flowrun config set ${key} needs one value`, {
    why: "it comes from the command line or, with --stdin, from a pipe or a file; a secret from there alone",
    hint: key === "clientSecret" ? stdinHint : `flowrun config set ${key} <value>`,
  });
}

const stdinHint = "flowrun config set clientSecret --stdin < secret.txt";

function secretOnCommandLine(): FlowrunError {
  return new FlowrunError("usage", "a secret is not taken from the command line", {
    why: "there it stays in the shell's history and is seen in the list of processes; this one may be there already",
    hint: stdinHint,
  });
}

function notSet(key: ProfileKey, profile: string): FlowrunError {
  return new FlowrunError("notFound", `${key} is not set in profile '${profile}'`, {
    why: "the environment or a default may still give it; flowrun config shows what is saved",
    hint: `flowrun config set ${key} ${key === "clientSecret" ? "--stdin < secret.txt" : "<value>"}`,
  });
}
