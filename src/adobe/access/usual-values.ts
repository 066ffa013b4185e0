import type { Host } from "../../host.ts";
import { textOf } from "../../json.ts";
import { cleanValue, kinds } from "../settings/clean-value.ts";
import { readVariable } from "../settings/environment.ts";
import { usualVariables, type Env, type UsualKey } from "../settings/keys.ts";
import { peekProfile, profilePath } from "../../state/profile-files.ts";
import { chosenProfile } from "./chosen-profile.ts";

/** A usual option's value, and who gave it. */
export interface UsualValue {
  readonly text: string;
  /** Its name in messages: the variable, or the key and its file. */
  readonly place: string;
}

/** Finds the value that somebody gave an option once for all; `null` where nobody did. */
export type FindUsual = (key: UsualKey) => UsualValue | null;

/**
 * The environment, then the profile that is used; a profile is never held against a command that does without one: where it
 * cannot be found out or read, nothing is saved.
 * @param flag the profile that the command line names; several have no usual options in common.
 */
export async function usualValues(flag: string | undefined, host: Pick<Host, "env" | "dirs">): Promise<FindUsual> {
  const saved = await savedIn(flag, host).catch(() => null);
  return (key) => {
    const name = usualVariables[key];
    const told = readVariable(host.env, name);
    if (told !== null) return { text: told, place: name };
    if (saved === null || (key === "color" && isColourTold(host.env))) return null;
    const { text } = cleanValue(kinds[key], textOf(saved.values[key]) ?? "");
    return text === "" ? null : { text, place: `${key} in ${saved.path}` };
  };
}

async function savedIn(flag: string | undefined, host: Pick<Host, "env" | "dirs">) {
  const profile = await chosenProfile(flag, host);
  const folder = host.dirs.config;
  return { path: profilePath(folder, profile), values: await peekProfile(folder, profile) };
}

/** Other programs' variables go before a profile, too. */
function isColourTold({ NO_COLOR = "", FORCE_COLOR = "", CLICOLOR_FORCE = "" }: Env): boolean {
  return NO_COLOR + FORCE_COLOR + CLICOLOR_FORCE !== "";
}
