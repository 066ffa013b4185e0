import { FlowrunError } from "../../../errors.ts";
import type { Prompt } from "../../../host.ts";
import { mayFollow } from "../../../adobe/gateway/follow.ts";
import type { Notify } from "../../../notices.ts";
import type { LoginFlags } from "../../options/flags.ts";
import { listRegistrations } from "../../../adobe/registrations/list-registrations.ts";
import { carriesFlowRuns, findRegistration, type Registration } from "../../../adobe/registrations/registration.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { offerRegistration } from "./login-offer.ts";
import { usualPatience, type AdobeConnection } from "../../../adobe/access/connect.ts";

/** The journal that a profile will read. */
export interface ChosenJournal {
  readonly url: string;
  /** Where it was found; `null` for a URL that was given. */
  readonly registration: Registration | null;
}

/** The user's choices about the journal, and the ways to ask and to warn. */
export interface JournalWish {
  /** A URL that the user named. */
  readonly journalUrl: string | null;
  readonly flags: LoginFlags;
  /** `null` where nobody may be asked. */
  readonly prompt: Prompt | null;
  readonly notify: Notify;
}

/**
 * Finds the registration that delivers source flow-run events; asks where several do, and offers to make one where none
 * does.
 * @throws FlowrunError `settings` where none does, or several and nobody may be asked: they are listed then.
 */
export async function chooseJournal(connection: AdobeConnection, wish: JournalWish): Promise<ChosenJournal> {
  const { settings, saved, place, journalUrl } = connection;
  const { flags, prompt, notify } = wish;
  if (wish.journalUrl !== null) return { url: wish.journalUrl, registration: null };
  const isPlaceKnown = saved.consumerOrgId !== undefined || flags.registration !== undefined;
  if (!isPlaceKnown && journalUrl !== null) return { url: journalUrl, registration: null };
  if (place === null) throw placeUnknown();
  const list = await listRegistrations(connection.registrations(usualPatience), place);
  const take = (registration: Registration) => journalOf(registration, settings.apiUrl, notify);
  if (flags.registration !== undefined) return take(findRegistration(list, flags.registration));
  const candidates = findCandidates(list, settings.clientId);
  const [only] = candidates;
  if (only === undefined) {
    const made = prompt === null ? null : await offerRegistration(connection, place, { prompt, notify });
    if (made === null) throw noneDelivers(list);
    return take(made);
  }
  if (candidates.length === 1) return take(only);
  if (prompt === null) throw severalDeliver(candidates);
  const choices = candidates.map((value) => ({ name: describeRegistration(value), value }));
  return take(await prompt.choose("Which registration's journal?", choices));
}

/**
 * The registration's journal, with a warning where it cannot be expected to hold flow runs.
 * @throws FlowrunError `protocol` for one without a journal, or with one where the token may not go.
 */
export function journalOf(registration: Registration, apiUrl: string, notify: Notify): ChosenJournal {
  const { journalUrl, name, enabled } = registration;
  if (journalUrl === null) {
    throw new FlowrunError("protocol", `the registration '${safeText(name)}' came without a journal`, {
      why: "its `rel:events` link is missing",
      hint: "copy the journaling URL from Adobe Developer Console: flowrun login --journal-url <url>",
    });
  }
  if (!URL.canParse(journalUrl) || !mayFollow(journalUrl, apiUrl, apiUrl)) {
    throw new FlowrunError("protocol", `the journal of registration '${safeText(name)}' is not Adobe's`, {
      why: `it is at ${safeText(journalUrl)}, and the access token goes only to the API's own host or to *.adobe.io over https`,
      hint: "check FLOWRUN_API_URL and any proxy between here and Adobe",
      examine: true,
    });
  }
  if (!enabled) {
    notify({ kind: "warning", text: `the registration '${safeText(name)}' is disabled in Adobe Developer Console` });
  }
  if (!carriesFlowRuns(registration)) {
    notify({ kind: "warning", text: `the registration '${safeText(name)}' does not listen to source flow-run events` });
  }
  return { url: journalUrl, registration };
}

/** `'Dataflow runs' (journal, 4 event codes, 6a1f…)`: enough to tell one from another. */
function describeRegistration({ name, deliveryType, id, eventCodes }: Registration): string {
  const codes = `${eventCodes.length} event code${eventCodes.length === 1 ? "" : "s"}`;
  return safeText(`'${name}' (${deliveryType}, ${codes}, ${id})`);
}

/** Enabled ones of this very credential come first; another's journal would answer 403. */
function findCandidates(list: readonly Registration[], clientId: string): readonly Registration[] {
  const suitable = list.filter((registration) => carriesFlowRuns(registration) && registration.journalUrl !== null);
  const own = suitable.filter((registration) => registration.clientId === clientId);
  const usable = own.length > 0 ? own : suitable;
  const enabled = usable.filter((registration) => registration.enabled);
  return enabled.length > 0 ? enabled : usable;
}

function placeUnknown(): FlowrunError {
  return new FlowrunError("settings", "flowrun cannot look for the journal", {
    why: "nothing names the organisation, project and workspace: a credential's own file does not hold their ids",
    hint: "flowrun login … --journal-url <url>   (Adobe Developer Console → project → event registration → Journaling), or use the project's file",
  });
}

function noneDelivers(list: readonly Registration[]): FlowrunError {
  const count =
    list.length === 0 ? "the project has no event registration" : `none of ${list.length} registrations does`;
  return new FlowrunError("settings", "no event registration delivers source flow-run events", {
    why: list.length === 0 ? count : `${count}: ${list.map(({ name }) => safeText(name)).join(", ")}`,
    hint: "log in on a terminal, which offers to make one; or Adobe Developer Console → your project → Add to project → Event → Experience Platform notifications: choose the source flow-run events, and log in again",
  });
}

function severalDeliver(candidates: readonly Registration[]): FlowrunError {
  const [first] = candidates;
  return new FlowrunError("settings", `${candidates.length} event registrations deliver source flow-run events`, {
    why: `flowrun reads one journal, and these are ${candidates.map(describeRegistration).join(", ")}`,
    hint: `say which: flowrun login … --registration ${first?.id ?? "<id>"}`,
  });
}
