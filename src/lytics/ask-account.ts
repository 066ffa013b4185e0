import { isObject, wordOf } from "../json.ts";
import { itemsOf } from "../runs/job/read-job.ts";
import { askLytics } from "./ask-lytics.ts";
import type { Lytics } from "./lytics.ts";

/** An account of Lytics as its events name it, and what its clock says (epoch ms). */
export interface LyticsAccount {
  /** `null` where there is no event yet, or it does not say. */
  readonly id: string | null;
  readonly servedAt: number;
}

/**
 * Asks for one event, which proves the token.
 * @throws FlowrunError, as `askLytics` does.
 */
export async function askAccount(lytics: Lytics): Promise<LyticsAccount> {
  const { body, servedAt } = await askLytics(lytics, "/v2/event?limit=1");
  const item = itemsOf(body)?.[0];
  return { id: isObject(item) ? (wordOf(item["account_id"]) ?? wordOf(item["aid"])) : null, servedAt };
}
