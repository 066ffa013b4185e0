/**
 * `npm run bench`: flowrun side by side with Adobe's own client and with a loop of curl and jq, on journals on loopback,
 * its archive, and its start-up against Node's. Writes bench/RESULTS.md; it is no test. `--quick` takes a tenth of the
 * events and one round, and only prints. `--against <folder>` compares the start-up with another checkout's, once it is
 * built there. Needs bash and GNU time; without PostgreSQL on this machine, archives are in files alone.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { benchArchive } from "./archive.js";
import { benchCadence } from "./cadence.js";
import { benchDeliver } from "./deliver.js";
import { benchListen } from "./listen.js";
import { benchNats } from "./nats.js";
import { hasNats } from "./nats-server.js";
import { benchOtlp } from "./otlp.js";
import { profile } from "./profile.js";

const here = dirname(fileURLToPath(import.meta.url));
const isQuick = process.argv.includes("--quick");
const against = process.argv.includes("--against") ? process.argv[process.argv.indexOf("--against") + 1] : null;
const size = (events) => (isQuick ? events / 10 : events);
const rounds = (count) => (isQuick ? 1 : count);
const gnuTime = "/usr/bin/time";
const scratch = mkdtempSync(join(tmpdir(), "flowrun-bench-"));
const began = { at: Date.now(), load: loadavg()[0] };

const flowrun = (...args) => ["node", join(here, "../bin/flowrun.js"), ...args];
const since = (jobs) =>
  flowrun("since", "oldest", "--json", "--quiet", ...(jobs === undefined ? [] : ["--jobs", String(jobs)]));
const readers = {
  "aio-lib-events": ["node", join(here, "aio/read.js")],
  "curl + jq": ["bash", join(here, "curl-jq.sh")],
  "flowrun, 1 job": since(1),
  "flowrun, 4 jobs (default)": since(),
  "flowrun, 16 jobs": since(16),
};
const [aio, curl, one, four, sixteen] = Object.keys(readers);

try {
  prepare();
  const report = await measureAll();
  if (isQuick) process.stdout.write(report);
  else writeFileSync(join(here, "RESULTS.md"), report);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function prepare() {
  if (!existsSync(gnuTime)) throw new Error(`${gnuTime} is missing: install GNU time`);
  if (!existsSync(join(here, "aio/node_modules"))) {
    execFileSync("npm", ["ci", "--prefix", join(here, "aio")], { stdio: "inherit" });
  }
  const missing = ["curl", "jq"].filter((tool) => spawnSync("bash", ["-c", `command -v ${tool}`]).status !== 0);
  if (missing.length === 0) return;
  say(`without ${missing.join(" and ")}: the loop of curl and jq is left out`);
  delete readers[curl];
}

async function measureAll() {
  const pages = { events: size(24_000) };
  const even = await readAll("240 pages, 50 ms away", { ...pages, latencyMs: 50 }, [aio, four, sixteen], rounds(3));
  const crowded = await readAll(
    "240 pages, 50 ms away, crowded at one end",
    { ...pages, latencyMs: 50, shape: "crowded" },
    [aio, four, sixteen],
    rounds(2),
  );
  const slow = await readAll("240 pages, 50 ms away, page after page", { ...pages, latencyMs: 50 }, [curl, one], 1);
  const near = await readAll("240 pages, 0 ms away", pages, Object.keys(readers), rounds(2));
  const runs = { events: size(100_000) };
  const busy = await readAll("100,000 events, 60 % of them runs", runs, [aio, four], rounds(3));
  const quiet = await readAll(
    "100,000 events, none of them a run",
    { events: size(100_000), runShare: 0 },
    [aio, four],
    rounds(3),
  );
  const middling = await readAll(
    "100,000 events of 1.4 kB, 60 % of them runs",
    { ...runs, eventBytes: 1400 },
    [aio, four],
    rounds(3),
  );
  const small = await readAll(
    "100,000 events of 0.6 kB, none of them a run",
    { ...runs, eventBytes: 600, runShare: 0 },
    [aio, four],
    rounds(3),
  );
  const smallRuns = await readAll(
    "100,000 events of 0.6 kB, 60 % of them runs, each printed as more than it was read from",
    { ...runs, eventBytes: 600 },
    [aio, four],
    1,
  );
  const short = await readAll("200,000 events", { events: size(200_000) }, [four], rounds(5));
  const long = await readAll("1,000,000 events", { events: size(1_000_000) }, [four], rounds(2));
  const shown = await showOne(rounds(3));
  const told = explainText(rounds(5));
  const starts = await startAll(rounds(25));
  const spent = await profileOne(runs, four);
  const cadence = await benchCadence({ isQuick, say });
  const archive = [
    ...(await benchArchive({ isQuick, scratch, say })),
    ...(await benchDeliver({ isQuick, scratch, say })),
    ...(hasNats ? await benchNats({ isQuick, say }) : []),
    ...(await benchOtlp({ isQuick })),
    ...(await benchListen({ isQuick, scratch, say })),
  ];

  const faster = (table, name) => ratio(table, (of) => of(aio).wall / of(name).wall);
  const cpu = (table) => ratio(table, (of) => of(four).cpu / of(aio).cpu);
  const asked = (table) => median(table.rounds.map((of) => of(four).requests / of(aio).requests));
  const peak = (table) => median(table.rounds.map((of) => of(four).peak));
  const goals = [
    goal("240 pages, 50 ms away: times faster than aio-lib-events", faster(even, four), "≥", 3.3),
    goal("the same with `--jobs 16`", faster(even, sixteen), "≥", 7.5),
    goal("the same window, crowded at one end", faster(crowded, four), "≥", 3.3),
    goal("the same with `--jobs 16`", faster(crowded, sixteen), "≥", 7.5),
    goal("requests for a page, of the first of these windows", asked(even), "≤", 1.1),
    goal("requests for a page, of the crowded one", asked(crowded), "≤", 1.1),
    goal("CPU, 60 % runs decoded and printed, against aio-lib-events printing raw", cpu(busy), "≤", 1.3),
    goal("the same with events of 1.4 kB", cpu(middling), "≤", 1.4),
    goal("CPU, other events only, against aio-lib-events", cpu(quiet), "≤", 0.6),
    goal("the same with events of 0.6 kB", cpu(small), "≤", 1),
    goal("`show` of a run with a message of 10 MB, s", shown, "≤", 1),
    goal("an error text of Data Factory's, read and explained: ms per MB", told, "≤", 50),
    goal("peak memory of 1,000,000 events, MiB", peak(long), "≤", 240),
    goal("the same against 200,000 events", peak(long) / peak(short), "≤", 1.1),
    ...starts.goals,
    ...archive.filter(([, , , bound]) => bound !== null).map((row) => goal(...row)),
  ];
  return render(
    goals,
    [even, crowded, slow, near, busy, middling, quiet, small, smallRuns, short, long],
    starts,
    spent,
    archive.filter(([, , , bound]) => bound === null),
    cadence,
  );
}

/** Where one reading of a journal spends its time. */
async function profileOne(journal, name) {
  const { env, close } = await openJournal(journal);
  try {
    return profile(readers[name], env, scratch);
  } finally {
    close();
  }
}

