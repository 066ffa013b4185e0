import process from "node:process";
import { FlowrunError, reasonOf } from "../../../errors.ts";
import { codeOf } from "../../../state/trouble.ts";

/** SQLite, as Node 22.13 and newer have it, or as a package brings it to older ones: either with the same API. */
export interface SqliteDriver {
  readonly DatabaseSync: NodeSqlite["DatabaseSync"];
}

const packageName = "@photostructure/sqlite@1.2.1";

/** @throws FlowrunError `settings` where this system has neither. */
export async function loadDriver(): Promise<SqliteDriver> {
  const own = withoutWarning(() => process.getBuiltinModule("node:sqlite"));
  if (own !== undefined) return own;
  try {
    return await import("@photostructure/sqlite");
  } catch (error) {
    throw noDriver(error, process.versions.node);
  }
}

/** That there is no SQLite to be had. Pure. */
export function noDriver(error: unknown, version: string): FlowrunError {
  const code = codeOf(error);
  const isMissing = code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND";
  return new FlowrunError("settings", "the archive needs Node 22.13 or newer on this system", {
    why: `this is Node ${version}, which has no SQLite of its own, and ${
      isMissing ? `${packageName} is not installed` : `${packageName} does not load: ${firstLine(reasonOf(error))}`
    }`,
    hint: isMissing
      ? `npm install --global ${packageName}   (without --global where flowrun is a project's own)`
      : "install Node 22.13 or newer: https://nodejs.org",
    cause: error,
  });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}

/** Node warns of its SQLite as it loads it, and of nothing else then: what loads is its own, and nobody else has a turn. */
function withoutWarning<T>(load: () => T): T {
  const told = process.emitWarning.bind(process);
  const before = Object.getOwnPropertyDescriptor(process, "emitWarning");
  process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]) => {
    if (rest[0] === "ExperimentalWarning" && String(warning).includes("SQLite")) return;
    Reflect.apply(told, process, [warning, ...rest]);
  };
  try {
    return load();
  } finally {
    if (before !== undefined) Object.defineProperty(process, "emitWarning", before);
  }
}
