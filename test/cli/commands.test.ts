import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type DemoServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { bareEnv, settingsFor } from "../support/flowrun.ts";
import { runHere } from "../support/in-process.ts";
import { runEvent, type RunParts } from "../support/journal.ts";

/**
 * Every command at work: a line that is typed, and what comes of it. One journal for all: run-0 to run-9 of three flows,
 * run-3 failed, run-7 succeeded in part; and one home, in which each line finds what the ones before it have left.
 */
let server: DemoServer;
let home = "";
let env: Record<string, string> = {};

const minute = 60_000;

beforeAll(async () => {
  const now = Date.now();
  const parts = new Map<number, RunParts>([
    [3, { status: "failed", errors: ["CONNECTOR-1001-500"] }],
    [7, { status: "partialSuccess" }],
  ]);
  const written = Array.from({ length: 10 }, (_, n) => {
    const at = now - (10 - n) * 10 * minute;
    return { at, event: runEvent(n, { id: `run-${n}-of-ten`, updatedAt: at, ...parts.get(n) }) };
  });
  server = await startServer({ now: () => Date.now(), sleep: () => Promise.resolve(), source: listedSource(written) });
  home = await mkdtemp(join(tmpdir(), "flowrun-commands-"));
  env = { ...bareEnv(home), ...settingsFor(server) };
  await writeFile(join(home, "events.ndjson"), written.map(({ event }) => `${JSON.stringify(event)}\n`).join(""));
});

