import { readFile, stat } from "node:fs/promises";
import { writerIn } from "./locks.ts";

/** The process that is writing to a file of SQLite; `null` where the system does not say, or nobody is. */
export async function findWriter(path: string, own: number | null): Promise<number | null> {
  try {
    const { ino } = await stat(`${path}-shm`);
    return writerIn(await readFile("/proc/locks", "utf8"), ino, own);
  } catch {
    return null;
  }
}
