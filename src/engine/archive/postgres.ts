import type { World } from "../../host.ts";
import { FlowrunError } from "../../errors.ts";
import { keepSecret } from "../../mask.ts";
import { hash } from "../../text/hash.ts";
import type { Backend, Database, Queries } from "./database.ts";
import { fillText } from "./fill-text.ts";
import { postgresCode, postgresWords } from "./postgres/failure.ts";
import { insertOf } from "./postgres/insert-rows.ts";
import { findPostgresTarget, type PostgresTarget } from "./postgres/files.ts";
import { poolOf } from "./postgres/pool.ts";
import { connectPostgres, type PostgresSession } from "./postgres/session.ts";
import { tooLate } from "./too-late.ts";

/** How a server is reached, and the signal by which the process is told to stop. */
export interface PostgresMeans extends Pick<World, "env" | "sleep"> {
  readonly signal?: AbortSignal;
}

/**
 * Opens a schema on a PostgreSQL server as a database; the schema need not be there yet. It is connected to once, so that
 * what is wrong shows at once; a connection that is lost later is made anew when it is needed.
 *
 * `self` is a connection that stays open beside the others. Behind a pooler it stands for nothing: the pooler's connection
 * lives on when this process dies, or ends while it lives. Then its start is empty, and `isGone` of it is false for ever.
 * After that connection was lost, it is another one.
 * @throws FlowrunError: `settings` for a URL or a file that cannot be used; else as `postgresFailure` says. Only after
 * `unavailable` another try may help.
 */
export async function openPostgres(url: string, { env, sleep, signal }: PostgresMeans): Promise<Database> {
  const target = await findPostgresTarget(url, { env });
  for (const secret of [...target.passwords, target.keyPassword]) {
    if (secret !== null) for (const form of [secret, encodeURIComponent(secret)]) keepSecret(form);
  }
  const connect = (): Promise<PostgresSession> => connectPostgres(target);
  const pool = poolOf(connect, { most: 3, sleep, signal });
  try {
    await pool.use(() => Promise.resolve());
  } catch (error) {
    await pool.close();
    throw error;
  }
  // A pool, since one that was lost is replaced.
  const own = poolOf(connect, { most: 1, sleep, signal });
  const queries = queriesOf({ ask: (text, values) => pool.use((session) => session.ask(text, values)) }, target.schema);
  const transaction: Database["transaction"] = (work, { heldMs } = {}) =>
    pool.use((session) => within(session, begin(heldMs), (ask) => work(queriesOf({ ask }, target.schema))));

  return {
    kind: "postgres",
    place: target.place,
    ...queries,
    transaction,
    exclusively: (work) =>
      transaction(
        async (inside) => {
          await inside.all("SELECT pg_advisory_xact_lock($1, $2)", lockOf(target.schema));
          await makeSchema(inside, target.schema);
          return work(inside);
        },
        { heldMs: lockHeldMs },
      ),
    ...looksOf(queries, target),
    self: () => own.use(backendOf),
    isGone: async ({ pid, start }) => start !== "" && (await isAbsent(queries, { pid, start })),
    close: async () => {
      await Promise.all([pool.close(), own.close()]);
    },
  };
}

function queriesOf(session: Pick<PostgresSession, "ask">, schema: string): Queries {
  const words = {
    schema: `${quoted(schema)}.`,
    now,
    bytes: "bytea",
    text: 'text COLLATE "C"',
    time: timeOf,
    list: listOf,
  };
  const inFull = (text: string): string => fillText(text, words);
  return {
    all: async (text, values) => (await session.ask(inFull(text), values)).rows,
    run: async (text, values) => (await session.ask(inFull(text), values)).count,
    insert: async (into, rows) => {
      let written = 0;
      for (let at = 0; at < rows.length; at += rowsAtOnce) {
        const { text, values } = insertOf(into, rows.slice(at, at + rowsAtOnce));
        written += (await session.ask(inFull(text), values)).count;
      }
      return written;
    },
  };
}

/** Those of the pages that are joined for a transaction; more would only take more memory. */
const rowsAtOnce = 500;

/** Milliseconds as a time that people and their tools read. */
function timeOf(column: string): string {
  return `to_timestamp(${column} / 1000.0)`;
}

function listOf(column: string): string {
  return `coalesce(json_agg(${column}), '[]')`;
}

/** The clock goes on inside a transaction, as `now()` does not. */
const now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

/** A process that stands still under the lock must not keep all others from what it guards. */
const lockHeldMs = 60_000;

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** One round trip. The level is said, since a role or a database may have another one set. */
function begin(heldMs: number | undefined): string {
  const limit = heldMs === undefined ? "" : `; SET LOCAL idle_in_transaction_session_timeout = ${Math.ceil(heldMs)}`;
  return `BEGIN ISOLATION LEVEL READ COMMITTED${limit}`;
}

