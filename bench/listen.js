/**
 * The webhook's part of `npm run bench`, or alone: `node bench/listen.js [--quick]` prints its table. Signed deliveries of
 * about 2.5 kB go to a `flowrun listen` on loopback, which acknowledges what has been fsynced; then a journal is replayed to
 * an endpoint on loopback. Memory is the peak of the process (Linux alone tells it).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ownModules } from "./own-modules.js";
import { openSender, startKeyHost, startListening } from "./webhook-sender.js";

const flowrun = fileURLToPath(new URL("../bin/flowrun.js", import.meta.url));
const journalJs = fileURLToPath(new URL("journal.js", import.meta.url));
const clientId = "bench";

/** Goals and figures, each as `[what, figure, relation, goal]`; a goal that is `null` is for looking at only. */
export async function benchListen({ isQuick, scratch, say }) {
  const keys = await startKeyHost();
  try {
    say("listen: verification");
    const verified = await verification(keys, isQuick ? 1000 : 5000);
    say("listen: 300 deliveries a second");
    const acks = await atRate(keys, { perSecond: 300, seconds: isQuick ? 4 : 15, scratch });
    say("listen: as many as it takes");
    const most = await atMost(keys, { count: isQuick ? 2000 : 10_000, scratch });
    const [few, many] = isQuick ? [2000, 10_000] : [20_000, 100_000];
    say(`listen: memory over ${many} deliveries`);
    const peaks = await memory(keys, { few, many, scratch });
    say("replay");
    const replayed = await replay({ events: isQuick ? 8000 : 20_000, scratch });
    const replayedInBatches = await replay({ events: isQuick ? 8000 : 20_000, more: ["--batch"], scratch });
    return [
      ["listen: one delivery of two signatures judged, ms", verified, "≤", 0.1],
      ["listen: 300 deliveries a second, kept and acknowledged, p50, ms", at(acks, 0.5), "≤", 25],
      ["listen: the same, p99, ms", at(acks, 0.99), "≤", 1000],
      ["listen: the same, the slowest, ms", acks.at(-1), "", null],
      ["listen: deliveries a second, 64 at once", most, "", null],
      ...(peaks === null
        ? []
        : [
            [`listen: peak memory of ${many} deliveries, MiB`, peaks.many, "≤", 240],
            // Over a few thousand its heap still grows to what it works with.
            [`listen: the same against ${few}`, peaks.many / peaks.few, "≤", isQuick ? 1.3 : 1.1],
          ]),
      ["replay: events a second to an endpoint, `--concurrency 16`", replayed, "≥", 1000],
      ["replay: the same with `--batch`", replayedInBatches, "", null],
    ];
  } finally {
    keys.close();
  }
}

/** Milliseconds for one delivery, the fastest of five rounds, in this process, by the program's own judge; the keys are there. */
async function verification(keys, count) {
  const { judgeDelivery, createPublicKeys } = await ownModules("listen", [
    "adobe/webhook/judge-delivery",
    "adobe/webhook/public-keys",
  ]);
  const send = ({ url }) =>
    Promise.resolve({
      status: 200,
      headers: {},
      discard: () => undefined,
      body: () => Promise.resolve(Buffer.from(keys.pems.get(url))),
    });
  const host = {
    now: () => Date.now(),
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
    send,
  };
  const { signal } = new AbortController();
  const means = { clientId, keys: createPublicKeys({ url: "", host, signal }), hmacSecrets: [] };
  const deliveries = Array.from({ length: 200 }, (_, n) => keys.signed(eventText("verified", n)));
  const verify = async (times) => {
    for (let n = 0; n < times; n += 1) {
      const { kind } = await judgeDelivery(deliveries[n % deliveries.length], means);
      if (kind !== "genuine") throw new Error(`a good delivery was judged ${kind}`);
    }
  };
  await verify(200);
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now();
    await verify(count / 5);
    times.push((performance.now() - began) / (count / 5));
  }
  return Math.min(...times);
}

/** Milliseconds from the moment at which a delivery was due to its 200, in order; none is held back by the one before. */
async function atRate(keys, { perSecond, seconds, scratch }) {
  const deliveries = Array.from({ length: perSecond * seconds }, (_, n) => keys.signed(eventText("rate", n)));
  return listening("rate", keys, scratch, async ({ url }) => {
    const sender = openSender(url, 256);
    await warm(sender, keys);
    const times = [];
    const began = performance.now() + 100;
    await Promise.all(
      deliveries.map(async (delivery, n) => {
        const due = began + (n * 1000) / perSecond;
        await pause(Math.max(0, due - performance.now()));
        expectKept(await sender.post(delivery));
        times.push(performance.now() - due);
      }),
    );
    sender.close();
    return times.sort((one, other) => one - other);
  });
}

async function atMost(keys, { count, scratch }) {
  const deliveries = Array.from({ length: count }, (_, n) => keys.signed(eventText("most", n), { keys: 1 }));
  return listening("most", keys, scratch, async ({ url }) => {
    const sender = openSender(url, 64);
    await warm(sender, keys);
    const began = performance.now();
    await inTurns(64, count, (n) => untilKept(sender, deliveries[n]));
    const perSecond = (count * 1000) / (performance.now() - began);
    sender.close();
    return perSecond;
  });
}

