import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { isLed, jobsBrought, resolveDelivery } from "../../options/destination-options.ts";
import { openZone } from "../../options/clock.ts";
import type { LyticsFlags, LyticsTailFlags } from "../../options/flags.ts";
import { turnAway } from "../../options/reading-options.ts";
import { resolveLytics, resolveLyticsStart } from "./lytics-options.ts";
import { performJobs } from "./perform-jobs.ts";

/** Each event of Lytics as it happens, until stopped. */
export async function runLyticsTail(flags: LyticsTailFlags, host: Host): Promise<void> {
  await followJobs(flags.since, flags, tailNamed, host);
}

const tailNamed = "lytics tail";

/**
 * A window, and from its end on each event as it happens.
 * @param when left out where the command names none: then it begins now, or where a database among the destinations stands.
 * @param named how the user asked for it.
 * @throws FlowrunError `usage` for options that wait for an end.
 */
export async function followJobs(
  when: string | undefined,
  flags: LyticsFlags,
  named: string,
  host: Host,
): Promise<void> {
  turnAway(["source"], flags, named, {
    why: "it follows the account, and an archive has no end that could be waited at",
    hint: "read what is kept: flowrun lytics since -P30D --source archive",
  });
  turnAway(["last", "sort", "out"], flags, named, {
    why: "it waits for the end of the reading, and this one goes on until it is stopped",
    hint: "read a window to its end: flowrun lytics since -P1D",
  });
  if (flags.until !== undefined) {
    throw new FlowrunError("usage", `--until has no meaning with ${named}`, {
      why: "it is the end of a window, and this one goes on until it is stopped",
      hint: `read that window to its end: flowrun lytics since -P1D --until ${flags.until}`,
    });
  }
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveLytics(flags, now, zone);
  const delivery = await resolveDelivery(flags, host.env, jobsBrought);
  const usual = named === tailNamed ? (isLed(delivery) ? "last" : "now") : undefined;
  const start = resolveLyticsStart(when ?? usual, flags, now, zone);
  await performJobs({ options, start, delivery, follow: true }, host);
  host.signal.throwIfAborted();
}
