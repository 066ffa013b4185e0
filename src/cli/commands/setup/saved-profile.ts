import { FlowrunError } from "../../../errors.ts";
import type { ProfileKey, ProfileValues } from "../../../adobe/settings/keys.ts";
import { demoProfile } from "../../../adobe/access/chosen-profile.ts";

/** @throws FlowrunError `usage` for the demo, which is built in and cannot be changed. */
export function refuseDemo(profile: string): void {
  if (profile !== demoProfile) return;
  throw new FlowrunError("usage", "the profile 'demo' is built in", {
    why: "it has no file, so there is nothing to change or to forget",
    hint: "name another profile: --profile <name>",
  });
}

/** The values without one of them. Pure. */
export function withoutKey(values: ProfileValues, key: ProfileKey): ProfileValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));
}
