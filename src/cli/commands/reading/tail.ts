import { FlowrunError } from "../../../errors.ts";
import type { TailFlags } from "../../options/flags.ts";
import type { Host } from "../../../host.ts";
import { checkFailed, read } from "./read.ts";
import { openZone } from "../../options/clock.ts";
import { resolveReading, resolveStart } from "../../options/reading-options.ts";

/** Each flow run as it is recorded, until stopped. */
export async function runTail(flags: TailFlags, host: Host): Promise<void> {
  const zone = await openZone(flags.time, host.stdout);
  const options = await resolveReading(flags, host.now(), zone);
  if (options.until !== null && options.until <= host.now() && flags.since === "now") {
    throw new FlowrunError("usage", `tail --until ${flags.until} would print nothing, for ever`, {
      why: "--until drops the runs that were updated after a moment in the past, and tail starts now",
      hint: "give it a window too (--since -P1D), or read one to its end: flowrun since",
    });
  }
  const start = resolveStart(flags.since, flags, host.now(), zone);
  const outcome = await read(
    { options, start, follow: true, onExpired: options.onExpired ?? "oldest", signal: host.signal },
    host,
  );
  host.signal.throwIfAborted();
  checkFailed(options, outcome);
}
