import { FlowrunError } from "../../../errors.ts";
import type { Host, Prompt } from "../../../host.ts";
import { askJournal } from "../../../adobe/journal/ask-journal.ts";
import { startUrl } from "../../../adobe/journal/when.ts";
import type { LoginFlags } from "../../options/flags.ts";
import { createReporter } from "../../terminal/reporter.ts";
import { overridden } from "../../../adobe/settings/settings.ts";
import { readVariable } from "../../../adobe/settings/environment.ts";
import type { ProfileValues } from "../../../adobe/settings/keys.ts";
import { defaultProfile } from "../../../adobe/settings/profile-name.ts";
import { readUsedProfile } from "../../../state/profile-files.ts";
import { chosenProfile, demoProfile } from "../../../adobe/access/chosen-profile.ts";
import { accessOn, openAccess, usualPatience, type AdobeConnection } from "../../../adobe/access/connect.ts";
import { readSaved } from "../../../adobe/access/saved-values.ts";
import { chooseJournal, type ChosenJournal, type JournalWish } from "./login-journal.ts";
import { gatherLogin } from "./login-values.ts";
import { withoutKey } from "./saved-profile.ts";
import { tellWrongAnswer } from "./wrong-answer.ts";
import { givenWay, type ConnectOptions, type Way } from "../../../adobe/access/way.ts";

/**
 * Sets a profile up: gathers the credential, proves it with a token, finds the journal, and saves last, so that
 * whatever goes wrong leaves the old profile as it was.
 */
export async function runLogin(flags: LoginFlags, host: Host): Promise<void> {
  const { notify } = createReporter(host, {
    quiet: flags.quiet === true,
    verbose: flags.verbose ?? 0,
    live: false,
    profile: flags.profile,
  });
  const profile = await chosenProfile(flags.profile, host);
  const options: ConnectOptions = { profile, notify, signal: host.signal };
  const prompt = flags.secretStdin === true ? null : host.prompt;
  if (profile === demoProfile) await loginToDemo(flags, prompt, options, host);
  else await login(profile, flags, prompt, options, host);
}

async function login(
  profile: string,
  flags: LoginFlags,
  prompt: Prompt | null,
  options: ConnectOptions,
  host: Host,
): Promise<void> {
  const { notify } = options;
  const saved = await readSaved(profile, notify, host);
  const { values, journal } = await gatherProven(profile, saved, { flags, prompt, options }, host);
  const { updateProfile } = await import("../../../state/profiles.ts");
  const kept = await updateProfile(host, profile, () => ({ ...values, journalUrl: journal.url }));
  await report(profile, kept, journal, options, host);
  const shadowing = [
    ...overridden(host.env, kept),
    ...(readVariable(host.env, "FLOWRUN_ACCESS_TOKEN") !== null ? ["FLOWRUN_ACCESS_TOKEN"] : []),
  ];
  if (shadowing.length > 0) {
    notify({ kind: "warning", text: `the environment still goes before the profile: ${shadowing.join(", ")} set` });
  }
}

interface Given {
  readonly flags: LoginFlags;
  readonly prompt: Prompt | null;
  readonly options: ConnectOptions;
}

interface Proven {
  readonly values: ProfileValues;
  readonly journal: ChosenJournal;
}

/** A credential that Adobe takes. What a person typed and Adobe refuses is told, and asked for again. */
async function gatherProven(
  profile: string,
  saved: ProfileValues,
  { flags, prompt, options }: Given,
  host: Host,
): Promise<Proven> {
  const { notify } = options;
  const again = (error: unknown): Promise<void> => tellWrongAnswer(error, host);
  let known = saved;
  let mayHaveFile = true;
  for (;;) {
    const gathered = await gatherLogin(flags, known, { prompt, mayHaveFile, notify, again }, host);
    const { values, journalUrl } = gathered;
    if (gathered.hasManagementApi === false) notify({ kind: "warning", text: withoutManagementApi });
    try {
      const way = givenWay(profile, values, host);
      return { values, journal: await prove(way, { journalUrl, flags, prompt, notify }, options, host) };
    } catch (error) {
      if (gathered.wasAsked === false) throw error;
      await again(error);
      mayHaveFile = gathered.wasAsked !== "all";
      // Of what was typed all is offered again but a secret that IMS does not know.
      known = error instanceof FlowrunError && error.kind === "auth" ? withoutKey(values, "clientSecret") : values;
    }
  }
}

const withoutManagementApi =
  "the project lacks the I/O Management API, without which Adobe answers 403; add it: Adobe Developer Console → your project → Add to project → API → I/O Management API";

/** The same steps against the demo's own IMS and registrations; there is nothing to save. */
async function loginToDemo(
  flags: LoginFlags,
  prompt: Prompt | null,
  options: ConnectOptions,
  host: Host,
): Promise<void> {
  if (flags.from !== undefined || flags.secretStdin === true) throw demoNeedsNothing();
  const connection = await openAccess(options, host);
  try {
    await connection.mint(usualPatience);
    const wish: JournalWish = { journalUrl: null, flags, prompt, notify: options.notify };
    const journal = await chooseJournal(connection, wish);
    await report(demoProfile, connection.saved, journal, options, host);
    options.notify({ kind: "remark", text: "the demo is built in: nothing needs saving, and nothing was saved" });
  } finally {
    await connection.close();
  }
}

async function prove(way: Way, wish: JournalWish, options: ConnectOptions, host: Host): Promise<ChosenJournal> {
  const connection = accessOn(way, options, host);
  await connection.mint(usualPatience);
  const chosen = await chooseJournal(connection, wish);
  // The registrations answer for their own journals; one that was given by its URL has to answer itself.
  if (chosen.registration === null) await askOnce(chosen.url, connection, host);
  return chosen;
}

/** @throws FlowrunError, when there is no journal or the credential may not read it. */
async function askOnce(url: string, connection: AdobeConnection, host: Host): Promise<void> {
  const journal = connection.journalAt(url, usualPatience);
  await askJournal(journal, () => startUrl(url, { kind: "now" }, null, host.now())).page;
}

async function report(
  profile: string,
  values: ProfileValues,
  journal: ChosenJournal,
  { notify }: ConnectOptions,
  host: Host,
): Promise<void> {
  const { registration, url } = journal;
  const source = registration === null ? url : `'${registration.name}' (registration ${registration.id})`;
  const used = (await readUsedProfile(host.dirs.config)) ?? defaultProfile;
  const more = profile === used ? "" : ` --profile ${profile}`;
  const lines = [
    `logged in: profile '${profile}', client ${values.clientId ?? ""}, organisation ${values.imsOrgId ?? ""}`,
    `journal: ${source}`,
    `next: flowrun since -P1D${more}`,
  ];
  for (const text of lines) notify({ kind: "remark", text });
}

function demoNeedsNothing(): FlowrunError {
  return new FlowrunError("usage", "the demo takes no credential", {
    why: "its account is built in",
    hint: "flowrun login --profile demo, or choose another name: --profile <name>",
  });
}
