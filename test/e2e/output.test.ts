import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { bareEnv, flowrun, records, scratch, shell } from "../support/flowrun.ts";
import { readTable } from "../support/markdown.ts";
import { openJournal, printed, runEvent, runIds } from "../support/journal.ts";

const events = [
  runEvent(0, { flowName: "CRM" }),
  runEvent(1, { status: "failed", errors: ["CONNECTOR-1001-500", "MAPPER-3402-400"] }),
  runEvent(2, { status: "partialSuccess", code: "source_flow_run_info" }),
];

describe("formats", () => {
  it("ndjson: an object a line, with every field of the record", async () => {
    const journal = await openJournal({ events });
    const { stdout } = await journal.run("since oldest -o ndjson");
    expect(stdout).toMatch(/^(\{.*\}\n){3}$/);
    const [first, second] = records(stdout);
    expect(first).toMatchObject({
      type: "flowrun.run",
      schemaVersion: 1,
      runId: "run-0",
      flowName: "CRM",
      rootCause: null,
    });
    expect(first).toHaveProperty("files.skipped", null);
    expect(second).toMatchObject({ status: "failed", flowName: null, errors: [{ code: "CONNECTOR-1001-500" }, {}] });
  });

  it("json: one array; an empty one where there is nothing", async () => {
    const journal = await openJournal({ events });
    const { stdout } = await journal.run("since oldest -o json");
    expect(JSON.parse(stdout)).toEqual(records((await journal.run("since oldest --json")).stdout));
    expect((await journal.run("since oldest -o json --flow none")).stdout).toBe("[]\n");
  });

  it("json: the array is closed even when an error ends it", async () => {
    const journal = await openJournal({ events: 9, faults: [{ at: [1, 2], fault: { kind: "status", status: 403 } }] });
    const { code, stdout, stderr } = await journal.run("since oldest -o json --limit 3 --jobs 1");
    expect(code).toBe(4);
    expect((JSON.parse(stdout) as { runId: string }[]).map(({ runId }) => runId)).toEqual(runIds(3));
    expect(JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ type: "flowrun.error", exitCode: 4 });
  });

  it("yaml: a document a run", async () => {
    const journal = await openJournal({ events });
    const { stdout } = await journal.run("since oldest -o yaml");
    const documents = parseAllDocuments(stdout);
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const wanted = records((await journal.run("since oldest --json")).stdout);
    expect(documents.map((document) => document.toJS() as unknown)).toEqual(wanted);
  });

  it("csv: the columns by name, or none with --no-headers", async () => {
    const journal = await openJournal({ events });
    const columns = "--columns runId,status,records.input,sandbox.name,flowName";
    const { stdout } = await journal.run(`since oldest -o csv ${columns}`);
    expect(stdout.replaceAll("\r\n", "\n")).toBe(
      "runId,status,records.input,sandbox.name,flowName\nrun-0,success,0,prod,CRM\nrun-1,failed,1,prod,\nrun-2,partialSuccess,2,prod,\n",
    );
    expect((await journal.run(`since oldest -o csv --no-headers ${columns}`)).stdout).toMatch(/^run-0,success/);
  });

  it("markdown: a table for GitHub, of whatever lists runs or figures", async () => {
    const hostile = runEvent(3, { id: "run-3-of-many", flowName: "a | b <img src=x> @octocat\n![x](https://x.y)" });
    const journal = await openJournal({ events: [...events, hostile] });
    const told = async (line: string) => readTable((await journal.run(`${line} -o markdown`)).stdout);
    const columns = "--columns runId,flow,records.input";
    const [since, wait, show, stats] = await Promise.all([
      told(`since oldest ${columns}`),
      told(`wait --since oldest --run run-3-of-many --timeout 30s ${columns}`),
      told(`show run-3-of --since oldest ${columns}`),
      told("stats oldest --by status"),
    ]);
    const last = ["run-3-of-many", "a | b <img src=x> @octocat\\n![x](https://x.y)", "3"];
    expect(since?.rows.map(([id]) => id)).toEqual(["run-0", "run-1", "run-2", "run-3-of-many"]);
    expect(since?.aligns).toEqual(["left", "left", "right"]);
    expect([since, wait, show].map((table) => table?.rows.at(-1))).toEqual([last, last, last]);
    expect(stats?.rows.map(([row]) => row)).toEqual(["total", "group", "group", "group", "rootCause"]);
  });

  it("markdown and the other formats, of what the demo's project has", async () => {
    const env = bareEnv(await scratch());
    const told = async (...words: readonly string[]) =>
      (await flowrun([...words, "--profile", "demo"], { env })).stdout;
    const registrations = readTable(await told("registrations", "-o", "markdown"));
    expect(registrations?.titles).toEqual(["USED", "NAME", "ID", "DELIVERY", "STATE", "FLOW RUNS", "EVENTS"]);
    expect(registrations?.rows.map(([used]) => used)).toEqual(["*", "", "", ""]);
    expect(await told("whoami", "-o", "csv", "--columns", "profile", "--no-headers")).toBe("demo\n");
    expect(JSON.parse(await told("whoami", "-o", "json"))).toMatchObject({ profile: "demo" });
    const checks = records(await told("doctor", "-o", "ndjson"));
    expect(JSON.parse(await told("doctor", "--json"))).toMatchObject({
      type: "flowrun.doctor",
      checks: checks.map(({ check }) => ({ check })),
    });
    expect(readTable(await told("doctor", "-o", "markdown"))?.rows).toHaveLength(checks.length);
  });

  it("table: the same in a pipe, whole, without colour; wide adds ids", async () => {
    const journal = await openJournal({ events });
    const [table, wide] = await Promise.all([journal.run("since oldest"), journal.run("since oldest -o wide")]);
    expect(table.stdout).toMatch(/UPDATED.*STATUS.*FLOW/);
    expect(table.stdout).toMatch(/T\d\d:\d\d:\d\d.*Z +partialSuccess/);
    expect(table.stdout).toContain("CONNECTOR-1001-500");
    expect(table.stdout).not.toMatch(escape);
    expect(table.stdout).toMatch(/^RUN .*\nrun-0 .*\nrun-1 /);
    expect(table.stdout).not.toContain("sources_flow_run_failed");
    expect(wide.stdout).toMatch(/run-1 .*flow-1 .*sources_flow_run_failed .*heron:/);
  });

  it("--columns chooses a table's columns, and --no-headers leaves their names out", async () => {
    const journal = await openJournal({ events });
    const { stdout } = await journal.run("since oldest --no-headers --columns status,runId");
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.trim().split(/ +/)),
    ).toEqual([
      ["success", "run-0"],
      ["failed", "run-1"],
      ["partialSuccess", "run-2"],
    ]);
  });

  it("--time says how a table tells times", async () => {
    const journal = await openJournal({ events });
    const read = (style: string) =>
      journal.run(`since oldest --no-headers --columns updatedAt --time ${style}`, { TZ: "Asia/Tokyo" });
    const [iso, local, relative] = await Promise.all([read("iso"), read("local"), read("relative")]);
    expect(iso.stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\n/);
    expect(local.stdout).not.toContain("Z");
    expect(relative.stdout).toMatch(/2 ?m/);
  });
});

