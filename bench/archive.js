/**
 * The archive's part of `npm run bench`, or alone: `node bench/archive.js [--quick]` prints its tables. 100,000 runs read
 * from a journal into a file and into PostgreSQL, then a million of them, over a year, asked as the commands ask.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownModules } from "./own-modules.js";
import { hasPostgres, startCluster } from "./cluster.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const flowrun = join(here, "../bin/flowrun.js");

/** Goals and figures, each as `[what, figure, relation, goal]`; a goal that is `null` is for looking at only. */
export async function benchArchive({ isQuick, scratch, say }) {
  const runs = isQuick ? 10_000 : 100_000;
  const copies = isQuick ? 4 : 9;
  const store = await bundled(scratch);
  const rows = [];
  const cluster = hasPostgres ? await startCluster() : null;
  const journal = spawn(
    process.execPath,
    [join(here, "journal.js"), JSON.stringify({ events: runs, runShare: 1, startShare: 0.2 })],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const [line] = await once(journal.stdout.setEncoding("utf8"), "data");
  const settings = JSON.parse(line);
  const env = (name) => ({ PATH: process.env.PATH, HOME: scratch, FLOWRUN_HOME: join(scratch, name), ...settings });
  const places = [
    { name: "in a file", address: join(scratch, "archive.db"), perSecond: 5000 },
    ...(cluster === null ? [] : [{ name: "on PostgreSQL", address: cluster.url, perSecond: 6000 }]),
  ];
  try {
    for (const { name, address, perSecond } of places) {
      say(`archive ${name}: ${runs} runs`);
      const own = { ...env(name.replaceAll(" ", "-")), FLOWRUN_ARCHIVE: address };
      const synced = timed(["archive", "sync", "-q"], own);
      rows.push([
        `archive ${name}: runs a second, by \`archive sync\` from a journal`,
        runs / synced.seconds,
        "≥",
        perSecond,
      ]);
      rows.push([`archive ${name}: peak memory of that sync, MiB`, synced.peak, "≤", 200]);
      const database = await openOn(store, address);
      rows.push([`archive ${name}: bytes a run, with events and indexes`, (await database.size()) / runs, "", null]);
      say(`archive ${name}: ${runs * (copies + 1)} runs`);
      await multiply(database, copies, runs);
      rows.push(...(await asked(store, database, name, runs * (copies + 1))));
      await database.close();
      const page = join(scratch, "report.html");
      for (const [what, args] of [
        ["show` of one of them", ["show", idOf(runs - 5)]],
        ["stats -P30D --by flow`", ["stats", "-P30D", "--by", "flow", "--source", "archive"]],
        [
          "since -P30D --status failed`",
          ["since", "-P30D", "--status", "failed", "--source", "archive", "-o", "ndjson"],
        ],
        ["flows -P30D`", ["flows", "-P30D", "--source", "archive"]],
        ["report -P30D`", ["report", "-P30D", "--source", "archive", "-o", page]],
      ]) {
        const { seconds } = timed(args, own);
        rows.push([`archive ${name}: \`${what}, the whole command, s`, seconds, "", null]);
      }
    }
  } finally {
    journal.kill();
    cluster?.stop();
  }
  return rows;
}

/** The store's own functions, as the program has them. */
async function bundled(scratch) {
  return {
    ...(await ownModules("archive", [
      "engine/archive/embedded",
      "engine/archive/postgres",
      "engine/archive/read-archived",
      "engine/archive/read-figures",
      "engine/archive/run-row",
      "runs/cadence/count-flows",
      "runs/figures/stats",
    ])),
    scratch,
  };
}

function openOn({ openEmbedded, openPostgres }, address) {
  const host = { env: process.env, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };
  return address.startsWith("postgres") ? openPostgres(address, host) : openEmbedded(address, { mode: "write", host });
}

/** A whole command: seconds, and its peak memory in MiB. */
function timed(args, env) {
  const began = performance.now();
  const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%M", process.execPath, flowrun, ...args], {
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`flowrun ${args.join(" ")} failed: ${stderr}`);
  return { seconds: (performance.now() - began) / 1000, peak: Number(stderr.trim().split("\n").at(-1)) / 1024 };
}

