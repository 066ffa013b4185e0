import { stateOf } from "../../../adobe/registrations/state.ts";
import type { Registration } from "../../../adobe/registrations/registration.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { listed, type Looker } from "./listed.ts";

/** All of a registration that a person wants to know, and what to do where it is not Active. Pure. */
export function registrationSheet(registration: Registration, looker: Looker): string {
  const { name, deliveryType, events, ...rest } = listed(registration, looker);
  const { word, meaning, remedy } = stateOf(registration, looker.profile);
  const providers = [...new Set(events.map(({ providerId }) => providerId).filter((id) => id !== null))];
  const journal =
    rest.journalUrl === null ? null : rest.journalUrl + (rest.used ? ` (profile '${looker.profile}' reads it)` : "");
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
