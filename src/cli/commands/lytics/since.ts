import type { Host } from "../../../host.ts";
import { jobsBrought, resolveDelivery } from "../../options/destination-options.ts";
import { openZone } from "../../options/clock.ts";
import type { LyticsSinceFlags } from "../../options/flags.ts";
import { checkSource, resolveLytics, resolveLyticsStart } from "./lytics-options.ts";
import { performJobs } from "./perform-jobs.ts";
import { followJobs } from "./tail.ts";

/** Every event of Lytics since a moment, oldest first, to the end; with `--follow` on from there. */
export async function runLyticsSince(when: string | undefined, flags: LyticsSinceFlags, host: Host): Promise<void> {
  if (flags.follow === true) {
    await followJobs(when, flags, "--follow", host);
    return;
  }
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveLytics(flags, now, zone);
  const delivery = await resolveDelivery(flags, host.env, jobsBrought);
  const start = resolveLyticsStart(when, flags, now, zone);
  checkSource(flags, start);
  await performJobs({ options, start, delivery, follow: false }, host);
}
