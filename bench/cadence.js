/**
 * `node bench/cadence.js`: the rule by which `flows` says that a flow is late or absent, tried on flows that never were
 * (test/support/cadence.ts): nine schedules, two seasons of 24 weeks, looked at each quarter of an hour. Prints a table.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "rolldown";

const day = 86_400_000;

/** Both ways that clocks are changed, on both halves of the earth. */
const seasons = [
  {
    from: Date.UTC(2026, 7, 10),
    to: Date.UTC(2026, 7, 10) + 28 * day + 168 * day,
    holidays: ["2026-10-05", "2026-10-26", "2026-12-24", "2026-12-25", "2026-12-31", "2027-01-01", "2027-01-26"],
  },
  {
    from: Date.UTC(2027, 0, 18),
    to: Date.UTC(2027, 0, 18) + 28 * day + 168 * day,
    holidays: ["2027-03-26", "2027-03-29", "2027-04-26", "2027-05-06", "2027-05-17", "2027-06-14"],
  },
];
const windows = [7, 28].map((days) => ({ name: `-P${days}D`, ms: days * day }));

/** What the rule says of each flow, as Markdown. */
export async function benchCadence({ isQuick = false, say = () => undefined } = {}) {
  const { simulateFlows, watch, stopAll, leaveOut, spread } = await loadSimulation();
  const tried = isQuick ? seasons.slice(0, 1) : seasons;
  const [stops, lefts] = isQuick ? [10, 30] : [60, 300];
  const rows = [];
  for (const [seed, season] of tried.entries()) {
    for (const flow of simulateFlows(season, seed + 1)) {
      for (const { name, ms } of windows) {
        const key = `${flow.name} ${name}`;
        const row = rows.find((known) => known.key === key) ?? { key, flow: flow.name, window: name, all: [] };
        if (row.all.length === 0) rows.push(row);
        row.all.push({
          watched: watch(flow, ms, season),
          stopped: stopAll(flow, ms, season, stops),
          left: leaveOut(flow, ms, season, lefts),
        });
      }
    }
    say(`cadence: season ${seed + 1} of ${tried.length}`);
  }
  rows.sort(
    (one, other) =>
      windows.findIndex(({ name }) => name === one.window) - windows.findIndex(({ name }) => name === other.window),
  );
  return [
    words,
    "",
    "| window | flow | judged | false late | false absent | absent on holidays | late after | absent after | left out: found | false gaps |",
    "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ...rows.map(({ window, flow, all }) => {
      const sum = (of) => all.reduce((total, one) => total + of(one), 0);
      const noticed = (of) =>
        told(
          spread(all.flatMap(({ stopped }) => of(stopped))),
          all.flatMap(({ stopped }) => of(stopped)),
        );
      return `| ${[
        `\`${window}\``,
        flow,
        `${Math.round(sum(({ watched }) => watched.judged) / all.length)} %`,
        sum(({ watched }) => watched.falseLate),
        sum(({ watched }) => watched.falseAbsent),
        ofAll(
          sum(({ watched }) => watched.absentOnHolidays),
          sum(({ watched }) => watched.holidays),
        ),
        noticed(({ late }) => late),
        noticed(({ absent }) => absent),
        ofAll(
          sum(({ left }) => left.found),
          sum(({ left }) => left.of),
        ),
        sum(({ left }) => left.falseGaps),
      ].join(" | ")} |`;
    }),
  ].join("\n");
}

const words = `The rule of \`flows\` on flows that never were: two seasons of 24 weeks, with jitter, one run of a hundred held up, holidays,
and clocks that are changed both ways; looked at each quarter of an hour, with a window that goes along. A holiday is a
true silence: the flow did not run, and nothing in its past says that it need not. It counts in a column of its own, from
when its first run was due to the end of the next one. Late and absent count from when the run was due that did not come;
each stop is one of many moments. Of single runs that were left out, those count as found that a window tells of in whose
middle they lie.`;

function ofAll(some, all) {
  return all === 0 ? "-" : `${some} of ${all}`;
}

/** `2.3 h, at worst 2.8 h`, and how many were never noticed. */
function told({ median }, all) {
  const known = all.filter(Number.isFinite);
  if (known.length === 0) return "never";
  const never = all.length - known.length;
  const some = never === 0 ? "" : `, never ${never} of ${all.length}`;
  return `${hours(median)}, at worst ${hours(Math.max(...known))}${some}`;
}

function hours(ms) {
  return Number.isFinite(ms) ? `${(ms / 3_600_000).toFixed(1)} h` : "never";
}

/** The simulation is the tests' own, and the rule the program's: both in TypeScript. */
async function loadSimulation() {
  const folder = mkdtempSync(join(tmpdir(), "flowrun-cadence-"));
  try {
    await build({
      input: fileURLToPath(new URL("../test/support/cadence.ts", import.meta.url)),
      platform: "node",
      output: { file: join(folder, "cadence.mjs"), format: "esm" },
    });
    return await import(pathToFileURL(join(folder, "cadence.mjs")).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isQuick = process.argv.includes("--quick");
  process.stdout.write(`${await benchCadence({ isQuick })}\n`);
}
