import type { FlowrunError } from "../../errors.ts";
import type { DemoServer } from "../../demo/server.ts";
import type { Send, World } from "../../host.ts";
import type { Notify } from "../../notices.ts";
import { isSettledBy } from "../settings/settings.ts";
import type { Env, ProfileValues } from "../settings/keys.ts";
import { privateFile } from "../../state/private-file.ts";
import { chosenProfile, demoProfile, requireProfile } from "./chosen-profile.ts";
import { nameCulprits } from "./culprits.ts";
import { cleanSaved, readSaved } from "./saved-values.ts";

/** How a command wants to be connected. */
export interface ConnectOptions {
  /** The profile that a flag names. */
  readonly profile: string | undefined;
  readonly notify: Notify;
  /** Ends every request and every wait when it aborts. */
  readonly signal: AbortSignal;
}

/** Where a command's settings come from, and how it gets to Adobe or to the demo. */
export interface Way {
  readonly profile: string;
  readonly env: Env;
  /** The profile's values; none where the environment says all, and they were left unread. */
  readonly saved: ProfileValues;
  readonly send: Send;
  /** Says what of the environment may be behind a failure. */
  readonly blame: (error: FlowrunError) => Promise<FlowrunError>;
  /** Of the demo, which stands for itself for as long as this process lives; `null` for Adobe. */
  readonly origin: string | null;
  /** Whether its tokens are kept for the next process; those of the demo, and of settings that a program gives, are not. */
  readonly keepsTokens: boolean;
  /** Has the demo's Adobe deliver to a webhook of this machine; `null` where Adobe itself does. */
  readonly deliverTo: DemoServer["deliverTo"] | null;
  /** Has the demo's Lytics do so. */
  readonly deliverJobsTo: DemoServer["deliverJobsTo"] | null;
  readonly close: () => Promise<void>;
}

/**
 * Finds the profile and what it has saved; nothing is sent yet.
 * @param needs `reading` leaves the profile closed where the environment says all that a reading needs.
 * @throws FlowrunError `settings` when something is damaged.
 */
export async function openWay(options: ConnectOptions, needs: "reading" | "profile", host: World): Promise<Way> {
  const profile = await chosenProfile(options.profile, host);
  if (profile === demoProfile) return openDemo(host);
  const isSettled = needs === "reading" && isSettledBy(host.env);
  await requireProfile(profile, needs, host);
  const saved = isSettled ? {} : await readSaved(profile, options.notify, host);
  return adobeWay(profile, saved, host);
}

/** The way to Adobe with a profile, whose values may have been left unread. */
export function adobeWay(profile: string, saved: ProfileValues, host: World): Way {
  const { env } = host;
  const readAgain = async (): Promise<ProfileValues> => {
    const { readProfile } = await import("../../state/profiles.ts");
    const found = await readProfile(host.dirs.config, profile).catch(() => saved);
    return cleanSaved(found, profile, () => undefined);
  };
  const blame: Way["blame"] = (error) => nameCulprits(error, { profile, env, saved: readAgain });
  return { ...givenWay(profile, saved, host), env, blame };
}

/** The way to Adobe with these values alone: nothing of the environment goes before them. */
export function givenWay(profile: string, values: ProfileValues, { send }: Pick<World, "send">): Way {
  const blame: Way["blame"] = (error) => Promise.resolve(error);
  return {
    profile,
    env: {},
    saved: values,
    send,
    blame,
    origin: null,
    keepsTokens: true,
    deliverTo: null,
    deliverJobsTo: null,
    close: () => Promise.resolve(),
  };
}

/** The demo's servers live in this process, and are asked directly: no proxy stands between. */
async function openDemo(host: World): Promise<Way> {
  const [{ startDemo }, { createTransport }] = await Promise.all([
    import("../../demo/server.ts"),
    import("../http/transport.ts"),
  ]);
  const file = privateFile(host.dirs.state, ["demo"], "changes.json");
  const kept = { find: () => file.read(), keep: (text: string) => file.write(text) };
  const demo = await startDemo(() => host.now(), kept);
  const sleep: World["sleep"] = (ms, signal) => host.sleep(ms, signal);
  host.tuneV8();
  const transport = createTransport({ env: {}, stallMs: 60_000, sleep });
  const { clientId, clientSecret, imsOrgId, journalUrl, imsUrl, apiUrl, consumerOrgId, projectId, workspaceId } = demo;
  const lytics = { lyticsToken: demo.lyticsToken, lyticsUrl: demo.origin };
  const account = { clientId, clientSecret, imsOrgId, scopes: demo.scopes.join(",") };
  const saved = { ...account, ...lytics, journalUrl, imsUrl, apiUrl, consumerOrgId, projectId, workspaceId };
  return {
    ...givenWay(demoProfile, saved, transport),
    origin: demo.origin,
    keepsTokens: false,
    deliverTo: demo.deliverTo,
    deliverJobsTo: demo.deliverJobsTo,
    close: async () => {
      await transport.close();
      await demo.close();
    },
  };
}
