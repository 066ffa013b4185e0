import { hidePassword, keepPassword } from "../../mask.ts";
import { checkValue } from "../settings/check-value.ts";
import { variables, type Env, type ProfileValues } from "../settings/keys.ts";
import { findSetting } from "../settings/settings.ts";
import { expandHome } from "../../state/given-file.ts";

/** Where the archive is that the settings name. */
export interface NamedArchive {
  /** A path, or a database's URL with whatever password it holds, or `env:NAME` in place of one. */
  readonly address: string;
  /** The same for people, without a password. */
  readonly shown: string;
}

/**
 * The archive that the environment names, else the profile; `null` where neither does. Its password is remembered, so that
 * it stands in no text that leaves.
 * @throws FlowrunError `settings` for what cannot be right.
 */
export function findArchivePlace(env: Env, saved: ProfileValues): NamedArchive | null {
  const setting = findSetting("archive", env, saved);
  if (setting === null) return null;
  keepPassword(setting.value);
  const name = setting.from === "environment" ? variables.archive : "archive";
  const address = expandHome(checkValue("archive", setting.value, name));
  return { address, shown: hidePassword(address) };
}
