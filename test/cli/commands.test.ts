import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exitCodesOf } from "../../src/cli/options/exit-codes.ts";
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
  destinations: [
    ["destinations", 0, /^archive\n[^]*\nnats:\/\/host[^]*flowrun destinations <name>/, ""],
    ["destinations nats", 0, /^nats:\/\/host:4222\/subject\n[^]*\?bucket=[^]*\n {2}flowrun tail [^]*--to nats:/, ""],
    ["destinations slack+https://hooks.slack.com/x -o name", 0, /^slack\n$/, ""],
    ["destinations postgres -o csv --columns name", 0, /^name\npostgres\ntable\n$/, ""],
    ["destinations file --json=example", 0, /^\{"example":"flowrun since .*--to 'file:.*"\}\n$/, ""],
    ["destinations natz", 2, "", /no destination 'natz'[^]*flowrun destinations nats\?/],
  ],
  report: [
    [
      "report -o -",
      0,
      /^<!doctype html>\n<html lang="en">[^]*<h1>Flow runs<\/h1>[^]*<\/html>\n$/,
      done(10, 1, "counted"),
    ],
    ["report -PT1H -o - --format markdown --title Nightly -q", 0, /^# Nightly\n[^]*\| Runs \|[^]*Made by flowrun /, ""],
    ["report -P1D -o HOME/week.html -q", 0, "", ""],
    ["report -P1D -o HOME/week.md -q --exit-status", 3, "", ""],
    ["report -P1D -o HOME/week.txt --format markdown -q", 0, "", ""],
    ["report -o - -q --from HOME/week.html", 0, /There is no run\./, ""],
    ["report -o - -q --from HOME/events.ndjson --status failed", 0, /Not judged: the filters leave runs out/, ""],
    ["report -o - -q --from HOME/events.ndjson", 0, /events\.ndjson<\/th>/, ""],
    ["report -o - -q --redact --from HOME/events.ndjson", 0, /<th scope="row">a file<\/th>/, ""],
    ["report -o - -q --time local --until -PT30M", 0, /<h1>Flow runs<\/h1>/, ""],
    ["report", 2, "", /^error: report names no file\n[^]*fix: flowrun report -o report\.html/],
    ["report -o", 2, "", /-o|output/],
    ["report -o json", 2, "", /"-o json does not say what the report is to be: [^]*flowrun stats -P7D -o json/],
    ["report -o week.pdf", 2, "", /-o week\.pdf does not say what/],
    ["report -o HOME/week.html.gz --format html", 2, "", /would be a packed report\n[^]*-o \S+week\.html; /],
    ["report -o ''", 2, "", /does not say what|names no file/],
    ["report -o HOME", 2, "", /does not say what/],
    [
      "report -o HOME/none/week.html",
      2,
      "",
      /^error: -o cannot write to .*\n[^]*its folder is not there\n[^]*-o report\.html/,
    ],
    ["report -o - --open", 2, "", /--open and -o - do not go together/],
    ["report -o - --watch 5m", 2, "", /--watch and -o - do not go together\n[^]*-o report\.html --watch 5m/],
    ["report -o HOME/week.html --watch 1s", 2, "", /--watch 1s is too often/],
    ["report -o HOME/week.html --watch nonsense", 2, "", /'nonsense' is not a length of time/],
    ["report -o HOME/week.html --watch 5m --exit-status", 2, "", /--exit-status and --watch do not go together/],
    ["report -o HOME/week.html --watch 5m --strict", 2, "", /--strict and --watch do not go together/],
    ["report -o HOME/week.html --watch 5m --from -", 2, "", /--from - and --watch do not go together/],
    ["report last -o HOME/week.html", 2, "", /report cannot start at 'last'/],
    ["report now -o HOME/week.html", 2, "", /report cannot start at 'now'/],
    ["report -o HOME/week.html --last 3", 2, "", /--last has no meaning with report/],
    ["report -o HOME/week.html --json", 2, "", /--json/],
    ["report -o HOME/week.html --format pdf", 2, "", /html, markdown|html.*markdown/],
    ["report -o HOME/events.ndjson --format html", 2, "", /^error: -o would replace .*events\.ndjson\n/],
  ],
  since: [
    ["since -P1D", 0, /^RUN +UPDATED \(UTC\) +STATUS.*\n(.*\n){9}.*flow-0/, done(10, 1)],
    ["since -P1D --json -q", 0, /^(\{"type":"flowrun.run",.*\}\n){10}$/, ""],
    ["since -PT45M --columns status,runId --no-headers", 0, /^(\S+ +run-\d-of-ten\n){4}$/, done(4, 0)],
    ["since oldest -n 2 -o csv --columns runId", 0, /^runId\nrun-0-of-ten\nrun-1-of-ten\n$/, done(2, 0)],
    ["since oldest --status failed -o yaml", 0, /runId: run-3-of-ten/, done(1, 1)],
    ["since oldest --status failed --exit-status -q", 3, /run-3|flow-0/, ""],
    ["since oldest --where 'records.input > 6' -o json", 0, /"run-9-of-ten"/, /3 of 10 runs matched · 3 runs printed/],
    [
      "since oldest --flow 'FLOW-?' --sandbox pr* --status SUCCESS -o csv --columns runId -q",
      0,
      /^runId\n(run-\d-of-ten\n){8}$/,
      "",
    ],
    [
      "since oldest --run RUN-3-OF,run-4-of-ten -o csv --columns runId -q",
      0,
      /^runId\nrun-3-of-ten\nrun-4-of-ten\n$/,
      "",
    ],
    ["since oldest --where 'flow == \"flow-1\"' -o csv --columns runId -q", 0, /^runId\n(run-[147]-of-ten\n){3}$/, ""],
    [
      "since oldest --flow flow-9",
      0,
      "",
      /^no run matched --flow "flow-9"; 3 flows were seen, the nearest is "flow-0"\n0 runs/,
    ],
    ["since oldest --flow flow-9 --jobs 1 --json", 0, "", /^no run matched --flow "flow-9"; 3 flows were seen/],
    ["since oldest --flow flow-9 -q", 0, "", ""],
    ["since oldest --sandbox dev", 0, "", /no run matched --sandbox "dev"; 1 sandbox was seen: "prod"\n/],
    ["since oldest --run run-33", 0, "", /no run matched --run "run-33"; 10 runs were seen: "run-0-of-ten", /],
    ["since oldest --code CONECTOR-1*", 0, "", /no run matched --code "CONECTOR-1\*"; 1 code was seen/],
    [
      "since oldest --status sucess",
      0,
      "",
      /no run matched --status "sucess"; 3 statuses were seen, the nearest is "success"/,
    ],
    [
      "since oldest --where 'records.input > 6 && records.failed > 5'",
      0,
      "",
      /^no run matched --where 'records.failed > 5'\n0 of 10 runs matched/,
    ],
    [
      "since oldest --where 'flow == \"flow-11\"'",
      0,
      "",
      /no run matched --where 'flow == "flow-11"'; 3 values of flow were seen, the nearest is "flow-1"/,
    ],
    [
      "since oldest --status failed --flow flow-1",
      0,
      "",
      /no run matched all of these together: --status "failed", --flow "flow-1"/,
    ],
    ["tail --strict", 2, "", /--strict has no meaning with tail\n[^]*flowrun since/],
    ["tail --to archive --strict", 2, "", /--strict has no meaning with tail/],
    ["tail --to archive --source journal", 2, "", /--source has no meaning with tail/],
    ["wait --source archive", 2, "", /--source has no meaning with wait\n[^]*flowrun since/],
    ["since 1s --flow flow-9", 0, "", /^0 runs printed/],
    ["since --from HOME/events.ndjson --flow flow-9", 0, "", /^no run matched --flow "flow-9"; 3 flows were seen/],
    ["since oldest --run run-3-of-ten,run-4-of-ten --flow flow- -q", 0, "", ""],
    ["since 1s", 0, "", /0 runs printed/],
    ["since nonsense", 2, "", /^error: .*nonsense/],
    ["since oldest -o table --columns none", 2, "", /there is no column 'none'/],
    [
      "since --from HOME/events.ndjson --flow flow-1 -o csv --columns runId",
      0,
      /^runId\n(run-[147]-of-ten\n){3}$/,
      /10 lines/,
    ],
    [
      "since oldest --json=runId,records.failed -n 1 -q",
      0,
      /^\{"runId":"run-0-of-ten","records":\{"failed":\S+\}\}\n$/,
      "",
    ],
    ["since oldest --json=via,new -n 1 -q", 0, /^\{"via":"journal","new":null\}\n$/, ""],
    ["since --from HOME/events.ndjson --json=via -n 1 -q", 0, /^\{"via":"file"\}\n$/, ""],
    ["since oldest --where new==true -o name -q", 0, "", ""],
    ["since oldest --json=runid", 2, "", /there is no field 'runid'[^]*did you mean runId/],
    ["since --json oldest -n 1 -q", 0, /^\{"type":"flowrun.run"/, ""],
    ["since oldest --status failed -o name -q", 0, /^run-3-of-ten\n$/, ""],
    ["logs oldest -n 1 -o name -q", 0, /^run-0-of-ten\n$/, ""],
    ["since oldest --last 2 -o csv --columns runId", 0, /^runId\nrun-8-of-ten\nrun-9-of-ten\n$/, done(2, 0)],
    ["since oldest --last 1 --status failed -o csv --columns runId -q", 0, /^runId\nrun-3-of-ten\n$/, ""],
    ["since oldest --where 'records.input > 0' --last 2 --json", 0, /run-8[^]*run-9/, /\d of 10 runs matched · 2 runs/],
    ["since oldest --sort -updatedAt --last 2 -q -o csv --columns runId", 0, /^runId\nrun-9\S+\nrun-8\S+\n$/, ""],
    ["since oldest --sort status --json -q", 0, /^.*run-3-of-ten[^\n]*\n.*run-7-of-ten[^\n]*\n.*run-0-of-ten/, ""],
    [
      "since --from HOME/events.ndjson --sort runId:desc -q -o csv --columns runId",
      0,
      /^runId\nrun-9[^]*run-0\S+\n$/,
      "",
    ],
    ["since oldest --sort -runId -n 2 -q -o csv --columns runId", 0, /^runId\nrun-9\S+\nrun-8\S+\n$/, ""],
    ["since last --cursor s --sort -runId -n 2", 2, "", /--max and --sort do not go together where .* 'last'/],
    ["since oldest --sort nope", 2, "", /there is no column 'nope'/],
    ["since oldest -o csv --columns runId --out HOME/out.csv", 0, "", done(10, 1)],
    ["since --from HOME/out.csv", 0, "", /no line of \S+ could be read/],
    ["since oldest --json --out HOME/out.ndjson.gz -q", 0, "", ""],
    ["since --from HOME/out.ndjson.gz -q -o csv --columns runId", 0, /^runId\nrun-0[^]*run-9\S+\n$/, ""],
    ["since oldest --out HOME", 2, "", /--out cannot write to \S+\n {2}why: it is a folder/],
    ["since oldest --out HOME/no/file", 2, "", /its folder is not there/],
    ["since oldest --out ''", 2, "", /--out names no file/],
    ["since oldest --out - -n 1 --json -q", 0, /^.*run-0-of-ten.*\n$/, ""],
    ["since oldest --fail-on empty -q", 0, /run|flow-0/, ""],
    ["since oldest --flow no-such-flow --fail-on empty", 3, "", /0 runs printed/],
    ["since oldest --fail-on failed,empty -q", 3, /flow-0/, ""],
    ["since oldest --last 2 --fail-on failed -q", 0, /flow-0/, ""],
    ["since oldest --fail-on failed --out HOME/failed.txt -q", 3, "", ""],
    ["since oldest -f -n 3 --json -q", 0, /^(.*run-[012].*\n){3}$/, ""],
    ["since oldest -f --sort status", 2, "", /--sort has no meaning with --follow/],
    ["since oldest -f --last 3", 2, "", /--last has no meaning with --follow/],
    ["since last --cursor f -f -n 2 --json -q", 0, /^(.*run-[01].*\n){2}$/, /^$|the cursor/],
    ["since last --cursor f --last 1 -o csv --columns runId", 0, /^runId\nrun-9-of-ten\n$/, done(1, 0)],
    ["since last --cursor f --json", 0, "", /0 runs printed/],
    ["since last --cursor t --json -q", 0, /run-0-of-ten[^]*run-9-of-ten/, /^$|the cursor/],
    ["since last --cursor t --json", 0, "", /0 runs printed/],
  ],
  stats: [
    ["stats", 0, /^Window .*\nRuns +10: 8 success, 1 partialSuccess, 1 failed/, done(10, 1, "counted")],
    ["stats -P1D --by flow -o csv -q", 0, /\ngroup,.*flow-0/, ""],
    ["stats --from HOME/events.ndjson -o json -q", 0, /"runs": 10/, ""],
    ["stats --json=row,runs -q", 0, /^\{"row":"total","runs":10\}\n/, ""],
    ["stats --json=runId", 2, "", /there is no field 'runId'/],
    ["stats -o name", 2, "", /Allowed choices|name/],
    ["stats oldest --flow flow-9", 0, /^Runs +0/m, /no run matched --flow "flow-9"/],
    ["stats -PT1H --compare", 0, /^Window .*\nBefore .*\n\n +WINDOW +BEFORE +CHANGE\nRuns +\d/, done(10, 1, "counted")],
    [
      "stats -PT1H --compare --json=row,change,previous.runs -q",
      0,
      /^\{"row":"total","change":null,"previous":\{"runs":\d+\}\}\n/,
      "",
    ],
    ["stats -PT1H --compare --exit-status -q", 0, /CONNECTOR-1001-500 +gone +0 +1 /, ""],
    ["stats -PT2H --compare -q", 0, /CONNECTOR-1001-500 +NEW +1 +0 /, ""],
    ["stats -PT2H --compare", 0, /^Window/, /no run was counted in the window before, .*, so all is new/],
    ["stats -PT2H --compare --exit-status -q", 3, /NEW/, ""],
    [
      "stats -P4D --compare",
      0,
      /^~ partial known from /m,
      /warning: the journal has only a part of the window before, /,
    ],
    [
      "stats -P7D --compare",
      0,
      /^Before .*: not known\nRuns +10/m,
      /warning: the journal has nothing of .* -P3D --compare/,
    ],
    ["stats -PT1H --compare --from HOME/events.ndjson -o json -q", 0, /"previousRuns"|"previous": \{/, ""],
    [
      "stats --compare --from HOME/events.ndjson",
      2,
      "",
      /all of a file and --compare do not go together\n.*\n.*--from/,
    ],
    ["stats oldest --compare", 2, "", /'oldest' and --compare do not go together/],
    ["stats --compare --bucket PT1H", 2, "", /--bucket and --compare do not go together/],
    ["stats --compare -n 5", 2, "", /--max and --compare do not go together/],
    ["stats --by flow --sort -runs -o csv -q", 0, /\ngroup,flow-0,.*\ngroup,flow-[12],.*\n/, ""],
    ["stats --by flow --sort key:desc --json=key -q", 0, /"key":"flow-2"\}\n.*"flow-1".*\n.*"flow-0"/, ""],
    ["stats --sort -runs", 2, "", /--sort has no meaning with stats where there are no groups/],
    ["stats --by flow --sort -fail", 2, "", /there is no column 'fail'/],
    ["stats --by flow --sort difference.failed", 2, "", /there is no column 'difference.failed'/],
    ["stats last", 2, "", /stats cannot start at 'last'/],
    ["stats --last 3", 2, "", /--last has no meaning with stats/],
    ["stats --flow no-such-flow --fail-on empty -q", 3, /Runs +0/, ""],
    ["stats -o json --out HOME/stats.json -q", 0, "", ""],
    ["stats --raw", 2, "", /--raw has no meaning with stats/],
    ["stats --bucket 1s", 2, "", /too many pieces/],
  ],
  rows: [
    [
      "rows run-3-of",
      0,
      "",
      /^run run-3-of-ten wrote no batch, and rejected no record\n0 records printed · \d+ events?/,
    ],
    ["rows run-3-of -q -o csv", 0, "", ""],
    ["rows run-3-of --download HOME/rows -q", 0, "", ""],
    ["rows nosuchrun", 1, "", /no run has the id 'nosuchrun', or one that begins so/],
    ["rows 01KNOSUCHBATCH000000000000", 1, "", /or a batch with it\n[^]*--sandbox <name>/],
    ["rows run-", 2, "", /is too short/],
    ["rows", 2, "", /flowrun since -P1D --where 'records.failed > 0'/],
    ["rows run-3-of --max-rows all", 2, "", /10000 at most in a table\n[^]*--max-rows all -o ndjson/],
    ["rows run-3-of -o name", 2, "", /name/],
    ["rows --help", 0, /^Usage: flowrun rows \[options\] <run-id\|batch-id>\n[^]*--errors-only/, ""],
  ],
  show: [
    ["show run-3-of", 0, /^run-3-of-ten {2}failed\n[^]*CONNECTOR-1001-500/, /1 run found/],
    ["show run-3-of -o json -q", 0, /"run-3-of-ten"/, ""],
    ["show run-3-of --exit-status -q", 3, /run-3-of-ten/, ""],
    ["show run-3-of --sort status", 2, "", /--sort has no meaning with show/],
    ["show run-3-of --fail-on failed --out HOME/run.txt -q", 3, "", ""],
    ["show run-", 2, "", /is too short/],
    ["show nosuchrun", 1, "", /no run has the id 'nosuchrun'/],
    ["show run-7-of-ten --from HOME/events.ndjson -q", 0, /partialSuccess/, ""],
  ],
  wait: [
    ["wait --since oldest --run run-1-of-ten -q", 0, /flow-1/, ""],
    ["wait --since oldest --status failed -q", 3, /failed/, ""],
    ["wait --out HOME/x", 2, "", /--out has no meaning with wait/],
    ["wait --since last", 2, "", /wait cannot start from a cursor/],
    ["wait --since now --timeout PT0.1S -q", 7, "", /no matching run ended within PT0.1S/],
  ],
  tail: [
    ["tail --since oldest -n 3 --json -q", 0, /^(.*run-[012].*\n){3}$/, ""],
    ["tail --out HOME/x", 2, "", /--out has no meaning with tail/],
    ["tail --last 3", 2, "", /--last has no meaning with tail/],
    [
      "tail --since oldest -n 1 --status sucess,failed",
      0,
      /failed/,
      /^--status "sucess" is matched as it is; did you mean "success"\?\n/,
    ],
    ["tail --until -P1D", 2, "", /would print nothing, for ever/],
  ],
  explain: [
    ["explain CONNECTOR-1001-500", 0, /CONNECTOR-1001-500/, ""],
    ["explain connector-1001-500 --json", 0, /^\{.*"code":"CONNECTOR-1001-500"/, ""],
    ["explain 'INGEST-1*' --sort code:desc -o csv --columns code", 0, /^code\nINGEST-15[^]*INGEST-1401-400\n/, ""],
    ["explain CONNECTOR-1001-500 --out HOME/code.txt", 0, "", ""],
    ["explain NO-SUCH-CODE-1", 1, /^$/, /NO-SUCH-CODE-1/],
  ],
  cursor: [
    ["cursor list", 0, /t /, ""],
    ["cursor ls -o name", 0, /^f\nt\n$/, ""],
    ["cursor show t --json=name,file", 0, /^\{"name":"t","file":".*"\}\n$/, ""],
    ["cursor list --sort -name -o csv --columns name", 0, /^name\nt\nf\n$/, ""],
    ["cursor show t", 0, /position/, ""],
    ["cursor set u oldest", 0, "", /u/],
    ["cursor set u -P1X", 2, "", /a cursor cannot be set to '-P1X'[^]*fix: to read a window: flowrun since -P1D\n/],
    ["cursor set u no-position", 6, "", /the journal knows no position 'no-position'/],
    ["cursor delete u", 0, "", ""],
    ["cursor show u", 1, "", /there is no cursor 'u'/],
    ["cursor show '../x'", 2, "", /cannot be a cursor's name/],
  ],
  setup: [
    ["config path", 0, /flowrun/, ""],
    ["config set journalUrl https://events-va6.adobe.io/j", 0, "", /^$|FLOWRUN_JOURNAL_URL/],
    ["config get journalUrl", 0, /127\.0\.0\.1|events-va6/, /^$|FLOWRUN_JOURNAL_URL/],
    ["config list", 0, /^journalUrl.*FLOWRUN_JOURNAL_URL\n$/, ""],
    ["config ls -o json", 0, /"from": \{\s+"journalUrl": "FLOWRUN_JOURNAL_URL"/, ""],
    ["config path -o name", 0, /default\.json\n$/, ""],
    ["config get journalUrl --json=value", 0, /^\{"value":"https:.*"\}\n$/, ""],
    ["config set jobs many", 2, "", /jobs cannot be "many"[^]*whole number/],
    ["config set max-wait soon", 2, "", /max-wait cannot be "soon"[^]*not a length of time/],
    ["config set jobs 8", 0, "", ""],
    ["config unset jobs", 0, "", ""],
    ["config set archive archive.db", 2, "", /^error: archive is not an absolute path\n  why: .*\n.*~\/flowrun/],
    [
      "config set archive postgres://u:hunter22@h/d",
      2,
      "",
      /^(?![^]*hunter22)error: a secret is not taken[^]*env:NAME/,
    ],
    ["config set archive postgres://u:env:PGPASSWORD@h/d", 0, "", ""],
    ["config get archive", 0, /^postgres:\/\/u:env:PGPASSWORD@h\/d\n$/, ""],
    ["config list", 0, /^journalUrl[^]*\narchive +postgres:\/\/u:env:PGPASSWORD@h\/d +profile\n/, ""],
    ["whoami", 0, /\narchive {6}postgres:\/\/u:env:PGPASSWORD@h\/d\n/, ""],
    ["whoami --json=archive", 0, /^\{"archive":"postgres:\/\/u:env:PGPASSWORD@h\/d"\}\n$/, ""],
    ["config unset archive", 0, "", ""],
    ["whoami --json=archive", 0, /^\{"archive":null\}\n$/, ""],
    ["config set nosuch x", 2, "", /nosuch/],
    ["config unset journalUrl", 0, "", ""],
    ["profile list", 0, /demo/, ""],
    ["profile list --sort nope", 2, "", /there is no column 'nope'/],
    ["profile list -o csv", 0, /^used,name,state,client,.*\n(.*\n)*false,demo,built in,,,\n/, ""],
    ["profile use nowhere", 1, "", /there is no profile 'nowhere'/],
    ["profile remove demo", 2, "", /built in/],
    ["whoami", 0, /client/i, ""],
    ["whoami -o name", 0, /^default\n$/, ""],
    ["registrations ls --profile demo -o name", 0, /^([0-9a-f-]{36}\n)+$/, ""],
    ["registrations --profile demo", 0, /Dataflow runs \(journal\)/, /is Unstable[^]*'Old nightly report' is Disabled/],
    ["registrations --profile demo -q", 0, /\*.*Active.*\n.*Unstable.*\n.*Active.*\n.*Disabled/, ""],
    ["logout", 0, "", /token|forgot|nothing/i],
  ],
  // Errors alone, of whatever command.
  quiet: [
    ["login --profile demo --registration 6a1f0c3e-58d4-4b7a-a2c9-0e7d9b41f385 -q", 0, "", ""],
    ["registrations use 6a1f0c3e-58d4-4b7a-a2c9-0e7d9b41f385 --profile demo -q", 0, "", ""],
    ["cursor list --profile demo -q", 0, "", ""],
    ["cursor set v oldest -q", 0, "", ""],
    ["cursor delete v -q", 0, "", ""],
    ["config set journalUrl https://events-va6.adobe.io/j -q", 0, "", ""],
    ["config unset journalUrl -q", 0, "", ""],
    ["config list -q", 0, "", ""],
    ["profile use demo -q", 0, "", ""],
    ["profile use default -q", 0, "", ""],
    ["logout -q", 0, "", ""],
    ["show run-3-of-ten -q", 0, /run-3/, ""],
    ["profile use nowhere -q", 1, "", /^error: there is no profile 'nowhere'/],
  ],
  "what was read last": [
    ["since -P1D -q", 0, /flow-0/, ""],
    ["complete -- show run-3", 0, /^run-3-of-ten\tfailed flow-0 \S+\n$/, ""],
    ["complete -- rows run-3", 0, /^run-3-of-ten\tfailed flow-0 \S+\n$/, ""],
    ["complete -- since 1d --run run-3-of-ten,run-4", 0, /^run-3-of-ten,run-4-of-ten\t/, ""],
    ["complete -- since 1d --flow=flow-", 0, /^(--flow=flow-\d\ta flow without a name\n){3}$/, ""],
    ["complete -- tail --sandbox p", 0, /^prod\tsandbox\n$/, ""],
    ["complete -- tail --profile other --sandbox p", 0, "", ""],
    ["logout -q", 0, "", /^$|FLOWRUN_CLIENT_SECRET/],
    ["complete -- show run-3", 0, "", ""],
    ["stats --from HOME/events.ndjson -q", 0, /10/, ""],
    ["complete -- show run-3", 0, "", ""],
  ],
  program: [
    ["help", 0, /^Usage: flowrun \[/, ""],
    ["help cursor set", 0, /^Usage: flowrun cursor set/, ""],
    ["demo", 0, /^The last day of 'demo': \d+ runs of \d+ flows, \d+ failed/, ""],
    ["demo --color always", 0, /\u001b\[31m/, ""],
    ["--version", 0, /^\d+\.\d+\.\d+\n$/, ""],
    ["version", 0, /^\d+\.\d+\.\d+\n$/, ""],
    ["version -o json", 0, /"node": "\d+\.\d+\.\d+",\s+"platform": "\w+-\w+"/, ""],
    ["--help", 0, /^Usage: flowrun/, ""],
    ["", 0, /^Usage: flowrun/, ""],
    ["since --help", 0, /^Usage: flowrun since/, ""],
    ["sinze", 2, "", /Did you mean since/],
    ["completion bash", 0, /complete/, ""],
    ["completion bash -q", 0, /complete/, ""],
    ["version -q", 0, /^\d+\.\d+\.\d+\n$/, ""],
    ["explain 133 -q", 0, /^133\n/, ""],
    ["doctor", 0, /journal/i, /^$|\w/],
  ],
};

/** The exit codes that the help of a line's command tells; `null` where it names none. */
function codesOf(line: string): readonly number[] | null {
  const words = line
    .replace(/^logs\b/, "since")
    .replace(/ ls\b/, " list")
    .split(" ");
  const names = [words.slice(0, 2).join(" "), words[0] ?? "", `${words[0] ?? ""} list`];
  return names.map((name) => exitCodesOf.get(name)).find((codes) => codes !== undefined) ?? null;
}

describe.each(Object.entries(rows))("%s", (_, lines) => {
  test.each(lines)("flowrun %s", async (line, code, stdout, stderr) => {
    const ended = await run(line);
    const said = `${ended.stdout}\n${ended.stderr}`;
    expect(ended.code, said).toBe(code);
    const known = codesOf(line);
    if (known !== null) expect(known).toContain(code);
    if (stdout === "") expect(ended.stdout).toBe("");
    else expect(ended.stdout).toMatch(stdout);
    if (stderr === "") expect(ended.stderr).toBe("");
    else expect(ended.stderr).toMatch(stderr);
    if (ended.stderr.startsWith("error:")) expect(ended.stderr).toMatch(/^error: .*\n {2}why: .*\n {2}fix: .*\n$/s);
  });
});