/** Peaks in MiB; `null` where the machine does not tell. */
async function memory(keys, { few, many, scratch }) {
  if (!existsSync("/proc/self/status")) return null;
  return listening("memory", keys, scratch, async ({ url, child }) => {
    const sender = openSender(url, 32);
    const deliver = (n) => untilKept(sender, keys.signed(eventText("memory", n), { keys: 1 }));
    await inTurns(32, few, deliver);
    const early = peakOf(child.pid);
    await inTurns(32, many - few, (n) => deliver(few + n));
    sender.close();
    return { few: early, many: peakOf(child.pid) };
  });
}

/** Events a second, by the time from the first request to the last one's answer. */
async function replay({ events, more = [], scratch }) {
  const home = mkdtempSync(join(scratch, "replay-"));
  const journal = spawn(process.execPath, [journalJs, JSON.stringify({ events, runShare: 1 })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let [first, last] = [null, 0];
  const endpoint = createServer((asked, answer) => {
    first ??= performance.now();
    asked.resume().on("end", () => {
      answer.end("ok", () => {
        last = performance.now();
      });
    });
  }).listen(0, "127.0.0.1");
  try {
    await once(endpoint, "listening");
    const [line] = await once(journal.stdout.setEncoding("utf8"), "data");
    const env = { PATH: process.env.PATH, HOME: home, FLOWRUN_HOME: home, ...JSON.parse(line) };
    const to = `http://127.0.0.1:${endpoint.address().port}/`;
    const args = ["replay", "oldest", "--to", to, "--concurrency", "16", ...more, "--json"];
    const child = spawn(process.execPath, [flowrun, ...args], { env, stdio: ["ignore", "pipe", "ignore"] });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
    const [code] = await once(child, "close");
    const { accepted } = JSON.parse(said);
    if (code !== 0 || accepted !== events)
      throw new Error(`replay ended with ${code}, ${accepted} of ${events} accepted`);
    return (events * 1000) / (last - first);
  } finally {
    journal.kill();
    endpoint.close();
    endpoint.closeAllConnections();
  }
}

/** Lets something be done to a receiver in a home of its own. */
async function listening(name, keys, scratch, work) {
  const home = join(scratch, `listen-${name}`);
  const env = {
    ...{ PATH: process.env.PATH, HOME: home, FLOWRUN_HOME: home },
    ...{ FLOWRUN_CLIENT_ID: clientId, FLOWRUN_KEYS_URL: keys.url },
  };
  const receiver = startListening(["--reconcile", "off", "--json"], env);
  try {
    const url = await receiver.up;
    if (url === null) throw new Error(`listen does not start: ${receiver.said()}`);
    return await work({ url, child: receiver.child });
  } finally {
    receiver.child.kill("SIGKILL");
    await receiver.ended;
    rmSync(home, { recursive: true, force: true });
  }
}

/** The keys are fetched, and the code has run. */
async function warm(sender, keys) {
  await inTurns(8, 200, (n) => untilKept(sender, keys.signed(eventText("warm", n))));
}

/** Adobe comes again after a minute where there is no room; here it is only waited for. */
async function untilKept(sender, delivery) {
  for (;;) {
    const status = await sender.post(delivery);
    if (status !== 429) return expectKept(status);
    await pause(20);
  }
}

function expectKept(status) {
  if (status !== 200) throw new Error(`a delivery was answered ${status}`);
}

async function inTurns(atOnce, count, work) {
  let next = 0;
  const one = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** A flow run of two activities, of about 2.5 kB. */
function eventText(kind, n) {
  const id = `${kind}-${n}`;
  const at = 1_790_000_000_000 + n;
  const times = { startedAtUTC: at - 90_000, completedAtUTC: at - 1000 };
  const statusSummary = { status: "success" };
  const recordSummary = { inputRecordCount: 100, outputRecordCount: 100, failedRecordCount: 0 };
  const activity = (name) => ({
    ...{ id: name, name, updatedAtUTC: 0, durationSummary: times, latencySummary: {}, statusSummary, recordSummary },
    ...{ sizeSummary: { inputBytes: 1000, outputBytes: 900 }, fileSummary: { inputFileCount: 1, outputFileCount: 1 } },
    sourceInfo: [{ id, type: "Connection", reference: { type: "batch", ids: [`01HBENCH${n}`] } }],
  });
  const event = {
    ...{ id, flowId: `flow-${n % 12}`, flowName: `Flow ${n % 12}`, createdAt: at - 95_000, updatedAt: at },
    ...{ sandboxName: "prod", imsOrgId: "BENCH@AdobeOrg", etag: "e".repeat(700) },
    metrics: { durationSummary: times, recordSummary, statusSummary },
    activities: [activity("copyActivity"), activity("promotionActivity")],
    header: { _adobeio: { eventCode: "sources_flow_run_success", imsOrgId: "BENCH@AdobeOrg" } },
  };
  return JSON.stringify({ event_id: `event-${id}`, recipient_client_id: clientId, event });
}

/** The most resident memory so far, in MiB. */
function peakOf(pid) {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function at(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const scratch = mkdtempSync(join(tmpdir(), "flowrun-bench-"));
  const load = loadavg()[0].toFixed(1);
  try {
    const say = (text) => process.stderr.write(`${text}\n`);
    for (const [what, figure, relation, goal] of await benchListen({
      isQuick: process.argv.includes("--quick"),
      scratch,
      say,
    })) {
      const told = figure.toFixed(figure < 100 ? 2 : 0).padStart(9);
      console.log(`${what.padEnd(70)} ${told} ${goal === null ? "" : `${relation} ${goal}`}`);
    }
    console.log(`load ${load} before, ${loadavg()[0].toFixed(1)} after`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
