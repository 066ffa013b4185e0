import { mint } from "../auth/client-credentials.ts";
import { createTokenSource, readyToken } from "../auth/token-source.ts";
import type { Credentials, Token, TokenSource, TokenStore } from "../auth/token.ts";
import type { GatewayAccess } from "../gateway/ask-gateway.ts";
import type { Patience } from "../gateway/retrying.ts";
import type { Send, World } from "../../host.ts";
import type { Journal } from "../journal/ask-journal.ts";
import { watched } from "../http/watch.ts";
import type { PlatformApi } from "../platform/api.ts";
import { findConsolePlace, type ConsolePlace } from "../registrations/console-place.ts";
import { resolveKeysUrl } from "../settings/keys-url.ts";
import type { RegistrationsApi } from "../registrations/api.ts";
import type { ProfileValues } from "../settings/keys.ts";
import { resolvePlatformUrl } from "../settings/platform-url.ts";
import { findSetting, resolveAccess, resolveSettings, type Access, type Settings } from "../settings/settings.ts";
import { createTokenFile } from "../../state/token-file.ts";
import { findArchivePlace, type NamedArchive } from "./archive-place.ts";
import { demoName } from "./chosen-profile.ts";
import { openWay, type ConnectOptions, type Way } from "./way.ts";

/** The way to Adobe, or to the demo, for one command, with settings resolved once; no journal is needed. */
export interface AdobeConnection {
  readonly settings: Access;
  /** The values that the profile has saved; none where the environment says all that a reading needs. */
  readonly saved: ProfileValues;
  /** The journal that the settings name, unchecked; `null` where none is named. */
  readonly journalUrl: string | null;
  /** Whose registrations to look at; `null` where nothing says so. */
  readonly place: ConsolePlace | null;
  readonly send: Send;
  /** The token that was given ready-made, a kept one, or a new one. */
  readonly tokens: (patience: Patience) => TokenSource;
  /** Mints a token even where a kept one would do, since that proves the credential; keeps it for the next process. */
  readonly mint: (patience: Patience) => Promise<Token>;
  readonly registrations: (patience: Patience) => RegistrationsApi;
  /** A journal by its URL, whether the settings name it or not. */
  readonly journalAt: (url: string, patience: Patience) => Journal;
  /** The archive that the settings name; `null` where they name none. @throws FlowrunError `settings` when it cannot be right. */
  readonly archive: () => NamedArchive | null;
  /** Where Adobe's public keys are, by which it signs what it delivers. @throws FlowrunError `settings` likewise. */
  readonly keysUrl: () => string;
  /** Has the demo's Adobe deliver to a webhook of this machine; `null` where Adobe itself does. */
  readonly deliverTo: Way["deliverTo"];
  /** Has the demo's Lytics do so. */
  readonly deliverJobsTo: Way["deliverJobsTo"];
  /** Where Experience Platform's own APIs are. @throws FlowrunError `settings` when that setting cannot be right. */
  readonly platformUrl: () => string;
  /** Those APIs, to be asked about one sandbox. @throws likewise. */
  readonly platform: (patience: Patience, sandbox: string | null) => PlatformApi;
  /** A question as a cursor keeps it, and back: the demo's port is another one each time. */
  readonly toSaved: (url: string) => string;
  readonly fromSaved: (text: string) => string;
  readonly close: () => Promise<void>;
}

/** The same with a journal to read. */
export interface Connection extends AdobeConnection {
  readonly settings: Settings;
  /** The journal's name in a cursor. */
  readonly journalName: string;
  /** The journal that the settings name. */
  readonly journal: (patience: Patience) => Journal;
}

/** How much trouble a command puts up with that has no options for it. */
export const usualPatience: Patience = { retries: 5, maxWaitMs: 300_000 };

/** Of whoever follows: it never gives up, and waits out whatever passes. */
export const endlessPatience: Patience = { retries: Infinity, maxWaitMs: Infinity };

