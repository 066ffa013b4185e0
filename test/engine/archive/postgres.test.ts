import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { openPostgres } from "../../../src/engine/archive/postgres.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { scratch } from "../../support/flowrun.ts";
import {
  hasPgbouncer,
  hasPostgres,
  startCluster,
  whyNoPgbouncer,
  whyNoPostgres,
  type Cluster,
} from "../../support/postgres.ts";
import { listen } from "../../support/tls.ts";

let cluster: Cluster;

const rules = [
  "hostnossl all tlsonly 127.0.0.1/32 reject",
  "hostssl all plainonly 127.0.0.1/32 reject",
  "host all secretive 127.0.0.1/32 scram-sha-256",
  "host all stranger 127.0.0.1/32 reject",
  "host all all 127.0.0.1/32 trust",
];
/** One that is masked wherever it stands, and one that is too short for that. */
const password = "correct/horse@battery%20staple";
const shortPassword = "k4x9q";

beforeAll(async () => {
  if (!hasPostgres) return;
  cluster = await startCluster({ tls: true, crashes: true, rules });
  await cluster.ask(`CREATE ROLE secretive LOGIN PASSWORD '${password}'`);
  for (const name of ["tlsonly", "plainonly", "stranger", "plain", "other"])
    await cluster.ask(`CREATE ROLE ${name} LOGIN`);
  await cluster.ask("CREATE ROLE single LOGIN CONNECTION LIMIT 1");
  await cluster.ask("CREATE ROLE reader LOGIN; ALTER ROLE reader SET default_transaction_read_only = on");
  await cluster.ask("CREATE ROLE older LOGIN SUPERUSER; ALTER ROLE older SET bytea_output = escape");
});

afterAll(async () => {
  if (hasPostgres) await cluster.remove();
});

type Env = Readonly<Record<string, string | undefined>>;

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}

/** Until the test ends. */
async function open(url: string, env: Env = {}): Promise<Database> {
  const database = await openPostgres(url, { env: { HOME: await scratch(), ...env }, sleep });
  onTestFinished(() => database.close());
  return database;
}

/** A new database, for the administrator unless another user is named. */
async function place(user = "postgres", query = "sslmode=disable"): Promise<string> {
  const url = new URL(await cluster.database());
  url.username = user;
  url.search = query;
  return url.href;
}

async function failureOf(doing: Promise<unknown>): Promise<FlowrunError> {
  const error = await doing.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FlowrunError);
  const failure = error as FlowrunError;
  const text = [failure.message, failure.why, failure.hint].join("\n");
  expect(text).not.toMatch(/correct|horse|staple|k4x9q|undefined|\[object/);
  expect(failure.why).not.toBe("");
  expect(failure.hint).not.toBe("");
  return failure;
}

/** Resolves once a question of the administrator's has that answer. */
async function until(question: string, answer: string): Promise<void> {
  while ((await cluster.ask(question)).join() !== answer) await pause(20);
}

async function pidOf(database: Pick<Database, "all">): Promise<number> {
  const [row] = await database.all("SELECT pg_backend_pid() AS pid");
  return Number(row?.["pid"]);
}

function terminate(pid: number): Promise<readonly string[]> {
  return cluster.ask(`SELECT pg_terminate_backend(${pid}, 30000)`);
}