afterAll(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

/** `HOME` in a line is the home's path. Blanks separate words, quotes join them. */
async function run(line: string, input = "") {
  const words = line.replaceAll("HOME", home).match(/'[^']*'|\S+/g) ?? [];
  const args = words.map((word) => word.replaceAll("'", ""));
  return runHere(args, { env, input });
}

type Row = readonly [line: string, code: number, stdout: RegExp | "", stderr: RegExp | ""];

const done = (runs: number, failed: number, did = "printed") =>
  new RegExp(`${runs} runs? ${did}, ${failed} failed · \\d+ events?, \\d+ duplicates dropped · \\d+ pages?`);

const rows: Readonly<Record<string, readonly Row[]>> = {
  since: [
    ["since -P1D", 0, /^RUN +UPDATED +STATUS.*\n(.*\n){9}.*flow-0/, done(10, 1)],
    ["since -P1D --json -q", 0, /^(\{"type":"flowrun.run",.*\}\n){10}$/, ""],
    ["since -PT45M --columns status,runId --no-headers", 0, /^(\S+ +run-\d-of-ten\n){4}$/, done(4, 0)],
    ["since oldest -n 2 -o csv --columns runId", 0, /^runId\nrun-0-of-ten\nrun-1-of-ten\n$/, done(2, 0)],
    ["since oldest --status failed -o yaml", 0, /runId: run-3-of-ten/, done(1, 1)],
    ["since oldest --status failed --exit-status -q", 3, /run-3|flow-0/, ""],
    ["since oldest --where 'records.input > 6' -o json", 0, /"run-9-of-ten"/, /3 of 10 runs matched · 3 runs printed/],
    ["since 1s", 0, "", /0 runs printed/],
    ["since nonsense", 2, "", /^error: .*nonsense/],
    ["since oldest -o table --columns none", 2, "", /there is no column 'none'/],
    [
      "since --from HOME/events.ndjson --flow flow-1 -o csv --columns runId",
      0,
      /^runId\n(run-[147]-of-ten\n){3}$/,
      /10 lines/,
    ],
    ["since last --cursor t --json -q", 0, /run-0-of-ten[^]*run-9-of-ten/, /^$|the cursor/],
    ["since last --cursor t --json", 0, "", /0 runs printed/],
  ],
  stats: [
    ["stats", 0, /^Window .*\nRuns +10: 8 success, 1 partialSuccess, 1 failed/, done(10, 1, "counted")],
    ["stats -P1D --by flow -o csv -q", 0, /\ngroup,.*flow-0/, ""],
    ["stats --from HOME/events.ndjson -o json -q", 0, /"runs": 10/, ""],
    ["stats last", 2, "", /stats cannot start at 'last'/],
    ["stats --raw", 2, "", /--raw has no meaning with stats/],
    ["stats --bucket 1s", 2, "", /too many pieces/],
  ],
  show: [
    ["show run-3-of", 0, /^run-3-of-ten {2}failed\n[^]*CONNECTOR-1001-500/, /1 run found/],
    ["show run-3-of -o json -q", 0, /"run-3-of-ten"/, ""],
    ["show run-3-of --exit-status -q", 3, /run-3-of-ten/, ""],
    ["show run-", 2, "", /is too short/],
    ["show nosuchrun", 1, "", /no run has the id 'nosuchrun'/],
    ["show run-7-of-ten --from HOME/events.ndjson -q", 0, /partialSuccess/, ""],
  ],
  wait: [
    ["wait --since oldest --run run-1-of-ten -q", 0, /flow-1/, ""],
    ["wait --since oldest --status failed -q", 3, /failed/, ""],
    ["wait --since last", 2, "", /wait cannot start from a cursor/],
    ["wait --since now --timeout PT0.1S -q", 7, "", /no matching run ended within PT0.1S/],
  ],
  tail: [
    ["tail --since oldest -n 3 --json -q", 0, /^(.*run-[012].*\n){3}$/, ""],
    ["tail --until -P1D", 2, "", /would print nothing, for ever/],
  ],
  explain: [
    ["explain CONNECTOR-1001-500", 0, /CONNECTOR-1001-500/, ""],
    ["explain connector-1001-500 --json", 0, /^\{.*"code":"CONNECTOR-1001-500"/, ""],
    ["explain NO-SUCH-CODE-1", 1, /^$/, /NO-SUCH-CODE-1/],
  ],
  cursor: [
    ["cursor list", 0, /t /, ""],
    ["cursor show t", 0, /position/, ""],
    ["cursor set u oldest", 0, "", /u/],
    ["cursor set u no-position", 6, "", /the journal knows no position 'no-position'/],
    ["cursor delete u", 0, "", ""],
    ["cursor show u", 1, "", /there is no cursor 'u'/],
    ["cursor show '../x'", 2, "", /cannot be a cursor's name/],
  ],
  setup: [
    ["config path", 0, /flowrun/, ""],
    ["config set journalUrl https://events-va6.adobe.io/j", 0, "", /^$|FLOWRUN_JOURNAL_URL/],
    ["config get journalUrl", 0, /127\.0\.0\.1|events-va6/, /^$|FLOWRUN_JOURNAL_URL/],
    ["config list", 0, /^journalUrl/, ""],
    ["config set nosuch x", 2, "", /nosuch/],
    ["config unset journalUrl", 0, "", ""],
    ["profile list", 0, /demo/, ""],
    ["profile use nowhere", 1, "", /there is no profile 'nowhere'/],
    ["profile remove demo", 2, "", /built in/],
    ["whoami", 0, /client/i, ""],
    ["registrations --profile demo", 0, /Dataflow runs \(journal\)/, ""],
    ["logout", 0, "", /token|forgot|nothing/i],
  ],
  program: [
    ["--version", 0, /^\d+\.\d+\.\d+\n$/, ""],
    ["--help", 0, /^Usage: flowrun/, ""],
    ["", 0, /^Usage: flowrun/, ""],
    ["since --help", 0, /^Usage: flowrun since/, ""],
    ["sinze", 2, "", /Did you mean since/],
    ["completion bash", 0, /complete/, ""],
    ["doctor", 0, /journal/i, /^$|\w/],
  ],
};

describe.each(Object.entries(rows))("%s", (_, lines) => {
  test.each(lines)("flowrun %s", async (line, code, stdout, stderr) => {
    const ended = await run(line);
    const said = `${ended.stdout}\n${ended.stderr}`;
    expect(ended.code, said).toBe(code);
    if (stdout === "") expect(ended.stdout).toBe("");
    else expect(ended.stdout).toMatch(stdout);
    if (stderr === "") expect(ended.stderr).toBe("");
    else expect(ended.stderr).toMatch(stderr);
    if (ended.stderr.startsWith("error:")) expect(ended.stderr).toMatch(/^error: .*\n {2}why: .*\n {2}fix: .*\n$/s);
  });
});
