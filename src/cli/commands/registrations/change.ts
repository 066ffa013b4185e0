import type { Host } from "../../../host.ts";
import { demoProfile } from "../../../adobe/access/chosen-profile.ts";
import type { Changed } from "../../../adobe/registrations/change.ts";
import {
  createBody,
  deliveries,
  type DraftChanges,
  type DeliveryKind,
  type Draft,
} from "../../../adobe/registrations/draft.ts";
import { FlowrunError } from "../../../errors.ts";
import { loadRegistration } from "../../../adobe/registrations/list-registrations.ts";
import {
  planCreate,
  planDelete,
  planSwitch,
  planUpdate,
  requireWorkspace,
  type Plan,
  type PlanPlace,
} from "../../../adobe/registrations/plans.ts";
import { listProviders, resolveInterests } from "../../../adobe/registrations/providers.ts";
import {
  decodeRegistration,
  isJournalOf,
  type Interest,
  type Registration,
} from "../../../adobe/registrations/registration.ts";
import { stateOf } from "../../../adobe/registrations/state.ts";
import { keepSecretsOfUrl } from "../../../mask.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { carryOutIn, inApi, type ApiSession } from "./in-api.ts";
import { listed } from "./listed.ts";
import { registrationSheet } from "./registration-sheet.ts";
import {
  changePrinter,
  mayDelete,
  onlyShown,
  type ChangeFlags,
  type DeleteFlags,
  type ToldChange,
} from "./told-change.ts";

/** Options of `registrations create` and `registrations update`. */
export interface DraftFlags extends ChangeFlags {
  readonly name?: string;
  readonly description?: string;
  readonly delivery?: DeliveryKind;
  readonly webhookUrl?: string;
  readonly events?: readonly string[];
  readonly provider?: string;
}

/** Makes a registration for the profile's credential. @throws FlowrunError `usage` for what Adobe would refuse. */
export async function runRegistrationsCreate(flags: DraftFlags, host: Host): Promise<void> {
  const print = changePrinter(flags, host);
  keepSecretsOfUrl(flags.webhookUrl ?? "");
  const given = draftOf(flags);
  // What is wrong with the words themselves is said before anybody is asked for events.
  createBody({ ...given, interests: [{ providerId: "", eventCode: "" }] }, "");
  await inApi(flags, host, async (session) => {
    const { connection, place } = session;
    const { clientId, apiUrl } = connection.settings;
    const workspace = requireWorkspace(place, "create a registration");
    const planPlace = { apiUrl, consumerOrgId: place.consumerOrgId, workspace };
    const plan = planCreate(planPlace, { ...given, interests: await interestsOf(flags, session) }, clientId);
    const made = await make("create", plan, null, session, flags.dryRun);
    await print(toldOf("create", plan, made, session, flags), sheetOf(made, session));
    if (made.after !== null) tellNext(made.after, session);
  });
}

/** Changes a registration, which is sent whole: what no option names stays as it is. */
export async function runRegistrationsUpdate(id: string, flags: DraftFlags, host: Host): Promise<void> {
  const print = changePrinter(flags, host);
  const { name, description, delivery, webhookUrl, events, provider } = flags;
  if ([name, description, delivery, webhookUrl, events, provider].every((one) => one === undefined)) {
    throw new FlowrunError("usage", "nothing is to change", {
      why: "no option says what of the registration is to be different",
      hint: "give one: --name, --description, --delivery, --webhook-url (the same one has it asked its challenge again), --events",
    });
  }
  keepSecretsOfUrl(webhookUrl ?? "");
  await inApi(flags, host, async (session) => {
    const [registration, planPlace] = await find(id, session);
    const hasEvents = events !== undefined || provider !== undefined;
    const changes: DraftChanges = {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(delivery === undefined ? {} : { deliveryType: delivery }),
      ...(webhookUrl === undefined ? {} : { webhookUrl }),
      ...(hasEvents ? { interests: await interestsOf(flags, session) } : {}),
    };
    const plan = planUpdate(planPlace, registration, changes);
    const made = await make("update", plan, registration, session, flags.dryRun);
    await print(toldOf("update", plan, made, session, flags), sheetOf(made, session));
  });
}

/** Switches a registration on or off. */
export async function runRegistrationsSwitch(
  id: string,
  enabled: boolean,
  flags: ChangeFlags,
  host: Host,
): Promise<void> {
  const print = changePrinter(flags, host);
  const did = enabled ? "enable" : "disable";
  await inApi(flags, host, async (session) => {
    const [registration, planPlace] = await find(id, session);
    if (!enabled) warnOfUse(registration, session, "is read by the profile");
    const plan = planSwitch(planPlace, registration, enabled);
    const made = await make(did, plan, registration, session, flags.dryRun);
    await print(toldOf(did, plan, made, session, flags), sheetOf(made, session));
  });
}

/** Deletes a registration, and its journal with it; asks on a terminal. */
export async function runRegistrationsDelete(id: string, flags: DeleteFlags, host: Host): Promise<void> {
  const print = changePrinter(flags, host);
  await inApi(flags, host, async (session) => {
    const { notify } = session;
    const [registration, planPlace] = await find(id, session);
    const plan = planDelete(planPlace, registration);
    const told = toldOf("delete", plan, { subject: registration, after: registration }, session, flags);
    if (flags.dryRun === true) {
      await print(told, "");
      notify({ kind: "remark", text: onlyShown });
      return;
    }
    warnOfUse(registration, session, "is the one that the profile reads, and goes with it");
    const what = `the registration '${safeText(registration.name)}'`;
    if (!(await mayDelete(what, "its journal goes with it", flags, host))) {
      notify({ kind: "remark", text: `${what} stays` });
      return;
    }
    await carryOutIn(session, plan);
    await print({ ...told, registration: null }, "");
    notify({ kind: "remark", text: `${what} is deleted (${id})` });
  });
}

