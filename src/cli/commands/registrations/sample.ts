import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { loadRegistration } from "../../../adobe/registrations/list-registrations.ts";
import { planSample } from "../../../adobe/registrations/plans.ts";
import { profileFlag } from "../../../adobe/settings/profile-name.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { carryOutIn, inApi } from "./in-api.ts";
import { listed } from "./listed.ts";
import { changePrinter, onlyShown, type ChangeFlags } from "./told-change.ts";

/** Options of `registrations test`. */
export interface SampleFlags extends ChangeFlags {
  readonly event?: string;
}

/**
 * Has Adobe deliver a sample event to a registration.
 * @throws FlowrunError `usage` for an event that it does not listen to, `notFound` where Adobe has no sample of it.
 */
export async function runRegistrationsTest(id: string, flags: SampleFlags, host: Host): Promise<void> {
  const print = changePrinter(flags, host);
  await inApi(flags, host, async (session) => {
    const { connection, api, place, notify } = session;
    const { settings, journalUrl } = connection;
    const { registration } = await loadRegistration(api, place, id);
    const plan = planSample(settings.apiUrl, registration, flags.event);
    const { dryRun = false } = flags;
    const changed = dryRun ? null : await carryOutIn(session, plan);
    if (changed?.status === 204) {
      throw new FlowrunError("notFound", `Adobe has no sample of this event: ${plan.words.deed} was not done`, {
        why: "the registrations API answered 204",
        hint: `try another of its events: flowrun registrations test ${id} --event <code>`,
      });
    }
    const { name } = registration;
    const profile = settings.profile;
    const told = {
      profile,
      did: "test",
      dryRun,
      ...plan.change,
      id,
      name,
      registration: listed(registration, { profile, journalUrl }),
    } as const;
    await print(told, "");
    if (dryRun) {
      notify({ kind: "remark", text: onlyShown });
      return;
    }
    notify({ kind: "remark", text: `Adobe delivers a sample to '${safeText(name)}'` });
    const look = `${plan.words.lookup}${profileFlag(profile)}`;
    notify({ kind: "remark", text: `next, in a minute: ${look}` });
  });
}
