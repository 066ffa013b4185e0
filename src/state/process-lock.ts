import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

export interface ProcessLock {
  release(): Promise<void>;
}

export type LockAttempt =
  | { readonly lock: ProcessLock }
  /** Another process holds it; its id where it is known. */
  | { readonly holder: number | null };

/**
 * Takes a lock that one process at a time can hold. It is the kernel's own lock on the file, so it is gone with the
 * process, however that ended; the file itself stays, and holds the id of the last process that had it.
 * @throws the file system's own error where the file cannot be made or the system has no locks.
 */
export async function tryProcessLock(path: string, pid: number): Promise<LockAttempt> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Most commands never lock anything, and it is many files.
  const { default: locks } = await import("fs-native-extensions");
  const handle = await open(path, "a+", 0o600);
  try {
    if (!locks.tryLock(handle.fd)) {
      const holder = await readHolder(handle);
      await handle.close();
      return { holder };
    }
    await handle.truncate(0);
    await handle.write(String(pid));
    return { lock: { release: () => handle.close() } };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readHolder(handle: FileHandle): Promise<number | null> {
  const text = await handle.readFile("utf8").catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : null;
}
