import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { decodeText } from "../text/encoding.ts";
import { FlowrunError } from "../errors.ts";
import { codeOf } from "./trouble.ts";

/** Whatever Adobe Developer Console writes is a few kilobytes. */
const mostBytes = 5 * 1024 * 1024;

/**
 * The text of a file that the user named; a pipe will do.
 * @throws FlowrunError `settings` that names the file, when it is not there, cannot be read, or is longer than 5 MiB.
 */
export async function readGivenFile(path: string): Promise<string> {
  const bytes = await readStart(path).catch((error: unknown) => {
    throw unreadable(path, error, "check its name: flowrun login --from <file>");
  });
  if (bytes.length <= mostBytes) return decodeText(bytes);
  throw new FlowrunError("settings", `the file ${path} cannot be used`, {
    why: "it is longer than 5 MiB, and so lacks the fields of a file from Adobe Developer Console (`project` or `CLIENT_ID`)",
    hint: "name the file that Adobe Developer Console → your project → Download gives",
  });
}

/** The same, or `null` where there is no such file. */
export async function findGivenFile(path: string): Promise<string | null> {
  try {
    return await readGivenFile(path);
  } catch (error) {
    if (error instanceof FlowrunError && codeOf(error.cause) === "ENOENT") return null;
    throw error;
  }
}

/** One byte more than allowed tells that there is more. */
async function readStart(path: string): Promise<Buffer> {
  const handle = await open(expandHome(path), "r");
  return buffer(handle.createReadStream({ end: mostBytes }));
}

/** The path as a shell would have made it: `--from=~/x` reaches a program as it is typed: most shells replace the tilde at the start of a word only. */
export function expandHome(path: string): string {
  return /^~[/\\]/.test(path) && !existsSync(path) ? join(homedir(), path.slice(1)) : path;
}

/** That a file which the user named cannot be read, and why. */
export function unreadable(path: string, error: unknown, hint: string): FlowrunError {
  const code = codeOf(error);
  const known = code === null ? undefined : reasons[code];
  return new FlowrunError("settings", `the file ${path} cannot be read`, {
    why: known ?? (error instanceof Error ? error.message : String(error)),
    hint,
    cause: error,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "you may not read it",
};
