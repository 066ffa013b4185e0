/** A PostgreSQL server of one's own, in a temporary folder on a free port, for the soak and the bench. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const debian = "/usr/lib/postgresql";
const folders = [
  ...(process.env.PATH ?? "").split(":"),
  "/usr/sbin",
  ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : []),
];
const find = (name) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** Whether this machine has what it takes. */
export const hasPostgres = ["initdb", "pg_ctl", "psql"].every((name) => find(name) !== undefined);

/** Whether a pooler can be put in front of it. */
export const hasPgbouncer = find("pgbouncer") !== undefined;

/** Starts one; PostgreSQL does not run as root, so there it is the user `postgres`'s, and so is its folder. */
export async function startCluster() {
  const folder = mkdtempSync(join(tmpdir(), "flowrun-pg-"));
  const idOf = (flag) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  const owner = process.getuid() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const port = await freePort();
  const data = join(folder, "data");
  const run = (name, ...args) => execFileSync(find(name), args, { ...owner, cwd: folder, stdio: "ignore" });
  run("initdb", "-D", data, "-A", "trust", "-U", "postgres");
  const start = () =>
    run("pg_ctl", "-D", data, "-w", "-l", join(folder, "log"), "-o", `-p ${port} -k ${folder} -h 127.0.0.1`, "start");
  start();
  const poolers = [];
  return {
    /** pgbouncer in front of it, in transaction mode, as most run it. @returns the URL by which it is reached. */
    pool: async () => {
      const poolPort = await freePort();
      const config = join(folder, "pgbouncer.ini");
      const lines = [
        "[databases]",
        // Whoever asks is that user over there.
        `* = host=127.0.0.1 port=${port} user=postgres`,
        "[pgbouncer]",
        `listen_port = ${poolPort}`,
        "listen_addr = 127.0.0.1",
        "unix_socket_dir =",
        "auth_type = any",
        "pool_mode = transaction",
        "ignore_startup_parameters = extra_float_digits",
      ];
      writeFileSync(config, `${lines.join("\n")}\n`);
      poolers.push(spawn(find("pgbouncer"), [config], { ...owner, cwd: folder, stdio: "ignore" }));
      while (!(await answers(poolPort))) await pause(20);
      return `postgres://postgres@127.0.0.1:${poolPort}/postgres`;
    },
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    /** As a machine that loses its power would. */
    crash: () => run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"),
    stop: () => {
      for (const pooler of poolers) pooler.kill("SIGKILL");
      run("pg_ctl", "-D", data, "-w", "-m", "fast", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
    ask: (text) =>
      execFileSync(find("psql"), ["-h", folder, "-p", String(port), "-U", "postgres", "-AtXc", text, "postgres"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim(),
  };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
