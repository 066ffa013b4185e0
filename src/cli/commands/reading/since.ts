import type { ReadingFlags } from "../../options/flags.ts";
import type { Host } from "../../../host.ts";
import { checkFailed, read } from "./read.ts";
import { openZone } from "../../options/clock.ts";
import { resolveReading, resolveStart } from "../../options/reading-options.ts";

/** Every flow run recorded since a moment, oldest first, to the end of the journal. */
export async function runSince(when: string | undefined, flags: ReadingFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const options = await resolveReading(flags, host.now(), zone);
  const start = resolveStart(when, flags, host.now(), zone);
  const outcome = await read(
    { options, start, follow: false, onExpired: options.onExpired ?? "fail", signal: host.signal },
    host,
  );
  checkFailed(options, outcome);
}
