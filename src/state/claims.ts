import { randomBytes } from "node:crypto";
import { open, readdir, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readLockFile } from "./lock-file.ts";
import { lifeOf, ownTag, pidIn, tagPattern } from "./self.ts";

/** How a process says that it wants a lock, or has it. */
export interface Claim {
  /** Of its file beside the lock; `null` where the claim is inside the lock's own file. */
  readonly name: string | null;
  withdraw(): Promise<void>;
}

/** Whose claim stands against ours. */
export interface Claimant {
  readonly pid: number | null;
  /** The file to remove when it has ended, where it runs in another container or on another machine. */
  readonly elsewhere: string | null;
}

/** A lock, and how far the kernel vouches for it. */
export interface LockInHand {
  readonly path: string;
  readonly handle: FileHandle;
  readonly kernel: "native" | "flock" | "none";
}

/**
 * Claims the lock: in its own file where the kernel's native lock is ours, so that nobody else writes there; else by a
 * file of a name that is never given again.
 */
export async function claim({ path, handle, kernel }: LockInHand): Promise<Claim> {
  if (kernel === "native") {
    await handle.truncate(0);
    await handle.write(ownTag(), 0);
    return { name: null, withdraw: () => handle.truncate(0).catch(() => undefined) };
  }
  const file = `${path}.${ownTag()}-${randomBytes(4).toString("hex")}-${kernel}`;
  await (await open(file, "wx", 0o600)).close();
  return { name: basename(file), withdraw: () => rm(file, { force: true }) };
}

/**
 * Whoever else claims the lock; `null` where nobody does. To be asked after our own claim was made: so of two at once one
 * at least sees the other. A claim is never taken over, only removed when its process is dead, so a live one's cannot be
 * stolen.
 */
export async function findRival(lock: LockInHand, own: Claim): Promise<Claimant | null> {
  const { path, handle, kernel } = lock;
  for (const { file, tag } of await claimsBeside(path)) {
    if (basename(file) === own.name) continue;
    const life = lifeOf(tag);
    // Who holds flock(1)'s lock knows that nobody else does, wherever that one ran.
    const isOver = life === "dead" || (life === "elsewhere" && kernel === "flock" && file.endsWith("-flock"));
    if (!isOver) return { pid: pidIn(tag), elsewhere: life === "elsewhere" ? file : null };
    await rm(file, { force: true });
  }
  const inside = kernel === "native" ? undefined : tagPattern.exec(await readLockFile(handle))?.[0];
  if (inside === undefined) return null;
  const life = lifeOf(inside);
  if (life === "dead") return null;
  return { pid: pidIn(inside), elsewhere: life === "elsewhere" ? path : null };
}

/** The process that holds the lock of the kernel, as it says itself; `null` where it does not. */
export async function findHolder({ path, handle }: Pick<LockInHand, "path" | "handle">): Promise<number | null> {
  const beside = (await claimsBeside(path)).find(({ file, tag }) => file.endsWith("-flock") && lifeOf(tag) !== "dead");
  return pidIn(beside?.tag ?? (await readLockFile(handle)));
}

/** The files of claims; a cursor may have nearly any other name. */
async function claimsBeside(path: string): Promise<readonly { readonly file: string; readonly tag: string }[]> {
  const start = `${basename(path)}.`;
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(start));
  return names.flatMap((name) => {
    const tag = claimPattern.exec(name.slice(start.length))?.[1];
    return tag === undefined ? [] : [{ file: join(dirname(path), name), tag }];
  });
}

const claimPattern = new RegExp(`^(${tagPattern.source})-[0-9a-f]{8}-(?:flock|none)$`);
