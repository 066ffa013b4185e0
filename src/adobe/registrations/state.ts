import { profileFlag } from "../settings/profile-name.ts";
import type { Registration } from "./registration.ts";

/** How a registration fares, for people. */
export interface RegistrationState {
  /** `Active`, `Unstable`, `Disabled`, or what the API says in words that are not known here. */
  readonly word: string;
  /** A sentence about it without a full stop; `null` where there is nothing more to say. */
  readonly meaning: string | null;
  /** The line to type; `null` where nothing is wrong. */
  readonly remedy: string | null;
}

/**
 * The state that the API tells, in words. It is never worked out from deliveries: by which figures Adobe decides it, its
 * own documents do not agree on. Pure.
 * @param profile the one for which the remedy is typed.
 */
export function stateOf(
  registration: Pick<Registration, "id" | "enabled" | "status" | "deliveryType">,
  profile: string,
): RegistrationState {
  const { id, enabled, status, deliveryType } = registration;
  const more = profileFlag(profile);
  const enable = `flowrun registrations enable ${id}${more}`;
  if (!enabled) return { word: "Disabled", meaning: whileDisabled(deliveryType), remedy: enable };
  const told = status?.trim().toLowerCase() ?? null;
  if (told === null) return { word: "Enabled", meaning: null, remedy: null };
  if (told === "verified" || told === "active") return { word: "Active", meaning: null, remedy: null };
  if (told === "hook_unreachable") {
    return {
      word: "hook_unreachable",
      meaning: "the webhook did not answer Adobe's challenge, so nothing is delivered to it",
      remedy: `once it answers, have it asked again: flowrun registrations update ${id} --webhook-url <url>${more}`,
    };
  }
  // `unstable`, `hook_unstable`, `unstable (since …)`.
  const words = told.split(/[^a-z]+/);
  if (words.includes("unstable")) {
    return {
      word: "Unstable",
      meaning: "many deliveries failed lately; Adobe still delivers, and disables it where that goes on",
      remedy: `see why: flowrun registrations trace ${id} --failed${more}`,
    };
  }
  if (words.includes("disabled")) return { word: "Disabled", meaning: whileDisabled(deliveryType), remedy: enable };
  return { word: status ?? told, meaning: null, remedy: null };
}

function whileDisabled(deliveryType: string): string {
  return deliveryType === "journal"
    ? "what happens while it is disabled may never reach its journal"
    : "nothing is delivered; its journal goes on recording, and keeps seven days";
}
