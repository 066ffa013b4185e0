import { accessSync, closeSync, constants, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { FlowrunError, reasonOf } from "../../../errors.ts";
import { codeOf, findForeign, type Foreign, type Remedy } from "../../../state/trouble.ts";
import { besides, hasLog, rebuilding, type OpenMode } from "./file.ts";
import { findWriter } from "./holder.ts";

/** Which archive a failure is about. */
export interface Troubled {
  readonly path: string;
  readonly mode: OpenMode;
  /** This process. */
  readonly pid: number | null;
  /** Whether SQLite has taken the file, and more can be asked of it. */
  readonly isOpen: boolean;
}

const codes = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  format: 24,
  noDatabase: 26,
};
const noRoomForShm = 4874;

/** Whether SQLite gave up waiting for another process. Pure. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && [codes.busy, codes.locked].includes(code & 0xff);
}

/** Whether a file is not what SQLite has written. Pure. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && [codes.corrupt, codes.noDatabase].includes(code & 0xff);
}

/**
 * A failure of SQLite or of the file system, by what it means for whoever reads it; a mistake in a text, and what is known
 * already, stays what it is.
 */
export async function embeddedTrouble(error: unknown, archive: Troubled): Promise<unknown> {
  if (error instanceof FlowrunError) return error;
  const code = sqliteCode(error);
  if (code === null) return codeOf(error)?.startsWith("ERR_") === false ? ofFiles(error, archive) : error;
  if (code === noRoomForShm) return full(error, archive);
  switch (code & 0xff) {
    case codes.busy:
    case codes.locked:
      return busy(error, archive);
    case codes.readOnly:
      return unwritable(error, archive);
    case codes.full:
      return full(error, archive);
    case codes.cannotOpen:
      return unopened(error, archive);
    case codes.corrupt:
    case codes.format:
    case codes.noDatabase:
      return isNewer(archive) ? newer(error, archive) : damaged(error, archive);
    case codes.io:
      return new FlowrunError("state", `the archive ${archive.path} cannot be used`, {
        why: `${reasonOf(error)}; what was saved before is safe`,
        hint: "look at its disk, then try again: flowrun archive verify",
        cause: error,
      });
    default:
      return error;
  }
}

/** The package tells the number of some failures only in words. */
const words: Readonly<Record<string, number>> = {
  "database is locked": codes.busy,
  "database table is locked": codes.locked,
  "attempt to write a readonly database": codes.readOnly,
  "disk I/O error": codes.io,
  "database disk image is malformed": codes.corrupt,
  "database or disk is full": codes.full,
  "unable to open database file": codes.cannotOpen,
  "file is not a database": codes.noDatabase,
};

/** Pure. */
function sqliteCode(error: unknown): number | null {
  if (codeOf(error) !== "ERR_SQLITE_ERROR") return null;
  const isNumbered = error instanceof Error && "errcode" in error && typeof error.errcode === "number";
  return isNumbered ? Number(error.errcode) : (words[reasonOf(error)] ?? null);
}

function ofFiles(error: unknown, archive: Troubled): Promise<FlowrunError> | FlowrunError {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") return full(error, archive);
  if (code === "EROFS") return unwritable(error, archive);
  return unopened(error, archive);
}

async function busy(error: unknown, { path, pid }: Troubled): Promise<FlowrunError> {
  const writer = await findWriter(path, pid);
  return new FlowrunError(
    "unavailable",
    `the archive ${path} is held by ${writer === null ? "another process" : `process ${writer}`}`,
    {
      why: "it has been writing for longer than 5 seconds",
      hint:
        writer === null
          ? "wait for it to end, then try again"
          : `wait for it to end, or see what it is: ps -fp ${writer}`,
      cause: error,
    },
  );
}

function full(error: unknown, { path }: Troubled): FlowrunError {
  return new FlowrunError("state", `the archive ${path} cannot be written`, {
    why: "its disk is full; what was saved before is safe",
    hint: `make room on the disk of ${dirname(path)}, then try again`,
    cause: error,
  });
}

