import { constants } from "node:fs";
import { open, readdir, realpath, rm, stat, type FileHandle } from "node:fs/promises";
import { platform } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gunzip, gzip, constants as zlib } from "node:zlib";
import { FlowrunError, reasonOf } from "../errors.ts";
import { expandHome } from "./given-file.ts";
import { tryNativeLock } from "./kernel-lock.ts";
import { syncFolder, targetOf } from "./private-file.ts";
import { codeOf } from "./trouble.ts";

/** A file that the user named, to whose end something is added while others read it. */
export interface GrowingFile {
  readonly path: string;
  /** In bytes, now. @throws FlowrunError, as everything here. */
  size(): Promise<number>;
  /** Whether its name still leads to it: somebody may have moved it away. */
  isInPlace(): Promise<boolean>;
  /** The bytes from there on; less than `length` where the file ends. */
  read(from: number, length: number): Promise<Uint8Array>;
  /** Adds to its end. When it resolves the bytes survive a power cut; when it rejects a part of them may be there. */
  append(bytes: Uint8Array): Promise<void>;
  /** Takes away what is beyond that length. */
  cut(length: number): Promise<void>;
  /** Takes the file itself away, where its name still leads to it, and closes it. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file to add to it, and makes it where it is missing.
 * @throws FlowrunError: `usage` for what is no file, or in no folder; `settings` where nobody may write, or another process
 * does; `unavailable` where it may go another time.
 */
export async function openGrowingFile(path: string): Promise<GrowingFile> {
  const attempt = async <R>(work: () => Promise<R>): Promise<R> => {
    try {
      return await work();
    } catch (error) {
      throw growthFailure(path, error);
    }
  };
  return attempt(async () => {
    const isNew = !(await isFile(path));
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o666);
    try {
      await lockAgainstOthers(handle, path);
      if (isNew) await syncFolder(dirname(path));
    } catch (error) {
      await handle.close();
      throw error;
    }
    const close = (): Promise<void> => handle.close().catch(() => undefined);
    return {
      path,
      size: () => attempt(async () => (await handle.stat()).size),
      isInPlace: () => attempt(() => isSame(handle, path)),
      read: (from, length) => attempt(() => readFrom(handle, from, length)),
      append: (bytes) =>
        attempt(async () => {
          // Not `write`: on a disk that is nearly full that one writes a part and calls it a success.
          await handle.writeFile(bytes);
          await handle.sync();
        }),
      cut: (length) => attempt(() => cut(path, length)),
      discard: () =>
        attempt(async () => {
          if (await isSame(handle, path)) await rm(path);
          await syncFolder(dirname(path));
        }).finally(close),
      close,
    };
  });
}

/** The size of a file; `null` where there is none. @throws FlowrunError likewise. */
export async function findGrowingFile(path: string): Promise<number | null> {
  try {
    return (await isFile(path)) ? (await stat(path)).size : null;
  } catch (error) {
    throw growthFailure(path, error);
  }
}

/**
 * The path that a name stands for: absolute, `~` expanded, links followed. Nothing need be there yet but its folder.
 * @throws FlowrunError likewise.
 */
export async function growingPath(name: string): Promise<string> {
  const path = resolve(expandHome(name));
  try {
    return await targetOf(join(await realpath(dirname(path)), basename(path)));
  } catch (error) {
    throw growthFailure(path, error);
  }
}

/** The names in the folder of a file. @throws FlowrunError. */
export async function namesBeside(path: string): Promise<readonly string[]> {
  return readdir(dirname(path)).catch((error: unknown) => {
    throw growthFailure(path, error);
  });
}

/** The path of a file of another name in the same folder. Pure. */
export function pathBeside(path: string, name: string): string {
  return join(dirname(path), name);
}

/** The name of a file in its folder. Pure. */
export function fileNameOf(path: string): string {
  return basename(path);
}

/** Bytes as a member of gzip: several of them, one behind the other, are gzip too. */
export const gzipMember: (bytes: Uint8Array) => Promise<Uint8Array> = promisify(gzip);

