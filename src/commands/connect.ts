import { mint } from "../auth/client-credentials.ts";
import { createTokenSource, readyToken } from "../auth/token-source.ts";
import type { Credentials, TokenSource } from "../auth/token.ts";
import type { Patience } from "../http/retrying.ts";
import type { Host, Send } from "../host.ts";
import type { Journal } from "../journal/ask-journal.ts";
import type { Notify } from "../notices.ts";
import { isSettledBy, profileName, resolveSettings, type Settings } from "../settings.ts";
import { createTokenFile } from "../state/token-file.ts";

/** The profile that is built in and needs no account. */
export const demoProfile = "demo";

/** The way to Adobe, or to the demo, for one command. */
export interface Connection {
  readonly settings: Settings;
  readonly send: Send;
  /** What a cursor calls the journal. */
  readonly journalName: string;
  /** A question as a cursor keeps it, and back: the demo's port is another one each time. */
  readonly toSaved: (url: string) => string;
  readonly fromSaved: (text: string) => string;
  readonly journal: (patience: Patience) => Journal;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  readonly profile: string | undefined;
  readonly notify: Notify;
  /** What ends every request and every wait. */
  readonly signal: AbortSignal;
}

/**
 * Finds the settings and gets ready to ask; nothing is sent yet.
 * @throws FlowrunError `settings` when something is missing or damaged.
 */
export async function connect(options: ConnectOptions, host: Host): Promise<Connection> {
  const profile = profileName(options.profile, host.env);
  if (profile === demoProfile) return connectDemo(options, host);
  const saved = isSettledBy(host.env) ? {} : await readSaved(host, profile);
  const settings = resolveSettings(profile, host.env, saved);
  return connection({ settings, send: host.send, origin: null, close: () => Promise.resolve() }, options, host);
}

/** Opened only where the environment leaves something to find: conf is slow to load. */
async function readSaved(host: Host, profile: string) {
  const { readProfile } = await import("../state/profiles.ts");
  return readProfile(host.dirs.config, profile);
}

interface Way {
  readonly settings: Settings;
  readonly send: Send;
  /** Of the demo, which stands for itself for as long as this process lives; `null` for Adobe. */
  readonly origin: string | null;
  readonly close: () => Promise<void>;
}

function connection(way: Way, { notify, signal }: ConnectOptions, host: Host): Connection {
  const { settings, send, origin, close } = way;
  const world = { ...host, send };
  const tokensFor = (patience: Patience): TokenSource => {
    if (settings.accessToken !== null) return readyToken(settings.accessToken);
    const credentials: Credentials = { ...settings, secrets: settings.clientSecrets };
    const store = origin === null ? createTokenFile(host.dirs.cache, credentials, notify) : forgetful;
    const minting = { host: world, signal, patience, notify };
    return createTokenSource({ host, store, mint: () => mint(credentials, minting) });
  };
  return {
    settings,
    send,
    close,
    journalName: origin === null ? settings.journalUrl : demoName,
    toSaved: (url) => (origin !== null && url.startsWith(origin) ? demoName + url.slice(origin.length) : url),
    fromSaved: (text) => (origin !== null && text.startsWith(demoName) ? origin + text.slice(demoName.length) : text),
    journal: (patience) => ({
      host: world,
      signal,
      patience,
      notify,
      url: settings.journalUrl,
      clientId: settings.clientId,
      imsOrgId: settings.imsOrgId,
      tokens: tokensFor(patience),
    }),
  };
}

const demoName = "demo:";
const forgetful = { find: () => Promise.resolve(null), keep: () => Promise.resolve() };

/** The demo's servers live in this process, and are asked directly: no proxy stands between. */
async function connectDemo(options: ConnectOptions, host: Host): Promise<Connection> {
  const [{ startDemo }, { createTransport }] = await Promise.all([
    import("../demo/server.ts"),
    import("../http/transport.ts"),
  ]);
  const demo = await startDemo(() => host.now());
  const transport = createTransport({ env: {}, stallMs: 60_000 });
  const settings = resolveSettings(
    demoProfile,
    {},
    {
      clientId: demo.clientId,
      clientSecret: demo.clientSecret,
      imsOrgId: demo.imsOrgId,
      scopes: demo.scopes.join(","),
      journalUrl: demo.journalUrl,
      imsUrl: demo.imsUrl,
      apiUrl: demo.apiUrl,
    },
  );
  const close = async (): Promise<void> => {
    await transport.close();
    await demo.close();
  };
  return connection({ settings, send: transport.send, origin: demo.origin, close }, options, host);
}
