/**
 * What receiving promises: whatever is acknowledged is delivered, once, and the journal brings the rest. A sender that comes
 * again as Adobe does, only sooner, against a receiver that is killed, on a disk that is full at times, with a host of keys
 * that fails at times. Alone: `node bench/soak-listen.js [deliveries] [kills]`.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startServer } from "../dist/demo/server.cjs";
import { generatedSource } from "../dist/demo/source.cjs";
import { freePort, hasPostgres, startCluster } from "./cluster.js";
import { hasNats, startNats } from "./nats-server.js";
import { chance, environment, journalFaults, runEvent, say } from "./spoilt-journal.js";
import { openSender, startKeyHost, startListening } from "./webhook-sender.js";

/** Adobe waits 1, 2, 4, 8, 15, 15, … minutes, for a day; here a minute is a tenth of a second. */
const minuteMs = 100;
const waits = [1, 2, 4, 8, 15];
const longestMs = 24 * 60 * minuteMs;

/** The rows of the soak's table. */
export async function receptions({ seed, folder, deliveries = 2000, kills = 20 }) {
  const random = chance(seed + 9);
  const disk = smallDisk(join(folder, "listen"));
  const cluster = hasPostgres ? await startCluster() : null;
  const nats = hasNats ? await startNats("runs") : null;
  const keys = await startKeyHost();
  const plan = plannedDeliveries({ deliveries, random, everyMs: (kills * 1800) / deliveries });
  const journal = await startJournal(plan, random);
  const file = join(disk.home, "delivered.ndjson");
  const stage = {
    ...{ random, disk, keys, plan, file, port: await freePort() },
    env: { ...environment(journal, disk.home), FLOWRUN_KEYS_URL: keys.url },
    to: [
      ...["--to", `file:${file}`],
      ...(nats === null ? [] : ["--to", `${nats.url}/runs`]),
      ...(cluster === null ? [] : ["--to", cluster.url]),
    ],
    counts: { killed: 0, "killed before they listened": 0, "ended by themselves": 0, "full disks": 0, "keys away": 0 },
    reasons: new Set(),
    codes: [],
  };
  try {
    const sender = sendAll(stage, journal.clientId);
    const half = Math.floor(kills / 2);
    const life = (n, args) => killedLife(stage, args, `kill ${n + 1} of ${kills}`);
    // Without the journal first, which would bring what was acknowledged and lost.
    const alone = ["--reconcile", "off"];
    for (let n = 0; n < half; n += 1) await life(n, alone);
    const early = new Set(sender.acknowledged);
    await stoppedLife(stage, alone, early);
    const lostAlone = missing(early, idsIn(file));
    const compared = ["--reconcile", "1s", "--since", "oldest"];
    for (let n = half; n < kills; n += 1) await life(n, compared);
    await stoppedLife(stage, compared, plan.ids, sender.done);
    const reasons = [...stage.reasons].map((why) => why.replaceAll(disk.home, "…"));
    const isBug = reasons.some((why) => why.includes("hit a bug"));
    return [
      ...(disk.isMounted ? [] : [["listen: full disks", "none can be mounted here", "", true]]),
      ...Object.entries(stage.counts).map(([what, n]) => [`listen: processes ${what}`, n, "", true]),
      ["listen: they ended by themselves because", reasons.join(" | ") || "none did", "no bug", !isBug],
      [
        "listen: exit codes of those that were stopped",
        stage.codes.join(", "),
        "143",
        stage.codes.every((n) => n === 143),
      ],
      ["listen: answers, by status (0 is none)", told(sender.answers), "", true],
      ["listen: genuine deliveries refused for good", sender.refused, "0", sender.refused === 0],
      ["listen: deliveries that Adobe gave up", sender.givenUp, "", true],
      ["listen: forged ones taken", sender.forgedTaken, "0", sender.forgedTaken === 0],
      [
        "listen: runs in the file, by the way they came",
        told(countBy(recordsIn(file).map(({ via }) => via))),
        "",
        true,
      ],
      ["listen: acknowledged and lost, without the journal", `${lostAlone} of ${early.size}`, "0", lostAlone === 0],
      ...(await outcome("in a file", idsIn(file), plan.ids, sender.acknowledged)),
      ...(nats === null ? [] : await outcome("in NATS", await nats.runs(), plan.ids, sender.acknowledged)),
      ...(cluster === null ? [] : await outcome("in PostgreSQL", rowsIn(cluster), plan.ids, sender.acknowledged)),
    ];
  } finally {
    await journal.close();
    keys.close();
    await nats?.stop();
    cluster?.stop();
    disk.remove();
  }
}

