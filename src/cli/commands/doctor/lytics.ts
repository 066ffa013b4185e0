import type { Patience } from "../../../adobe/gateway/retrying.ts";
import type { ConnectOptions, Way } from "../../../adobe/access/way.ts";
import { findSetting } from "../../../adobe/settings/settings.ts";
import type { Host } from "../../../host.ts";
import { askAccount } from "../../../lytics/ask-account.ts";
import { lyticsOn } from "../../../lytics/connect-lytics.ts";
import { failed, ok, warning, type Finding } from "./finding.ts";
import { tryTo } from "./try-to.ts";

/** Whether Lytics takes the profile's token, and whether its clock is ours; nothing where there is none. */
export async function lookAtLytics(
  way: Way,
  options: ConnectOptions & { readonly patience: Patience },
  host: Host,
): Promise<readonly Finding[]> {
  if (findSetting("lyticsToken", way.env, way.saved) === null) return [];
  const outcome = await tryTo(async () => askAccount(lyticsOn(way, options, host).lytics(options.patience)));
  if ("error" in outcome) return [failed("lytics", outcome.error)];
  const { id, servedAt } = outcome.value;
  const aheadMs = host.now() - servedAt;
  const facts = { accountId: id, aheadMs };
  const text =
    id === null ? "Lytics takes the token; there is no event yet" : `Lytics takes the token of account ${id}`;
  if (Math.abs(aheadMs) < offMs) return [ok("lytics", text, facts)];
  const off = `${String(Math.round(Math.abs(aheadMs) / 1000))} s ${aheadMs > 0 ? "ahead of" : "behind"} its own`;
  return [warning("lytics", `${text}; this machine's clock is ${off}`, "set the clock: windows would shift", facts)];
}

/** A minute is what a followed reading overlaps by. */
const offMs = 60_000;
