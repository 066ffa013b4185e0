import { readClaims } from "../../../adobe/auth/token-claims.ts";
import type { Token, TokenSource } from "../../../adobe/auth/token.ts";
import { FlowrunError } from "../../../errors.ts";
import { askJournal, type Journal } from "../../../adobe/journal/ask-journal.ts";
import type { Page } from "../../../adobe/journal/page.ts";
import { startUrl } from "../../../adobe/journal/when.ts";
import type { RegistrationsApi } from "../../../adobe/registrations/api.ts";
import { listRegistrations } from "../../../adobe/registrations/list-registrations.ts";
import type { ConsolePlace } from "../../../adobe/registrations/console-place.ts";
import { carriesFlowRuns, isJournalOf, type Registration } from "../../../adobe/registrations/registration.ts";
import { resolveEventSelection } from "../../../runs/events/event-selection.ts";
import { normalise } from "../../../runs/events/normalise.ts";
import type { Access } from "../../../adobe/settings/settings.ts";
import { failed, ok, skipped, warning, type Finding } from "./finding.ts";
import { tryTo } from "./try-to.ts";

/** A check's finding, and the value that the checks after it need; `null` where it failed. */
export interface Found<T> {
  readonly finding: Finding;
  readonly value: T | null;
}

/** Whether a token can be had: the one that was given, a kept one, or a new one. */
export async function checkToken(
  { accessToken, imsUrl }: Access,
  tokens: TokenSource,
  now: () => number,
): Promise<Found<Token>> {
  const began = now();
  const outcome = await tryTo(() => tokens.current());
  if ("error" in outcome) return { finding: failed("token", outcome.error), value: null };
  const token = outcome.value;
  const expiresAt = accessToken === null ? token.expiresAt : readClaims(accessToken).expiresAt;
  const until = expiresAt === null ? "" : `, good until ${iso(expiresAt)}`;
  const facts = { expiresAt: expiresAt === null ? null : iso(expiresAt) };
  if (accessToken === null) {
    const how = token.mintedAt >= began ? `minted by ${new URL(imsUrl).hostname}` : "kept from an earlier run";
    return { finding: ok("token", `${how}${until}`, facts), value: token };
  }
  if (expiresAt === null || expiresAt > now()) {
    return { finding: ok("token", `given in FLOWRUN_ACCESS_TOKEN${until}`, facts), value: token };
  }
  const ended = new FlowrunError("auth", "the token in FLOWRUN_ACCESS_TOKEN has expired", {
    why: `it was good until ${iso(expiresAt)}`,
    hint: "give a new one, or unset it and let flowrun mint its own: flowrun login",
  });
  return { finding: failed("token", ended, facts), value: null };
}

/** The metascope that Adobe's I/O Events API asks for. */
const neededScope = "adobeio_api";

/** The token's scopes against the one that is needed, where the token tells them. Pure. */
export function checkScopes({ accessToken }: Token, asked: readonly string[]): Finding {
  const told = readClaims(accessToken).scopes;
  const scopes = told ?? asked;
  const facts = { needed: [neededScope], scopes, toldByToken: told !== null };
  const of = told === null ? "the scopes that were asked for (the token does not tell its own)" : "the token's scopes";
  if (scopes.includes(neededScope)) return ok("scopes", `${neededScope} is among ${of}`, facts);
  const remedy =
    "copy the scopes from Adobe Developer Console → your project → OAuth Server-to-Server → Scopes: flowrun config set scopes <a,b,…>";
  return warning("scopes", `${neededScope} is not among ${of}: Adobe may refuse the journal`, remedy, facts);
}

/** Whether the project has the I/O Management API: the registrations are read through it. */
export async function checkApi(
  api: RegistrationsApi,
  place: ConsolePlace | null,
): Promise<Found<readonly Registration[]>> {
  if (place === null) {
    const why = "neither the profile nor the journal's URL says which organisation's registrations to look at";
    const remedy = "log in with the project's file: flowrun login --from <file from Adobe Developer Console>";
    return { finding: skipped("api", why, remedy), value: null };
  }
  const outcome = await tryTo(() => listRegistrations(api, place));
  if ("error" in outcome) return { finding: failed("api", outcome.error), value: null };
  const { length } = outcome.value;
  const text = `the I/O Management API answers: ${length} registration${length === 1 ? "" : "s"}`;
  return { finding: ok("api", text, { registrations: length }), value: outcome.value };
}

/** Whether the journal answers: one page is asked for, with the oldest event. */
export async function checkJournal(journal: Journal): Promise<Found<Page>> {
  const outcome = await tryTo(() => askJournal(journal, () => oldest(journal)).page);
  if ("error" in outcome) return { finding: failed("journal", outcome.error), value: null };
  return { finding: ok("journal", `${bare(journal.url)} answers`, { url: bare(journal.url) }), value: outcome.value };
}

function oldest({ url, host }: Journal): string {
  return startUrl(url, { kind: "oldest" }, 1, host.now());
}

/** Whether the journal's registration is enabled and listens to flow-run events. Pure. */
export function checkRegistration(registrations: readonly Registration[], journalUrl: string): Finding {
  const found = registrations.find((registration) => isJournalOf(registration, journalUrl));
  if (found === undefined) {
    const text = "the journal's registration is not among the project's";
    return warning(
      "registration",
      text,
      "choose one of them: flowrun registrations, then flowrun registrations use <id>",
    );
  }
  const { name, id, enabled, eventCodes, deliveryType, isFiltered } = found;
  const facts = { id, name, enabled, deliveryType, eventCodes, isFiltered };
  const where = `Adobe Developer Console → your project → Events → ${name}`;
  const fault = (message: string, why: string, hint: string): Finding =>
    failed("registration", new FlowrunError("settings", message, { why, hint }), facts);
  if (!enabled) {
    const why = `${deliveryType} registration ${id}; what happens while it is disabled may never reach the journal`;
    return fault(`the registration '${name}' is disabled`, why, `enable it: ${where}`);
  }
  if (!carriesFlowRuns(found)) {
    const why = `it listens to ${eventCodes.join(", ") || "nothing"}`;
    const other = registrations.find((registration) => registration.enabled && carriesFlowRuns(registration));
    const use = other === undefined ? "" : `, or use '${other.name}': flowrun registrations use ${other.id}`;
    return fault(
      `the registration '${name}' does not listen to flow-run events`,
      why,
      `add them: ${where} → Edit${use}`,
    );
  }
  const text = `'${name}' is enabled and listens to ${eventCodes.join(", ")}`;
  if (!isFiltered) return ok("registration", text, facts);
  return warning(
    "registration",
    `${text}, but filters some out before the journal`,
    `see the filters: ${where}`,
    facts,
  );
}

/** How far back the journal goes, by the run of its oldest event where that is one. Pure. */
export function checkHistory({ entries }: Pick<Page, "entries">): Finding {
  const [first] = entries;
  if (first === undefined) {
    const remedy = "wait for a dataflow to run: flowrun tail   (a new registration takes two minutes)";
    return warning("history", "the journal is empty: nothing was recorded in the last seven days", remedy);
  }
  const { position, event } = first;
  const { runs } = normalise(position, event, { events: resolveEventSelection(["runs"]), raw: false });
  const at = runs[0]?.run.updatedAt ?? null;
  const text = at === null ? `the oldest event is at position ${position}` : `the oldest event is a run of ${at}`;
  return ok("history", text, { oldestPosition: position, oldestAt: at });
}

function bare(url: string): string {
  return url.replace(/[?#].*$/, "");
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
