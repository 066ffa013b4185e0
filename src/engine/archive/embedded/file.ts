import { accessSync, chmodSync, closeSync, constants, lstatSync, openSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { FlowrunError } from "../../../errors.ts";
import { findFolder, openFolder } from "../../../state/folders.ts";
import { unixOnly } from "../../../state/lock-file.ts";
import { codeOf } from "../../../state/trouble.ts";

/** `create` makes the file where it is missing, `write` and `read` do not, and `read` changes nothing of it. */
export type OpenMode = "create" | "write" | "read";

/**
 * Looks at the file before SQLite does, and makes it where it may: only its owner can read and write it, and what SQLite
 * puts beside it has the same mode. Nothing is opened that is there: when a file is closed, a process loses all the locks
 * that it has on it, and with them what keeps two processes apart.
 * @returns what SQLite is to open.
 * @throws FlowrunError `settings`; the file system's own error.
 */
export function readyFile(path: string, mode: OpenMode): string {
  if (mode === "create") openFolder(dirname(path));
  else findFolder(dirname(path));
  const found = find(path) ?? (mode === "create" ? make(path) : null);
  if (found === null) throw missing(path);
  if (!found.isFile() || found.nlink > 1) throw notPlain(path, found);
  if (found.size === 0 ? mode !== "create" || hasLog(path) : found.size < leastBytes) throw tooShort(path, found);
  if (mode === "read") return isClosed(path) && !hasLog(path) ? alone(path) : path;
  if (found.size === 0) keep(path, 0o600);
  for (const each of [path, ...besides(path)]) closeToOthers(each);
  return path;
}

/** Less is no head of a file of SQLite; it takes one of a single byte for empty. */
const leastBytes = 100;

/** The files that SQLite keeps beside one: what was written last, and who reads it. Pure. */
export function besides(path: string): readonly [wal: string, shm: string] {
  return [`${path}-wal`, `${path}-shm`];
}

/** `null` where there is none. */
function find(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function make(path: string): Stats | null {
  const { O_RDWR, O_CREAT, O_EXCL } = constants;
  try {
    closeSync(openSync(path, O_RDWR | O_CREAT | O_EXCL | unixOnly("O_NOFOLLOW"), 0o600));
  } catch (error) {
    // Another process was faster.
    if (codeOf(error) !== "EEXIST") throw error;
  }
  return find(path);
}

/** Whether something was written that does not stand in the file itself yet. */
export function hasLog(path: string): boolean {
  return (find(besides(path)[0])?.size ?? 0) > 0;
}

/** Whether nothing can be made or changed in its folder. */
function isClosed(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** SQLite makes files beside the one that it reads, unless it is told that nobody else is there. */
function alone(path: string): string {
  return `${pathToFileURL(path).href}?immutable=1`;
}

function closeToOthers(path: string): void {
  const found = find(path);
  if (found !== null && (found.mode & 0o022) !== 0) keep(path, found.mode & 0o755);
}

function keep(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch {
    // It is somebody else's; whether it can be used is told when it is opened.
  }
}

function missing(path: string): FlowrunError {
  return new FlowrunError("settings", `there is no archive at ${path}`, {
    why: "nothing was archived there yet, or the file was moved",
    hint: "flowrun archive sync   (it makes one; where there is one elsewhere: FLOWRUN_ARCHIVE=<path>)",
  });
}

function tooShort(path: string, { size }: Stats): FlowrunError {
  const [wal] = besides(path);
  const what =
    size > 0
      ? "file is not a database"
      : hasLog(path)
        ? `the file is empty, though ${wal} is not`
        : "the file is empty";
  return new FlowrunError("settings", `the archive ${path} is damaged`, {
    why: `${what}; it was left as it is`,
    hint: rebuilding,
  });
}

/** The way to an archive again where one cannot be read any more. */
export const rebuilding =
  "move the file away, then: flowrun archive sync, and flowrun archive import <export> for what is older than the journal";

function notPlain(path: string, found: Stats): FlowrunError {
  const isLink = found.isSymbolicLink();
  return new FlowrunError("settings", `the archive ${path} is not opened`, {
    why: isLink
      ? "it is a link, and what it points to might be anybody's"
      : found.isFile()
        ? "the file has another name as well (a hard link), and who opens it by that one writes past what is kept beside it"
        : "it is no plain file",
    hint:
      isLink || !found.isFile()
        ? "name the file itself: FLOWRUN_ARCHIVE=<path>"
        : `cp ${path} <copy>, and name that: FLOWRUN_ARCHIVE=<copy>`,
  });
}
