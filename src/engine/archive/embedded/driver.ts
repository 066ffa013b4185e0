import process from "node:process";
import { noDriver } from "./no-driver.ts";

/** SQLite, as Node 22.13 and newer have it, or as a package brings it to older ones: either with the same API. */
export interface SqliteDriver {
  readonly DatabaseSync: NodeSqlite["DatabaseSync"];
}

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
