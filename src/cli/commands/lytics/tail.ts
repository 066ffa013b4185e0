import { FlowrunError } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import { openZone } from "../../options/clock.ts";
import type { LyticsFlags, LyticsTailFlags } from "../../options/flags.ts";
import { turnAway } from "../../options/reading-options.ts";
import { resolveLytics, resolveLyticsStart } from "./lytics-options.ts";
import { printJobs } from "./print-jobs.ts";

/** Each event of Lytics as it happens, until stopped. */
export async function runLyticsTail(flags: LyticsTailFlags, host: Host): Promise<void> {
  await followJobs(flags.since ?? "now", flags, "lytics tail", host);
}

/**
 * A window, and from its end on each event as it happens.
 * @param named how the user asked for it.
 * @throws FlowrunError `usage` for options that wait for an end.
 */
export async function followJobs(
  when: string | undefined,
  flags: LyticsFlags,
  named: string,
  host: Host,
): Promise<void> {
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
  const start = resolveLyticsStart(when, flags, now, zone);
  await printJobs({ options, start, follow: true }, host);
  host.signal.throwIfAborted();
}