/** Lets each of these read the same journal, in turns, so many times. */
async function readAll(title, journal, names, count) {
  const { env, close } = await openJournal(journal);
  let asked = await requestsOf(env);
  const all = [];
  try {
    for (let round = 0; round < count; round++) {
      const results = new Map();
      for (const name of names.filter((known) => readers[known] !== undefined)) {
        const figures = read(readers[name], env);
        const before = asked;
        asked = await requestsOf(env);
        // This question itself is one of them.
        const result = { ...figures, requests: asked - before - 1 };
        say(
          `${title}: ${name}: ${result.wall.toFixed(2)} s, CPU ${result.cpu.toFixed(2)} s, ${result.runs} runs, ${result.requests} requests`,
        );
        results.set(name, result);
      }
      all.push((name) => results.get(name));
    }
  } finally {
    close();
  }
  return { title, names: names.filter((name) => readers[name] !== undefined), rounds: all };
}

async function openJournal(options) {
  const server = spawn("node", [join(here, "journal.js"), JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const settings = JSON.parse(await new Promise((resolve) => server.stdout.once("data", resolve)));
  const env = { PATH: process.env.PATH, HOME: scratch, FLOWRUN_HOME: join(scratch, "home"), ...settings };
  return { env: { ...env, ACCESS_TOKEN: await mint(settings) }, close: () => server.kill() };
}

/** How many requests its journal has had, this one with them: the server counts them in the ids that it gives. */
async function requestsOf({ FLOWRUN_JOURNAL_URL }) {
  // A connection that waited through a reading of half a minute would be closed by the other side just now.
  const { headers } = await fetch(FLOWRUN_JOURNAL_URL, { headers: { connection: "close" } });
  return Number(/\d+$/.exec(headers.get("x-request-id"))[0]) + 1;
}

/** How long `show` takes for a run that failed with a message of 10 MB, in seconds. */
async function showOne(count) {
  const { env, close } = await openJournal({ events: 1, runShare: 1, messageBytes: 10_000_000 });
  const command = flowrun("show", "00000000-aaaa-4bbb-8ccc-ddddeeeeffff");
  try {
    const times = Array.from({ length: count }, () => start(command, env).wall);
    say(`show, a message of 10 MB: ${times.map((time) => `${time.toFixed(2)} s`).join(", ")}`);
    return median(times);
  } finally {
    close();
  }
}

/** How long `explain -` takes for each further MB of an error text, in ms: ten times as much against once. */
function explainText(count) {
  const link =
    "ErrorCode=SqlFailedToConnect,'Type=Acme.Data.HybridException,Message=No way to {\"db\": 9} for 'etl'.,Source=Acme,'" +
    "'Type=Acme.SqlException,Message=Login failed for user 'etl'.,Source=Acme,SqlErrorNumber=18456,ErrorCode=-2146232060,'";
  const files = [1, 11].map((megabytes) => {
    const file = join(scratch, `error-${megabytes}.txt`);
    writeFileSync(file, link.repeat(Math.ceil((megabytes * 1_000_000) / link.length)));
    return file;
  });
  const env = { PATH: process.env.PATH, HOME: scratch, FLOWRUN_HOME: join(scratch, "home") };
  const times = Array.from({ length: count }, () => {
    const [once, more] = files.map(
      (file) => start(["bash", "-c", `exec "$0" "$1" explain - <"$2"`, ...flowrun(), file], env).wall,
    );
    return ((more - once) / 10) * 1000;
  });
  say(`an error text: ${times.map((time) => `${time.toFixed(0)} ms`).join(", ")} per MB`);
  return median(times);
}

async function mint(settings) {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: settings.FLOWRUN_CLIENT_ID,
    client_secret: settings.FLOWRUN_CLIENT_SECRET,
    scope: settings.FLOWRUN_SCOPES,
  });
  const answer = await fetch(`${settings.FLOWRUN_IMS_URL}/ims/token/v3`, { method: "POST", body });
  return (await answer.json()).access_token;
}

