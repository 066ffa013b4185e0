import { Secret } from "../adobe/auth/secret.ts";
import type { Patience } from "../adobe/gateway/retrying.ts";
import { openWay, type ConnectOptions, type Way } from "../adobe/access/way.ts";
import { demoName } from "../adobe/access/chosen-profile.ts";
import { watched } from "../adobe/http/watch.ts";
import { checkValue } from "../adobe/settings/check-value.ts";
import { variables, type VariableKey } from "../adobe/settings/keys.ts";
import { profileFlag } from "../adobe/settings/profile-name.ts";
import { findSetting } from "../adobe/settings/settings.ts";
import { FlowrunError } from "../errors.ts";
import type { World } from "../host.ts";
import { accountName, demoAccount } from "./account-name.ts";
import type { Lytics } from "./lytics.ts";

/** A profile's account of Lytics, connected. */
export interface LyticsConnection {
  readonly profile: string;
  /** With as much patience. */
  readonly lytics: (patience: Patience) => Lytics;
  /** Its list of events, as a cursor names it: `demo:` for the demo's. */
  readonly journalName: string;
  /** A place in it as it is saved, and the other way round. */
  readonly toSaved: (url: string) => string;
  readonly fromSaved: (text: string) => string;
  /** Ends all that was opened. */
  readonly close: () => Promise<void>;
}

/**
 * Finds the profile's account of Lytics; nothing is asked yet.
 * @throws FlowrunError `settings` where there is no token, or a setting cannot be right.
 */
export async function connectLytics(options: ConnectOptions, host: World): Promise<LyticsConnection> {
  const way = await openWay(options, "profile", host);
  try {
    return lyticsOn(way, options, host);
  } catch (error) {
    await way.close();
    throw error;
  }
}

/** The same on a way that is open already. @throws FlowrunError `settings`. */
export function lyticsOn(way: Way, { notify, signal }: ConnectOptions, host: World): LyticsConnection {
  const { profile, env, saved, origin, blame } = way;
  const found = (key: VariableKey): string | null => {
    const setting = findSetting(key, env, saved);
    return setting === null ? null : checkValue(key, setting.value, setting.from === "profile" ? key : variables[key]);
  };
  const token = found("lyticsToken");
  if (token === null) throw withoutToken(profile);
  const url = origin ?? found("lyticsUrl") ?? "";
  const send = watched(way.send, { notify, now: () => host.now() });
  const world = {
    send,
    now: () => host.now(),
    sleep: (ms: number, until?: AbortSignal) => host.sleep(ms, until),
    random: () => host.random(),
  };
  const secret = new Secret(token);
  return {
    profile,
    lytics: (patience) => ({ host: world, signal, notify, patience, blame, url, token: secret, profile }),
    journalName: origin === null ? accountName(url, profile) : demoAccount,
    toSaved: (place) => (origin !== null && place.startsWith(origin) ? demoName + place.slice(origin.length) : place),
    fromSaved: (text) => (origin !== null && text.startsWith(demoName) ? origin + text.slice(demoName.length) : text),
    close: () => way.close(),
  };
}

function withoutToken(profile: string): FlowrunError {
  return new FlowrunError("settings", "flowrun has no token for Lytics yet", {
    why: `neither ${variables.lyticsToken} nor the profile '${profile}' has one`,
    hint: `make one (Lytics → Account → Access Tokens), then: flowrun login lytics${profileFlag(profile)}   (or try: flowrun lytics since -P1D --profile demo)`,
  });
}
