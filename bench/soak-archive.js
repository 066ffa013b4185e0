/** What the archive promises, in a file and on PostgreSQL: nothing lost, nothing doubled, and what it covers told truly. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hasPostgres, startCluster } from "./cluster.js";
import { environment, say, spoiltJournal } from "./spoilt-journal.js";

const flowrun = fileURLToPath(new URL("../bin/flowrun.js", import.meta.url));

/** The rows of the soak's table. */
export async function archives({ seed, folder }) {
  const rows = [...(await inAFile(seed, folder)), ...(await fullDisk(seed, folder))];
  if (!hasPostgres) return [...rows, ["PostgreSQL", "not installed", "", true]];
  return [...rows, ...(await onPostgres(seed, folder))];
}

async function inAFile(seed, folder) {
  const journal = await spoiltJournal({ seed, events: 10_000, seconds: 40 });
  const env = environment(journal.server, join(folder, "archive"));
  const { random } = journal;
  for (let n = 0; n < 100; n += 1) {
    say(`archive in a file: kill ${n + 1} of 100`);
    await killed(n % 2 === 0 ? sync : live, env, 150 + random() * 500);
  }
  const both = await twoAtOnce(env);
  const rows = await judged("archive in a file", journal, env, { "processes killed": 100 });
  await journal.server.close();
  return [...rows, ["archive in a file: two at once, the second's exit code", both, "2", both === 2]];
}

async function onPostgres(seed, folder) {
  const cluster = await startCluster();
  const journal = await spoiltJournal({ seed: seed + 1, events: 10_000, seconds: 40 });
  const env = { ...environment(journal.server, join(folder, "shared")), FLOWRUN_ARCHIVE: cluster.url };
  const { random } = journal;
  const counts = { kills: 50, terminated: 0, crashes: 3 };
  for (let n = 0; n < counts.kills; n += 1) {
    say(`archive on PostgreSQL: kill ${n + 1} of ${counts.kills}`);
    const during = [
      delay(200 + random() * 300).then(() => (counts.terminated += terminate(cluster))),
      n % 20 === 10 ? delay(400).then(() => (cluster.crash(), cluster.start())) : null,
    ];
    await killed(n % 2 === 0 ? sync : live, env, 400 + random() * 700);
    await Promise.all(during);
  }
  const rows = await judged("archive on PostgreSQL", journal, env, {
    "processes killed": counts.kills,
    "backends terminated": counts.terminated,
    "server crashes": counts.crashes,
  });
  const doubled = cluster.ask("SELECT count(*) - count(DISTINCT run_id) FROM flowrun.runs");
  await journal.server.close();
  cluster.stop();
  return [...rows, ["archive on PostgreSQL: rows doubled, by psql", doubled, "0", doubled === "0"]];
}

/** Ends the connections of whoever is at work; the server may be away itself. */
function terminate(cluster) {
  const text = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = 'flowrun' AND pid <> pg_backend_pid()`;
  try {
    return Number(cluster.ask(text));
  } catch {
    return 0;
  }
}

/** A disk too small for the archive; then it grows. */
async function fullDisk(seed, folder) {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
  if (mount.status !== 0) return [["archive on a full disk", "not tried", "needs root", true]];
  const journal = await spoiltJournal({ seed: seed + 2, events: 4000, seconds: 1 });
  const env = { ...environment(journal.server, join(folder, "full")), FLOWRUN_ARCHIVE: join(disk, "archive.db") };
  try {
    say("archive on a full disk");
    const codes = [await ended(sync, env), await ended(sync, env)];
    execFileSync("mount", ["-o", "remount,size=64m", disk]);
    const rows = await judged("archive on a disk that was full", journal, env, {});
    const isTold = codes.every((code) => code === 1);
    return [["archive on a full disk: exit codes", codes.join(", "), "1, 1", isTold], ...rows];
  } finally {
    await journal.server.close();
    execFileSync("umount", [disk]);
  }
}

const sync = ["archive", "sync", "-q", "--limit", "50"];
const live = ["tail", "--to", "archive", "-q", "--limit", "50"];

function start(args, env) {
  return spawn(process.execPath, [flowrun, ...args], { env, stdio: "ignore" });
}

async function killed(args, env, afterMs) {
  const child = start(args, env);
  const end = once(child, "exit");
  await delay(afterMs);
  child.kill("SIGKILL");
  await end;
}

async function ended(args, env) {
  const [code] = await once(start(args, env), "exit");
  return code;
}

/** While one follows the journal, another one is turned away. */
async function twoAtOnce(env) {
  const first = start(live, env);
  const end = once(first, "exit");
  await delay(2000);
  const code = await ended(sync, env);
  first.kill("SIGINT");
  await end;
  return code;
}

/** Reads the journal to its end, and holds the archive against it. */
async function judged(name, journal, env, counts) {
  await delay(Math.max(0, journal.lastAt + 1000 - Date.now()));
  const code = await ended([...sync, "--retries", "50"], env);
  const ask = (...args) =>
    spawnSync(process.execPath, [flowrun, ...args], { env, encoding: "utf8", maxBuffer: 2 ** 30 });
  const ids = ask("archive", "export")
    .stdout.split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line).runId);
  const seen = new Set(ids);
  const lost = [...journal.runs].filter((n) => !seen.has(`run-${n}`)).length;
  const { complete, gaps } = JSON.parse(ask("archive", "status", "--json").stdout);
  const verified = ask("archive", "verify", "-q").status;
  const isTrue = complete.length === 1 && gaps.length === 0 && Date.parse(complete[0].to) >= journal.lastAt;
  return [
    ...Object.entries(counts).map(([what, count]) => [`${name}: ${what}`, count, "", true]),
    [`${name}: answers spoilt`, journal.spoilt(), "some", journal.spoilt() > 0],
    [`${name}: last sync's exit code`, code, "0", code === 0],
    [`${name}: runs lost`, `${lost} of ${journal.runs.size}`, "0", lost === 0],
    [`${name}: runs doubled`, ids.length - seen.size, "0", ids.length === seen.size],
    [`${name}: coverage`, isTrue ? "true" : "false", "one stretch, no gap", isTrue],
    [`${name}: verify's exit code`, verified, "0", verified === 0],
  ];
}
