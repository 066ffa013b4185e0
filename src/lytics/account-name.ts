import { demoName } from "../adobe/access/chosen-profile.ts";

/**
 * The name of an account's list of events, by which places in it and all that is kept of it are known. Its API is at the same URL
 * for every account; so it goes by the profile as well. Pure.
 */
export function accountName(url: string, profile: string): string {
  return `${url}/v2/event#${encodeURIComponent(profile)}`;
}

/** The demo's, wherever it is served. */
export const demoAccount = `${demoName}/v2`;
