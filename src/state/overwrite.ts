import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { codeOf } from "./trouble.ts";

/** A file that is mounted by itself cannot be replaced, and the folder that it is in may be closed. */
const inPlace = ["EBUSY", "EXDEV", "EROFS", "EACCES", "EPERM"];

/**
 * Writes a file in place that could not be replaced. Its first byte is NUL until the rest is safe, and a whole copy lies
 * beside it for as long, so that a process or a machine that dies on the way leaves something to read.
 * @param copy a file beside it that holds the new content; where its folder is closed there is none.
 * @returns `false` where the failure has another reason, or the file cannot be written either.
 * @throws the file system's own error where it ended on the way; the file then holds what it held before.
 */
export async function overwrite(
  path: string,
  content: string | Uint8Array,
  copy: string,
  failure: unknown,
): Promise<boolean> {
  if (!inPlace.includes(String(codeOf(failure)))) return false;
  const handle = await open(path, "r+").catch(() => null);
  if (handle === null) return false;
  try {
    await rename(copy, wholeCopy(path)).catch(() => undefined);
    await writeLast(handle, Buffer.from(content));
    await rm(wholeCopy(path), { force: true });
    return true;
  } finally {
    await handle.close();
  }
}

/** Where the whole text is while a file is written in place. Pure. */
export function wholeCopy(path: string): string {
  return `${path}.whole`;
}

/** The content of a file, or what it will hold in a moment: a file that was left in the middle is read from its copy. */
export async function readWhole(
  path: string,
  text: string,
  read: (path: string) => Promise<string | null>,
): Promise<string> {
  return text.startsWith("\0") ? ((await read(wholeCopy(path))) ?? text) : text;
}

async function writeLast(handle: FileHandle, bytes: Buffer): Promise<void> {
  const before = await handle.readFile();
  try {
    await put(handle, unfinished, 0);
    await put(handle, bytes.subarray(1), 1);
    await handle.truncate(bytes.length);
    await handle.sync();
    await put(handle, bytes.subarray(0, 1), 0);
  } catch (error) {
    // A disk that is full has room for what was there.
    await put(handle, before, 0);
    await handle.truncate(before.length);
    throw error;
  }
}

const unfinished = Buffer.from("\0");

async function put(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
  await handle.sync();
}
