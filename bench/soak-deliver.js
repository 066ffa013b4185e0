/**
 * What deliveries promise, by two hosts that stand by for each other and by one alone: nothing lost, nothing doubled,
 * whoever is killed, frozen, cut off or restarted.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hasPostgres, startCluster } from "./cluster.js";
import { hasNats, startNats } from "./nats-server.js";
import { environment, say, spoiltJournal } from "./spoilt-journal.js";

const flowrun = fileURLToPath(new URL("../bin/flowrun.js", import.meta.url));

/** The rows of the soak's table. */
export async function deliveries({ seed, folder, rounds = { kills: 50, zombies: 20 } }) {
  const rows = await oneHost(seed, folder);
  if (!hasPostgres) return [...rows, ["two hosts", "PostgreSQL is not installed", "", true]];
  return [...rows, ...(await twoHosts(seed, folder, rounds))];
}

/** Two processes with homes of their own, as two hosts have them. Whoever delivers is killed, frozen and woken, in turn. */
async function twoHosts(seed, folder, rounds) {
  const cluster = await startCluster();
  const nats = hasNats ? await startNats("runs") : null;
  const journal = await spoiltJournal({ seed: seed + 5, events: 20_000, seconds: 4 * (rounds.kills + rounds.zombies) });
  const to = ["--to", cluster.url, ...(nats === null ? [] : ["--to", `${nats.url}/runs`])];
  const line = ["tail", ...to, "--standby", "--limit", "50"];
  const host = (name) => startHost(line, environment(journal.server, join(folder, name)));
  const hosts = [host("one"), host("other")];
  const counts = { kills: 0, frozen: 0, refused: 0, terminated: 0, crashes: 0, restarts: 0 };
  const takeovers = [];
  const kills = rounds.kills;
  const zombies = rounds.zombies;
  for (let round = 0; round < kills + zombies; round += 1) {
    say(`two hosts: round ${round + 1} of ${kills + zombies}`);
    await delay(600 + journal.random() * 900);
    // As a supervisor does.
    for (const [n, { child, env }] of hosts.entries()) {
      if (child.exitCode !== null || child.signalCode !== null) hosts[n] = startHost(line, env);
    }
    const active = await activeOf(hosts, cluster);
    if (active === null) continue;
    const before = epochOf(cluster);
    if (round % 7 === 2 || round % 7 === 5) {
      active.child.kill("SIGSTOP");
      const isTaken = await changed(() => epochOf(cluster) > before, 30_000);
      active.child.kill("SIGCONT");
      if (!isTaken) continue;
      counts.frozen += 1;
      const code = await Promise.race([active.ended, delay(20_000).then(() => "late")]);
      if (code === 8) counts.refused += 1;
    } else {
      const at = performance.now();
      active.child.kill("SIGKILL");
      counts.kills += 1;
      if (await changed(() => epochOf(cluster) > before, 15_000)) takeovers.push(performance.now() - at);
      await active.ended;
    }
    hosts[hosts.indexOf(active)] = startHost(line, active.env);
    if (round % 3 === 1) counts.terminated += terminate(cluster);
    if (round % 23 === 20) {
      cluster.crash();
      await delay(500);
      cluster.start();
      counts.crashes += 1;
    }
    if (nats !== null && round % 10 === 9) {
      await nats.restart();
      counts.restarts += 1;
    }
  }
  await delay(Math.max(0, journal.lastAt + 1000 - Date.now()));
  // The last of both reads to the end, and then all is delivered.
  const wanted = journal.runs.size;
  const count = () => Number(cluster.ask("SELECT count(DISTINCT run_id) FROM flowrun.runs") || 0);
  await changed(() => count() >= wanted, 120_000);
  for (let tries = 60; nats !== null && tries > 0 && new Set(await nats.runs()).size < wanted; tries -= 1)
    await delay(1000);
  await Promise.all(hosts.map(({ child, ended }) => (child.kill("SIGINT"), ended)));
  const name = "two hosts";
  const rows = Number(cluster.ask("SELECT count(*) FROM flowrun.runs"));
  const distinct = count();
  const sorted = takeovers.sort((one, other) => one - other);
  const table = [
    ...Object.entries(counts).map(([what, n]) => [`${name}: ${what}`, n, "", true]),
    [`${name}: woken zombies refused (exit code 8)`, counts.refused, counts.frozen, counts.refused === counts.frozen],
    [
      `${name}: take-over after kill -9, median and worst, ms`,
      `${ms(sorted[sorted.length >> 1])}, ${ms(sorted.at(-1))}`,
      "",
      true,
    ],
    [`${name}: answers spoilt`, journal.spoilt(), "some", journal.spoilt() > 0],
    [`${name}: rows lost`, `${wanted - distinct} of ${wanted}`, "0", wanted === distinct],
    [`${name}: rows doubled, by psql`, rows - distinct, "0", rows === distinct],
    ...(nats === null ? [[`${name}: NATS`, "not installed", "", true]] : await ofStream(name, nats, wanted)),
  ];
  await nats?.stop();
  await journal.server.close();
  cluster.stop();
  return table;
}

