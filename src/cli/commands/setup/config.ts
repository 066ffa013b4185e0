import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { CommonFlags, ConfigSetFlags, ListingFlags } from "../../options/flags.ts";
import { resolveOutput, wantsSheet } from "../../options/output-options.ts";
import { printRows } from "../print-rows.ts";
import type { ColumnSet } from "../../../render/formats/column.ts";
import { formats } from "../../../render/formats/registry.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { tell } from "../../terminal/tell.ts";
import { hasPassword } from "../../../mask.ts";
import { checkValue } from "../../../adobe/settings/check-value.ts";
import { defaultProfile } from "../../../adobe/settings/profile-name.ts";
import {
  isSecretKey,
  isUsualKey,
  profileKeys,
  type ProfileKey,
  type ProfileValues,
} from "../../../adobe/settings/keys.ts";
import { findSetting, showSetting, variableOf } from "../../../adobe/settings/settings.ts";
import { hasProfile, profilePath } from "../../../state/profile-files.ts";
import { updateProfile } from "../../../state/profiles.ts";
import { chosenProfile, noProfile } from "../../../adobe/access/chosen-profile.ts";
import { refuseDemo, withoutKey } from "./saved-profile.ts";
import { readSaved } from "../../../adobe/access/saved-values.ts";

/** The file that the profile is saved in, whether it is there yet or not. */
export async function runConfigPath(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(pathColumns, flags);
  const profile = await chosenOwn(flags, host);
  const shown = { profile, path: profilePath(host.dirs.config, profile) };
  if (wantsSheet(options)) await tell(`${shown.path}\n`, host.stdout);
  else await printRows({ options, rows: [shown], document: shown, color: flags.color }, host, host.stdout);
}

/** All columns of where settings are saved. */
export const pathColumns: ColumnSet<{ readonly profile: string; readonly path: string }> = {
  all: [
    { name: "profile", title: "PROFILE", kind: "id", value: ({ profile }) => profile },
    { name: "path", title: "PATH", kind: "id", value: ({ path }) => path },
  ],
  usual: ["profile", "path"],
  wide: [],
  id: "path",
  fields: ["profile", "path"],
};

/**
 * Prints the settings that the profile has saved, and the usual options that the environment gives: a line each, a row
 * each, or one object. What goes before a saved value stands in its place.
 */
export async function runConfigList(flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(settingColumns, flags);
  const profile = await chosenSaved(flags, host);
  const notify = notifier(flags, host);
  const saved = await readSaved(profile, notify, host);
  const rows = profileKeys.flatMap((key) => listed(key, host.env, saved) ?? []);
  const { color } = flags;
  const { hasColumns, takes } = formats[options.output];
  const document = documentOf(rows);
  if (wantsSheet(options)) await tell(renderSettings(rows), host.stdout);
  else if (hasColumns || takes === "id") await printRows({ options, rows, color }, host, host.stdout);
  else {
    const whole = { ...options, columns: [], order: null };
    await printRows({ options: whole, rows: [document], document, color }, host, host.stdout);
  }
  if (rows.length === 0 && formats[options.output].laid !== null) {
    notify({ kind: "remark", text: `nothing is saved in profile '${profile}' yet: flowrun login` });
  }
}

/** A setting as it is listed. */
interface ListedSetting {
  readonly key: ProfileKey;
  readonly value: string;
  /** `profile`, or the variable that goes before it. */
  readonly from: string;
}

/** One that is saved, or that the environment gives once for all; `null` for others. */
function listed(key: ProfileKey, env: Host["env"], saved: ProfileValues): ListedSetting | null {
  const found = saved[key] === undefined && !isUsualKey(key) ? null : findSetting(key, env, saved);
  if (found === null) return null;
  const from = found.from === "environment" ? (variableOf(key) ?? found.from) : found.from;
  return { key, value: showSetting(key, found.value), from };
}

/** One object: the values by their keys and, where there are any, under `from` where each comes from. */
function documentOf(rows: readonly ListedSetting[]): object {
  const values = Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  if (rows.length === 0) return values;
  return { ...values, from: Object.fromEntries(rows.map(({ key, from }) => [key, from])) };
}

