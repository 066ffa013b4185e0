import { FlowrunError } from "../../errors.ts";
import { readVariable } from "./environment.ts";
import type { Env } from "./keys.ts";

/** The profile where none is named. */
export const defaultProfile = "default";

/**
 * The profile that the flag or FLOWRUN_PROFILE names; `null` where neither does.
 * @throws FlowrunError `usage` for a name that could not be a file's. Pure.
 */
export function namedProfile(flag: string | undefined, env: Env): string | null {
  const name = flag ?? readVariable(env, "FLOWRUN_PROFILE");
  return name === null ? null : checkProfileName(name);
}

/**
 * @throws FlowrunError `usage` for a name that could not be a file's.
 * Pure.
 */
export function checkProfileName(name: string): string {
  if (isProfileName(name)) return name;
  throw new FlowrunError("usage", `${JSON.stringify(name.slice(0, 100))} cannot be a profile's name`, {
    why: "a name has up to 64 letters, digits, dots, dashes and underscores, and begins with a letter, digit or underscore",
    hint: "see what there is: flowrun profile list",
  });
}

/** The option by which a command to type next means the same profile: ` --profile acme`, or nothing. Pure. */
export function profileFlag(profile: string): string {
  return profile === defaultProfile ? "" : ` --profile ${profile}`;
}

/** Pure. */
export function isProfileName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name);
}