function outcome(where, ids, wanted, acknowledged) {
  const lost = missing(acknowledged, ids);
  const away = missing(wanted, ids);
  const doubled = ids.length - new Set(ids).size;
  const foreign = ids.filter((id) => !wanted.has(id)).length;
  return [
    [`listen: acknowledged and lost, ${where}`, `${lost} of ${acknowledged.size}`, "0", lost === 0],
    [`listen: in the journal and lost, ${where}`, `${away} of ${wanted.size}`, "0", away === 0],
    [`listen: delivered twice, ${where}`, doubled, "0", doubled === 0],
    [`listen: forged and delivered, ${where}`, foreign, "0", foreign === 0],
  ];
}

/** A receiver that is killed at some moment, perhaps before it listens, and may have trouble meanwhile. */
async function killedLife(stage, args, title) {
  say(`listen: ${title}`);
  const { random, disk, keys, counts } = stage;
  const [trouble, troubledMs, aliveMs] = [random(), 200 + random() * 1500, 300 + random() * 2700];
  if (trouble > 0.65) {
    counts["keys away"] += 1;
    keys.answer(keyFaults[Math.floor(random() * keyFaults.length)]);
  }
  const began = performance.now();
  const life = supervise(stage, args);
  const restored = (async () => {
    if (trouble < 0.35) {
      // Some find it full, and others see it fill up.
      await delay(trouble < 0.15 ? 0 : troubledMs / 2);
      counts["full disks"] += disk.fill() ? 1 : 0;
    }
    await delay(troubledMs);
    disk.free();
    keys.answer(null);
  })();
  await delay(aliveMs - (performance.now() - began));
  if (!life.isUp()) counts["killed before they listened"] += 1;
  counts.killed += 1;
  await Promise.all([life.end("SIGKILL"), restored]);
}

/** One that stays until all that is wanted is in the file, or a minute is over, and is then asked to stop. */
async function stoppedLife(stage, args, wanted, before = Promise.resolve()) {
  say("listen: the rest");
  const life = supervise(stage, args);
  await before;
  const end = performance.now() + 60_000;
  while (performance.now() < end && missing(wanted, idsIn(stage.file)) > 0) await delay(200);
  // What comes twice may come late.
  await delay(2000);
  stage.codes.push(await life.end("SIGTERM"));
}

/** A receiver, started again whenever it ends by itself. `end` resolves to its exit code. */
function supervise({ to, port, env, counts, reasons }, args) {
  let [receiver, isUp, isOver] = [null, false, false];
  const live = async () => {
    for (;;) {
      receiver = startListening([...args, ...to], env, port);
      isUp = (await receiver.up) !== null;
      const code = await receiver.ended;
      isUp = false;
      if (isOver) return code;
      counts["ended by themselves"] += 1;
      const [why = "nothing said"] = /^error: [^]*/m.exec(receiver.said()) ?? [];
      reasons.add(`${code}: ${why.split("\n").slice(0, 2).join(";")}`);
      await delay(200);
      if (isOver) return null;
    }
  };
  const over = live();
  return {
    isUp: () => isUp,
    end: (signal) => {
      isOver = true;
      receiver.child.kill(signal);
      return over;
    },
  };
}

/**
 * Delivers all that is planned, each when it is due, and again as Adobe does. `done` resolves when each has been
 * acknowledged, refused or given up.
 */
function sendAll({ plan, keys, port }, clientId) {
  const sender = openSender(`http://127.0.0.1:${port}/`, 64);
  const sent = { acknowledged: new Set(), answers: new Map(), refused: 0, givenUp: 0, forgedTaken: 0 };
  const began = performance.now();
  const one = async ({ dueMs, ids, isForged }) => {
    await delay(Math.max(0, dueMs - (performance.now() - began)));
    const events = ids.map((id) => eventText(id, clientId));
    const text = ids.length === 1 ? events[0] : `[${events.join(",")}]`;
    const delivery = keys.signed(text, { "x-adobe-event-id": `event-${ids[0]}` });
    if (isForged) delivery.body = Buffer.from(text.replaceAll("run-", "forged-"));
    for (let attempt = 0; ; attempt += 1) {
      const status = await sender.post(delivery);
      sent.answers.set(status, (sent.answers.get(status) ?? 0) + 1);
      if (status >= 200 && status < 300) {
        if (isForged) sent.forgedTaken += 1;
        else for (const id of ids) sent.acknowledged.add(id);
        return;
      }
      if (isForged && status === 401) return;
      if (status !== 0 && status !== 429 && (status < 500 || status === 505)) {
        sent.refused += 1;
        return;
      }
      if (performance.now() - began - dueMs > longestMs) {
        sent.givenUp += 1;
        return;
      }
      await delay(minuteMs * (waits[attempt] ?? 15));
    }
  };
  const done = Promise.all(plan.deliveries.map(one)).then(() => {
    sender.close();
  });
  return Object.assign(sent, { done });
}

/**
 * Single events and batches, in an order of their own. Some come twice, whole or in another batch; some, which only the
 * journal has, never; some are not Adobe's.
 */
