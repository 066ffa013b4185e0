import { chmodSync, mkdirSync, statSync, type Stats } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FlowrunError } from "../errors.ts";
import { ownUser } from "./self.ts";
import { codeOf } from "./trouble.ts";

/**
 * The one way into a folder that flowrun keeps files in: it is made where it is missing (0700), and nobody but its owner
 * may write there. Folders below the home are of flowrun's own making, and are taken from others; the home itself may be
 * anybody's, and is refused.
 * @param home what FLOWRUN_HOME or the platform names.
 * @returns the folder's path.
 * @throws FlowrunError `settings` that says which chmod helps; the file system's own error where it cannot be made.
 */
export function openFolder(home: string, ...below: readonly string[]): string {
  mkdirSync(join(home, ...below), { recursive: true, mode: 0o700 });
  return findFolder(home, ...below);
}

/** The same for a folder that is only read from: where it is missing, it stays so. */
export function findFolder(home: string, ...below: readonly string[]): string {
  refuseShared(home);
  let folder = home;
  for (const name of below) {
    folder = join(folder, name);
    repair(folder);
  }
  return folder;
}

/** The names of the files in such a folder; none where it is missing. @throws likewise, and the file system's own error. */
export async function filesIn(home: string, ...below: readonly string[]): Promise<readonly string[]> {
  try {
    const found = await readdir(findFolder(home, ...below), { withFileTypes: true });
    return found.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/**
 * Refuses a folder that others may write, or may have put there.
 * @throws FlowrunError `settings`.
 */
export function refuseShared(folder: string): void {
  const found = find(folder);
  if (found === null) return;
  if (isForeign(found, folder)) throw belongsToAnother(folder, found.uid);
  if (mayOthersWrite(found) && !isSticky(found)) throw writtenByOthers(folder);
}

function repair(folder: string): void {
  const found = find(folder);
  if (found === null) return;
  if (isForeign(found, folder)) throw belongsToAnother(folder, found.uid);
  if ((found.mode & 0o022) === 0) return;
  try {
    chmodSync(folder, found.mode & 0o755);
  } catch {
    throw writtenByOthers(folder);
  }
}

/** `null` where there is none, or where files have no owner and no mode (Windows). */
function find(folder: string): Stats | null {
  return ownUser() === null ? null : (statSync(folder, { throwIfNoEntry: false }) ?? null);
}

/** A group with its owner's number is that user's own, as Debian and Fedora make them. */
function mayOthersWrite({ mode, uid, gid }: Stats): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== uid);
}

/** Whoever may write there can take away only what is theirs, as in /tmp. */
function isSticky({ mode }: Stats): boolean {
  return (mode & 0o1000) !== 0;
}

/** Put there by somebody else in a folder that anybody may write, such as /tmp. */
function isForeign({ uid }: Stats, folder: string): boolean {
  if (uid === ownUser() || uid === 0) return false;
  const parent = find(dirname(folder));
  return parent !== null && mayOthersWrite(parent);
}

function writtenByOthers(folder: string): FlowrunError {
  return new FlowrunError("settings", `the folder ${folder} is not used, since others may write there`, {
    why: "whoever writes there decides what flowrun runs, and where it goes with your token",
    hint: `chmod go-w ${folder}   (or have a folder of its own made: FLOWRUN_HOME=${join(folder, "flowrun")})`,
  });
}

function belongsToAnother(folder: string, owner: number): FlowrunError {
  return new FlowrunError("settings", `the folder ${folder} is not used, since it belongs to another user (${owner})`, {
    why: "anybody may write in the folder that it is in, and so may have put it there",
    hint: "choose a folder of your own: FLOWRUN_HOME=<folder>",
  });
}
