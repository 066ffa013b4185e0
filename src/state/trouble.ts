import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FlowrunError, reasonOf } from "../errors.ts";
import { ownUser } from "./self.ts";

/** The file system's code for a failure: `EACCES`; `null` for any other one. Pure. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Why a file that flowrun keeps could not be read or written, and what to type next. */
export interface Remedy {
  readonly why: string;
  readonly hint: string;
}

/**
 * Looks for what helps where a file cannot be read or written.
 * @param home the folder that flowrun keeps it under.
 * @param paths the files that it was about; the first one that belongs to somebody else is named, or a folder that it is in.
 */
export async function findRemedy(error: unknown, home: string, ...paths: readonly string[]): Promise<Remedy> {
  const why = reasonOf(error);
  if (error instanceof FlowrunError) return { why: error.why ?? why, hint: error.hint ?? usual(home) };
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return { why, hint: `make room on the disk of ${home}, or choose another folder with FLOWRUN_HOME` };
  }
  if (code === "EBUSY") {
    return { why: `${why}; it is mounted by itself`, hint: "end the mount, then try again" };
  }
  if (code !== "EACCES" && code !== "EPERM") return { why, hint: usual(home) };
  const foreign = await findForeign(home, paths);
  if (foreign === null) return { why, hint: usual(home) };
  const { path, owner, user } = foreign;
  return {
    why: `${why}; ${path} belongs to ${owner === 0 ? "root, as what flowrun wrote under sudo does" : `user ${owner}`}`,
    hint: `sudo chown -R ${user} ${path}`,
  };
}

function usual(home: string): string {
  return `make ${home} writable, or choose another folder with FLOWRUN_HOME`;
}

/** A file or folder that belongs to somebody else. */
export interface Foreign {
  readonly path: string;
  /** User numbers: whose it is, and ours. */
  readonly owner: number;
  readonly user: number;
}

/** The outermost of home, folders and files that is somebody else's; `null` where none is, and for root. */
export async function findForeign(home: string, paths: readonly string[]): Promise<Foreign | null> {
  const user = ownUser();
  if (user === null || user === 0) return null;
  for (const path of paths.flatMap((each) => wayTo(each, home))) {
    const found = await stat(path).catch(() => null);
    if (found !== null && found.uid !== user) return { path, owner: found.uid, user };
  }
  return null;
}

/** From the home to the file, each with the folder before it. */
function wayTo(path: string, home: string): readonly string[] {
  return path === home || path === dirname(path) ? [path] : [...wayTo(dirname(path), home), path];
}
