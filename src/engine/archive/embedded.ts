import { statSync } from "node:fs";
import { resolve } from "node:path";
import { reasonOf } from "../../errors.ts";
import type { Host } from "../../host.ts";
import { nap } from "../../state/process-lock.ts";
import { lifeOf, ownTag, pidIn } from "../../state/self.ts";
import type { Database } from "./database.ts";
import { sqliteOf, type Sqlite } from "./embedded/sqlite.ts";
import { loadDriver } from "./embedded/driver.ts";
import { besides, readyFile, type OpenMode } from "./embedded/file.ts";
import { shareMemory } from "./embedded/memory.ts";
import { inTransaction } from "./embedded/transaction.ts";
import { embeddedTrouble, isBusy, isDamage, type Troubled } from "./embedded/trouble.ts";
import { takeTurns } from "./embedded/turns.ts";

/** How an archive in a file is opened. */
export interface EmbeddedOpening {
  readonly mode: OpenMode;
  readonly host: Pick<Host, "sleep">;
}

/**
 * Opens an archive in a file of this machine, with no server: SQLite with a write-ahead log, so that others read while one
 * writes, and what was committed outlives the process and the machine. Others that write are waited for, up to 5 seconds.
 * @param path `:memory:` is one database for all of the process, and gone when the last that opened it has closed it.
 * @throws FlowrunError `settings` where there is no SQLite, no file, or none that can be used; `unavailable` where another
 * process holds it; `state` where its disk is full.
 */
export async function openEmbedded(path: string, { mode, host }: EmbeddedOpening): Promise<Database> {
  if (path === inMemory) return shareMemory(() => open({ path, mode: "create", host }));
  return open({ path: resolve(path), mode, host });
}

/** Opens an archive that nobody else has, and that is gone when it is closed. @throws FlowrunError as `openEmbedded` does. */
export async function openApart({ host }: Pick<EmbeddedOpening, "host">): Promise<Database> {
  return open({ path: inMemory, mode: "create", host });
}

const inMemory = ":memory:";

interface Place extends EmbeddedOpening {
  readonly path: string;
}

async function open(place: Place): Promise<Database> {
  const { path, mode, host } = place;
  const archive = { path, mode, pid: pidIn(ownTag()), isOpen: false };
  try {
    const driver = await loadDriver();
    const file = path === inMemory ? path : readyFile(path, mode);
    const connection = sqliteOf(new driver.DatabaseSync(file, { readOnly: mode === "read" }));
    await patiently(host, () => {
      begin(connection, mode);
    }).catch((error: unknown) => {
      connection.close();
      throw error;
    });
    return embedded(connection, { ...archive, isOpen: true }, host);
  } catch (error) {
    throw await embeddedTrouble(error, archive);
  }
}

/** Of the 5 seconds, SQLite waits for so long at once, with the whole process; in between others have their turn. */
const waitMs = 100;
const attempts = 50;

async function patiently<R>(host: Pick<Host, "sleep">, action: () => R): Promise<R> {
  for (let left = attempts; ; left -= 1) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || left <= 1) throw error;
    }
    await nap(host);
  }
}

/** The room that a great page took in the log stays on the disk as empty room, up to so much. */
const mostEmptyLog = 16 * 1024 * 1024;

function begin(connection: Sqlite, mode: OpenMode): void {
  connection.exec(`PRAGMA busy_timeout = ${waitMs}`);
  if (mode !== "read") {
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec("PRAGMA synchronous = FULL");
    connection.exec(`PRAGMA journal_size_limit = ${mostEmptyLog}`);
  }
  // SQLite looks at the file when it is first asked.
  connection.all("SELECT count(*) AS tables FROM sqlite_master");
}

function embedded(connection: Sqlite, archive: Troubled, host: Pick<Host, "sleep">): Database {
  const turns = takeTurns();
  /** Does a step, after others have ended, and tells its failure in words. */
  const step = async <R>(action: () => R): Promise<R> => {
    try {
      return await patiently(host, action);
    } catch (error) {
      throw await embeddedTrouble(error, archive);
    }
  };
  const ask = <R>(action: () => R): Promise<R> => turns.take(() => step(action));
  const transaction: Database["transaction"] = (work) => turns.take(() => inTransaction(connection, step, work));
  return {
    kind: "embedded",
    place: archive.path,
    all: (text, values) => ask(() => connection.all(text, values)),
    run: (text, values) => ask(() => connection.run(text, values)),
    insert: (into, rows) => ask(() => connection.insert(into, rows)),
    self: () => {
      const own = ownTag();
      return Promise.resolve({ pid: pidIn(own) ?? 0, start: own });
    },
    isGone: ({ start }) => Promise.resolve(lifeOf(start) === "dead"),
    transaction,
    // Nobody else writes in the meantime, of the schema neither.
    exclusively: (work) => transaction(work),
    hasTable: async (name) => {
      const text = "SELECT 1 AS found FROM sqlite_master WHERE type IN ('table', 'view') AND name = $1";
      return (await ask(() => connection.all(text, [name]))).length > 0;
    },
    columnsOf: async (table) => {
      const rows = await ask(() => connection.all("SELECT name FROM pragma_table_info($1) ORDER BY cid", [table]));
      return rows.map(({ name }) => String(name));
    },
    size: () => ask(() => sizeOf(connection, archive)),
    check: () => ask(() => faultsOf(connection)),
    close: () =>
      turns.end(() => {
        end(connection, archive);
      }),
  };
}

function sizeOf(connection: Sqlite, { path }: Troubled): number {
  if (path === inMemory) {
    const [row] = connection.all("SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()");
    return Number(row?.["bytes"]);
  }
  const [wal] = besides(path);
  return [path, wal].reduce((sum, each) => sum + (statSync(each, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function faultsOf(connection: Sqlite): readonly string[] {
  try {
    const rows = connection.all("PRAGMA integrity_check");
    return rows.flatMap((row) => String(Object.values(row)[0]).split("\n")).filter((line) => !noFault.test(line));
  } catch (error) {
    if (isDamage(error)) return [reasonOf(error)];
    throw error;
  }
}

/** That nothing was found, and the headings above what was. */
const noFault = /^(?:ok|\*\*\* .* \*\*\*|)$/;

/** Puts what is in the log into the file itself, unless others still use it. */
function end(connection: Sqlite, { mode }: Troubled): void {
  const checkpoint = mode === "read" ? "" : "PRAGMA wal_checkpoint(TRUNCATE)";
  const steps = [
    () => {
      connection.exec(`PRAGMA busy_timeout = 0; ${checkpoint}`);
    },
    () => {
      connection.close();
    },
  ];
  for (const each of steps) {
    try {
      each();
    } catch {
      // What was committed is safe in the log.
    }
  }
}
