import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FlowrunError } from "../../../../src/errors.ts";
import { findPostgresTarget, type PostgresTarget } from "../../../../src/engine/archive/postgres/files.ts";
import { tlsOf, waysOf } from "../../../../src/engine/archive/postgres/tls.ts";
import { scratch } from "../../../support/flowrun.ts";

type Env = Readonly<Record<string, string>>;

async function target(url: string, env: Env = {}): Promise<PostgresTarget> {
  return findPostgresTarget(url, { env: { HOME: await scratch(), ...env } });
}

/** Why a URL is refused, and what to do: never the URL itself. */
async function refusal(url: string, env: Env = {}): Promise<string> {
  const error = await target(url, env).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FlowrunError);
  const { kind, message, why, hint } = error as FlowrunError;
  expect([kind, message]).toEqual(["settings", "that PostgreSQL server cannot be asked"]);
  return `${String(why)} | ${String(hint)}`;
}

describe("a URL", () => {
  const cases: readonly [url: string, expected: Partial<PostgresTarget>, env?: Env][] = [
    [
      "postgres://me:pw@db.example:6432/runs",
      {
        endpoints: [{ host: "db.example", port: 6432 }],
        user: "me",
        passwords: ["pw"],
        database: "runs",
        schema: "flowrun",
        sslMode: "prefer",
        connectTimeoutMs: 10_000,
        applicationName: "flowrun",
        isWriterWanted: false,
        place: "postgres://db.example:6432/runs",
      },
    ],
    ["postgresql://me@db", { database: "me", endpoints: [{ host: "db", port: 5432 }], place: "postgres://db/me" }],
    ["postgres://me@db/x?schema=Teams_1", { schema: "Teams_1", place: "postgres://db/x?schema=Teams_1" }],
    ["postgres://m%40e:p%2Fw%25@db/a%20b", { user: "m@e", passwords: ["p/w%"], database: "a b" }],
    [
      "postgres://me:p@ss:word@db/x?application_name=a%40b",
      { user: "me", passwords: ["p@ss:word"], endpoints: [{ host: "db", port: 5432 }] },
    ],
    ["postgres://me@[::1]:7000/x", { endpoints: [{ host: "::1", port: 7000 }], place: "postgres://[::1]:7000/x" }],
    [
      "postgres://me@a,b:7000,c/x",
      {
        endpoints: [
          { host: "a", port: 5432 },
          { host: "b", port: 7000 },
          { host: "c", port: 5432 },
        ],
        isWriterWanted: true,
        place: "postgres://a,b:7000,c/x",
      },
    ],
    ["postgres://me@a,b/x?target_session_attrs=any", { isWriterWanted: false }],
    ["postgres://me@a/x?target_session_attrs=read-write", { isWriterWanted: true }],
    [
      "postgres://me@%2Fvar%2Frun/x",
      { endpoints: [{ host: "/var/run", port: 5432 }], place: "postgres://%2Fvar%2Frun/x" },
    ],
    ["postgres:///x?host=/var/run&port=5433&user=me", { endpoints: [{ host: "/var/run", port: 5433 }], user: "me" }],
    ["postgres://me@db/x?ssl=true", { sslMode: "require" }],
    ["postgres://me@db/x?connect_timeout=1", { connectTimeoutMs: 2000 }],
    ["postgres://me@db/x?connect_timeout=0", { connectTimeoutMs: 0 }],
    ["postgres://me@db/x?application_name=night%20shift&options=-c%20geqo%3Doff", { applicationName: "night shift" }],
    ["postgres://me@db/x?sslrootcert=system", { sslMode: "verify-full", root: "system" }],
    ["postgres://me@db/x?sslnegotiation=direct&sslmode=require", { isDirect: true, channelBinding: "prefer" }],
    // What a variable holds is taken as it is.
    [
      "postgres://env:DB_USER:env:DB_PASSWORD@env:DB_HOST:env:DB_PORT/x-env:STAGE?schema=env:SCHEMA",
      {
        user: "me",
        passwords: ["a@b:c/d?e%41&f=env:DB_USER"],
        endpoints: [{ host: "db.example", port: 7000 }],
        database: "x-env:STAGE",
        schema: "night",
      },
      {
        DB_USER: "me",
        DB_PASSWORD: "a@b:c/d?e%41&f=env:DB_USER",
        DB_HOST: "db.example",
        DB_PORT: "7000",
        SCHEMA: "night",
      },
    ],
    ["postgres://me@my.env:7000/x", { endpoints: [{ host: "my.env", port: 7000 }] }],
    [
      "postgres://",
      {
        endpoints: [{ host: "h", port: 7 }],
        user: "u",
        database: "d",
        passwords: ["p"],
        sslMode: "disable",
        applicationName: "a",
        connectTimeoutMs: 30_000,
        options: "-c geqo=off",
        channelBinding: "disable",
        isWriterWanted: true,
      },
      {
        PGHOST: "h",
        PGPORT: "7",
        PGUSER: "u",
        PGDATABASE: "d",
        PGPASSWORD: "p",
        PGSSLMODE: "disable",
        PGAPPNAME: "a",
        PGCONNECT_TIMEOUT: "30",
        PGOPTIONS: "-c geqo=off",
        PGCHANNELBINDING: "disable",
        PGTARGETSESSIONATTRS: "primary",
      },
    ],
    // The URL comes first; an empty variable says nothing.
    [
      "postgres://me@db/x",
      { user: "me", passwords: ["p"], sslMode: "prefer" },
      { PGUSER: "u", PGPASSWORD: "p", PGSSLMODE: "" },
    ],
  ];

  it.each(cases)("%s", async (url, expected, env) => {
    expect(await target(url, env)).toMatchObject(expected);
  });
});