describe.skipIf(!hasPostgres)(`a PostgreSQL database${whyNoPostgres}`, () => {
  it("says what it is, and where, without user and password", async () => {
    const url = await place();
    const database = await open(
      url.replace("postgres@", `postgres:${password.replace("/", "%2F").replace("%20", "%2520")}@`),
    );
    expect(database.kind).toBe("postgres");
    expect(database.place).toBe(`postgres://127.0.0.1:${cluster.port}${new URL(url).pathname}`);
    expect(await database.size()).toBe(0);
    expect(await database.hasTable("t")).toBe(false);
    expect(await database.columnsOf("t")).toEqual([]);
  });

  it("keeps numbers, texts and bytes as they are", async () => {
    const database = await open(await place());
    await database.exclusively((queries) =>
      queries.run("CREATE TABLE {schema}t(n BIGINT, small INTEGER, part DOUBLE PRECISION, text TEXT, bytes {bytes})"),
    );
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const most = Number.MAX_SAFE_INTEGER;
    const insert = "INSERT INTO {schema}t VALUES ($1, $2, $3, $4, $5), ($6, $7, $8, $9, $10)";
    const values = [most, -1, 0.5, "ä 😀 ' \\ $1 {", bytes, null, null, null, "", new Uint8Array()];
    expect(await database.run(insert, values)).toBe(2);
    expect(await database.all("SELECT * FROM {schema}t ORDER BY n")).toEqual([
      { n: most, small: -1, part: 0.5, text: "ä 😀 ' \\ $1 {", bytes },
      { n: null, small: null, part: null, text: "", bytes: new Uint8Array() },
    ]);
    expect(
      await database.all("SELECT count(*) AS c, sum(small) AS s, sum(n) AS n, max(n) IS NULL AS b FROM {schema}t"),
    ).toEqual([{ c: 2, s: -1, n: most, b: 0 }]);
    expect(await database.hasTable("t")).toBe(true);
    expect(await database.columnsOf("t")).toEqual(["n", "small", "part", "text", "bytes"]);
    expect(await database.size()).toBeGreaterThan(8000);
    expect(await database.run("UPDATE {schema}t SET small = 7 WHERE n = $1", [most])).toBe(1);
    expect(await database.run("DELETE FROM {schema}t")).toBe(2);
  });

  it("reads bytes as they are, also where a role has them written as they were once", async () => {
    const database = await open(await place("older"));
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(await database.all("SELECT $1::{bytes} AS b", [bytes])).toEqual([{ b: bytes }]);
  });

  it("takes a text with U+0000, which PostgreSQL does not", async () => {
    const database = await open(await place());
    expect(await database.all("SELECT $1::text AS t", ["a\0b"])).toEqual([{ t: "a\uFFFDb" }]);
  });

  it("has a clock in milliseconds, which goes on inside a transaction", async () => {
    const database = await open(await place());
    const rows = await database.transaction(async (queries) => [
      ...(await queries.all("SELECT {now} AS now, pg_sleep(0.01)")),
      ...(await queries.all("SELECT {now} AS now")),
    ]);
    const [one, other] = rows.map(({ now }) => Number(now));
    expect(Number.isInteger(one)).toBe(true);
    expect(other).toBeGreaterThanOrEqual(one! + 10);
    expect(Math.abs(one! - Date.now())).toBeLessThan(60_000);
  });

  it("gives columns of other types as texts", async () => {
    const database = await open(await place());
    const text = `SELECT '2026-01-02'::date AS d, '{"a":1}'::jsonb AS j, ARRAY[1,2] AS a`;
    expect(await database.all(text)).toEqual([{ d: "2026-01-02", j: '{"a": 1}', a: "{1,2}" }]);
  });

  it("keeps its tables in a schema of any name", async () => {
    const url = await place("postgres", "sslmode=disable&schema=Select");
    const database = await open(url);
    expect(database.place).toMatch(/[?]schema=Select$/);
    await database.exclusively((queries) =>
      queries.run("CREATE TABLE {schema}t(n BIGINT); CREATE INDEX i ON {schema}t(n)"),
    );
    expect(await database.columnsOf("t")).toEqual(["n"]);
    expect(await cluster.ask(`SELECT count(*) FROM "Select".t`, new URL(url).pathname.slice(1))).toEqual(["0"]);
  });
});

