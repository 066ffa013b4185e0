import { spawnSync } from "node:child_process";
import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { binary, launch, node, type Running, type RunOptions } from "./flowrun.ts";

const isRoot = process.getuid?.() === 0;

/** Whether this machine lets the tests mount, as CI's container may not. */
export const canMount = process.platform === "linux" && spawnSync("unshare", ["-m", "true"]).status === 0;
export const whyNoMount = canMount ? "" : " (this machine does not let tests mount)";

/** Somebody who is not root. */
export const somebody = 65_534;
const asSomebody = ["--reuid", String(somebody), "--regid", String(somebody), "--clear-groups"];

/** Whether tests may run a process as somebody else, who can reach the program under test. */
export const canBecome = isRoot && spawnSync("setpriv", [...asSomebody, node, binary, "--version"]).status === 0;
export const whyNotBecome = canBecome ? "" : " (only root can become somebody else, with setpriv)";

/** Starts flowrun as somebody who is not root. */
export function startAsSomebody(args: readonly string[], options: RunOptions): Running {
  return launch("setpriv", [...asSomebody, node, binary, ...args], options);
}

/** Gives a folder and all that is in it to a user. */
export async function giveTo(user: number, folder: string): Promise<void> {
  const below = await readdir(folder, { recursive: true });
  for (const path of ["", ...below]) await chown(join(folder, path), user, user);
}

/** A line with mounts that no other process sees. */
export function withMounts(line: string, options: RunOptions): Running {
  const script = `flowrun() { "${node}" "${binary}" "$@"; }; ${line}`;
  return launch("unshare", ["-m", "bash", "-c", script], options);
}
