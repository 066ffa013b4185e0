import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { CommonFlags, ConfigSetFlags, ListingFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { formats } from "../../../render/formats/registry.ts";
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

/** Prints the settings that the profile has saved: a line each, a row each, or one object. */
export async function runConfigList(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(settingColumns, flags);
  const profile = await chosenSaved(flags, host);
  const saved = await readSaved(profile, notifier(flags, host), host);
  const rows = profileKeys.flatMap((key) => {
    const value = show(key, saved);
    return value === null ? [] : [{ key, value }];
  });
  const document = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  const { color } = flags;
  if (wantsSheet(options)) {
    await host.stdout.write(rows.map(({ key, value }) => `${key.padEnd(15)}${safeText(value)}\n`).join(""));
  } else if (formats[options.output].hasColumns) await printRows({ options, rows, color }, host, host.stdout);
  else await printRows({ options: { ...options, columns: [] }, rows: [document], document, color }, host, host.stdout);
  if (rows.length === 0 && formats[options.output].laid !== null) {
    await host.stderr.write(`nothing is saved in profile '${profile}' yet: flowrun login\n`);
  }
}

const settingColumns: ColumnSet<{ readonly key: ProfileKey; readonly value: string }> = {
  all: [
    { name: "key", title: "KEY", kind: "id", value: ({ key }) => key },
    { name: "value", title: "VALUE", kind: "id", value: ({ value }) => value },
  ],
  usual: ["key", "value"],
  wide: [],
};

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

function notifier({ quiet = false, verbose = 0 }: CommonFlags, host: Host) {
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
