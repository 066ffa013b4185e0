import type { Patience } from "../../http/retrying.ts";
import type { Host } from "../../host.ts";
import { apiOn } from "../connect-api.ts";
import { demoName } from "../connect.ts";
import type { ConnectOptions } from "../way.ts";
import { checkApi, checkHistory, checkJournal, checkRegistration, checkScopes, checkToken } from "./adobe.ts";
import { checkCursors } from "./cursors.ts";
import { skipped, type Check, type Finding } from "./finding.ts";
import { checkClock, checkNetwork, checkVersion } from "./machine.ts";
import { lookAtSettings, type Setup } from "./settings.ts";

export interface ExamineOptions extends ConnectOptions {
  readonly patience: Patience;
}

/**
 * Makes every check in order, from what is nearest to what is farthest. One that needs what an earlier one did not
 * find is skipped; the others go on, so that all there is to mend is known at once.
 */
export async function* examine(options: ExamineOptions, profile: string, host: Host): AsyncGenerator<Finding> {
  yield checkVersion(host);
  const setup = await lookAtSettings(options, profile, host);
  try {
    yield* setup.findings;
    yield* examineAdobe(setup, options, host);
    yield* await checkCursors({
      stateFolder: host.dirs.state,
      profile,
      journalName: journalNameOf(setup),
      now: host.now(),
    });
  } finally {
    await setup.way?.close();
  }
}

function journalNameOf({ way, settings }: Setup): string | null {
  if (way === null || settings === null) return null;
  return way.origin === null ? settings.journalUrl : demoName;
}

async function* examineAdobe(setup: Setup, options: ExamineOptions, host: Host): AsyncGenerator<Finding> {
  const { way, access, settings } = setup;
  if (way === null || access === null) {
    yield* skipAll(
      ["network", "clock", "token", "scopes", "api", "journal", "registration", "history"],
      "the settings are not whole",
    );
    return;
  }
  const { send, env } = way;
  const urls = [access.accessToken === null ? access.imsUrl : null, access.apiUrl, settings?.journalUrl ?? null];
  yield await checkNetwork(
    urls.filter((url) => url !== null),
    env,
    { host, signal: options.signal },
  );
  yield await checkClock(access, { host, send, signal: options.signal, notify: options.notify });

  const connection = apiOn(way, options, host);
  const api = connection.api(options.patience);
  const token = await checkToken(access, api.tokens, () => host.now());
  yield token.finding;
  if (token.value === null) {
    yield* skipAll(["scopes", "api", "journal", "registration", "history"], "there is no token to ask with");
    return;
  }
  yield checkScopes(token.value, access.scopes);
  const registrations = await checkApi(api, connection.place);
  yield registrations.finding;
  if (settings === null) {
    yield* skipAll(["journal", "registration", "history"], "no journal is set");
    return;
  }
  const page = await checkJournal({ ...api, url: settings.journalUrl });
  yield page.finding;
  yield registrations.value === null
    ? skipped("registration", "the registrations could not be listed")
    : checkRegistration(registrations.value, settings.journalUrl);
  yield page.value === null ? skipped("history", "the journal does not answer") : checkHistory(page.value);
}

function skipAll(checks: readonly Check[], why: string): readonly Finding[] {
  return checks.map((check) => skipped(check, why));
}
