import { chosenProfile, demoProfile, requireProfile } from "../../../adobe/access/chosen-profile.ts";
import { connect, type Connection } from "../../../adobe/access/connect.ts";
import { readSaved } from "../../../adobe/access/saved-values.ts";
import { resolveKeysUrl } from "../../../adobe/settings/keys-url.ts";
import type { ProfileValues } from "../../../adobe/settings/keys.ts";
import { findSetting } from "../../../adobe/settings/settings.ts";
import { Secret } from "../../../adobe/auth/secret.ts";
import { archiveOfConnection, archiveOfProfile } from "../../../engine/archive/of-profile.ts";
import type { ArchivePlace } from "../../../engine/archive/place.ts";
import { FlowrunError } from "../../../errors.ts";
import type { Host, Send } from "../../../host.ts";
import type { Notify } from "../../../notices.ts";
import { hasProfile } from "../../../state/profile-files.ts";

/** Whose deliveries are received, and what there is to judge them by. */
export interface Identity {
  readonly profile: string;
  /** Deliveries of Adobe's to others are refused; `null` where it delivers nothing, and only Lytics does. */
  readonly clientId: string | null;
  /** By these an HMAC may be made. */
  readonly secrets: readonly Secret[];
  /** The way to the journal; `null` where that is not to be read. */
  readonly connection: Connection | null;
  /** The journal's name, or what stands for it where there is none: the archive files runs under it. */
  readonly journalName: string;
  /** The profile's account of Lytics, as whoever polls it calls it: the archive files its events under that. */
  readonly accountName: () => Promise<string>;
  readonly send: Send;
  /** Where Adobe's public keys are. */
  readonly keysUrl: string;
  readonly archivePlace: () => Promise<ArchivePlace>;
  readonly close: () => Promise<void>;
}

/** How a receiver's identity is looked for. */
export interface IdentityOptions {
  /** The profile that the line names. */
  readonly profile: string | undefined;
  /** Whether the journal is to be read as well. */
  readonly needsJournal: boolean;
  /** Whether events of Lytics are taken, so that there is something to receive without Adobe. */
  readonly takesLytics: boolean;
  readonly notify: Notify;
  /** Ends every request. */
  readonly signal: AbortSignal;
}

/** @throws FlowrunError `settings` that names what is missing. */
export async function findIdentity(options: IdentityOptions, host: Host): Promise<Identity> {
  const { profile, needsJournal, takesLytics, notify, signal } = options;
  const chosen = await chosenProfile(profile, host);
  if (!needsJournal && chosen !== demoProfile) return withoutJournal(chosen, options, host);
  const connection = await connect({ profile, notify, signal }, host).catch(async (error: unknown) => {
    if (!(error instanceof FlowrunError) || error.kind !== "settings" || chosen === demoProfile) throw error;
    // Where nobody knows whose deliveries to take, it does not work without the journal either.
    const { clientId } = await recipientOf(chosen, notify, host).catch(() => ({ clientId: null }));
    if (clientId !== null) throw orWithout(error, "without the journal: flowrun listen --reconcile off");
    throw takesLytics ? orWithout(error, "for Lytics alone: flowrun listen --lytics /lytics --reconcile off") : error;
  });
  const { settings, journalName, send, keysUrl, close } = connection;
  return {
    profile: settings.profile,
    clientId: settings.clientId,
    secrets: settings.clientSecrets,
    connection,
    journalName,
    accountName: async () => (await archiveOfProfile(chosen, host)).accountName,
    send,
    keysUrl: keysUrl(),
    archivePlace: async () => (await archiveOfConnection(connection, host)).place,
    close,
  };
}

/** All that is needed then is whose deliveries are to be taken. */
async function withoutJournal(
  profile: string,
  { takesLytics, notify }: IdentityOptions,
  host: Host,
): Promise<Identity> {
  const { env } = host;
  const { saved, clientId } = await recipientOf(profile, notify, host);
  if (clientId === null) {
    await requireProfile(profile, "profile", host);
    if (!takesLytics) throw noRecipient(profile);
  }
  const archive = () => archiveOfProfile(profile, host);
  const secrets = (findSetting("clientSecret", env, saved)?.value ?? "").split(/[\s,]+/).filter((text) => text !== "");
  return {
    profile,
    clientId,
    secrets: secrets.map((text) => new Secret(text)),
    connection: null,
    journalName:
      findSetting("journalUrl", env, saved)?.value ??
      (clientId === null ? (await archive()).accountName : `client:${clientId}`),
    accountName: async () => (await archive()).accountName,
    send: host.send,
    keysUrl: resolveKeysUrl(env),
    archivePlace: async () => (await archive()).place,
    close: () => Promise.resolve(),
  };
}

function noRecipient(profile: string): FlowrunError {
  return new FlowrunError("settings", "flowrun does not know whose deliveries to take: FLOWRUN_CLIENT_ID not set", {
    why: `neither the environment nor the profile '${profile}' has it, and anybody's would be taken`,
    hint: "set FLOWRUN_CLIENT_ID to the client id of the registration, or: flowrun login",
  });
}

/** The values that are saved, and the client id that deliveries are to be for; `null` where nobody says it. */
async function recipientOf(profile: string, notify: Notify, host: Host) {
  const saved: ProfileValues = (await hasProfile(host.dirs.config, profile))
    ? await readSaved(profile, notify, host)
    : {};
  return { saved, clientId: findSetting("clientId", host.env, saved)?.value ?? null };
}

function orWithout({ kind, message, why, hint }: FlowrunError, way: string): FlowrunError {
  return new FlowrunError(kind, message, {
    why: why ?? "the journal says what the webhook has missed",
    hint: `${hint ?? ""}   (or ${way})`,
  });
}