function plannedDeliveries({ deliveries: count, random, everyMs }) {
  const deliveries = [];
  const ids = [];
  const next = () => {
    ids.push(`run-${ids.length}`);
    return ids.at(-1);
  };
  for (let n = 0; n < count; n += 1) {
    if (random() < 0.03) next();
    const kind = random();
    const known = () => ids[Math.max(0, ids.length - 1 - Math.floor(random() * 200))];
    const size = random() < 0.15 ? 2 + Math.floor(random() * 19) : 1;
    const before = deliveries.at(-1 - Math.floor(random() * 40));
    // Out of order by up to three seconds; what is sent twice, often at the same moment.
    const dueMs = n * everyMs + random() * 3000;
    if (kind < 0.02) deliveries.push({ dueMs, ids: [`run-${ids.length}`], isForged: true });
    else if (kind < 0.07 && before !== undefined)
      deliveries.push({ ...before, dueMs: random() < 0.5 ? before.dueMs : dueMs });
    else
      deliveries.push({
        dueMs,
        ids: [...new Set(Array.from({ length: size }, (_, at) => (at > 0 && random() < 0.1 ? known() : next())))],
        isForged: false,
      });
  }
  return { deliveries, ids: new Set(ids), lastMs: count * everyMs };
}

/** The journal has all of it, some seconds later. */
function startJournal({ ids, lastMs }, random) {
  const began = Date.now() + 4000;
  const everyMs = lastMs / ids.size;
  return startServer({
    now: () => Date.now(),
    sleep: (ms) => delay(ms),
    journal: { retryAfter: "1" },
    ims: { mintsPerMinute: 1000 },
    faults: journalFaults.map((fault) => ({ fault, when: () => random() < 0.02 })),
    source: generatedSource({
      total: () => ids.size,
      length: (now) => Math.max(0, Math.min(ids.size, Math.floor((now - began) / everyMs) + 1)),
      writtenAt: (n) => Math.round(began + n * everyMs),
      event: (n) => runEvent(n, updatedAt(n)),
    }),
  });
}

/** The same event as the journal's, with its recipient. */
function eventText(id, clientId) {
  const n = Number(id.slice("run-".length));
  return runEvent(n, updatedAt(n)).replace("{", `{"recipient_client_id":"${clientId}",`);
}

function updatedAt(n) {
  return 1_790_000_000_000 + n * 10;
}

/** What the host of the keys does at times. */
const keyFaults = [
  (_, answer) => answer.writeHead(500).end(),
  (_, answer) => answer.writeHead(404).end("<html>not here</html>"),
  (_, answer) => answer.end("<html>200 and no key</html>"),
  (_, answer) => answer.destroy(),
  // It hangs.
  () => undefined,
];

/** A folder on a small disk of its own, where this machine lets one be mounted; `fill` says whether it did. */
function smallDisk(home) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const options = ["-t", "tmpfs", "-o", "size=32m,mode=0700", "flowrun-soak", home];
  const isMounted = spawnSync("mount", options, { stdio: "ignore" }).status === 0;
  const filling = join(home, "filling");
  const free = () => rmSync(filling, { force: true });
  return {
    home,
    isMounted,
    fill: () => {
      if (!isMounted) return false;
      const handle = openSync(filling, "w");
      try {
        for (const size of [2 ** 20, 2 ** 12]) {
          try {
            for (;;) writeSync(handle, Buffer.alloc(size, "x"));
          } catch (error) {
            if (error.code !== "ENOSPC") throw error;
          }
        }
      } finally {
        closeSync(handle);
      }
      return true;
    },
    free,
    remove: () => {
      free();
      if (isMounted) spawnSync("umount", ["-l", home], { stdio: "ignore" });
    },
  };
}

/** The ids of the runs in a file, in its order. */
function idsIn(file) {
  return recordsIn(file).map(({ runId }) => runId);
}

function recordsIn(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  // The last one may be on its way.
  lines.pop();
  return lines.map((line) => JSON.parse(line));
}

function countBy(names) {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function rowsIn(cluster) {
  return cluster.ask("SELECT run_id FROM flowrun.runs").split("\n").filter(Boolean);
}

/** How many of them are not there. */
function missing(wanted, ids) {
  const there = new Set(ids);
  return [...wanted].filter((id) => !there.has(id)).length;
}

function told(counts) {
  return [...counts].map(([name, n]) => `${name}: ${n}`).join(", ");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), "flowrun-soak-"));
  const [deliveries = 2000, kills = 20, seed = 1] = process.argv.slice(2).map(Number);
  for (const [what, seen, promised, holds] of await receptions({ seed, folder, deliveries, kills }))
    console.log(`${holds ? "ok    " : "BROKEN"}  ${what.padEnd(60)} ${seen}   ${promised}`);
  rmSync(folder, { recursive: true, force: true });
}