const hasJq = spawnSync("jq", ["--version"]).status === 0;

it.skipIf(!hasJq)("jq reads what --json writes (skipped where there is no jq)", async () => {
  const journal = await openJournal({ events });
  const { code, stdout } = await shell(`flowrun since -P1D --json | jq -r 'select(.status=="failed") | .runId'`, {
    env: journal.env,
  });
  expect([code, stdout]).toEqual([0, "run-1\n"]);
});

describe("stdout carries data only", () => {
  it.each([
    ["401", 4],
    ["403", 4],
    ["404", 5],
    ["410", 6],
    ["500", 5],
    ["400", 5],
  ])(
    "a journal that answers %s from its second page on: what was printed is whole NDJSON",
    async (status, exitCode) => {
      const after = [{ when: isFollowing, fault: { kind: "status", status: Number(status) } as const }];
      const journal = await openJournal({ events: 9, faults: after });
      const { code, stdout, stderr } = await journal.run("since oldest --json --limit 3 --jobs 1 --retries 2 -q");
      expect(code).toBe(exitCode);
      expect(printed({ stdout })).toEqual(runIds(3));
      expect(stdout.endsWith("\n")).toBe(true);
      // With -q the error is all that stderr holds.
      const error = JSON.parse(stderr) as Record<string, unknown>;
      expect(Object.keys(error)).toEqual(["type", "kind", "exitCode", "message", "hint", "requestId"]);
      expect(error).toMatchObject({ type: "flowrun.error", exitCode });
      expect(String(error["requestId"])).toMatch(/^demo-journal-\d+$/);
    },
  );

  it("an error is three lines in every other format", async () => {
    const journal = await openJournal({ faults: [{ fault: { kind: "status", status: 403 } }] });
    const { stdout, stderr } = await journal.run("since oldest -o yaml -q");
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .+\n {2}why: .+ \(request demo-journal-\d\)\n {2}fix: .+\n$/);
  });

  it("the closing line counts what was read", async () => {
    const journal = await openJournal({ events: [...events, ...events] });
    const { stderr } = await journal.run("since oldest --limit 3 --jobs 1 --json");
    expect(stderr).toMatch(
      /^3 runs printed, 1 failed · 6 events, 3 duplicates dropped · 3 pages · \d+\.\d s · \d\d-\d\d \d\d:\d\d to now \(UTC\)\n$/,
    );
  });

  it("-q says nothing but errors; -v shows each request; off a terminal there is no live line", async () => {
    const journal = await openJournal({ events });
    const [quiet, verbose, plain] = await Promise.all([
      journal.run("since oldest --json -q"),
      journal.run("since oldest --json --verbose --jobs 1"),
      journal.run("since oldest --json --no-progress"),
    ]);
    expect(quiet.stderr).toBe("");
    expect(verbose.stderr.match(/^> GET http/gm)).toHaveLength(2);
    expect(plain.stderr).not.toMatch(/\r/);
    expect(new Set([quiet.stdout, verbose.stdout, plain.stdout]).size).toBe(1);
  });
});