async function unwritable(error: unknown, { path }: Troubled): Promise<FlowrunError> {
  return new FlowrunError("settings", `the archive ${path} cannot be written`, {
    ...(await closedRemedy(path, constants.W_OK, error)),
    cause: error,
  });
}

async function unopened(error: unknown, { path, mode }: Troubled): Promise<FlowrunError> {
  const right = mode === "read" ? constants.R_OK : constants.R_OK | constants.W_OK;
  const hasReason = refusalOf(path, right) !== null || mode !== "read";
  return new FlowrunError("settings", `the archive ${path} cannot be opened`, {
    ...(hasReason ? await closedRemedy(path, right, error) : heldBack(path)),
    cause: error,
  });
}

/** SQLite would have to write beside it what it needs for reading. */
function heldBack(path: string): Remedy {
  const copying = "copy it to a folder of your own, and name the copy: FLOWRUN_ARCHIVE=<path>";
  return hasLog(path)
    ? {
        why: `nobody may write in its folder, and so it cannot be read there together with ${besides(path)[0]}`,
        hint: `${copying}   (with what lies beside it)`,
      }
    : {
        why: "nobody may write in its folder, and to read it there takes Node 22.15 or newer",
        hint: copying,
      };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "you may not do that",
  EPERM: "you may not do that",
  EROFS: "its disk is read-only",
  EEXIST: "a part of its path is a file, and no folder",
  ENOTDIR: "a part of its path is a file, and no folder",
};

async function closedRemedy(path: string, right: number, error: unknown): Promise<Remedy> {
  const known = [error, refusalOf(path, right), refusalOf(dirname(path), right)].map(codeOf);
  const code = known.find((each) => each !== null && each in reasons) ?? null;
  const foreign = code === "EACCES" || code === "EPERM" ? await findForeign(dirname(path), [path]) : null;
  if (foreign !== null) return foreignRemedy(foreign);
  // Made when the file itself could only be read, they stay so.
  const closed = code === null ? besides(path).filter((each) => codeOf(refusalOf(each, right)) === "EACCES") : [];
  if (closed.length > 0) {
    return { why: `you may not write ${closed.join(" and ")} beside it`, hint: `chmod u+w ${closed.join(" ")}` };
  }
  return {
    why: (code === null ? undefined : reasons[code]) ?? reasonOf(error),
    hint: "name a file that you may write: FLOWRUN_ARCHIVE=<path>",
  };
}

function foreignRemedy({ path, owner, user }: Foreign): Remedy {
  const whose = owner === 0 ? "root, as what flowrun wrote under sudo does" : `user ${owner}`;
  return { why: `${path} belongs to ${whose}`, hint: `sudo chown -R ${user} ${path}` };
}

function refusalOf(path: string, right: number): unknown {
  try {
    accessSync(path, right);
    return null;
  } catch (error) {
    return error;
  }
}

function damaged(error: unknown, { path, isOpen }: Troubled): FlowrunError {
  return new FlowrunError("settings", `the archive ${path} is damaged`, {
    why: `${reasonOf(error)}; it was left as it is`,
    hint: isOpen ? "flowrun archive verify   (it says what is wrong, and how to save what can be read)" : rebuilding,
    cause: error,
  });
}

function newer(error: unknown, { path }: Troubled): FlowrunError {
  return new FlowrunError("settings", `the archive ${path} cannot be read by this version`, {
    why: "a newer SQLite has written it, in a format that this one does not know",
    hint: "use the flowrun and the Node that wrote it, or newer ones",
    cause: error,
  });
}

/** Looked at only after SQLite has refused it: closing the file gives up all locks that the process has on it. */
function isNewer({ path }: Troubled): boolean {
  const head = Buffer.alloc(20);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, head, 0, head.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
  return head.toString("latin1", 0, 16) === "SQLite format 3\0" && (head[19] ?? 0) > 2;
}
