import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, rename, rm, truncate, type FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FlowrunError, reasonOf } from "../errors.ts";
import { writeFingerprint } from "../text/fingerprint.ts";
import { expandHome } from "./given-file.ts";
import { tryNativeLock } from "./kernel-lock.ts";
import { syncFolder } from "./private-file.ts";
import { ownUser } from "./self.ts";
import { codeOf } from "./trouble.ts";

/**
 * A folder that the user named, into which files are fetched that nobody else is to read: its folders are 0700, its files
 * 0600. A file has its name only when it is whole; until then it lies beside that, and is gone on with another time.
 */
export interface DownloadFolder {
  readonly path: string;
  /** Where a file is, or will be. */
  pathOf(below: readonly string[], name: string): string;
  /** The size of a file that is whole already, in bytes; `null` where it is not there. */
  size(below: readonly string[], name: string): Promise<number | null>;
  /** Opens one to go on with, or to begin. @throws FlowrunError. */
  open(below: readonly string[], name: string): Promise<Download>;
}

/** A file that is fetched. */
export interface Download {
  /** Where it will be. */
  readonly path: string;
  /** How much of it is here, in bytes. */
  size(): number;
  /** The mark of the version that this is a part of, as it was told last; `null` where nobody knows. */
  version(): string | null;
  /** Has the version remembered for whoever goes on with it. @throws FlowrunError `state`. */
  tellVersion(version: string | null): Promise<void>;
  /** Adds to it. @throws FlowrunError `state`; what was added before stays. */
  append(bytes: Uint8Array): Promise<void>;
  /** Begins again. */
  restart(): Promise<void>;
  /** Gives it its name: fsync, rename, fsync of the folder. @throws FlowrunError `state`. */
  finish(): Promise<void>;
  /** Leaves it as it is, to go on with another time. Safe after `finish`. */
  close(): Promise<void>;
}

/**
 * Opens the folder, and makes it where it is missing.
 * @throws FlowrunError `usage` where it cannot be used.
 */
export async function openDownloadFolder(given: string): Promise<DownloadFolder> {
  if (given === "") {
    throw new FlowrunError("usage", "--download names no folder", {
      why: "it is empty; a variable of the shell may not be set",
      hint: "give a name: --download failed-rows",
    });
  }
  const path = resolve(expandHome(given));
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(given, error);
  }
  const placeOf = (below: readonly string[], name: string): string =>
    join(path, ...below.map(safeName), safeName(name));
  return {
    path,
    pathOf: placeOf,
    size: async (below, name) => {
      const found = await lstat(placeOf(below, name)).catch(() => null);
      return found?.isFile() === true ? found.size : null;
    },
    open: async (below, name) => {
      const target = placeOf(below, name);
      try {
        const folder = await makeBelow(path, below.map(safeName));
        // No name that we give begins with a dot.
        return await openPart(join(folder, `.${safeName(name)}`), target, folder);
      } catch (error) {
        throw notWritten(target, error);
      }
    },
  };
}

/** Each folder is one of ours, and no link that leads elsewhere. */
async function makeBelow(path: string, below: readonly string[]): Promise<string> {
  let folder = path;
  for (const name of below) {
    folder = join(folder, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    if (!found.isDirectory()) throw new Error(`${folder} is no folder`);
    const user = ownUser();
    if (user !== null && found.uid !== user) throw new Error(`${folder} belongs to another user (${found.uid})`);
    await chmod(folder, 0o700);
  }
  return folder;
}

/** @param beside the path of what lies beside the file, without its ending. */
async function openPart(beside: string, target: string, folder: string): Promise<Download> {
  const [part, note] = [`${beside}.part`, `${beside}.version`];
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW;
  const handle = await open(part, flags, 0o600);
  let size: number;
  let version: string | null;
  try {
    await refuseOthers(handle, target);
    await handle.chmod(0o600);
    size = (await handle.stat()).size;
    // It is told before the first byte comes, and forgotten after the last has gone.
    version = size === 0 ? null : await readNote(note);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let isOpen = true;
  const attempt = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (error) {
      throw notWritten(target, error);
    }
  };
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close().catch(() => undefined);
    isOpen = false;
  };
  return {
    path: target,
    size: () => size,
    version: () => version,
    tellVersion: (told) =>
      attempt(async () => {
        await (told === null ? rm(note, { force: true }) : writeNote(note, told));
        version = told;
      }),
    append: (bytes) =>
      attempt(async () => {
        // Not `write`: on a disk that is nearly full that one writes a part and calls it a success.
        await handle.appendFile(bytes);
        size += bytes.length;
      }),
    restart: () =>
      attempt(async () => {
        // By its name: Windows cuts nothing by a handle that only adds.
        await truncate(part, 0);
        await rm(note, { force: true });
        [size, version] = [0, null];
      }),
    finish: () =>
      attempt(async () => {
        await handle.sync();
        await close();
        await rename(part, target);
        await rm(note, { force: true });
        await syncFolder(folder);
      }),
    close,
  };
}

async function readNote(path: string): Promise<string | null> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

async function writeNote(path: string, text: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const handle = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Two that add to one file would make one of both. */
async function refuseOthers(handle: FileHandle, path: string): Promise<void> {
  if ((await tryNativeLock(handle)) !== "held") return;
  throw new FlowrunError("usage", `${path} is being fetched by another process`, {
    why: "one process at a time may fetch a file, or parts of two would be mixed",
    hint: "wait for it to end, or name another folder",
  });
}

/**
 * A name from a server as one of a file: letters, digits, dots, lines. One that was another gets a mark, so that no two
 * become the same. Pure.
 */
function safeName(name: string): string {
  const isSafe = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}$/.test(name) && !reserved.test(name) && !name.endsWith(".");
  if (isSafe) return name;
  const plain = name
    .replace(/[^A-Za-z0-9._-]+/g, "_")
    .replace(/^\.+/, "_")
    .slice(-80)
    .replace(reserved, "_$&");
  const mark = writeFingerprint(name).slice(0, 8);
  const [, stem = plain, ending = ""] = /^(.+?)((?:\.[A-Za-z0-9]{1,10})?)$/.exec(plain) ?? [];
  return `${stem}-${mark}${ending}`;
}

/** Names that Windows keeps for devices. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

function unusable(path: string, error: unknown): FlowrunError {
  return new FlowrunError("usage", `--download cannot use ${path}`, {
    why: (codeOf(error) === "EEXIST" || codeOf(error) === "ENOTDIR" ? "it is no folder" : null) ?? reasonOf(error),
    hint: "name a folder that you may write to: --download failed-rows",
    cause: error,
  });
}

const full = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function notWritten(path: string, error: unknown): FlowrunError {
  if (error instanceof FlowrunError) return error;
  const isFull = full.has(codeOf(error) ?? "");
  return new FlowrunError("state", `${path} could not be written`, {
    why: isFull ? `there is no more room: ${reasonOf(error)}; what was fetched of it stays` : reasonOf(error),
    hint: `${isFull ? "make room" : "see what stands in the way"}, then run the same line again: it goes on where it stopped`,
    cause: error,
  });
}
