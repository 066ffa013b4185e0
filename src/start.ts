import module from "node:module";
import { join } from "node:path";
import process from "node:process";
import { findDirs } from "./dirs.ts";
import { version } from "./version.ts";

/** Where a process begins: what can be said before the program is loaded is said here. */
const asksVersion = process.argv.length === 3 && ["--version", "-V"].includes(process.argv[2] ?? "");

if (asksVersion) console.log(version);
else {
  keepCompiledCode();
  void import("./main.ts");
}

/**
 * From Node 22.1 on the next start finds the program compiled. In our own folder, since what is read from there is run;
 * and for its owner alone like all that flowrun keeps, whose other files say so themselves.
 */
function keepCompiledCode(): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache === undefined) return;
  process.umask(0o077);
  try {
    enableCompileCache(join(findDirs(process.env, process.platform).cache, "compiled"));
  } catch {
    // A folder that cannot be right: the command that needs it says so.
  }
}