describe.skipIf(!hasPostgres)(`a transaction${whyNoPostgres}`, () => {
  async function withTable(): Promise<Database> {
    const database = await open(await place());
    await database.exclusively((queries) => queries.run("CREATE TABLE {schema}t(n BIGINT PRIMARY KEY)"));
    return database;
  }
  const held = "SELECT n FROM {schema}t ORDER BY n";

  it("is done whole, or not at all", async () => {
    const database = await withTable();
    const back = await database.transaction(async (queries) => {
      await queries.run("INSERT INTO {schema}t VALUES (1)");
      expect(await database.all(held)).toEqual([]);
      return "done";
    });
    expect(back).toBe("done");
    const gone = new Error("of the work");
    const failing = database.transaction(async (queries) => {
      await queries.run("INSERT INTO {schema}t VALUES (2)");
      throw gone;
    });
    await expect(failing).rejects.toBe(gone);
    const refused = await failureOf(
      database.transaction((queries) => queries.run("INSERT INTO {schema}t VALUES (3), (1)")),
    );
    expect([refused.kind, refused.why]).toEqual(["state", expect.stringContaining("duplicate key")]);
    expect(await database.all(held)).toEqual([{ n: 1 }]);
  });

  it("says that nothing was written where a failure inside was passed by", async () => {
    const database = await withTable();
    const failure = await failureOf(
      database.transaction(async (queries) => {
        await queries.run("INSERT INTO {schema}t VALUES (1)");
        await queries.run("INSERT INTO {schema}t VALUES (1)").catch(() => undefined);
      }),
    );
    expect(failure.message).toBe("nothing was written to the database");
    expect(await database.all(held)).toEqual([]);
  });

  it("takes questions at once, and more transactions than there are connections", async () => {
    const database = await withTable();
    const numbers = Array.from({ length: 12 }, (_, index) => index);
    await Promise.all(
      numbers.map((n) =>
        database.transaction((queries) =>
          Promise.all([0, 100, 200].map((more) => queries.run("INSERT INTO {schema}t VALUES ($1)", [n + more]))),
        ),
      ),
    );
    expect(await database.all("SELECT count(*) AS c FROM {schema}t")).toEqual([{ c: 36 }]);
    const name = new URL(database.place).pathname.slice(1);
    const used = await cluster.ask(`SELECT count(*) <= 3 FROM pg_stat_activity WHERE datname = '${name}'`);
    expect(used).toEqual(["t"]);
  });

  it("whose connection is ended in the middle is undone, and the next one has another", async () => {
    const database = await withTable();
    const between = await failureOf(
      database.transaction(async (queries) => {
        await queries.run("INSERT INTO {schema}t VALUES (1)");
        await terminate(await pidOf(queries));
        await queries.run("INSERT INTO {schema}t VALUES (2)");
      }),
    );
    expect([between.kind, between.why]).toEqual(["unavailable", expect.stringContaining("ended the connection")]);
    const during = await failureOf(
      database.transaction(async (queries) => {
        await queries.run("INSERT INTO {schema}t VALUES (3)");
        const pid = await pidOf(queries);
        const asking = queries.all("SELECT pg_sleep(60)");
        await until(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid} AND query LIKE '%sleep%'`, "1");
        await Promise.all([failureOf(asking), terminate(pid)]);
      }),
    );
    expect(during.kind).toBe("unavailable");
    expect(await database.all(held)).toEqual([]);
  });

  it("that stands still is given up by the server", async () => {
    const database = await withTable();
    const failure = await failureOf(
      database.transaction(
        async (queries) => {
          await queries.run("INSERT INTO {schema}t VALUES (1)");
          const pid = await pidOf(queries);
          await until(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`, "0");
          await queries.run("INSERT INTO {schema}t VALUES (2)");
        },
        { heldMs: 100 },
      ),
    );
    expect([failure.kind, failure.why]).toEqual(["unavailable", expect.stringContaining("nothing was asked over it")]);
    expect(await database.all(held)).toEqual([]);
    // The limit was that transaction's alone.
    expect(await database.all("SHOW idle_in_transaction_session_timeout")).toEqual([
      { idle_in_transaction_session_timeout: "0" },
    ]);
  });
});

describe.skipIf(!hasPostgres)(`under the lock${whyNoPostgres}`, () => {
  it("one after the other makes what is missing", async () => {
    const url = await place();
    const databases = await Promise.all(Array.from({ length: 5 }, () => open(url)));
    let inside = 0;
    const made = await Promise.all(
      databases.map((database) =>
        database.exclusively(async (queries) => {
          inside += 1;
          expect(inside).toBe(1);
          const [found] = await queries.all("SELECT to_regclass('flowrun.t') IS NULL AS missing");
          if (found?.["missing"] === 1) await queries.run("CREATE TABLE {schema}t(n BIGINT)");
          inside -= 1;
          return found?.["missing"];
        }),
      ),
    );
    expect(made.toSorted()).toEqual([0, 0, 0, 0, 1]);
  });

  it("does not wait for that of another schema", async () => {
    const url = await place();
    const one = await open(url);
    const other = await open(`${url}&schema=other`);
    await one.exclusively(() => other.exclusively((queries) => queries.run("CREATE TABLE {schema}t(n BIGINT)")));
    expect([await one.hasTable("t"), await other.hasTable("t")]).toEqual([false, true]);
  });

  it("a role may use a schema that it could not have made", async () => {
    const url = await place();
    const own = new URL(url).pathname.slice(1);
    const database = await open(url.replace("postgres@", "plain@"));
    const refused = await failureOf(database.exclusively((queries) => queries.run("CREATE TABLE {schema}t(n BIGINT)")));
    expect([refused.kind, refused.hint]).toEqual([
      "forbidden",
      'as an administrator: CREATE SCHEMA "flowrun" AUTHORIZATION "plain"',
    ]);
    await cluster.ask(`CREATE SCHEMA "flowrun" AUTHORIZATION "plain"`, own);
    await database.exclusively((queries) => queries.run("CREATE TABLE {schema}t(n BIGINT)"));
    expect(await database.hasTable("t")).toBe(true);
  });
});

