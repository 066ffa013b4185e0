import { FlowrunError } from "../../errors.ts";
import { checkBase, isLoopback } from "./check-value.ts";
import { readVariable } from "./environment.ts";
import type { Env } from "./keys.ts";

const variable = "FLOWRUN_PLATFORM_URL";

/**
 * Where Experience Platform's own APIs are, without a slash at the end: FLOWRUN_PLATFORM_URL, else Adobe's.
 * @throws FlowrunError `settings` for what is no URL, or another host's: a token goes to Adobe alone. Pure.
 */
export function resolvePlatformUrl(env: Env): string {
  const text = checkBase(readVariable(env, variable) ?? "https://platform.adobe.io", variable);
  const { hostname } = new URL(text);
  if (isLoopback(hostname) || /(^|\.)adobe\.io$/.test(hostname)) return text;
  throw new FlowrunError("settings", `${variable} points to ${hostname}, which is not Adobe's`, {
    why: "the access token goes only to *.adobe.io and, for tests, to this machine",
    hint: `leave it unset, or set it to https://platform.adobe.io`,
  });
}
