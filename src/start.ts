import { readdirSync, rmSync, statSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import process from "node:process";
import { findDirs } from "./state/dirs.ts";
import { FlowrunError } from "./errors.ts";
import { findFolder } from "./state/folders.ts";
import { version } from "./version.ts";

/** Where a process begins: what can be said before the program is loaded is said here. */
const asksVersion = process.argv.length === 3 && ["--version", "-V"].includes(process.argv[2] ?? "");

if (asksVersion) console.log(version);
else {
  keepCompiledCode();
  void import("./main.ts");
}

/**
 * From Node 22.1 on the next start finds the program compiled. In our own folder, since what is read from there is run: it
 * and the home are nobody else's, or nothing is read; and what lay where others could have written it is thrown away. It
 * is for its owner alone like all that flowrun keeps, whose other files say so themselves.
 */
function keepCompiledCode(): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache === undefined) return;
  process.umask(0o077);
  const home = findHome();
  if (home === null) return;
  const folder = join(home, "compiled");
  try {
    if (!isOwn(home)) return;
    findFolder(home);
    if (!isClosed(folder)) rmSync(folder, { recursive: true });
    enableCompileCache(findFolder(home, "compiled"));
  } catch (error) {
    const [why, fix] =
      error instanceof FlowrunError
        ? [error.message, error.hint ?? ""]
        : [String(error), `rm -r ${folder}, by whom it belongs to`];
    if (process.argv.some((word) => word === "--quiet" || /^-[a-z]*q[a-z]*$/.test(word))) return;
    process.stderr.write(`warning: compiled code is not kept for the next start: ${why} (${fix})\n`);
  }
}

/** `null` where the environment names none that can be right: the command that needs it says so. */
function findHome(): string | null {
  try {
    return findDirs(process.env, process.platform).cache;
  } catch {
    return null;
  }
}

/** Root leaves other users' folders alone: what it made there they could not use. */
function isOwn(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined || process.geteuid === undefined || [0, process.geteuid()].includes(found.uid);
}

/** Whether nobody else can have put anything into it. */
function isClosed(folder: string): boolean {
  if (process.geteuid === undefined || statSync(folder, { throwIfNoEntry: false }) === undefined) return true;
  return ["", ...readdirSync(folder)].every((name) => {
    const { mode, uid } = statSync(join(folder, name));
    return (mode & 0o022) === 0 && uid === process.geteuid?.();
  });
}