describe.skipIf(!hasPostgres)(`who may not do something is told what to grant${whyNoPostgres}`, () => {
  it("on a schema, on a table, on a table's form", async () => {
    const url = await place();
    const own = new URL(url).pathname.slice(1);
    const database = await open(url.replace("postgres@", "other@"));
    await cluster.ask("CREATE SCHEMA flowrun; CREATE TABLE flowrun.t(n BIGINT)", own);
    const of = async (text: string): Promise<string | null> => (await failureOf(database.run(text))).hint;
    const first = await of("SELECT * FROM {schema}t");
    expect(first).toBe('as its owner: GRANT USAGE, CREATE ON SCHEMA "flowrun" TO "other"');
    await cluster.ask(first!.replace("as its owner: ", ""), own);
    const second = await of("SELECT * FROM {schema}t");
    expect(second).toMatch(/^as its owner: GRANT SELECT, .* ON ALL TABLES IN SCHEMA "flowrun" TO "other"$/);
    await cluster.ask(second!.replace("as its owner: ", ""), own);
    expect(await database.all("SELECT * FROM {schema}t")).toEqual([]);
    expect(await of("ALTER TABLE {schema}t ADD m BIGINT")).toContain("owns the tables");
    expect((await failureOf(database.run("SELECT * FROM {schema}u"))).kind).toBe("state");
  });
});

