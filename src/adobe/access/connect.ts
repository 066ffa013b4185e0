import type { Patience } from "../gateway/retrying.ts";
import type { Host, Send } from "../../host.ts";
import type { Journal } from "../journal/ask-journal.ts";
import { resolveSettings, type Settings } from "../settings/settings.ts";
import { resolvePlatformUrl } from "../settings/platform-url.ts";
import { openWay, tokensOn, type ConnectOptions, type Way } from "./way.ts";

/** The way to a journal for one command. */
export interface Connection {
  readonly settings: Settings;
  readonly send: Send;
  /** What a cursor calls the journal. */
  readonly journalName: string;
  /** A question as a cursor keeps it, and back: the demo's port is another one each time. */
  readonly toSaved: (url: string) => string;
  readonly fromSaved: (text: string) => string;
  readonly journal: (patience: Patience) => Journal;
  /** Where Experience Platform's own APIs are. @throws FlowrunError `settings` when that setting cannot be right. */
  readonly platformUrl: () => string;
  readonly close: () => Promise<void>;
}

/**
 * Finds the settings and gets ready to ask; nothing is sent yet.
 * @throws FlowrunError `settings` when something is missing or damaged.
 */
export async function connect(options: ConnectOptions, host: Host): Promise<Connection> {
  const way = await openWay(options, "reading", host);
  return connection(way, resolveSettings(way.profile, way.env, way.saved), options, host);
}

function connection(way: Way, settings: Settings, options: ConnectOptions, host: Host): Connection {
  const { send, origin, blame, close } = way;
  const { journalUrl, clientId, imsOrgId } = settings;
  const { notify, signal } = options;
  const tokens = tokensOn(way, settings, options, host);
  return {
    settings,
    send,
    close,
    platformUrl: () => origin ?? resolvePlatformUrl(way.env),
    journalName: origin === null ? journalUrl : demoName,
    toSaved: (url) => (origin !== null && url.startsWith(origin) ? demoName + url.slice(origin.length) : url),
    fromSaved: (text) => (origin !== null && text.startsWith(demoName) ? origin + text.slice(demoName.length) : text),
    journal: (patience) => ({
      host: { ...host, send },
      signal,
      patience,
      notify,
      blame,
      url: journalUrl,
      clientId,
      imsOrgId,
      tokens: tokens.source(patience),
    }),
  };
}

/** What a cursor calls the demo's journal. */
export const demoName = "demo:";
