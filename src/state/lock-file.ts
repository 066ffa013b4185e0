import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { FlowrunError } from "../errors.ts";
import { codeOf } from "./trouble.ts";

/**
 * Opens the file of a lock, made where it is missing. Nobody else's file is written because a link to it stands in the
 * lock's place.
 * @throws FlowrunError `settings` for such a link; the file system's own error.
 */
export async function openLockFile(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT } = constants;
  const handle = await open(path, O_RDWR | O_CREAT | unixOnly("O_NOFOLLOW") | unixOnly("O_NONBLOCK"), 0o600).catch(
    (error: unknown) => {
      throw codeOf(error) === "ELOOP" ? notALock(path) : error;
    },
  );
  const found = await handle.stat();
  if (found.isFile() && found.nlink === 1) return handle;
  await handle.close();
  throw notALock(path);
}

/** The first bytes of a lock's file, where its holder says who it is; nothing where it cannot be read while it is held (Windows). */
export async function readLockFile(handle: FileHandle): Promise<string> {
  const bytes = Buffer.alloc(mostBytes);
  const { bytesRead } = await handle.read(bytes, 0, mostBytes, 0).catch(() => ({ bytesRead: 0 }));
  return bytes.toString("latin1", 0, bytesRead);
}

const mostBytes = 200;

/** A flag of `open` that Windows has not. */
export function unixOnly(flag: "O_NOFOLLOW" | "O_NONBLOCK"): number {
  const flags: Readonly<Record<string, number>> = constants;
  return flags[flag] ?? 0;
}

function notALock(path: string): FlowrunError {
  return new FlowrunError("settings", `the lock file ${path} is not one of flowrun's own`, {
    why: "it is a link, or no plain file, and what it points to must not be written",
    hint: `rm ${path}`,
  });
}