/** One reading to its end: seconds, seconds of CPU and MiB by GNU time, and how many lines hold a flow run. */
function read(command, env) {
  const figures = join(scratch, "figures");
  const line = 'set -o pipefail; figures=$1; shift; "$0" -f "%e %U %S %M" -o "$figures" "$@" | grep -c flowId || true';
  const { stdout, stderr } = spawnSync("bash", ["-c", line, gnuTime, figures, ...command], { env, encoding: "utf8" });
  const text = readFileSync(figures, "utf8").trim();
  // GNU time says so in a line of its own.
  if (text.includes("\n")) throw new Error(`${command.join(" ")}: ${text}\n${stderr}`);
  const [wall, user, system, peak] = text.split(" ").map(Number);
  return { wall, cpu: user + system, peak: peak / 1024, runs: Number(stdout) };
}

/** How long flowrun takes to start, against Node, in turns. */
async function startAll(count) {
  const { env, close } = await openJournal({ events: 0 });
  const commands = {
    "node -e 0": ["node", "-e", "0"],
    "flowrun --version": flowrun("--version"),
    "flowrun since --help": flowrun("since", "--help"),
    "flowrun since -P1D, nothing there": flowrun("since", "-P1D"),
  };
  const others = against === null ? [] : Object.keys(commands).filter((name) => /--version|-P1D/.test(name));
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  const differences = new Map(others.map((name) => [name, []]));
  try {
    // The first one gets a token, which the others find.
    start(commands["flowrun since -P1D, nothing there"], env);
    for (let round = 0; round < count; round++) {
      for (const [name, command] of Object.entries(commands)) times[name].push(start(command, env));
      for (const [name, all] of differences) all.push(differenceOf(commands[name], env, round % 2 === 0));
    }
  } finally {
    close();
  }
  say(`start-up: ${count} rounds`);
  const rows = Object.entries(times).map(([name, all]) => ({
    name,
    cpu: lowest(all.map(({ cpu }) => cpu)),
    wall: lowest(all.map(({ wall }) => wall)),
  }));
  const [node] = rows;
  const least = [undefined, 1.5, 1.9, 4];
  const goals = rows.slice(1).map(({ name, cpu }, index) => {
    return goal(
      `start-up, CPU against \`node -e 0\`: \`${name.split(",")[0]}\``,
      cpu / node.cpu,
      "≤",
      least[index + 1],
    );
  });
  const apart = [...differences].map(([name, all]) => `\`${name}\` ${median(all).toFixed(1)} ms`);
  return { rows, node, goals, apart };
}

