import { FlowrunError } from "../errors.ts";
import type { Host } from "../host.ts";
import { describeHolder, holderHint, nap, tryProcessLock, type ProcessLock } from "./process-lock.ts";
import type { SpoolFolder } from "./spool-files.ts";

/** The folder of a profile's spool. Pure. */
export function spoolFolder(stateFolder: string, profile: string): SpoolFolder {
  return { home: stateFolder, below: ["spools", profile] };
}

const attempts = 6;

/**
 * One process at a time may receive for a profile.
 * @throws FlowrunError `usage` that says which process does; the file system's own error where it cannot be locked.
 */
export async function lockSpool({ home, below }: SpoolFolder, host: Pick<Host, "sleep">): Promise<ProcessLock> {
  for (let left = attempts; ; left -= 1) {
    const attempt = await tryProcessLock({ home, below, name: "spool.lock" });
    if ("lock" in attempt) return attempt.lock;
    const { holder } = attempt;
    if (holder.mayBeTie && left > 1) {
      await nap(host);
      continue;
    }
    throw new FlowrunError("usage", `${describeHolder(holder)} receives for this profile already`, {
      why: "one process at a time keeps what comes in, or it would be handed on twice",
      hint: holderHint(holder) ?? "end that one, or receive for another profile: --profile <name>",
    });
  }
}
