import { FlowrunError } from "../errors.ts";
import type { Host } from "../host.ts";
import {
  describeHolder,
  holderHint,
  lockPath,
  takeProcessLock,
  type LockHolder,
  type LockPlace,
  type ProcessLock,
} from "./process-lock.ts";
import type { SpoolFolder } from "./spool-files.ts";
import { findRemedy } from "./trouble.ts";

/** The folder of a profile's spool. Pure. */
export function spoolFolder(stateFolder: string, profile: string): SpoolFolder {
  return { home: stateFolder, below: ["spools", profile] };
}

/**
 * One process at a time may receive for a profile.
 * @throws FlowrunError `usage` that says which process does, `state` where the disk fails.
 */
export async function lockSpool(folder: SpoolFolder, host: Pick<Host, "sleep">): Promise<ProcessLock> {
  const place: LockPlace = { ...folder, name: "spool.lock" };
  const refuse = (holder: LockHolder): FlowrunError =>
    new FlowrunError("usage", `${describeHolder(holder)} receives for this profile already`, {
      why: "one process at a time keeps what comes in, or it would be handed on twice",
      hint: holderHint(holder) ?? "end that one, or receive for another profile: --profile <name>",
    });
  return takeProcessLock(place, host, refuse).catch(async (error: unknown) => {
    throw await trouble(error, place);
  });
}

async function trouble(error: unknown, place: LockPlace): Promise<FlowrunError> {
  if (error instanceof FlowrunError) return error;
  const path = lockPath(place);
  const remedy = await findRemedy(error, place.home, path);
  return new FlowrunError("state", `${path} cannot be locked, so that nothing can be received`, {
    ...remedy,
    cause: error,
  });
}
