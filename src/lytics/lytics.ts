import type { Secret } from "../adobe/auth/secret.ts";
import type { Retrying } from "../adobe/gateway/retrying.ts";
import type { Host } from "../host.ts";

/** An account of Lytics, and the means and the patience to ask it. */
export interface Lytics extends Retrying {
  readonly host: Pick<Host, "send" | "now" | "sleep" | "random">;
  /** Where its API is, without a slash at the end. */
  readonly url: string;
  readonly token: Secret;
  /** Whose settings these are: where messages send people to. */
  readonly profile: string;
}