/**
 * All of the work, or nothing. Of what was asked at once the first failure is told: those behind it fail because of it. The
 * end is asked for behind all of them, and nothing after it.
 */
async function within<R>(
  session: PostgresSession,
  beginning: string,
  work: (ask: PostgresSession["ask"]) => Promise<R>,
): Promise<R> {
  let failure: unknown = null;
  let isOver = false;
  const ask: PostgresSession["ask"] = async (text, values) => {
    if (isOver) throw tooLate();
    try {
      return await session.ask(text, values);
    } catch (error) {
      if (!isBehindFailure(error)) failure = error;
      throw error;
    }
  };
  try {
    await session.ask(beginning);
    const result = await work(ask);
    isOver = true;
    const { command } = await session.ask("COMMIT");
    // What PostgreSQL answers to a COMMIT after a statement that failed, were that failure passed by.
    if (command === "ROLLBACK") throw undone();
    return result;
  } catch (error) {
    isOver = true;
    // Where this fails too, the connection is lost, and the server undoes it by itself.
    await session.ask("ROLLBACK").catch(() => {
      session.drop();
    });
    throw isBehindFailure(error) ? (failure ?? error) : error;
  }
}

/** Of a question behind one that failed, in a transaction that is given up. */
function isBehindFailure(error: unknown): boolean {
  return postgresCode(error) === "25P02";
}

function undone(): FlowrunError {
  return new FlowrunError("state", "nothing was written to the database", {
    why: "a statement of the transaction failed, and the others went with it",
    hint: "try again",
  });
}

/** Two numbers, as wide as the lock's: a name of ours, so that no other program's lock is meant, and the schema's. */
function lockOf(schema: string): readonly number[] {
  return hash(`flowrun schema ${schema}`).map((half) => half | 0);
}

/** Looked for first: IF NOT EXISTS alone takes the right to create one also where it exists. */
async function makeSchema(queries: Queries, schema: string): Promise<void> {
  const found = await queries.all("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", [schema]);
  if (found.length === 0) await queries.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
}

/** The looks at the schema: the catalogue holds it also for who may not read the tables themselves. */
function looksOf(
  queries: Queries,
  { schema }: PostgresTarget,
): Pick<Database, "hasTable" | "columnsOf" | "size" | "check"> {
  const columnsOf = async (table: string): Promise<readonly string[]> => {
    const rows = await queries.all(
      `SELECT a.attname AS name FROM ${tables} JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
       WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      [schema, table],
    );
    return rows.map(({ name }) => String(name));
  };
  return {
    columnsOf,
    hasTable: async (name) => (await columnsOf(name)).length > 0,
    size: async () => {
      const [row] = await queries.all(
        `SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint AS bytes FROM ${tables}
         WHERE n.nspname = $1`,
        [schema],
      );
      return Number(row?.["bytes"] ?? 0);
    },
    check: () => findDamage(queries, schema),
  };
}

const tables = `pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND c.relkind IN ('r', 'p', 'm', 'v')`;

/** Where the extension amcheck is installed, and the user may use it. */
async function findDamage(queries: Queries, schema: string): Promise<readonly string[]> {
  const [extension] = await queries.all(
    `SELECT n.nspname AS name FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
     WHERE e.extname = 'amcheck'`,
  );
  if (extension === undefined) return [];
  const check = `SELECT ${quoted(String(extension["name"]))}.bt_index_check($1::oid::regclass, true)`;
  const indexes = await queries.all(
    `SELECT i.indexrelid AS id FROM ${tables} JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
     JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam
     WHERE n.nspname = $1 AND m.amname = 'btree' AND i.indisvalid AND i.indisready ORDER BY x.relname`,
    [schema],
  );
  const damage: string[] = [];
  for (const { id = null } of indexes) {
    try {
      await queries.all(check, [id]);
    } catch (error) {
      if (postgresCode(error) === "42501") return damage;
      if (!postgresCode(error).startsWith("XX")) throw error;
      damage.push(postgresWords(error));
    }
  }
  return damage;
}

/** In UTC, to the microsecond: the session's own way to write a time is somebody else's to set. */
const started = `to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** When others began is hidden from a user who may not see their work: then nobody can tell. */
async function isAbsent(queries: Queries, { pid, start }: Backend): Promise<boolean> {
  const found = await queries.all(
    `SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND (backend_start IS NULL OR ${started} = $2)`,
    [pid, start],
  );
  return found.length === 0;
}

/** A pooler makes up a process id of its own; the server's is another one. */
async function backendOf(session: PostgresSession): Promise<Backend> {
  const { rows } = await session.ask(
    `SELECT pid, ${started} AS start FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()`,
  );
  const pid = Number(rows[0]?.["pid"] ?? 0);
  return { pid, start: pid === session.toldPid ? String(rows[0]?.["start"] ?? "") : "" };
}