describe("colour", () => {
  it.each<[string, string, Record<string, string>, boolean]>([
    ["in a pipe", "", {}, false],
    ["--color always", "--color always", {}, true],
    ["--color always against NO_COLOR", "--color always", { NO_COLOR: "1" }, true],
    ["FORCE_COLOR", "", { FORCE_COLOR: "1" }, true],
    ["NO_COLOR before FORCE_COLOR", "", { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    ["--color never against FORCE_COLOR", "--color never", { FORCE_COLOR: "1" }, false],
  ])("%s", async (_, options, env, wanted) => {
    const journal = await openJournal({ events });
    const { stdout } = await journal.run(`since oldest ${options}`, env);
    expect(stdout.includes("")).toBe(wanted);
  });

  it("never in data for programs", async () => {
    const journal = await openJournal({ events });
    for (const format of ["json", "ndjson", "csv", "yaml"]) {
      expect((await journal.run(`since oldest --color always -o ${format}`)).stdout).not.toMatch(escape);
    }
  });
});

describe("text from events is data", () => {
  const hostile = [
    "\u001b[2J\u001b]0;owned\u0007red\u001b[31m",
    "two\nlines\rand\ttabs",
    '=HYPERLINK("http://example.com")',
    "@SUM(1)",
    "+1+1",
    "-1-1",
    "turned\u202eround",
    "\u009b31mC1",
    'comma, "quote"',
  ];
  const named = hostile.map((flowName, n) => runEvent(n, { flowName, sandbox: flowName }));

  it.each(["table", "wide", "csv"])("-o %s carries no control character, and a row stays one line", async (format) => {
    const journal = await openJournal({ events: named });
    const { code, stdout } = await journal.run(`since oldest -o ${format}`);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(1 + hostile.length);
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(stdout).toContain("\\x1b[2J");
  });

  it("-o csv never starts a formula", async () => {
    const journal = await openJournal({ events: named });
    const { stdout } = await journal.run("since oldest -o csv --no-headers --columns flowName");
    for (const line of stdout.trimEnd().split(/\r?\n/)) expect(line).not.toMatch(/^"?[=+\-@]/);
  });

  it("-o ndjson and yaml carry it whole, and escaped", async () => {
    const journal = await openJournal({ events: named });
    const [ndjson, yaml] = await Promise.all([journal.run("since oldest --json"), journal.run("since oldest -o yaml")]);
    expect(records(ndjson.stdout).map(({ flowName }) => flowName)).toEqual(hostile);
    const documents = parseAllDocuments(yaml.stdout).map((document) => document.toJS() as { flowName: string });
    expect(documents.map(({ flowName }) => flowName)).toEqual(hostile);
    expect(ndjson.stdout + yaml.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("a poison event's own text never reaches stderr bare", async () => {
    const poison = {
      event_id: "\u001b[2Jpoison",
      event: { header: { _adobeio: { eventCode: "source_flow_run_error" } } },
    };
    const journal = await openJournal({ events: [poison] });
    const { stderr } = await journal.run("since oldest --json");
    expect(stderr).not.toMatch(escape);
  });

  it("nor does what was typed", async () => {
    const { stderr } = await flowrun(["since", "\u001b[31mnever"], { env: bareEnv(await scratch()) });
    expect(stderr).not.toMatch(escape);
  });
});

const escape = /\u001b/;

function isFollowing({ target }: { readonly target: string }): boolean {
  return target.includes("since=");
}
