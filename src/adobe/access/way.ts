import { mint } from "../auth/client-credentials.ts";
import { createTokenSource, readyToken } from "../auth/token-source.ts";
import type { Credentials, Token, TokenSource } from "../auth/token.ts";
import type { FlowrunError } from "../../errors.ts";
import type { Patience } from "../gateway/retrying.ts";
import type { Host, Send } from "../../host.ts";
import type { Notify } from "../../notices.ts";
import { isSettledBy, type Access } from "../settings/settings.ts";
import { cleanValues } from "../settings/clean-value.ts";
import type { Env, ProfileValues } from "../settings/keys.ts";
import { hasProfile, profilePath, tightenProfile } from "../../state/profile-files.ts";
import { createTokenFile } from "../../state/token-file.ts";
import { chosenProfile, demoProfile, requireProfile } from "./chosen-profile.ts";
import { nameCulprits } from "./culprits.ts";

export interface ConnectOptions {
  readonly profile: string | undefined;
  readonly notify: Notify;
  /** What ends every request and every wait. */
  readonly signal: AbortSignal;
}

/** Where a command's settings come from, and how it gets to Adobe or to the demo. */
export interface Way {
  readonly profile: string;
  readonly env: Env;
  readonly saved: ProfileValues;
  readonly send: Send;
  /** Says what of the environment may be behind a failure. */
  readonly blame: (error: FlowrunError) => Promise<FlowrunError>;
  /** Of the demo, which stands for itself for as long as this process lives; `null` for Adobe. */
  readonly origin: string | null;
  readonly close: () => Promise<void>;
}

/** How much trouble a command puts up with that has no options for it. */
export const usualPatience: Patience = { retries: 5, maxWaitMs: 300_000 };

/**
 * Finds the profile and what it has saved; nothing is sent yet.
 * @param needs `reading` leaves the profile closed where the environment says all that a reading needs.
 * @throws FlowrunError `settings` when something is damaged.
 */
export async function openWay(options: ConnectOptions, needs: "reading" | "profile", host: Host): Promise<Way> {
  const profile = await chosenProfile(options.profile, host);
  if (profile === demoProfile) return openDemo(host);
  const isSettled = needs === "reading" && isSettledBy(host.env);
  await requireProfile(profile, needs, host);
  const saved = isSettled ? {} : await readSaved(profile, options.notify, host);
  return adobeWay(profile, saved, host);
}

/** The way to Adobe with a profile, whose values may have been left unread. */
export function adobeWay(profile: string, saved: ProfileValues, host: Host): Way {
  const { env, send } = host;
  const readAgain = async (): Promise<ProfileValues> => {
    const { readProfile } = await import("../../state/profiles.ts");
    const found = await readProfile(host.dirs.config, profile).catch(() => saved);
    return cleanSaved(found, profile, () => undefined);
  };
  const blame: Way["blame"] = (error) => nameCulprits(error, { profile, env, saved: readAgain });
  return { profile, env, saved, send, blame, origin: null, close: () => Promise.resolve() };
}

/**
 * What the profile has saved, as it was meant, its file made private where it was not; `notify` hears of both.
 * @throws FlowrunError `settings` when damaged.
 */
export async function readSaved(profile: string, notify: Notify, host: Pick<Host, "dirs">): Promise<ProfileValues> {
  const folder = host.dirs.config;
  // Where there is no profile, conf, which is slow to load, has nothing to find.
  if (!(await hasProfile(folder, profile))) return {};
  const mode = await tightenProfile(folder, profile).catch(() => null);
  if (mode !== null) {
    const text = `others could read ${profilePath(folder, profile)} (mode 0${mode.toString(8)}); it is private now (0600)`;
    notify({ kind: "warning", text });
  }
  const { readProfile } = await import("../../state/profiles.ts");
  return cleanSaved(await readProfile(folder, profile), profile, notify);
}

/** A file may have been written by hand. */
export function cleanSaved(saved: ProfileValues, profile: string, notify: Notify): ProfileValues {
  return cleanValues(saved, (key) => `${key} of the profile '${profile}'`, notify);
}

/** The demo's servers live in this process, and are asked directly: no proxy stands between. */
async function openDemo(host: Host): Promise<Way> {
  const [{ startDemo }, { createTransport }] = await Promise.all([
    import("../../demo/server.ts"),
    import("../http/transport.ts"),
  ]);
  const demo = await startDemo(() => host.now());
  const sleep: Host["sleep"] = (ms, signal) => host.sleep(ms, signal);
  const transport = createTransport({ env: {}, nodeVersion: host.nodeVersion, stallMs: 60_000, sleep });
  const { clientId, clientSecret, imsOrgId, journalUrl, imsUrl, apiUrl, consumerOrgId, projectId, workspaceId } = demo;
  const account = { clientId, clientSecret, imsOrgId, scopes: demo.scopes.join(",") };
  return {
    profile: demoProfile,
    env: {},
    saved: { ...account, journalUrl, imsUrl, apiUrl, consumerOrgId, projectId, workspaceId },
    send: transport.send,
    blame: (error) => Promise.resolve(error),
    origin: demo.origin,
    close: async () => {
      await transport.close();
      await demo.close();
    },
  };
}

export interface Tokens {
  /** The token that was given ready-made, a kept one, or a new one. */
  source(patience: Patience): TokenSource;
  /** Mints a token even where a kept one would do: it proves the credential. Kept for the next process. */
  mint(patience: Patience): Promise<Token>;
}

/** How this way's tokens are come by; the demo's are not kept. */
export function tokensOn(way: Way, access: Access, { notify, signal }: ConnectOptions, host: Host): Tokens {
  const credentials: Credentials = { ...access, secrets: access.clientSecrets };
  const store =
    way.origin === null
      ? createTokenFile({ cacheFolder: host.dirs.cache, profile: way.profile }, credentials, notify)
      : forgetful;
  const world = { ...host, send: way.send };
  const mintNew = (patience: Patience) =>
    mint(credentials, { host: world, signal, patience, notify, blame: way.blame });
  return {
    source: (patience) =>
      access.accessToken === null
        ? createTokenSource({ host, store, mint: () => mintNew(patience) })
        : readyToken(access.accessToken),
    mint: async (patience) => {
      const token = await mintNew(patience);
      await store.keep(token);
      return token;
    },
  };
}

const forgetful = { find: () => Promise.resolve(null), keep: () => Promise.resolve() };