/** One host without a database: each destination keeps its own place. */
async function oneHost(seed, folder) {
  const nats = hasNats ? await startNats("runs") : null;
  const journal = await spoiltJournal({ seed: seed + 6, events: 6000, seconds: 40 });
  const env = environment(journal.server, join(folder, "alone"));
  const file = join(folder, "delivered.ndjson");
  const to = ["--to", `file:${file}`, ...(nats === null ? [] : ["--to", `${nats.url}/runs`])];
  const line = ["tail", "--since", "last", ...to, "-q", "--limit", "50"];
  const kills = 30;
  for (let n = 0; n < kills; n += 1) {
    say(`one host: kill ${n + 1} of ${kills}`);
    const { child, ended } = startHost(line, env);
    await delay(300 + journal.random() * 900);
    child.kill("SIGKILL");
    await ended;
    if (nats !== null && n % 10 === 5) await nats.restart();
  }
  await delay(Math.max(0, journal.lastAt + 1000 - Date.now()));
  const { ended } = startHost(["since", "last", ...to, "-q", "--retries", "50"], env);
  const code = await ended;
  const ids = readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((text) => JSON.parse(text).runId);
  const wanted = journal.runs.size;
  const name = "one host";
  const table = [
    [`${name}: processes killed`, kills, "", true],
    [`${name}: the last one's exit code`, code, "0", code === 0],
    [
      `${name}: lines lost from a file`,
      `${wanted - new Set(ids).size} of ${wanted}`,
      "0",
      new Set(ids).size === wanted,
    ],
    [`${name}: lines doubled in a file`, ids.length - new Set(ids).size, "0", ids.length === new Set(ids).size],
    ...(nats === null ? [[`${name}: NATS`, "not installed", "", true]] : await ofStream(name, nats, wanted)),
  ];
  await nats?.stop();
  await journal.server.close();
  return table;
}

async function ofStream(name, nats, wanted) {
  const ids = await nats.runs();
  const distinct = new Set(ids).size;
  return [
    [`${name}: messages lost`, `${wanted - distinct} of ${wanted}`, "0", wanted === distinct],
    [`${name}: messages doubled`, ids.length - distinct, "0", ids.length === distinct],
  ];
}

function startHost(args, env) {
  const child = spawn(process.execPath, [flowrun, ...args], { env, stdio: "ignore" });
  return { child, env, ended: once(child, "exit").then(([code]) => code) };
}

/** The host whose process has the lease; `null` while nobody has. */
async function activeOf(hosts, cluster) {
  let found = null;
  await changed(() => {
    const holder = ask(
      cluster,
      "SELECT holder FROM flowrun.leases WHERE expires_at > extract(epoch from clock_timestamp()) * 1000",
    );
    found = hosts.find(({ child }) => holder.startsWith(`process ${child.pid} `)) ?? null;
    return found !== null;
  }, 20_000);
  return found;
}

function epochOf(cluster) {
  return Number(ask(cluster, "SELECT max(epoch) FROM flowrun.leases") || 0);
}

/** A server that is away answers nothing. */
function ask(cluster, text) {
  try {
    return cluster.ask(text);
  } catch {
    return "";
  }
}

function terminate(cluster) {
  const text = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = 'flowrun' AND pid <> pg_backend_pid()`;
  return Number(ask(cluster, text) || 0);
}

async function changed(isSo, mostMs) {
  const end = performance.now() + mostMs;
  while (performance.now() < end) {
    if (isSo()) return true;
    await delay(10);
  }
  return false;
}

function ms(time) {
  return time === undefined ? "none" : time.toFixed(0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), "flowrun-soak-"));
  const [kills = 50, zombies = 20] = process.argv.slice(2).map(Number);
  for (const row of await deliveries({ seed: 1, folder, rounds: { kills, zombies } }))
    console.log(row.slice(0, 3).join(" | "), row[3] ? "ok" : "NOT OK");
}