/** How much longer (CPU, ms) a command takes here than in the other checkout; whoever comes second finds a warmer machine. */
function differenceOf(command, env, isHereFirst) {
  const there = command.map((part) => part.replace(join(here, ".."), resolve(against)));
  const [first, second] = (isHereFirst ? [command, there] : [there, command]).map((each) => start(each, env).cpu);
  return (isHereFirst ? first - second : second - first) * 1000;
}

function start(command, env) {
  const line = 'TIMEFORMAT="%3R %3U %3S"; time "$0" "$@" >/dev/null 2>&1';
  const { stderr } = spawnSync("bash", ["-c", line, ...command], { env, encoding: "utf8" });
  const [wall, user, system] = stderr.trim().split(" ").map(Number);
  return { wall, cpu: user + system };
}

/** The tenth percentile: what it takes when nobody else wants the machine. */
function lowest(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 10)];
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Each round's own ratio, so that a slow moment of the machine slows both of its sides. */
function ratio({ rounds: all }, of) {
  return median(all.map(of));
}

function goal(what, value, sign, bound) {
  const isReached = sign === "≤" ? value <= bound : value >= bound;
  return `| ${what} | ${sign} ${bound} | ${told(value)} | ${isReached ? "yes" : "**no**"} |`;
}

function told(value) {
  return value.toFixed(value >= 100 ? 0 : 2);
}

function render(goals, tables, { rows, node, apart }, spent, archive, cadence) {
  const [{ model }] = cpus();
  const gib = (totalmem() / 1024 ** 3).toFixed(1);
  const load = `load ${began.load.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after`;
  return `# Speed

Written by \`npm run bench\`; every figure is from one run of it, and only comparisons within it mean anything.

${cpus().length} cores (${model.trim()}), ${gib} GiB, Node ${process.versions.node}; ${load}; ${Math.round((Date.now() - began.at) / 1000)} s in all.
Journals are served on loopback by a process of their own, a hundred events a page, about 2.5 kB each where nothing else is said,
uncompressed.
aio-lib-events and curl + jq print events as they are, flowrun finds, decodes and prints flow runs as ndjson. Rounds are
interleaved; times are medians, ratios are medians of each round's own ratio. Wall time, CPU (user and system) and peak
memory are GNU time's, start-up's are bash's; NODE_EXTRA_CA_CERTS is unset for all.

## To reach

| what | goal | here | reached |
|---|---|---|---|
${goals.join("\n")}

## Readings

${tables.map(renderTable).join("\n\n")}

## Start-up

The lowest tenth of interleaved starts.

| | CPU, ms | ratio | wall, ms | ratio |
|---|---|---|---|---|
${rows.map((row) => renderStart(row, node)).join("\n")}
${apart.length === 0 ? "" : `\nAgainst another checkout, CPU, the median of each round's own difference: ${apart.join(", ")}.\n`}
## The archive and deliveries

100,000 runs read from a journal, then a million, spread over a year; what else was seen of them. Questions are the fastest
of five, asked by the program's own functions.

| | here |
|---|---|
${archive.map(([what, figure]) => `| ${what} | ${told(figure)} |`).join("\n")}

## Did it run?

${cadence}

## Where the time goes

Of \`since oldest --json\` over 100,000 events, 60 % of them runs, by V8's samples: what takes a hundredth or more of the
time in which it does anything, and in which part of the program.

| | share |
|---|---|
${spent
  .filter(({ share }) => share >= 0.01)
  .map(({ name, share }) => `| \`${name}\` | ${(share * 100).toFixed(1)} % |`)
  .join("\n")}
`;
}

function renderTable({ title, names, rounds: all }) {
  const [first] = names;
  const rows = names.map((name) => {
    const of = (pick) => median(all.map((round) => pick(round(name))));
    const against = (pick) => ratio({ rounds: all }, (round) => pick(round(name)) / pick(round(first))).toFixed(2);
    const [wall, cpu, peak] = [({ wall: it }) => it, ({ cpu: it }) => it, ({ peak: it }) => it];
    return `| ${name} | ${of(wall).toFixed(2)} | ${against(wall)} | ${of(cpu).toFixed(2)} | ${against(cpu)} | ${of(peak).toFixed(0)} | ${of(({ runs }) => runs)} | ${of(({ requests }) => requests)} |`;
  });
  return `**${title}** (${all.length === 1 ? "once" : `${all.length} rounds`})

| | time, s | ratio | CPU, s | ratio | peak, MiB | runs found | requests |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}`;
}

function renderStart({ name, cpu, wall }, node) {
  const ms = (seconds) => (seconds * 1000).toFixed(0);
  return `| \`${name}\` | ${ms(cpu)} | ${(cpu / node.cpu).toFixed(2)} | ${ms(wall)} | ${(wall / node.wall).toFixed(2)} |`;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