/** The same runs again, under other ids and a few weeks earlier each time, so that they fill a year. */
async function multiply(database, copies, runs) {
  const step = Math.floor(((365 - 7) * 86_400_000) / copies);
  for (let copy = 1; copy <= copies; copy += 1) {
    const [ago, tag] = [copy * step, `-${copy}`];
    await database.run(
      `INSERT INTO {schema}runs SELECT journal, event_key || '${tag}', seq + ${copy * runs}, recorded_at - ${ago}, via,
        run_id || '${tag}', event_code, flow_id, flow_name, sandbox, sandbox_id, service, status, root_code, alike,
        updated_at - ${ago}, started_at - ${ago}, duration_ms, records_in, records_out, records_failed, bytes_in, bytes_out,
        root_message, position, document, event FROM {schema}runs WHERE seq <= ${runs}`,
    );
    await database.run(
      `INSERT INTO {schema}run_errors SELECT journal, event_key || '${tag}', n, depth, updated_at - ${ago}, flow_id,
        activity, code, root_code, message, count FROM {schema}run_errors WHERE event_key NOT LIKE '%-%'`,
    );
  }
  await database.run(`UPDATE {schema}meta SET last_seq = ${runs * (copies + 1)}`);
  if (database.kind === "postgres") await database.run("ANALYZE");
}

async function asked(store, database, name, runs) {
  const [{ journal }] = await database.all("SELECT journal FROM {schema}runs LIMIT 1");
  const [{ last }] = await database.all("SELECT max(recorded_at) AS last FROM {schema}runs");
  const many = `archive ${name}, ${runs.toLocaleString("en-US")} runs:`;
  const window = async (length, read) => {
    let count = 0;
    for await (const rows of read({ from: last - length, to: last + 1, upTo: runs })) count += rows.length;
    return count;
  };
  const run = await fastest(() => store.findByRun(database, journal, idOf(2), { raw: false }));
  const hour = await fastest(() =>
    window(3_600_000, (part) => store.readWindowOf(database, journal, part, { raw: false })),
  );
  const begin = last - 30 * 86_400_000;
  const counted = (counter) =>
    window(last - begin, async function* (part) {
      const asked = { ...part, profile: null, isRead: () => true, starts: true, organisations: false };
      for await (const rows of store.readFiguresOf(database, journal, asked)) {
        for (const { record } of rows) counter.add(record);
        yield rows;
      }
    });
  const month = await fastest(async () => {
    const counter = store.countStats({ from: begin, to: last, by: "flow", bucketMs: null });
    await counted(counter);
    counter.read();
  });
  const flows = await fastest(async () => {
    const counter = store.countFlows(begin);
    await counted(counter);
    counter.read(last);
  });
  return [
    [`${many} one by its id, ms`, run, "≤", 5],
    [`${many} an hour's window, ms`, hour, "≤", 50],
    [`${many} figures of 30 days by flow, ms`, month, "≤", 300],
    [`${many} flows of 30 days, judged, ms`, flows, "≤", 500],
  ];
}

/** Milliseconds, of the fastest of five. */
async function fastest(work) {
  const times = [];
  for (let n = 0; n < 5; n += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

function idOf(index) {
  return `${index.toString(16).padStart(8, "0")}-aaaa-4bbb-8ccc-ddddeeeeffff`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const scratch = mkdtempSync(join(tmpdir(), "flowrun-bench-"));
  try {
    const rows = await benchArchive({
      isQuick: process.argv.includes("--quick"),
      scratch,
      say: (text) => process.stderr.write(`${text}\n`),
    });
    for (const [what, figure, relation, goal] of rows) {
      console.log(
        `${what.padEnd(80)} ${figure.toFixed(figure < 100 ? 2 : 0).padStart(9)} ${goal === null ? "" : `${relation} ${goal}`}`,
      );
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
