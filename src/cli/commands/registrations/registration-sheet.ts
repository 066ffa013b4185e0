import { stateOf } from "../../../adobe/registrations/state.ts";
import type { Registration } from "../../../adobe/registrations/registration.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { listed } from "./listed.ts";

/** The profile that a registration is looked at by. */
export interface Looker {
  readonly profile: string;
  /** The journal that the profile reads; `null` where it reads none yet. */
  readonly journalUrl: string | null;
}

/** All of a registration that a person wants to know, and what to do where it is not Active. Pure. */
export function registrationSheet(registration: Registration, { profile, journalUrl }: Looker): string {
  const { name, deliveryType, events, ...rest } = listed(registration, journalUrl);
  const { word, meaning, remedy } = stateOf(registration);
  const providers = [...new Set(events.map(({ providerId }) => providerId).filter((id) => id !== null))];
  const journal =
    rest.journalUrl === null ? null : rest.journalUrl + (rest.used ? ` (profile '${profile}' reads it)` : "");
  const lines: readonly (readonly [label: string, text: string | null])[] = [
    ["name", name],
    ["id", rest.id],
    ["state", meaning === null ? word : `${word}: ${meaning}`],
    ["to do", remedy],
    ["delivery", deliveryType],
    ["webhook", rest.webhookUrl],
    ["action", rest.runtimeAction],
    ["events", rest.eventCodes.join(", ") + (rest.filtered ? " (filtered)" : "")],
    [providers.length === 1 ? "provider" : "providers", providers.join(", ")],
    ["journal", journal],
    ["client id", rest.clientId],
    ["about", rest.description],
    ["made", rest.createdAt],
    ["changed", rest.updatedAt],
  ];
  return lines
    .filter(([, text]) => text !== null && text !== "")
    .map(([label, text]) => `${label.padEnd(11)}${safeText(text ?? "")}\n`)
    .join("");
}