describe.skipIf(!hasPostgres)(`a process${whyNoPostgres}`, () => {
  it("is known by a connection of its own, for as long as that lives", async () => {
    const url = await place();
    const [one, other] = await Promise.all([open(url), open(url)]);
    const self = await one.self();
    expect(await one.self()).toEqual(self);
    expect(self.start).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.]\d{6}Z$/);
    expect(await pidOf(one)).not.toBe(self.pid);
    expect(await other.isGone(self)).toBe(false);
    expect(await other.isGone({ ...self, start: self.start.replace(/^\d+/, "1999") })).toBe(true);
    expect(await other.isGone({ pid: self.pid, start: "" })).toBe(false);
    await one.close();
    await until(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${self.pid}`, "0");
    expect(await other.isGone(self)).toBe(true);
  });

  it("whose start may not be seen is not taken for gone", async () => {
    const url = await place();
    const database = await open(url);
    const other = await open(url.replace("postgres@", "plain@"));
    const self = await database.self();
    expect(await other.isGone(self)).toBe(false);
    expect(await database.isGone(await other.self())).toBe(false);
  });

  it("is another one after its connection was lost", async () => {
    const database = await open(await place());
    const before = await database.self();
    await terminate(before.pid);
    await failureOf(database.self()).catch(() => undefined);
    const after = await database.self();
    expect(after.pid).not.toBe(before.pid);
    expect([await database.isGone(before), await database.isGone(after)]).toEqual([true, false]);
  });
});

describe.skipIf(!hasPostgres)(`a connection that is lost${whyNoPostgres}`, () => {
  it("while idle harms nobody, and is replaced", async () => {
    const database = await open(await place());
    const before = await pidOf(database);
    await terminate(before);
    // The server's farewell has come before the answer to what is asked over another connection.
    await database.self();
    expect(await pidOf(database)).not.toBe(before);
  });

  it.each(["fast", "immediate"] as const)("comes back with a server that was stopped (%s)", async (mode) => {
    const database = await open(await place());
    await database.exclusively((queries) => queries.run("CREATE TABLE {schema}t(n BIGINT)"));
    await database.run("INSERT INTO {schema}t VALUES (1)");
    await cluster.stop(mode);
    const failures = [
      await failureOf(database.all("SELECT 1")),
      await failureOf(database.all("SELECT 1")),
      await failureOf(database.transaction((queries) => queries.run("INSERT INTO {schema}t VALUES (2)"))),
    ];
    expect(failures.map(({ kind }) => kind)).toEqual(["unavailable", "unavailable", "unavailable"]);
    expect(failures.at(-1)?.why).toContain("the connection was refused");
    await cluster.start();
    expect(await database.all("SELECT n FROM {schema}t")).toEqual([{ n: 1 }]);
  });

  it("is closed though the server hangs, and what is asked later says so", async () => {
    const database = await open(await place());
    const self = await database.self();
    process.kill(self.pid, "SIGSTOP");
    onTestFinished(() => void process.kill(self.pid, "SIGCONT"));
    await database.close();
    await database.close();
    expect((await failureOf(database.all("SELECT 1"))).message).toBe("the database was closed");
  });

  it("is not waited for though it hangs, once the process is told to stop", async () => {
    const stop = new AbortController();
    const database = await openPostgres(await place(), { env: {}, sleep, signal: stop.signal });
    const [row] = await database.all("SELECT pg_backend_pid() AS pid");
    const pid = Number(row?.["pid"]);
    process.kill(pid, "SIGSTOP");
    onTestFinished(() => void process.kill(pid, "SIGCONT"));
    const asked = database.all("SELECT 1");
    stop.abort(new Error("told to stop"));
    await expect(asked).rejects.toThrow("told to stop");
    await expect(database.transaction(() => Promise.resolve())).rejects.toThrow("told to stop");
    await database.close();
  });

  it("is asked what belongs to the end, after the process was told to stop", async () => {
    const stop = new AbortController();
    const database = await openPostgres(await place(), { env: {}, sleep, signal: stop.signal });
    stop.abort(new Error("told to stop"));
    expect(await database.all("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await database.close();
  });

  it("is closed in the middle of a transaction, which is undone", async () => {
    const url = await place();
    const database = await open(url);
    await database.exclusively((queries) => queries.run("CREATE TABLE {schema}t(n BIGINT)"));
    await failureOf(
      database.transaction(async (queries) => {
        await queries.run("INSERT INTO {schema}t VALUES (1)");
        await database.close();
        await queries.run("INSERT INTO {schema}t VALUES (2)");
      }),
    );
    expect(await (await open(url)).all("SELECT n FROM {schema}t")).toEqual([]);
  });
});

describe.skipIf(!hasPostgres)(`TLS${whyNoPostgres}`, () => {
  const isPrivate = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

  it.each([
    ["tlsonly", "sslmode=prefer", 1],
    ["plainonly", "sslmode=prefer", 0],
    ["tlsonly", "sslmode=allow", 1],
    ["plain", "sslmode=allow", 0],
    ["plain", "sslmode=require", 1],
    ["plain", "sslmode=disable", 0],
    ["plain", "sslmode=verify-ca&sslrootcert=CA", 1],
    ["plain", "sslmode=verify-full&sslrootcert=CA", 1],
    ["secretive", "sslmode=require&channel_binding=require", 1],
  ])("%s with %s", async (user, query, expected) => {
    const url = await place(user, query.replace("CA", cluster.authority));
    const database = await open(url, { PGPASSWORD: password });
    expect(await database.all(isPrivate)).toEqual([{ ssl: expected }]);
  });

  it.each([
    [
      "another authority's",
      "plain",
      "127.0.0.1",
      "sslmode=verify-ca&sslrootcert=OTHER",
      "settings",
      /not trusted here/,
    ],
    ["another authority's", "plain", "127.0.0.1", "sslmode=require&sslrootcert=OTHER", "settings", /not trusted here/],
    ["a public authority", "plain", "127.0.0.1", "sslrootcert=system", "settings", /not trusted here/],
    ["another host's", "plain", "localhost", "sslmode=verify-full&sslrootcert=CA", "settings", /another host's/],
    ["wanted", "tlsonly", "127.0.0.1", "sslmode=disable", "settings", /does not let that in without TLS/],
    ["turned down", "plainonly", "127.0.0.1", "sslmode=require", "forbidden", /lets nobody in from here/],
    [
      "unbound",
      "secretive",
      "127.0.0.1",
      "sslmode=disable&channel_binding=require",
      "settings",
      /channel_binding=require/,
    ],
  ])("is refused: %s", async (_, user, host, query, kind, why) => {
    const url = await place(user, query.replace("CA", cluster.authority).replace("OTHER", cluster.otherAuthority));
    const failure = await failureOf(open(url.replace("127.0.0.1", host), { PGPASSWORD: password }));
    expect([failure.kind, failure.why]).toEqual([kind, expect.stringMatching(why)]);
  });

  it("with the name of another host is good enough for verify-ca", async () => {
    const url = await place("plain", `sslmode=verify-ca&sslrootcert=${cluster.authority}`);
    expect(await (await open(url.replace("127.0.0.1", "localhost"))).all(isPrivate)).toEqual([{ ssl: 1 }]);
  });

  it("is not asked for over a socket of this machine", async () => {
    const { pathname } = new URL(await place());
    const url = `postgres://plain@${encodeURIComponent(cluster.folder)}:${cluster.port}${pathname}?sslmode=require`;
    const database = await open(url);
    expect(await database.all("SELECT inet_server_addr() IS NULL AS local")).toEqual([{ local: 1 }]);
    expect(database.place).toBe(`postgres://${encodeURIComponent(cluster.folder)}:${cluster.port}${pathname}`);
  });

  it("is missed where the server has none, unless it is only preferred", async () => {
    await cluster.ask("ALTER SYSTEM SET ssl = off");
    await cluster.ask("SELECT pg_reload_conf()");
    await until("SHOW ssl", "off");
    try {
      const failure = await failureOf(open(await place("plain", "sslmode=require")));
      expect([failure.kind, failure.why]).toEqual([
        "settings",
        "the server does not speak TLS, and sslmode asks for it",
      ]);
      expect(await (await open(await place("plain", "sslmode=prefer"))).all(isPrivate)).toEqual([{ ssl: 0 }]);
    } finally {
      await cluster.ask("ALTER SYSTEM SET ssl = on");
      await cluster.ask("SELECT pg_reload_conf()");
      await until("SHOW ssl", "on");
    }
  });
});

