import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";

/** `taken` is gone with the open file, however the process ended; `none` where neither way is to be had. */
export type KernelLock = "taken" | "held" | "none";

/**
 * Takes the kernel's own lock on an open file by the native extension, which has no build for every machine (musl, 32 bits,
 * s390x), and cannot lock on every file system.
 */
export async function tryNativeLock(handle: FileHandle): Promise<KernelLock> {
  try {
    // Most commands never lock anything, and it is many files.
    const { default: extensions } = await import("fs-native-extensions");
    return extensions.tryLock(handle.fd) ? "taken" : "held";
  } catch {
    return "none";
  }
}

/**
 * Takes the kernel's other lock by flock(1), which Alpine and nearly every Linux has: the lock belongs to the open file, so
 * that it stays when that program has ended.
 */
export async function tryFlock(handle: FileHandle): Promise<KernelLock> {
  const { spawn } = await import("node:child_process");
  try {
    const child = spawn("flock", ["-n", "3"], { stdio: ["ignore", "ignore", "pipe", handle.fd] });
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    await once(child, "close");
    if (child.exitCode === 0) return "taken";
    // Held by another it ends with 1 and says nothing.
    return child.exitCode === 1 && complaint === "" ? "held" : "none";
  } catch {
    return "none";
  }
}
