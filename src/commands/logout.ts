import type { Host } from "../host.ts";
import { createReporter } from "../reporter.ts";
import type { CommonFlags } from "../program/flags.ts";
import { variables } from "../settings/keys.ts";
import { chosenProfile, requireProfile } from "./chosen-profile.ts";
import { forgetTokenOf, refuseDemo, withoutKey } from "./saved-profile.ts";
import { readSaved } from "./way.ts";

/** Forgets a profile's secret and the token that is kept for it. Ids and journal stay, so that its cursors go on. */
export async function runLogout(flags: CommonFlags, host: Host): Promise<void> {
  const { notify } = createReporter(host, { quiet: flags.quiet === true, verbose: false, live: false });
  const profile = await chosenProfile(flags.profile, host);
  refuseDemo(profile);
  await requireProfile(profile, "profile", host);
  const saved = await readSaved(profile, notify, host);
  if (saved.clientSecret === undefined) {
    notify({ kind: "remark", text: `the profile '${profile}' has no secret: nothing to forget` });
  } else {
    await forgetTokenOf(saved, host);
    const { updateProfile } = await import("../state/profiles.ts");
    await updateProfile(host, profile, (now) => withoutKey(now, "clientSecret"));
    notify({
      kind: "remark",
      text: `logged out: the secret and the token of profile '${profile}' are forgotten; ids and journal stay (flowrun profile remove ${profile} forgets those)`,
    });
  }
  const { clientSecret } = variables;
  if (host.env[clientSecret] !== undefined) notify({ kind: "warning", text: `${clientSecret} is still set` });
}