describe("a URL that cannot be used", () => {
  const all = /there are host, port, dbname, user/;
  const cases: readonly [url: string, told: RegExp, env?: Env][] = [
    ["postgres://me@db/x?sslmod=require", /parameter sslmod is not one of flowrun's \| write sslmode/],
    ["postgres://me@db/x?gssencmode=disable", all],
    ["postgres://me@db/x?sslmode=requre", /sslmode=requre is not known \| say sslmode=require/],
    ["postgres://me@db/x?sslmode=on", /say one of disable, allow, prefer, require, verify-ca, verify-full/],
    ["postgres://me@db/x?sslmode=require&sslrootcert=system", /does not go with sslrootcert=system/],
    ["postgres://me@db/x?schema=a.b", /schema=a\.b is no name for a schema/],
    ["postgres://me@db/x?schema=pg_flowrun", /is no name for a schema/],
    ["postgres://me@db/x?connect_timeout=soon", /connect_timeout=soon is no number of seconds/],
    ["postgres://me@db:99999/x", /its port is no number from 1 to 65535/],
    ["postgres://me@a,b/x?port=1,2,3", /2 hosts are named, and 3 ports/],
    ["postgres://me@a,b/x?target_session_attrs=standby", /takes no writes/],
    ["postgres://me:env:NOWHERE@db/x", /env:NOWHERE, and there is no such variable \| export NOWHERE=…/],
    ["postgres://me:env:EMPTY@db/x", /env:EMPTY, and there is no such variable/, { EMPTY: "" }],
    ["postgres://me@db/x?sslrootcert=/nowhere/ca.pem", /sslrootcert=\/nowhere\/ca\.pem cannot be read/],
    ["postgres://me@db/x?sslmode=verify-full", /no authority is known.*\| say sslrootcert=<file\.pem>, or/],
    ["postgres://me@::1/x", /an IPv6 address stands in brackets/],
  ];

  it.each(cases)("%s", async (url, told, env) => {
    expect(await refusal(url, env)).toMatch(told);
  });

  it.each([
    "postgres://me:hunter%zz2secret@db/x",
    "postgres://me:hunter/secret@db/x",
    "postgres://me:hunter?secret=x@db/x",
    "postgres://me:hunter?secret@db/x",
    "postgres://me:7hunter#secret/@db/x",
    "postgres://me:12/hunter@db/x",
    "postgres://me:12?hunter=1@db/x",
  ])("shows nothing of a password that is not escaped: %s", async (url) => {
    const told = await refusal(url);
    expect(told).toContain("%2F");
    expect(told).not.toMatch(/hunter|secret|zz2/);
  });
});

describe("a password file", () => {
  const lines = [
    "# db:5432:x:me:commented",
    "db:7000:x:me:other port",
    "db:5432:x:me:pass\\:wo\\\\rd:and what follows",
    "localhost:*:x:me:socket",
    "*:*:*:me:any",
  ];

  const cases: readonly [string, readonly (string | null)[]][] = [
    ["postgres://me@db/x", ["pass:wo\\rd"]],
    ["postgres://me@db:7000,db,else/x", ["other port", "pass:wo\\rd", "any"]],
    ["postgres://me@%2Frun/x", ["socket"]],
    ["postgres://you@db/x", [null]],
    ["postgres://me:own@db/x", ["own"]],
  ];

  it.each(cases)("says the password: %s", async (url, passwords) => {
    const home = await scratch();
    await writeFile(join(home, ".pgpass"), `${lines.join("\n")}\n`, { mode: 0o600 });
    expect((await target(url, { HOME: home })).passwords).toEqual(passwords);
  });

  it("is where PGPASSFILE says, and does not count where others may read it", async () => {
    const file = join(await scratch(), "pass");
    await writeFile(file, "*:*:*:*:pw\n", { mode: 0o600 });
    const env = { PGPASSFILE: file };
    expect(await target("postgres://me@db/x", env)).toMatchObject({ passwords: ["pw"], passwordTrouble: null });
    expect((await target(`postgres://me@db/x?passfile=${file}`)).passwords).toEqual(["pw"]);
    await chmod(file, 0o640);
    const { passwords, passwordTrouble } = await target("postgres://me@db/x", env);
    expect(passwords).toEqual([null]);
    expect(passwordTrouble).toBe(`${file} does not count, since others may read it: chmod 0600 ${file}`);
  });
});

describe("a service file", () => {
  const text =
    "[other]\nhost=no\n\n# ours\n[runs]\nhost=db.example\nport=7000\ndbname=x\nuser=me\nschema=night\n[runs]\nuser=no\n";

  it("is asked before the variables and after the URL", async () => {
    const home = await scratch();
    await writeFile(join(home, ".pg_service.conf"), text);
    const env = { HOME: home, PGUSER: "u", PGSSLMODE: "disable" };
    const expected = {
      endpoints: [{ host: "db.example", port: 7000 }],
      user: "me",
      schema: "night",
      sslMode: "disable",
    };
    expect(await target("postgres:///?service=runs", env)).toMatchObject({ ...expected, database: "x" });
    expect(await target("postgres:///y", { ...env, PGSERVICE: "runs" })).toMatchObject({ ...expected, database: "y" });
  });

  it("is where PGSERVICEFILE says, else in PGSYSCONFDIR", async () => {
    const folder = await scratch();
    await writeFile(join(folder, "pg_service.conf"), text);
    const expected = { endpoints: [{ host: "db.example", port: 7000 }] };
    const url = "postgres:///?service=runs";
    expect(await target(url, { PGSERVICEFILE: join(folder, "pg_service.conf") })).toMatchObject(expected);
    expect(await target(url, { PGSYSCONFDIR: folder })).toMatchObject(expected);
    expect(await refusal("postgres:///?service=rnus", { PGSYSCONFDIR: folder })).toContain("no service called rnus");
  });

  it.each([
    ["hots=db", /in line 2 of .*own, the parameter hots is not one of flowrun's \| write host/],
    ["db.example", /in line 2 of .*own there is no name=value/],
    ["service=other", /in line 2 of .*own a service names another one/],
  ])("names a line that cannot be read: %s", async (line, told) => {
    const file = join(await scratch(), "own");
    await writeFile(file, `[runs]\n${line}\n`);
    expect(await refusal("postgres:///?service=runs", { PGSERVICEFILE: file })).toMatch(told);
  });
});

describe("sslmode", () => {
  it.each([
    ["disable", [false]],
    ["allow", [false, true]],
    ["prefer", [true, false]],
    ["require", [true]],
    ["verify-ca", [true]],
    ["verify-full", [true]],
  ] as const)("%s tries these ways", (sslMode, ways) => {
    expect(waysOf({ sslMode }, "db")).toEqual(ways);
    expect(waysOf({ sslMode }, "/run")).toEqual([false]);
  });

  it("looks at the certificate wherever an authority is known, and at its name with verify-full alone", async () => {
    const home = await scratch();
    const of = async (query: string): Promise<object> => {
      const { checkServerIdentity, ...tls } = tlsOf(await target(`postgres://me@db/x?${query}`, { HOME: home }));
      return { ...tls, isNameChecked: checkServerIdentity === undefined };
    };
    expect(await of("sslmode=require")).toEqual({ rejectUnauthorized: false, isNameChecked: false });
    expect(await of("sslrootcert=system")).toEqual({ rejectUnauthorized: true, isNameChecked: true });
    await mkdir(join(home, ".postgresql"));
    await writeFile(join(home, ".postgresql", "root.crt"), "ROOT");
    await writeFile(join(home, ".postgresql", "postgresql.crt"), "CERT");
    await writeFile(join(home, ".postgresql", "postgresql.key"), "KEY");
    const found = { rejectUnauthorized: true, ca: "ROOT", cert: "CERT", key: "KEY" };
    expect(await of("sslmode=require")).toEqual({ ...found, isNameChecked: false });
    expect(await of("sslmode=verify-ca&sslpassword=pw")).toEqual({ ...found, passphrase: "pw", isNameChecked: false });
    expect(await of("sslmode=verify-full")).toEqual({ ...found, isNameChecked: true });
  });
});
