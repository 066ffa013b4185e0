import { FlowrunError } from "../errors.ts";
import type { Host } from "../host.ts";
import { resolveAccess } from "../settings.ts";
import type { ProfileKey, ProfileValues } from "../settings/keys.ts";
import { forgetToken } from "../state/token-file.ts";
import { demoProfile } from "./chosen-profile.ts";

/** @throws FlowrunError `usage` for the demo, which is built in and cannot be changed. */
export function refuseDemo(profile: string): void {
  if (profile !== demoProfile) return;
  throw new FlowrunError("usage", "the profile 'demo' is built in", {
    why: "it has no file, so there is nothing to change or to forget",
    hint: "name another profile: --profile <name>",
  });
}

/** Forgets the token kept for what a profile has saved. A profile that is not whole never got one. */
export async function forgetTokenOf(saved: ProfileValues, host: Pick<Host, "dirs">): Promise<void> {
  const { clientId, clientSecret, imsOrgId } = saved;
  if (clientId === undefined || clientSecret === undefined || imsOrgId === undefined) return;
  const access = resolveAccess("", {}, saved);
  await forgetToken(host.dirs.cache, { ...access, secrets: access.clientSecrets });
}

/** The values without one of them. Pure. */
export function withoutKey(values: ProfileValues, key: ProfileKey): ProfileValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));
}