describe.skipIf(!hasPostgres)(`a password${whyNoPostgres}`, () => {
  it("comes from a variable, a file, or a service", async () => {
    const url = await place("secretive");
    const home = await scratch();
    const line = `127.0.0.1:*:*:secretive:${password}\n`;
    await writeFile(join(home, ".pgpass"), line, { mode: 0o600 });
    await writeFile(join(home, ".pg_service.conf"), `[x]\nuser=secretive\npassword=${password}\n`);
    const own = `postgres://127.0.0.1:${cluster.port}${new URL(url).pathname}?sslmode=disable&service=x`;
    for (const database of [
      await open(url, { PGPASSWORD: password }),
      await open(url.replace("secretive@", "secretive:env:DB_PASS@"), { DB_PASS: password }),
      await open(url.replace("secretive@", `secretive:${encodeURIComponent(password)}@`)),
      await open(url, { HOME: home }),
      await open(own, { HOME: home }),
    ]) {
      expect(await database.all("SELECT current_user::text AS name")).toEqual([{ name: "secretive" }]);
    }
  });

  it("that is wrong, or missing, is told without it", async () => {
    const url = await place("secretive");
    const wrong = await failureOf(open(url.replace("secretive@", `secretive:${shortPassword}@`)));
    expect([wrong.kind, wrong.why]).toEqual(["auth", expect.stringContaining("the password is not that user's")]);
    const missing = await failureOf(open(url));
    expect([missing.kind, missing.why]).toEqual(["settings", "the server wants a password, and there is none"]);
    const home = await scratch();
    await writeFile(join(home, ".pgpass"), `*:*:*:*:${password}\n`);
    await chmod(join(home, ".pgpass"), 0o644);
    const shared = await failureOf(open(url, { HOME: home }));
    expect(shared.why).toContain(`chmod 0600 ${home}/.pgpass`);
    const longWrong = await failureOf(open(url, { PGPASSWORD: `${password}!` }));
    expect(longWrong.kind).toBe("auth");
  });

  it("is not asked for from pg's own variable or file where there is none", async () => {
    const before = process.env["PGPASSWORD"];
    process.env["PGPASSWORD"] = password;
    onTestFinished(() => {
      if (before === undefined) delete process.env["PGPASSWORD"];
      else process.env["PGPASSWORD"] = before;
    });
    expect((await failureOf(open(await place("secretive")))).kind).toBe("settings");
  });
});

