import type { Patience } from "../../../adobe/gateway/retrying.ts";
import type { Host } from "../../../host.ts";
import { findSetting, type Access } from "../../../adobe/settings/settings.ts";
import { checkValue } from "../../../adobe/settings/check-value.ts";
import { watched } from "../../../adobe/http/watch.ts";
import { demoName } from "../../../adobe/access/chosen-profile.ts";
import { accessOn } from "../../../adobe/access/connect.ts";
import type { ConnectOptions } from "../../../adobe/access/way.ts";
import { checkApi, checkHistory, checkJournal, checkRegistration, checkScopes, checkToken } from "./adobe.ts";
import { lookAtArchive } from "./archive.ts";
import { checkCaches } from "./caches.ts";
import { checkCursors } from "./cursors.ts";
import { skipped, type Check, type Finding } from "./finding.ts";
import { lookAtLytics } from "./lytics.ts";
import { checkClock, checkNetwork, checkVersion } from "./machine.ts";
import { lookAtSettings, type ChosenProfile, type Setup } from "./settings.ts";
import { survive, tryTo } from "./try-to.ts";

/** The profile to look at, how to reach Adobe, and how often a request is tried again. */
export type ExamineOptions = ConnectOptions & ChosenProfile & { readonly patience: Patience };

/**
 * Makes every check in order, from what is nearest to what is farthest. One that needs what an earlier one did not
 * find is skipped; the others go on, so that all there is to mend is known at once.
 */
export async function* examine(options: ExamineOptions, host: Host): AsyncGenerator<Finding> {
  const { profile } = options;
  yield checkVersion(host);
  const setup = await lookAtSettings(options, host);
  try {
    yield* setup.findings;
    yield* await survive("token", () => checkCaches(host.dirs.cache));
    yield* setup.access === null
      ? examineMachine(setup, options, host)
      : examineAdobe(setup, setup.access, options, host);
    const place = { stateFolder: host.dirs.state, profile, journalName: journalNameOf(setup), now: host.now() };
    yield* await survive("cursor", () => checkCursors(place));
    yield await lookAtArchive(profile, host);
    yield* await lookAtLytics(setup.way, options, host);
  } finally {
    await setup.way.close();
  }
}

function journalNameOf({ way, settings }: Setup): string | null {
  if (settings === null) return null;
  return way.origin === null ? settings.journalUrl : demoName;
}

/**
 * The checks that need no settings: whether this machine reaches Adobe, and its clock. The hosts may turn out to be
 * others, so one that cannot be found is no more than a warning.
 */
async function* examineMachine({ way }: Setup, options: ExamineOptions, host: Host): AsyncGenerator<Finding> {
  const { env, saved } = way;
  const send = watched(way.send, { notify: options.notify, now: () => host.now() });
  const urlOf = async (key: "imsUrl" | "apiUrl" | "journalUrl"): Promise<string | null> => {
    const outcome = await tryTo(() => checkValue(key, findSetting(key, env, saved)?.value ?? ""));
    return "value" in outcome ? outcome.value : null;
  };
  const [imsUrl, apiUrl, journalUrl] = await Promise.all([urlOf("imsUrl"), urlOf("apiUrl"), urlOf("journalUrl")]);
  const urls = [imsUrl, apiUrl, journalUrl].filter((url) => url !== null);
  for (const finding of await survive("network", () => checkNetwork(urls, env, { host, signal: options.signal }))) {
    yield finding.kind === null ? finding : { ...finding, verdict: "warning", kind: null };
  }
  if (imsUrl === null || apiUrl === null) yield skipped("clock", incomplete);
  else {
    const asking = { host, send, signal: options.signal, notify: options.notify };
    yield* await survive("clock", () => checkClock({ imsUrl, apiUrl, accessToken: null }, asking));
  }
  yield* skipAll(["token", "scopes", "api", "journal", "registration", "history"], incomplete);
}

const incomplete = "the settings are incomplete";

async function* examineAdobe(
  { way, settings }: Setup,
  access: Access,
  options: ExamineOptions,
  host: Host,
): AsyncGenerator<Finding> {
  const { env } = way;
  const send = watched(way.send, { notify: options.notify, now: () => host.now() });
  const urls = [access.accessToken === null ? access.imsUrl : null, access.apiUrl, settings?.journalUrl ?? null];
  const asked = urls.filter((url) => url !== null);
  yield* await survive("network", () => checkNetwork(asked, env, { host, signal: options.signal }));
  const asking = { host, send, signal: options.signal, notify: options.notify };
  yield* await survive("clock", () => checkClock(access, asking));

  const connection = accessOn(way, options, host);
  const api = connection.registrations(options.patience);
  const token = await checkToken(access, api.tokens, () => host.now());
  yield token.finding;
  if (token.value === null) {
    yield* skipAll(["scopes", "api", "journal", "registration", "history"], "there is no token to ask with");
    return;
  }
  const given = token.value;
  yield* await survive("scopes", () => checkScopes(given, access.scopes));
  const registrations = await checkApi(api, connection.place);
  yield registrations.finding;
  if (settings === null) {
    yield* skipAll(["journal", "registration", "history"], "no journal is set");
    return;
  }
  const page = await checkJournal({ ...api, url: settings.journalUrl });
  yield page.finding;
  const list = registrations.value;
  yield* await survive("registration", () =>
    list === null
      ? skipped("registration", "the registrations could not be listed")
      : checkRegistration(list, settings.journalUrl),
  );
  const oldest = page.value;
  yield* await survive("history", () =>
    oldest === null ? skipped("history", "the journal does not answer") : checkHistory(oldest),
  );
}

function skipAll(checks: readonly Check[], why: string): readonly Finding[] {
  return checks.map((check) => skipped(check, why));
}