async function find(id: string, { connection, api, place }: ApiSession): Promise<readonly [Registration, PlanPlace]> {
  const { registration, workspace } = await loadRegistration(api, place, id);
  return [registration, { apiUrl: connection.settings.apiUrl, consumerOrgId: place.consumerOrgId, workspace }];
}

/** A registration that is a journal's where nothing else is said. */
function draftOf({ name, description, delivery, webhookUrl }: DraftFlags): Omit<Draft, "interests"> {
  if (delivery === undefined && webhookUrl !== undefined) {
    throw new FlowrunError("usage", "--webhook-url does not say how it is delivered to", {
      why: "Adobe posts one event a request, or up to 20 of them",
      hint: `say which: --delivery ${deliveries.filter((one) => one !== "journal").join(" or --delivery ")}`,
    });
  }
  return {
    name: name ?? "",
    description: description ?? null,
    deliveryType: delivery ?? "journal",
    webhookUrl: webhookUrl ?? null,
  };
}

async function interestsOf({ events, provider }: DraftFlags, { api, place }: ApiSession): Promise<readonly Interest[]> {
  return resolveInterests(await listProviders(api, place), { events, providerId: provider });
}

/** The outcome of a change. */
interface Made {
  /** The registration that it is about; `null` where it has none yet, or Adobe's answer does not tell it. */
  readonly subject: Registration | null;
  /** The same as it is now; `null` where that could not be read. */
  readonly after: Registration | null;
}

/** Sends the plan, and says what was done; what is done stays done, also where nobody can read what came of it. */
async function make(
  did: "create" | "update" | "enable" | "disable",
  plan: Plan,
  before: Registration | null,
  session: ApiSession,
  dryRun = false,
): Promise<Made> {
  const { notify, connection } = session;
  if (dryRun) {
    notify({ kind: "remark", text: onlyShown });
    return { subject: before, after: before };
  }
  const [after, unread] = await registrationAfter(await carryOutIn(session, plan), before, session);
  const subject = after ?? before;
  const what = subject === null ? "the registration" : `the registration '${safeText(subject.name)}'`;
  notify({
    kind: "remark",
    text: `${what} is ${did.replace(/e?$/, "ed")}${subject === null ? "" : ` (${subject.id})`}`,
  });
  if (after === null) {
    const look = plan.words.lookup + profileFlag(connection.settings.profile);
    const text =
      unread === null
        ? `Adobe's answer does not tell its id; find it: ${look}`
        : `it could not be read what it is like now: ${unread.message}; see it in a while: ${look}`;
    notify({ kind: "warning", text });
    return { subject, after };
  }
  const { word, remedy } = stateOf(after, connection.settings.profile);
  if (remedy !== null && did !== "disable") {
    const hint = did === "enable" ? `${remedy}; where that does not help, ${inConsole}` : remedy;
    notify({ kind: "warning", text: `it is ${safeText(word)}: ${hint}` });
  }
  return { subject, after };
}

const inConsole = "edit it in Adobe Developer Console → your project → the registration";

/** Some answers hold it, others are empty: then it is asked for. Where that fails, the change was made all the same. */
async function registrationAfter(
  { body }: Changed,
  before: Registration | null,
  { api, place }: ApiSession,
): Promise<readonly [after: Registration | null, unread: FlowrunError | null]> {
  const told = decodeRegistration(body);
  if (before === null || told?.id === before.id) return [told, null];
  try {
    return [(await loadRegistration(api, place, before.id)).registration, null];
  } catch (error) {
    if (error instanceof FlowrunError) return [null, error];
    throw error;
  }
}

function toldOf(
  did: ToldChange["did"],
  { change }: Plan,
  { subject, after }: Made,
  { connection }: ApiSession,
  { dryRun = false }: ChangeFlags,
): Omit<ToldChange, "type" | "schemaVersion"> {
  const { settings, journalUrl } = connection;
  return {
    profile: settings.profile,
    did,
    dryRun,
    ...change,
    id: subject?.id ?? null,
    name: subject?.name ?? null,
    registration: after === null ? null : listed(after, { profile: settings.profile, journalUrl }),
  };
}

function sheetOf({ after }: Made, { connection }: ApiSession): string {
  const { settings, journalUrl } = connection;
  return after === null ? "" : registrationSheet(after, { profile: settings.profile, journalUrl });
}

function warnOfUse(registration: Registration, { connection, notify }: ApiSession, what: string): void {
  const { journalUrl } = connection;
  if (journalUrl === null || !isJournalOf(registration, journalUrl)) return;
  notify({ kind: "warning", text: `the journal of '${safeText(registration.name)}' ${what}` });
}

/** Says the next step to somebody who has just made one. */
function tellNext({ id, deliveryType }: Registration, { connection, notify }: ApiSession): void {
  const { profile } = connection.settings;
  if (profile === demoProfile) return;
  const more = profileFlag(profile);
  const next =
    deliveryType === "journal"
      ? `read it: flowrun registrations use ${id}${more}   (events take a minute or two to come)`
      : `have a sample delivered: flowrun registrations test ${id}${more}`;
  notify({ kind: "remark", text: `next: ${next}` });
}
