import type { Token, TokenSource } from "../auth/token.ts";
import type { Patience } from "../gateway/retrying.ts";
import type { Host } from "../../host.ts";
import type { RegistrationsApi } from "../registrations/list-registrations.ts";
import { findConsolePlace, type ConsolePlace } from "../registrations/console-place.ts";
import { findSetting, resolveAccess, type Access } from "../settings/settings.ts";
import { openWay, tokensOn, type ConnectOptions, type Way } from "./way.ts";

/** The way to a credential's token and registrations for one command; no journal is needed. */
export interface ApiConnection {
  readonly way: Way;
  readonly access: Access;
  /** `null` where nothing says whose registrations to look at. */
  readonly place: ConsolePlace | null;
  /** The journal that the settings name. */
  readonly journalUrl: string | null;
  readonly tokens: (patience: Patience) => TokenSource;
  /** Mints a token even where a kept one would do, and keeps it. */
  readonly mint: (patience: Patience) => Promise<Token>;
  readonly api: (patience: Patience) => RegistrationsApi;
  readonly close: () => Promise<void>;
}

/**
 * Finds the settings and gets ready to ask; nothing is sent yet.
 * @throws FlowrunError `settings` when something is missing or damaged.
 */
export async function connectApi(options: ConnectOptions, host: Host): Promise<ApiConnection> {
  return apiOn(await openWay(options, "profile", host), options, host);
}

/** The same on a way that is open already. @throws FlowrunError `settings`. */
export function apiOn(way: Way, options: ConnectOptions, host: Host): ApiConnection {
  const { profile, env, saved, send, blame, close } = way;
  const access = resolveAccess(profile, env, saved);
  const { clientId, imsOrgId, apiUrl } = access;
  const { notify, signal } = options;
  const tokens = tokensOn(way, access, options, host);
  const journalUrl = findSetting("journalUrl", env, saved)?.value ?? null;
  return {
    way,
    access,
    place: findConsolePlace(saved, journalUrl),
    journalUrl,
    tokens: (patience) => tokens.source(patience),
    mint: (patience) => tokens.mint(patience),
    api: (patience) => ({
      host: { ...host, send },
      signal,
      patience,
      notify,
      blame,
      apiUrl,
      clientId,
      imsOrgId,
      tokens: tokens.source(patience),
    }),
    close,
  };
}
