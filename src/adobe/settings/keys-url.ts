import { checkBase } from "./check-value.ts";
import { readVariable } from "./environment.ts";
import type { Env } from "./keys.ts";

const variable = "FLOWRUN_KEYS_URL";

/**
 * Where the public keys are by which webhook deliveries are verified, without a slash at the end: FLOWRUN_KEYS_URL, else
 * Adobe's. It is never what a delivery says.
 * @throws FlowrunError `settings` for what is no URL, and for plain http to another machine: whoever can change a key on
 * its way can sign. Pure.
 */
export function resolveKeysUrl(env: Env): string {
  return checkBase(readVariable(env, variable) ?? "https://static.adobeioevents.com", variable);
}
