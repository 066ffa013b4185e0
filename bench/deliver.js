/**
 * How soon a run arrives, and how soon another host takes over: `node bench/deliver.js [--quick]`. A journal on loopback
 * writes an event every 40 ms; `tail --to postgres://…` keeps each as a row. The lag is from the moment at which the
 * journal had the event to the row's own commit, by one clock. Take-over is from `kill -9` to the next epoch.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { startServer } from "../dist/demo/server.cjs";
import { generatedSource } from "../dist/demo/source.cjs";
import { hasPgbouncer, hasPostgres, startCluster } from "./cluster.js";
import { environment, runEvent } from "./spoilt-journal.js";

const flowrun = fileURLToPath(new URL("../bin/flowrun.js", import.meta.url));

/** Goals and figures, each as `[what, figure, relation, goal]`; a goal that is `null` is for looking at only. */
export async function benchDeliver({ isQuick, scratch, say }) {
  if (!hasPostgres) return [];
  const cluster = await startCluster();
  try {
    say("deliver: lag under tail");
    const lag = await lags({ seconds: isQuick ? 5 : 20, scratch, cluster });
    say("deliver: take-over");
    const times = await takeovers({ count: isQuick ? 3 : 15, scratch, cluster, url: cluster.url });
    say("deliver: take-over behind pgbouncer");
    const pooled = hasPgbouncer
      ? await takeovers({ count: isQuick ? 1 : 5, scratch, cluster, url: await cluster.pool() })
      : [];
    return [
      ["deliver: from the journal to a row under `tail`, p50, ms", at(lag, 0.5), "", null],
      ["deliver: the same, p99, ms", at(lag, 0.99), "", null],
      ["deliver: take-over after kill -9, median, ms", at(times, 0.5), "≤", 200],
      ["deliver: the same, the slowest, ms", times.at(-1), "", null],
      ...(hasPgbouncer
        ? [
            ["deliver: take-over after kill -9 behind pgbouncer, median, ms", at(pooled, 0.5), "≤", 7000],
            ["deliver: the same, the slowest, ms", pooled.at(-1), "≤", 7000],
          ]
        : []),
    ];
  } finally {
    cluster.stop();
  }
}

/** The journal answers at once where it has something, and asks to wait a second where it has not: that is in the lag. */
async function lags({ seconds, scratch, cluster }) {
  const began = Date.now() + 3000;
  const everyMs = 40;
  // One is there before all others: an empty journal does not say when to ask again, and is left alone for ten seconds.
  const writtenAt = (n) => (n === 0 ? began - 60_000 : began + n * everyMs);
  const server = await startJournal({ total: (seconds * 1000) / everyMs, writtenAt });
  const env = environment(server, join(scratch, "lag"));
  // Each row notes when it came.
  const child = start(["tail", "--to", cluster.url, "-q"], env);
  await until(() => ask(cluster, "SELECT to_regclass('flowrun.runs') IS NOT NULL") === "t");
  cluster.ask(
    "ALTER TABLE flowrun.runs ADD COLUMN came_at double precision DEFAULT extract(epoch FROM clock_timestamp()) * 1000",
  );
  await pause(Math.max(0, began + seconds * 1000 + 3000 - Date.now()));
  child.kill("SIGINT");
  await once(child, "exit");
  const rows = cluster.ask("SELECT run_id || ' ' || came_at FROM flowrun.runs WHERE came_at IS NOT NULL").split("\n");
  await server.close();
  cluster.ask("DROP SCHEMA flowrun CASCADE");
  return rows
    .filter(Boolean)
    .map((row) => ({ came: Number(row.split(" ")[1]), n: Number(/\d+/.exec(row)[0]) }))
    .filter(({ n }) => n > 0)
    .map(({ came, n }) => came - writtenAt(n))
    .sort((one, other) => one - other);
}

/** @param url by which the two hosts reach the database: directly, or through a pooler. */
async function takeovers({ count, scratch, cluster, url }) {
  const server = await startJournal({ total: 10, writtenAt: (n) => Date.now() - 60_000 + n });
  const homes = ["one", "other"].map((name) => environment(server, join(scratch, name)));
  const line = ["tail", "--to", url, "--standby", "-q"];
  let [active, standby] = [start(line, homes[0]), null];
  await until(() => Number(ask(cluster, "SELECT max(epoch) FROM flowrun.leases") || 0) > 0);
  // A psql for each look would take longer than what is measured.
  const client = new pg.Client(cluster.url);
  await client.connect();
  const epoch = async () =>
    Number((await client.query("SELECT max(epoch) AS epoch FROM flowrun.leases")).rows[0].epoch);
  const times = [];
  for (let n = 0; n < count; n += 1) {
    standby = start(line, homes[(n + 1) % 2]);
    await pause(2500);
    const before = await epoch();
    const began = performance.now();
    active.kill("SIGKILL");
    while ((await epoch()) === before) await pause(2);
    times.push(performance.now() - began);
    active = standby;
  }
  active.kill("SIGKILL");
  await client.end();
  await server.close();
  cluster.ask("DROP SCHEMA flowrun CASCADE");
  return times.sort((one, other) => one - other);
}

function startJournal({ total, writtenAt }) {
  return startServer({
    now: () => Date.now(),
    sleep: (ms) => pause(ms),
    journal: { retryAfter: "1" },
    source: generatedSource({
      total: () => total,
      length: (now) => {
        let written = 0;
        while (written < total && writtenAt(written) <= now) written += 1;
        return written;
      },
      writtenAt,
      event: (n) => runEvent(n, writtenAt(n)),
    }),
  });
}

function start(args, env) {
  return spawn(process.execPath, [flowrun, ...args], { env, stdio: "ignore" });
}

function ask(cluster, text) {
  try {
    return cluster.ask(text);
  } catch {
    return "";
  }
}

async function until(isSo) {
  while (!isSo()) await pause(2);
}

function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const scratch = mkdtempSync(join(tmpdir(), "flowrun-bench-"));
  const rows = await benchDeliver({ isQuick: process.argv.includes("--quick"), scratch, say: () => undefined });
  for (const [what, figure, relation, goal] of rows)
    console.log(what.padEnd(70), figure?.toFixed(0), relation, goal ?? "");
  rmSync(scratch, { recursive: true, force: true });
}
