import type { TailFlags } from "../program/flags.ts";
import type { Host } from "../host.ts";
import { checkFailed, read } from "./read.ts";
import { resolveReading, resolveStart } from "./reading-options.ts";

/** Each flow run as it is recorded, until stopped. */
export async function runTail(flags: TailFlags, host: Host): Promise<void> {
  const options = await resolveReading(flags, host.now());
  const start = resolveStart(flags.since, flags, host.now());
  const tally = await read(
    { options, start, follow: true, onExpired: options.onExpired ?? "oldest", signal: host.signal },
    host,
  );
  host.signal.throwIfAborted();
  checkFailed(options, tally);
}