describe.skipIf(!hasPostgres)(`a server that lets nobody in${whyNoPostgres}`, () => {
  const others = async (change: (url: string) => string): Promise<FlowrunError> =>
    failureOf(open(change(await place("plain", "sslmode=prefer"))));

  it("for what a person must change", async () => {
    const stranger = await others((url) => url.replace("plain@", "stranger@"));
    expect([stranger.kind, stranger.why]).toEqual(["forbidden", expect.stringContaining("lets nobody in")]);
    const nobody = await others((url) => url.replace("plain@", "nobody-like-that@"));
    expect([nobody.kind, nobody.hint]).toEqual([
      "auth",
      expect.stringContaining('CREATE ROLE "nobody-like-that" LOGIN'),
    ]);
    const nowhere = await others((url) => url.replace(/db\d+/, 'no"where'));
    expect([nowhere.kind, nowhere.hint]).toEqual([
      "settings",
      expect.stringContaining('CREATE DATABASE "no""where" OWNER "plain"'),
    ]);
  });

  it("for what may pass", async () => {
    const url = await place("single");
    await open(url);
    const full = await failureOf(open(url));
    expect([full.kind, full.why]).toEqual(["unavailable", expect.stringContaining("no connection to spare")]);
    const refused = await failureOf(open("postgres://plain@127.0.0.1:1/x"));
    expect([refused.kind, refused.why]).toEqual(["unavailable", expect.stringContaining("the connection was refused")]);
    const nameless = await failureOf(open("postgres://plain@nowhere.invalid/x"));
    expect([nameless.kind, nameless.why]).toEqual(["unavailable", expect.stringContaining("the host name")]);
  });

  it("says nothing at all", async () => {
    const port = await listen(createServer());
    const failure = await failureOf(open(`postgres://plain@127.0.0.1:${port}/x?connect_timeout=2`));
    expect([failure.kind, failure.why]).toEqual(["unavailable", "no answer came in time"]);
  });

  it("is no PostgreSQL server", async () => {
    const port = await listen(createServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const failure = await failureOf(open(`postgres://plain@127.0.0.1:${port}/x`));
    expect(failure.message).toBe(`no connection to postgres://127.0.0.1:${port}/x`);
  });

  it("takes no writes: of several, another one is asked", async () => {
    const url = await place("reader");
    const failure = await failureOf(open(`${url}&target_session_attrs=read-write`));
    expect([failure.kind, failure.why]).toEqual(["unavailable", expect.stringContaining("takes no writes")]);
    const database = await open(url);
    const written = await failureOf(database.run("CREATE TABLE public.t(n BIGINT)"));
    expect([written.kind, written.why]).toEqual(["unavailable", expect.stringContaining("takes no writes")]);
    const several = await open(url.replace("reader@127.0.0.1", "plain@127.0.0.1:1,127.0.0.1"));
    expect(await several.all("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    const none = await failureOf(open(url.replace("127.0.0.1", "127.0.0.1:1,127.0.0.1")));
    expect(none.why).toMatch(
      /^127[.]0[.]0[.]1: the connection was refused.*; 127[.]0[.]0[.]1: the server takes no writes/,
    );
  });
});

describe.skipIf(!hasPostgres)(`a failure of a statement${whyNoPostgres}`, () => {
  it.each([
    ["40001", "unavailable"],
    ["40P01", "unavailable"],
    ["55P03", "unavailable"],
    ["53100", "unavailable"],
    ["53200", "unavailable"],
    ["57P01", "unavailable"],
    ["57P03", "unavailable"],
    ["58030", "unavailable"],
    ["57014", "unavailable"],
    ["23505", "state"],
    ["22P02", "state"],
    ["42601", "state"],
    ["XX001", "state"],
    ["0A000", "settings"],
    ["42501", "forbidden"],
  ])("%s is of kind %s", async (code, kind) => {
    const database = await open(await place());
    const before = await pidOf(database);
    const raise = `DO $do$ BEGIN RAISE EXCEPTION 'in its own words' USING ERRCODE = '${code}'; END $do$`;
    const failure = await failureOf(database.run(raise));
    expect(failure.kind).toBe(kind);
    expect(failure.message).toBe(`${database.place} did not do what it was asked for`);
    expect(failure.why).toContain("in its own words");
    // Over another connection, where the server is known to end that one after such words.
    expect((await pidOf(database)) !== before).toBe(code.startsWith("57P"));
  });
});

describe.skipIf(!hasPostgres)(`the engine's own check${whyNoPostgres}`, () => {
  it("finds nothing without amcheck, and damage with it", async () => {
    const url = await place();
    const own = new URL(url).pathname.slice(1);
    const database = await open(url);
    await database.exclusively((queries) =>
      queries.run("CREATE TABLE {schema}t(n BIGINT); CREATE INDEX i ON {schema}t(n)"),
    );
    await database.run("INSERT INTO {schema}t SELECT generate_series(1, 1000)");
    expect(await database.check()).toEqual([]);
    const isThere =
      (await cluster.ask("SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'"))[0] === "1";
    if (!isThere) return;
    await cluster.ask("CREATE EXTENSION amcheck SCHEMA public", own);
    expect(await database.check()).toEqual([]);
    // Rows that the index does not know.
    await cluster.ask("UPDATE pg_index SET indisready = false WHERE indexrelid = 'flowrun.i'::regclass", own);
    await database.run("INSERT INTO {schema}t SELECT generate_series(1001, 1100)");
    await cluster.ask("UPDATE pg_index SET indisready = true WHERE indexrelid = 'flowrun.i'::regclass", own);
    expect(await database.check()).toEqual([expect.stringContaining('lacks matching index tuple within index "i"')]);
    expect(await (await open(url.replace("postgres@", "plain@"))).check()).toEqual([]);
  });
});

describe.skipIf(!hasPgbouncer)(`behind pgbouncer in transaction mode${whyNoPgbouncer}`, () => {
  it("what it refuses is told like what a server refuses", async () => {
    const url = new URL(await place());
    url.port = String(await cluster.pool());
    const stranger = await failureOf(open(url.href.replace("postgres@", `nobody:${shortPassword}@`)));
    expect(stranger.kind).toBe("auth");
    const nowhere = await failureOf(open(url.href.replace(/db\d+/, "nowhere")));
    expect([nowhere.kind, nowhere.why]).toEqual(["settings", expect.stringContaining("no such database")]);
    const told = await failureOf(open(`${url.href}&options=-c%20geqo%3Doff`));
    expect([told.kind, told.why]).toEqual(["settings", expect.stringContaining("the pooler does not pass that on")]);
  });

  it("all goes as without, but nobody can tell whether a process is gone", async () => {
    const url = new URL(await place());
    url.port = String(await cluster.pool());
    const [one, other] = await Promise.all([open(url.href), open(url.href)]);
    await Promise.all(
      [one, other].map((database) =>
        database.exclusively((queries) => queries.run("CREATE TABLE IF NOT EXISTS {schema}t(n BIGINT)")),
      ),
    );
    for (let n = 0; n < 10; n += 1) {
      await Promise.all(
        [one, other].map((database) =>
          database.transaction((queries) => queries.run("INSERT INTO {schema}t VALUES ($1)", [n]), { heldMs: 5000 }),
        ),
      );
    }
    expect(await one.all("SELECT count(*) AS c FROM {schema}t")).toEqual([{ c: 20 }]);
    expect(await one.all("SHOW idle_in_transaction_session_timeout")).toEqual([
      { idle_in_transaction_session_timeout: "0" },
    ]);
    const self = await one.self();
    expect(self.start).toBe("");
    await one.close();
    expect(await other.isGone(self)).toBe(false);
    const pid = await pidOf(other);
    await terminate(pid);
    await other.all("SELECT 1").catch((error: unknown) => {
      expect((error as FlowrunError).kind).toBe("unavailable");
    });
    expect(await other.all("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});
