/**
 * What flowrun promises, over a longer time than a test has: `npm run soak` takes about a minute and a half, prints a
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

const flowrun = fileURLToPath(new URL("../bin/flowrun.js", import.meta.url));
const seed = Number(process.argv[2] ?? 20_261_122);
const folder = mkdtempSync(join(tmpdir(), "flowrun-soak-"));

const rows = [...(await kills()), ...(await memory()), ...(await stops())];
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
  const random = chance(seed);
  // One event in twenty is an earlier one, delivered again up to a thousand events later.
  const told = Array.from({ length: events }, (_, n) =>
    n > 0 && random() < 0.05 ? n - 1 - Math.floor(random() * Math.min(n, 1000)) : n,
  );
  for (let n = 0; n < events; n += 1) told[n] = told[told[n]];
  // Out of order: a run may have been updated a minute before the one that stands in front of it.
  const ages = told.map(() => Math.floor(random() * 60_000));
  const began = Date.now();
  // Half of them are there already; the others come while it is read, over half a minute.
  const writtenAt = (n) =>
    n < events / 2 ? began - 3_600_000 + n : began + ((n - events / 2) * 30_000) / (events / 2);
  const faults = [
    { kind: "status", status: 401 },
    { kind: "status", status: 429, retryAfter: "1" },
    { kind: "status", status: 500 },
    { kind: "reset", when: "beforeHeaders" },
    { kind: "reset", when: "midBody" },
    { kind: "truncated" },
    { kind: "reorder" },
    { kind: "duplicate" },
  ];
  let spoilt = 0;
  const server = await startServer({
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
    latencyMs: 10,
    journal: { retryAfter: "1" },
    ims: { mintsPerMinute: 1000 },
    faults: faults.map((fault) => ({ fault, when: () => random() < 0.02 && ++spoilt > 0 })),
    source: generatedSource({
      total: () => events,
      length: (now) => Math.min(events, upTo(now)),
      writtenAt,
      event: (n) => run(told[n], writtenAt(told[n]) - ages[told[n]]),
    }),
  });
  const upTo = (now) =>
    now < began ? events / 2 : Math.floor(events / 2 + ((now - began) / 30_000) * (events / 2)) + 1;
  const env = environment(server, "kills");
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
  await delay(Math.max(0, began + 31_000 - Date.now()));
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
  const wanted = new Set(told);
  const lost = [...wanted].filter((n) => !seen.has(`run-${n}`)).length;
  return [
    [`kill -9: readers killed, over ${events} events`, count, "", true],
    ["kill -9: last reading's exit code", code, "0", code === 0],
    ["kill -9: answers spoilt", `${spoilt} of ${asked}`, "some", spoilt > 0],
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
  const env = environment(server, "stops");
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

function run(n, updatedAt) {
  const body = {
    id: `run-${n}`,
    flowId: `flow-${n % 7}`,
    createdAt: updatedAt,
    updatedAt,
    metrics: { statusSummary: { status: n % 20 === 0 ? "failed" : "success" } },
    activities: [],
    header: { _adobeio: { eventCode: "sources_flow_run_success" } },
  };
  return JSON.stringify({ event_id: `event-${n}`, event: body });
}

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
function chance(start) {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function bare(name) {
  return { PATH: process.env.PATH, HOME: folder, FLOWRUN_HOME: join(folder, name) };
}

function environment(server, name) {
  return {
    ...bare(name),
    FLOWRUN_CLIENT_ID: server.clientId,
    FLOWRUN_CLIENT_SECRET: server.clientSecret,
    FLOWRUN_IMS_ORG_ID: server.imsOrgId,
    FLOWRUN_SCOPES: server.scopes.join(","),
    FLOWRUN_JOURNAL_URL: server.journalUrl,
    FLOWRUN_IMS_URL: server.imsUrl,
  };
}

/** Resident memory in MiB. */
function resident(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}