/** As much as can be had of the beginning of gzip; nothing of what is none. */
export async function gunzipStart(bytes: Uint8Array): Promise<Uint8Array> {
  return promisify(gunzip)(bytes, { finishFlush: zlib.Z_SYNC_FLUSH }).catch(() => new Uint8Array());
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  });
  if (found === null || found.isFile()) return found !== null;
  if (found.isDirectory()) throw unfit(path, "it is a folder", "name a file in it: file:runs.ndjson");
  throw unfit(path, "it is a pipe or a device, and no file", `write to stdout instead: -o ndjson > ${path}`);
}

/** Another process of the same home is met before; this is for others, where the kernel's lock keeps no reader out. */
async function lockAgainstOthers(handle: FileHandle, path: string): Promise<void> {
  if (platform() === "win32" || (await tryNativeLock(handle)) !== "held") return;
  throw new FlowrunError("usage", `${path} is being written by another process`, {
    why: "one process at a time may add to a file, or lines of two would be mixed",
    hint: "wait for it to end, or name another file",
  });
}

async function isSame(handle: FileHandle, path: string): Promise<boolean> {
  const own = await handle.stat({ bigint: true });
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found?.ino === own.ino && found.dev === own.dev;
}

async function readFrom(handle: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** By another handle: Windows cuts nothing by one that only adds. */
async function cut(path: string, length: number): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.truncate(length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function growthFailure(path: string, error: unknown): FlowrunError {
  if (error instanceof FlowrunError) return error;
  const { kind, why, hint } = rules[codeOf(error) ?? ""] ?? {
    kind: "state",
    why: reasonOf(error),
    hint: "check the disk and its mount, then try again",
  };
  return new FlowrunError(kind, `${path} cannot be added to`, {
    why,
    hint: typeof hint === "string" ? hint : hint(path),
    cause: error,
  });
}

function unfit(path: string, why: string, hint: string): FlowrunError {
  return new FlowrunError("usage", `${path} cannot be added to`, { why, hint });
}

interface Rule {
  readonly kind: "usage" | "settings" | "unavailable";
  readonly why: string;
  readonly hint: string | ((path: string) => string);
}

const noFolder: Rule = {
  kind: "usage",
  why: "its folder is not there",
  hint: (path) => `mkdir -p ${dirname(path)}`,
};
const notAllowed: Rule = {
  kind: "settings",
  why: "you may not write there",
  hint: (path) => `let this user write there (ls -ld ${dirname(path)} tells who may), or name another file`,
};
const faulty: Rule = {
  kind: "unavailable",
  why: "its disk does not answer as it should",
  hint: "check the disk and its mount (dmesg, mount); nothing is skipped meanwhile",
};

const rules: Readonly<Record<string, Rule>> = {
  ENOENT: noFolder,
  ENOTDIR: noFolder,
  EISDIR: { kind: "usage", why: "it is a folder", hint: "name a file in it: file:runs.ndjson" },
  ENAMETOOLONG: { kind: "usage", why: "its name is too long for the disk", hint: "name another file" },
  ELOOP: { kind: "usage", why: "its links lead in a circle", hint: "name another file" },
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: { kind: "settings", why: "its disk is read-only", hint: "name a file on another disk" },
  EFBIG: {
    kind: "settings",
    why: "it is as large as a file may be here (ulimit -f, or the file system's own limit)",
    hint: "begin new files in time: ?rotate=day or ?rotate=1GB",
  },
  ENOSPC: {
    kind: "unavailable",
    why: "its disk is full",
    hint: (path) => `make room (df -h ${dirname(path)}); nothing is skipped, and what is half written is taken back`,
  },
  EDQUOT: {
    kind: "unavailable",
    why: "your share of its disk is used up",
    hint: "make room there; nothing is skipped, and what is half written is taken back",
  },
  EMFILE: { kind: "unavailable", why: "this process has too many files open", hint: "raise its limit: ulimit -n" },
  ENFILE: { kind: "unavailable", why: "the machine has too many files open", hint: "try again in a while" },
  EIO: faulty,
  ESTALE: faulty,
  ENODEV: faulty,
  ENXIO: faulty,
  ETIMEDOUT: faulty,
};
