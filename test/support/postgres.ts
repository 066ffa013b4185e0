import { execFile, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./ports.ts";

/** Debian keeps the server's own programs out of PATH. */
const folders = [
  ...(process.env["PATH"] ?? "").split(delimiter),
  ...(existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [])
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => `/usr/lib/postgresql/${version}/bin`),
  "/usr/sbin",
];

function programOf(name: string): string | null {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** PostgreSQL does not run as root: it is started as its own user, or as nobody. */
function stranger(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: idOf("-u") || 65_534, gid: idOf("-g") || 65_534 };
}

const who = stranger();

export const hasPostgres = ["initdb", "pg_ctl", "psql"].every((name) => programOf(name) !== null);
export const whyNoPostgres = hasPostgres ? "" : " (there is no PostgreSQL server on this machine)";
export const hasPgbouncer = hasPostgres && programOf("pgbouncer") !== null;
export const whyNoPgbouncer = hasPgbouncer ? "" : " (there is no pgbouncer on this machine)";

export interface ClusterOptions {
  /** Lines of pg_hba.conf for what comes over TCP; else everybody is let in. */
  readonly rules?: readonly string[];
  /** TLS with a certificate for 127.0.0.1 alone, of a private authority. */
  readonly tls?: boolean;
  /** Whether the server may be stopped without warning: then it writes through to the disk. */
  readonly crashes?: boolean;
  /** More of postgresql.conf. */
  readonly settings?: readonly string[];
}

/** A PostgreSQL server of this test file's own. */
export interface Cluster {
  readonly port: number;
  /** Where its socket is. */
  readonly folder: string;
  /** The authority's certificate, with `tls`, and one that has nothing to do with it; paths. */
  readonly authority: string;
  readonly otherAuthority: string;
  /** Asks as the administrator `postgres`, past the rules. Rows, with | between columns. */
  ask(text: string, database?: string): Promise<readonly string[]>;
  /** A new, empty database, as a URL for the administrator over TCP. */
  database(): Promise<string>;
  start(): Promise<void>;
  /** `immediate` is a crash. */
  stop(mode?: "fast" | "immediate"): Promise<void>;
  /** Puts pgbouncer in transaction mode before it. Returns its port. */
  pool(): Promise<number>;
  /** Stops it, and leaves nothing behind. */
  remove(): Promise<void>;
}

/** Makes a cluster and starts it, in `beforeAll`; `remove` it in `afterAll`. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "flowrun-pg-"));
  const data = join(folder, "data");
  const port = await freePort();
  await giveAway(folder);
  await run("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
  const settings = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${folder}'`,
    "max_connections = 30",
    "shared_buffers = 16MB",
    "password_encryption = 'scram-sha-256'",
    "timezone = 'Asia/Kathmandu'",
    ...(options.crashes === true ? [] : ["fsync = off", "full_page_writes = off"]),
    ...(options.tls === true ? [await makeTls(folder)] : []),
    ...(options.settings ?? []),
  ];
  const rules = ["local all all trust", ...(options.rules ?? ["host all all 127.0.0.1/32 trust"])];
  await writeFile(join(data, "postgresql.auto.conf"), `${settings.join("\n")}\n`);
  await writeFile(join(data, "pg_hba.conf"), `${rules.join("\n")}\n`);
  await giveAway(folder);

  const control = (...args: readonly string[]): Promise<string> =>
    run("pg_ctl", ["-D", data, "-w", "-t", "50", "-s", ...args]);
  const ask: Cluster["ask"] = async (text, database = "postgres") => {
    const out = await run("psql", ["-h", folder, "-p", String(port), "-U", "postgres", "-XAtqc", text, database]);
    return out.split("\n").filter((line) => line !== "");
  };
  let databases = 0;
  const poolers: string[] = [];
  const cluster: Cluster = {
    port,
    folder,
    authority: join(folder, "ca.pem"),
    otherAuthority: join(folder, "other.pem"),
    ask,
    database: async () => {
      databases += 1;
      await ask(`CREATE DATABASE db${databases}`);
      return `postgres://postgres@127.0.0.1:${port}/db${databases}?sslmode=disable`;
    },
    start: async () => {
      await control("start", "-l", join(folder, "log"));
    },
    stop: async (mode = "fast") => {
      await control("stop", "-m", mode);
    },
    pool: async () => {
      const own = await startPooler(folder, port, poolers.length);
      poolers.push(own.pidFile);
      return own.port;
    },
    remove: async () => {
      for (const pidFile of poolers) spawnSync("bash", ["-c", `kill -9 "$(cat "$0")"`, pidFile]);
      await control("stop", "-m", "immediate").catch(() => undefined);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await cluster.start();
  return cluster;
}

async function run(name: string, args: readonly string[]): Promise<string> {
  const { PATH, LANG } = process.env;
  // Nothing of PG* or of a home, and messages in English.
  const options = { ...who, env: { PATH, LANG, LC_ALL: "C" }, cwd: tmpdir() };
  const { stdout } = await promisify(execFile)(programOf(name) ?? name, [...args], options);
  return stdout;
}

/** To who runs the server, with all that is in it. */
async function giveAway(folder: string): Promise<void> {
  const { uid, gid } = who;
  if (uid === undefined || gid === undefined) return;
  for (const name of ["", ...(await readdir(folder))]) await chown(join(folder, name), uid, gid);
}

/** An authority, a certificate of its for 127.0.0.1, and another authority. The line that names it to the server. */
async function makeTls(folder: string): Promise<string> {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): Promise<string> => run("openssl", args);
  const fresh = ["req", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  for (const name of ["ca", "other"]) {
    await openssl(...fresh, "-x509", "-subj", `/CN=${name}`, "-keyout", at(`${name}.key`), "-out", at(`${name}.pem`));
  }
  await writeFile(at("names"), "subjectAltName = IP:127.0.0.1\n");
  await openssl(...fresh, "-subj", "/CN=db.test", "-keyout", at("server.key"), "-out", at("server.csr"));
  const signing = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("names")];
  await openssl("x509", "-req", "-in", at("server.csr"), ...signing, "-days", "2", "-out", at("server.pem"));
  await chmod(at("server.key"), 0o600);
  return `ssl = on\nssl_cert_file = '${at("server.pem")}'\nssl_key_file = '${at("server.key")}'`;
}

async function startPooler(
  folder: string,
  serverPort: number,
  index: number,
): Promise<{ readonly port: number; readonly pidFile: string }> {
  const port = await freePort();
  const at = (name: string): string => join(folder, `pooler${index}.${name}`);
  const settings = `[databases]
* = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${at("users")}
pool_mode = transaction
default_pool_size = 2
logfile = ${at("log")}
pidfile = ${at("pid")}
`;
  await writeFile(at("users"), `"postgres" ""\n`);
  await writeFile(at("ini"), settings);
  await giveAway(folder);
  await run("pgbouncer", ["-d", "-q", at("ini")]);
  // It goes to the background before it listens.
  const isUp = (): Promise<boolean> =>
    run("psql", ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-Xqc", "SELECT 1", "postgres"]).then(
      () => true,
      () => false,
    );
  while (!(await isUp())) await pause(20);
  return { port, pidFile: at("pid") };
}
