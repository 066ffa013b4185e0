import { randomInt } from "node:crypto";
import { join } from "node:path";
import type { FlowrunError } from "../errors.ts";
import type { Host } from "../host.ts";
import { claim, findHolder, findRival, type Claimant, type LockInHand } from "./claims.ts";
import { openFolder } from "./folders.ts";
import { tryFlock, tryNativeLock } from "./kernel-lock.ts";
import { openLockFile } from "./lock-file.ts";

/** A lock that this process holds until it releases it or ends. */
export interface ProcessLock {
  release(): Promise<void>;
}

/** The lock, or the process that holds it. */
export type LockAttempt = { readonly lock: ProcessLock } | { readonly holder: LockHolder };

/** The process that holds a lock. */
export interface LockHolder extends Claimant {
  /** Whether two that began at once may each have made way for the other, so that another attempt is worth it. */
  readonly mayBeTie: boolean;
}

/** Which lock: a file in a folder below one of flowrun's homes. */
export interface LockPlace {
  readonly home: string;
  readonly below: readonly string[];
  readonly name: string;
}

/** Pure. */
export function lockPath({ home, below, name }: LockPlace): string {
  return join(home, ...below, name);
}

/**
 * Takes a lock that one process at a time can hold, and that is free at once when its process is dead: the kernel's own
 * lock on the file where that can be had, and in any case a claim that others of either kind can see.
 * @throws the file system's own error where no file can be made; FlowrunError `settings` for a link in the lock's place,
 * and where others may write in its folder.
 */
export async function tryProcessLock(place: LockPlace): Promise<LockAttempt> {
  openFolder(place.home, ...place.below);
  const path = lockPath(place);
  const handle = await openLockFile(path);
  try {
    const native = await tryNativeLock(handle);
    const flock = native === "none" ? await tryFlock(handle) : "none";
    if (native === "held" || flock === "held") {
      const pid = await findHolder({ path, handle });
      await handle.close();
      return { holder: { pid, elsewhere: null, mayBeTie: false } };
    }
    const kernel = native === "taken" ? "native" : flock === "taken" ? "flock" : "none";
    return await settle({ path, handle, kernel });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function settle(lock: LockInHand): Promise<LockAttempt> {
  const own = await claim(lock);
  const release = async (): Promise<void> => {
    await own.withdraw();
    await lock.handle.close();
  };
  try {
    const rival = await findRival(lock, own);
    if (rival === null) return { lock: { release } };
    await release();
    return { holder: { ...rival, mayBeTie: true } };
  } catch (error) {
    await own.withdraw();
    throw error;
  }
}

const longestNapMs = 40;

/** Sleeps for a while that no other process sleeps as well. */
export function nap(host: Pick<Host, "sleep">): Promise<void> {
  return host.sleep(randomInt(1, longestNapMs));
}

/** Who holds a lock, in words. Pure. */
export function describeHolder({ pid, elsewhere }: LockHolder): string {
  const who = pid === null ? "another process" : `process ${pid}`;
  return elsewhere === null ? who : `${who} of another container or machine`;
}

/** The hint about a holder that cannot be seen from here; `null` for all others. Pure. */
export function holderHint({ elsewhere }: LockHolder): string | null {
  return elsewhere === null ? null : `if that one has ended: rm ${elsewhere}`;
}

/** Two that begin at once may each have made way for the other, so often at the most. */
const ties = 6;

/**
 * Takes a lock, or says who has it.
 * @param refuse makes the failure that names its holder.
 * @throws that failure; what `tryProcessLock` throws.
 */
export async function takeProcessLock(
  place: LockPlace,
  host: Pick<Host, "sleep">,
  refuse: (holder: LockHolder) => FlowrunError,
): Promise<ProcessLock> {
  for (let left = ties; ; left -= 1) {
    const attempt = await tryProcessLock(place);
    if ("lock" in attempt) return attempt.lock;
    if (!attempt.holder.mayBeTie || left <= 1) throw refuse(attempt.holder);
    await nap(host);
  }
}
