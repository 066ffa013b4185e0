import type { Host } from "../../../host.ts";
import { createReporter } from "../../terminal/reporter.ts";
import type { CommonFlags } from "../../options/flags.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import { secretKeys, variables } from "../../../adobe/settings/keys.ts";
import { forgetTokens } from "../../../state/token-file.ts";
import { forgetRecent } from "../../../state/recent-file.ts";
import { chosenProfile, requireProfile } from "../../../adobe/access/chosen-profile.ts";
import { refuseDemo, withoutKey } from "./saved-profile.ts";
import { readSaved } from "../../../adobe/access/saved-values.ts";

/**
 * Forgets a profile's secret and every token that is kept for it. Ids and journal stay, so that its cursors go on.
 * @throws FlowrunError `state` where something of that stays.
 */
export async function runLogout(flags: CommonFlags, host: Host): Promise<void> {
  const { notify } = createReporter(host, {
    quiet: flags.quiet === true,
    verbose: 0,
    live: false,
    profile: flags.profile,
  });
  const profile = await chosenProfile(flags.profile, host);
  refuseDemo(profile);
  await requireProfile(profile, "profile", host);
  // Of what is to be forgotten, one thing that stays must not keep the rest, nor must a damaged profile.
  const [tokens] = await Promise.allSettled([forgetTokens({ cacheFolder: host.dirs.cache, profile })]);
  await forgetRecent(host.dirs.cache, profile).catch(() => undefined);
  const saved = await readSaved(profile, notify, host);
  const hasSecret = secretKeys.some((key) => saved[key] !== undefined);
  if (hasSecret) {
    const { updateProfile } = await import("../../../state/profiles.ts");
    await updateProfile(host, profile, (now) => secretKeys.reduce(withoutKey, now));
  }
  if (tokens.status === "rejected") throw tokens.reason;
  notify({ kind: "remark", text: tell(profile, hasSecret, tokens.value > 0) });
  for (const name of secretKeys.map((key) => variables[key])) {
    if (readVariable(host.env, name) !== null) notify({ kind: "warning", text: `${name} is still set` });
  }
}

function tell(profile: string, hadSecret: boolean, hadTokens: boolean): string {
  if (!hadSecret && !hadTokens) return `the profile '${profile}' has no secret and no token: nothing to forget`;
  const parts = [...(hadSecret ? ["secret"] : []), ...(hadTokens ? ["tokens"] : [])].join(" and the ");
  const rest = `ids and journal stay (flowrun profile remove ${profile} forgets those)`;
  return `logged out: the ${parts} of profile '${profile}' are forgotten; ${rest}`;
}
