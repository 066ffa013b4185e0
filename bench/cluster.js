/** A PostgreSQL server of one's own, in a temporary folder on a free port, for the soak and the bench. */
import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const debian = "/usr/lib/postgresql";
const folders = [
  ...(process.env.PATH ?? "").split(":"),
  ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : []),
];
const find = (name) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** Whether this machine has what it takes. */
export const hasPostgres = ["initdb", "pg_ctl", "psql"].every((name) => find(name) !== undefined);

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
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    /** As a machine that loses its power would. */
    crash: () => run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"),
    stop: () => {
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

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