/**
 * Finds the settings and gets ready to read the journal; nothing is sent yet.
 * @throws FlowrunError `settings` when something is missing or damaged.
 */
export async function connect(options: ConnectOptions, host: World): Promise<Connection> {
  return connectionOn(await openWay(options, "reading", host), options, host);
}

/** The same on a way that is open already. @throws FlowrunError `settings`. */
export function connectionOn(way: Way, options: ConnectOptions, host: World): Connection {
  const settings = resolveSettings(way.profile, way.env, way.saved);
  const { journalUrl } = settings;
  const access = withSettings(settings, way, options, host);
  return {
    ...access,
    settings,
    journalName: way.origin === null ? journalUrl : demoName,
    journal: (patience) => access.journalAt(journalUrl, patience),
  };
}

/**
 * Finds the settings and gets ready to ask for tokens and registrations; nothing is sent yet.
 * @throws FlowrunError `settings` when something is missing or damaged.
 */
export async function openAccess(options: ConnectOptions, host: World): Promise<AdobeConnection> {
  return accessOn(await openWay(options, "profile", host), options, host);
}

/** The same on a way that is open already. @throws FlowrunError `settings`. */
export function accessOn(way: Way, options: ConnectOptions, host: World): AdobeConnection {
  return withSettings(resolveAccess(way.profile, way.env, way.saved), way, options, host);
}

function withSettings(settings: Access, way: Way, options: ConnectOptions, host: World): AdobeConnection {
  const { env, saved, origin, blame, close } = way;
  const { clientId, imsOrgId, apiUrl } = settings;
  const { notify, signal } = options;
  const send = watched(way.send, { notify, now: () => host.now() });
  // Not all of it: the folders may be such that whoever needs none must not ask for them.
  const world = {
    send,
    now: () => host.now(),
    sleep: (ms: number, until?: AbortSignal) => host.sleep(ms, until),
    random: () => host.random(),
  };
  const journalUrl = findSetting("journalUrl", env, saved)?.value ?? null;
  const credentials: Credentials = { ...settings, secrets: settings.clientSecrets };
  const store = way.keepsTokens
    ? createTokenFile({ cacheFolder: host.dirs.cache, profile: way.profile }, credentials, notify)
    : forgetful;

  const mintNew = (patience: Patience): Promise<Token> =>
    mint(credentials, { host: world, signal, patience, notify, blame });
  const tokens = (patience: Patience): TokenSource =>
    settings.accessToken === null
      ? createTokenSource({ host, store, mint: () => mintNew(patience) })
      : readyToken(settings.accessToken);
  const gateway = (patience: Patience): GatewayAccess => {
    return { host: world, signal, patience, notify, blame, clientId, imsOrgId, tokens: tokens(patience) };
  };
  const platformUrl = (): string => origin ?? resolvePlatformUrl(env);
  return {
    settings,
    saved,
    journalUrl,
    place: findConsolePlace(saved, journalUrl),
    send,
    tokens,
    mint: async (patience) => {
      const token = await mintNew(patience);
      await store.keep(token);
      return token;
    },
    registrations: (patience) => ({ ...gateway(patience), apiUrl }),
    journalAt: (url, patience) => ({ ...gateway(patience), url }),
    archive: () => findArchivePlace(env, saved),
    deliverTo: way.deliverTo,
    deliverJobsTo: way.deliverJobsTo,
    keysUrl: () => origin ?? resolveKeysUrl(env),
    platformUrl,
    platform: (patience, sandbox) => ({ ...gateway(patience), url: platformUrl(), sandbox }),
    toSaved: (url) => (origin !== null && url.startsWith(origin) ? demoName + url.slice(origin.length) : url),
    fromSaved: (text) => (origin !== null && text.startsWith(demoName) ? origin + text.slice(demoName.length) : text),
    close,
  };
}

/** For tokens that are not kept. */
const forgetful: TokenStore = { find: () => Promise.resolve(null), keep: () => Promise.resolve() };