function renderSettings(rows: readonly ListedSetting[]): string {
  const widest = Math.max(...rows.map(({ value }) => safeText(value).length));
  const lines = rows.map(({ key, value, from }) => `${key.padEnd(15)}${safeText(value).padEnd(widest)}  ${from}\n`);
  return lines.join("");
}

/** All columns of settings as they are listed. */
export const settingColumns: ColumnSet<ListedSetting> = {
  all: [
    { name: "key", title: "KEY", kind: "id", value: ({ key }) => key },
    { name: "value", title: "VALUE", kind: "id", value: ({ value }) => value },
    { name: "from", title: "FROM", kind: "id", value: ({ from }) => from },
  ],
  usual: ["key", "value", "from"],
  wide: [],
  id: "key",
  fields: [...profileKeys, ...profileKeys.map((key) => `from.${key}`)],
};

/** One saved value, as it is, but for secrets. @throws FlowrunError `notFound` where it is not set. */
export async function runConfigGet(key: ProfileKey, flags: ListingFlags, host: Host): Promise<void> {
  const options = resolveOutput(valueColumns, flags);
  const profile = await chosenSaved(flags, host);
  const saved = (await readSaved(profile, notifier(flags, host), host))[key];
  if (saved === undefined) throw notSet(key, profile);
  const told = { key, value: showSetting(key, saved) };
  if (wantsSheet(options)) await tell(`${safeText(told.value)}\n`, host.stdout);
  else await printRows({ options, rows: [told], document: told, color: flags.color }, host, host.stdout);
}

/** All columns of one setting. */
export const valueColumns: ColumnSet<Omit<ListedSetting, "from">> = {
  all: [
    { name: "key", title: "KEY", kind: "id", value: ({ key }) => key },
    { name: "value", title: "VALUE", kind: "id", value: ({ value }) => value },
  ],
  usual: ["key", "value"],
  wide: [],
  id: "key",
  fields: ["key", "value"],
};

/** Saves one value, checked as every command would; a secret comes from stdin alone. */
export async function runConfigSet(
  key: ProfileKey,
  given: string | undefined,
  flags: ConfigSetFlags,
  host: Host,
): Promise<void> {
  const profile = await chosenOwn(flags, host);
  const notify = notifier(flags, host);
  const text = await valueFor(key, given, flags, host);
  if (isUsualKey(key)) (await import("../../options/usual-options.ts")).checkUsual(key, text);
  const value = checkValue(key, text, key, notify);
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

function notifier({ quiet = false, verbose = 0, profile }: CommonFlags, host: Host) {
  return createReporter(host, { quiet, verbose, live: false, profile }).notify;
}

async function valueFor(
  key: ProfileKey,
  given: string | undefined,
  flags: ConfigSetFlags,
  host: Pick<Host, "stdin">,
): Promise<string> {
  if (given !== undefined && isSecretKey(key)) throw secretOnCommandLine(stdinHint(key));
  if (given !== undefined && key === "archive" && hasPassword(given)) throw secretOnCommandLine(archiveHint);
  if (given !== undefined && flags.stdin !== true) return given;
  if (given === undefined && flags.stdin === true && !host.stdin.isTTY) return host.stdin.read();
  throw new FlowrunError("usage", `flowrun config set ${key} needs one value`, {
    why: "it comes from the command line or, with --stdin, from a pipe or a file; a secret from there alone",
    hint: isSecretKey(key) ? stdinHint(key) : `flowrun config set ${key} <value>`,
  });
}

function stdinHint(key: ProfileKey): string {
  return `flowrun config set ${key} --stdin < secret.txt`;
}

const archiveHint =
  "flowrun config set archive postgres://user:env:NAME@host/database   (NAME: the variable with the password)";

function secretOnCommandLine(hint: string): FlowrunError {
  return new FlowrunError("usage", "a secret is not taken from the command line", {
    why: "there it stays in the shell's history and is seen in the list of processes; this one may be there already",
    hint,
  });
}

function notSet(key: ProfileKey, profile: string): FlowrunError {
  return new FlowrunError("notFound", `${key} is not set in profile '${profile}'`, {
    why: "the environment or a default may still give it; flowrun config list shows what is saved",
    hint: isSecretKey(key) ? stdinHint(key) : `flowrun config set ${key} <value>`,
  });
}
