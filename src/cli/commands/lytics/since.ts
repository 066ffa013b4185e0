import type { Host } from "../../../host.ts";
import { openZone } from "../../options/clock.ts";
import type { LyticsSinceFlags } from "../../options/flags.ts";
import { resolveLytics, resolveLyticsStart } from "./lytics-options.ts";
import { followJobs } from "./tail.ts";
import { printJobs } from "./print-jobs.ts";

/** Every event of Lytics since a moment, oldest first, to the end; with `--follow` on from there. */
export async function runLyticsSince(when: string | undefined, flags: LyticsSinceFlags, host: Host): Promise<void> {
  if (flags.follow === true) {
    await followJobs(when, flags, "--follow", host);
    return;
  }
  const zone = await openZone(flags.time, host.stdout);
  const now = host.now();
  const options = await resolveLytics(flags, now, zone);
  const start = resolveLyticsStart(when, flags, now, zone);
  await printJobs({ options, start, follow: false }, host);
}
