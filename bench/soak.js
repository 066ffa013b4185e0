/**
 * What flowrun promises, over a longer time than a test has: `npm run soak` takes about seven minutes, prints a
 * table and exits 1 where a promise was broken. `npm run soak -- <seed>` repeats one of its stories.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startServer } from "../dist/demo/server.cjs";
import { generatedSource } from "../dist/demo/source.cjs";
import { archives } from "./soak-archive.js";
import { deliveries } from "./soak-deliver.js";
import { receptions } from "./soak-listen.js";
import { environment, say, spoiltJournal } from "./spoilt-journal.js";

const flowrun = fileURLToPath(new URL("../bin/flowrun.js", import.meta.url));
const seed = Number(process.argv[2] ?? 20_261_122);
const folder = mkdtempSync(join(tmpdir(), "flowrun-soak-"));

const rows = [
  ...(await kills()),
  ...(await archives({ seed, folder })),
  ...(await deliveries({ seed, folder })),
  ...(await receptions({ seed, folder })),
  ...(await memory()),
  ...(await stops()),
];
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`\nseed ${seed}\n`);
for (const [what, seen, promised, holds] of rows) {
  process.stdout.write(
    `${holds ? "ok    " : "BROKEN"}  ${what.padEnd(52)} ${String(seen).padStart(12)}   ${promised}\n`,
  );
}
if (rows.some(([, , , holds]) => !holds)) process.exitCode = 1;

/** 100 readers of one cursor, each killed at some moment, over a journal that has everything wrong with it. */
async function kills() {
  const [events, limit, count] = [10_000, 50, 100];
  const journal = await spoiltJournal({ seed, events });
  const { server, random } = journal;
  const env = environment(server, join(folder, "kills"));
  const outputs = [];
  const read = async (args, killAfterMs) => {
    const path = join(folder, `${outputs.length}.ndjson`);
    const out = openSync(path, "w");
    const reader = spawn(process.execPath, [flowrun, ...args], { env, stdio: ["ignore", out, "ignore"] });
    closeSync(out);
    const ended = new Promise((resolve) => reader.on("exit", (code) => resolve(code)));
    if (killAfterMs !== null) {
      await delay(killAfterMs);
      reader.kill("SIGKILL");
    }
    const code = await ended;
    outputs.push(readFileSync(path, "utf8"));
    return code;
  };
  for (let n = 0; n < count; n += 1) {
    say(`kill ${n + 1} of ${count}`);
    const how = n % 2 === 0 ? ["since", "last"] : ["tail", "--since", "last"];
    await read([...how, "--json", "--limit", String(limit)], 150 + random() * 400);
  }
  await delay(Math.max(0, journal.lastAt + 1000 - Date.now()));
  const code = await read(["since", "last", "--json", "--limit", String(limit), "--retries", "50"], null);
  const asked = server.requests.length;
  await server.close();

  const seen = new Set();
  let [repeated, most, cut] = [0, 0, 0];
  for (const text of outputs) {
    const lines = text.split("\n");
    // The kernel may cut a write of a process that it kills.
    if (lines.pop() !== "") cut += 1;
    const ids = lines.map((line) => JSON.parse(line).runId);
    const again = ids.filter((id) => seen.has(id));
    repeated += again.length;
    most = Math.max(most, again.length);
    for (const id of ids) seen.add(id);
  }
  const wanted = journal.runs;
  const lost = [...wanted].filter((n) => !seen.has(`run-${n}`)).length;
  return [
    [`kill -9: readers killed, over ${events} events`, count, "", true],
    ["kill -9: last reading's exit code", code, "0", code === 0],
    ["kill -9: answers spoilt", `${journal.spoilt()} of ${asked}`, "some", journal.spoilt() > 0],
    ["kill -9: runs lost", `${lost} of ${wanted.size}`, "0", lost === 0],
    ["kill -9: runs repeated, in all", repeated, "", true],
    ["kill -9: runs repeated after one kill, at most", most, `a page (${limit})`, most <= limit],
    ["kill -9: last lines cut by the kernel", cut, "", true],
  ];
}

/** A tail over half a million events. */
async function memory() {
  const args = [
    fileURLToPath(new URL("journal.js", import.meta.url)),
    JSON.stringify({ events: 500_000, runShare: 1 }),
  ];
  const journal = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(journal.stdout.setEncoding("utf8"), "data");
  const env = { ...bare("memory"), ...JSON.parse(line) };
  const tail = spawn(process.execPath, [flowrun, "tail", "--since", "oldest", "--json"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const samples = { early: [], late: [] };
  let [lines, looked] = [0, 0];
  for await (const piece of tail.stdout) {
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) lines += 1;
    if (lines - looked >= 500) {
      looked = lines;
      say(`${lines} events`);
      if (lines > 30_000 && lines <= 70_000) samples.early.push(resident(tail.pid));
      if (lines > 460_000) samples.late.push(resident(tail.pid));
    }
    if (lines >= 500_000) break;
  }
  tail.kill("SIGKILL");
  journal.kill();
  const [early, late] = [median(samples.early), median(samples.late)];
  const growth = (100 * (late - early)) / early;
  return [
    ["memory of tail after 50,000 events", `${early.toFixed(0)} MiB`, "", true],
    ["memory of tail after 500,000 events", `${late.toFixed(0)} MiB`, "", true],
    ["memory of tail: growth", `${growth.toFixed(1)} %`, "at most 10 %", growth <= 10],
  ];
}

/** Ctrl-C while a request hangs. */
async function stops() {
  const server = await startServer({
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
    faults: [{ fault: { kind: "hang" } }],
    source: generatedSource({ total: () => 0, length: () => 0, writtenAt: () => 0, event: () => "" }),
  });
  const env = environment(server, join(folder, "stops"));
  const times = [];
  for (let n = 0; n < 10; n += 1) {
    say(`Ctrl-C ${n + 1} of 10`);
    const before = server.requests.length;
    const reader = spawn(process.execPath, [flowrun, "tail"], { env, stdio: "ignore" });
    while (server.requests.slice(before).every(({ service }) => service !== "journal")) await delay(10);
    await delay(100);
    const pressed = performance.now();
    reader.kill("SIGINT");
    const [code] = await once(reader, "exit");
    times.push(code === 130 ? performance.now() - pressed : Infinity);
  }
  await server.close();
  const longest = Math.max(...times);
  return [
    ["Ctrl-C while a request hangs: longest until the end", `${longest.toFixed(0)} ms`, "200 ms", longest <= 200],
  ];
}

function bare(name) {
  return { PATH: process.env.PATH, HOME: folder, FLOWRUN_HOME: join(folder, name) };
}

/** Resident memory in MiB. */
function resident(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
