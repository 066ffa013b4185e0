import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { DemoBatch } from "../../src/demo/batches.ts";
import type { FaultRule } from "../../src/demo/faults.ts";
import { startServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { widthOf } from "../../src/render/text/cut-text.ts";
import type { FailedRow } from "../../src/runs/rows/failed-row.ts";
import { bareEnv, flowrun, scratch, settingsFor, shell, type Finished } from "../support/flowrun.ts";
import { realSleep } from "../support/host.ts";
import { runHere } from "../support/in-process.ts";
import { demoBatch } from "../support/platform.ts";

const day = 86_400_000;
const runId = "6b0c6b1e-5a0e-4d5a-9a53-000000000001";
const secret = "ana.abelson@example.com";

const lineOf = (code: string, more: object = {}): string =>
  `${JSON.stringify({ email: secret, ...more, _errors: [{ code, message: `'${secret}' is no number` }], _filename: "in.json" })}\n`;

const batchIdOf = (n: number): string => `01KTESTBATCH0000000000000${String(n)}`;

interface World {
  readonly batches: readonly DemoBatch[];
  /** Those that the run names; all of them unless told otherwise. */
  readonly batchIds?: readonly string[];
  readonly failed?: number | null;
  readonly faults?: readonly FaultRule[];
}

/** A journal with one run, and Platform with its batches. */
async function world({ batches, batchIds = batches.map(({ id }) => id), failed = 3, faults = [] }: World) {
  const at = Date.now() - 60_000;
  const target = { type: "TargetConnection", id: "t", reference: { type: "Batch", ids: batchIds } };
  const recordSummary = { inputRecordCount: 10, ...(failed === null ? {} : { failedRecordCount: failed }) };
  const event = {
    id: runId,
    flowId: "f0000001-0000-4000-8000-000000000001",
    flowName: "CRM contacts",
    sandboxName: "prod",
    createdAt: at - 2 * 3_600_000,
    updatedAt: at,
    metrics: { statusSummary: { status: "partialSuccess" }, recordSummary },
    activities: [
      {
        id: "promotionActivity",
        statusSummary: { status: "success" },
        ...(batchIds.length > 0 ? { targetInfo: [target] } : {}),
      },
    ],
  };
  // When it began it had no batch yet.
  const beginning = {
    ...event,
    updatedAt: at - 2 * 3_600_000,
    metrics: { statusSummary: { status: "inProgress" } },
    activities: [],
  };
  const server = await startServer({
    now: () => Date.now(),
    sleep: realSleep,
    source: listedSource([
      { at: at - 2 * 3_600_000, event: beginning },
      { at, event },
    ]),
    batches: (id) => batches.find((batch) => batch.id === id) ?? null,
    faults,
  });
  onTestFinished(() => server.close());
  const home = await scratch();
  const env = { ...bareEnv(home), ...settingsFor(server), FLOWRUN_PLATFORM_URL: server.origin };
  const run = (line: string): Promise<Finished> =>
    flowrun(["rows", ...line.replaceAll("HOME", home).split(" ")], { env });
  return { server, home, env, run };
}

const rowsIn = ({ stdout }: Finished): readonly FailedRow[] =>
  stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as FailedRow);

const plain = demoBatch(
  {
    "meta/row_errors/errors_0.json": lineOf("MAPPER-3700-400", { id: 1 }) + lineOf("MAPPER-3700-400", { id: 2 }),
    "meta/row_errors/parsing_errors_0.json": `${lineOf("1401")}${secret} no JSON\n`,
  },
  { metrics: { failedRecordCount: 4, inputRecordCount: 10 }, errors: [{ code: "MAPPER-3700-400", recordCount: 2 }] },
  { id: batchIdOf(1) },
);

describe("the rejected records of a run", () => {
  it("are summed up by code, and then shown", async () => {
    const { run } = await world({ batches: [plain] });
    const { code, stdout, stderr } = await run("6b0c6b1e");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^6b0c6b1e-\S+ {2}partialSuccess\n {2}flow {5}CRM contacts\n/);
    expect(stdout).toMatch(/^ {2}MAPPER-3700-400 · 2 records\n {4}means {3}Data Prep/m);
    expect(stdout).toMatch(/^ {2}INGEST-1401-400 · 1 record read\n/m);
    expect(stdout).toMatch(/^ {2}without a code · 1 record read\n/m);
    expect(stderr).toMatch(/^4 rejected records printed · \d+ events?/);
  });

  it.each([40, 80, 120])("keep to a terminal of %i columns", async (columns) => {
    const { env, home } = await world({ batches: [plain] });
    for (const line of [runId, `${runId} --errors-only`, `${runId} --download ${home}/rows`, `${runId}0`]) {
      const { screen } = await runHere(["rows", ...line.split(" ")], { env }, { columns });
      expect(screen.split(/\r\u001b\[2K|\n/).filter((shown) => widthOf(shown) > columns)).toEqual([]);
    }
  });

  it("are records for programs: every line is one, also one that is no JSON", async () => {
    const { run, server } = await world({ batches: [plain] });
    const rows = rowsIn(await run(`${runId} -o ndjson -q`));
    expect(rows.map(({ file, line, codes, columns, text }) => [file, line, codes, columns, text])).toEqual([
      ["errors_0.json", 1, ["MAPPER-3700-400"], { email: secret, id: 1 }, null],
      ["errors_0.json", 2, ["MAPPER-3700-400"], { email: secret, id: 2 }, null],
      ["parsing_errors_0.json", 1, ["INGEST-1401-400"], { email: secret }, null],
      ["parsing_errors_0.json", 2, [], null, `${secret} no JSON`],
    ]);
    expect(rows[0]).toMatchObject({ type: "flowrun.row", runId, batchId: plain.id, sandbox: "prod", input: "in.json" });
    const asked = server.requests.filter(({ target }) => target.startsWith("/data/"));
    expect(new Set(asked.map(({ headers }) => headers["x-sandbox-name"]))).toEqual(new Set(["prod"]));
    const { stdout: csv } = await run(`${runId} -o csv --columns line,codes,message -q`);
    expect(csv.split("\n")).toHaveLength(6);
    expect(JSON.parse((await run(`${runId} -o json -q`)).stdout)).toHaveLength(4);
  });

  it.each(["table", "wide", "csv", "ndjson", "json", "yaml", "markdown"])(
    "-o %s has nothing that may be a person's with --errors-only",
    async (format) => {
      const { run } = await world({ batches: [plain] });
      const args = `${runId} --errors-only -o ${format} -vv`;
      const { code, stdout, stderr } = await run(args);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain("MAPPER-3700-400");
      expect(stdout).toContain("parsing_errors_0.json");
      expect(stdout + stderr).not.toMatch(/ana\.abelson|no number|no JSON/);
      if (format === "table") return;
      const named = await run(`${runId} --errors-only -o csv --columns record,message,codes -q`);
      expect(named.stdout).not.toContain("ana");
    },
  );

  it("are told to nobody else: no log has them, and no file", async () => {
    const { run, home } = await world({ batches: [plain] });
    const { stdout, stderr } = await run("6b0c6b1e -o ndjson -vv --debug-file HOME/debug.log");
    expect(stdout).toContain(secret);
    expect(stderr).toContain("/data/foundation/export/batches/");
    expect(stderr).not.toContain("ana");
    const files = await readdir(home, { recursive: true, withFileTypes: true });
    for (const file of files.filter((entry) => entry.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), "utf8"), file.name).not.toContain("ana");
    }
    await run("6b0c6b1e -o ndjson -q --out HOME/rows.ndjson");
    expect(((await stat(join(home, "rows.ndjson"))).mode & 0o777).toString(8)).toBe("600");
    expect(await readFile(join(home, "rows.ndjson"), "utf8")).toContain(secret);
  });

  it("are as many as are asked for, in the order that is asked for", async () => {
    const { run } = await world({ batches: [plain] });
    const { stdout, stderr } = await run(`${runId} --max-rows 2 -o csv --columns line`);
    expect(stdout).toBe("line\n1\n2\n");
    expect(stderr).toMatch(/^there are more of them: --max-rows all[^]*2 rejected records printed, and there are more/);
    expect((await run(`${runId} --max-rows 4 -o csv --columns line`)).stderr).not.toContain("more");
    expect((await run(`${runId} --max-rows 0 -o csv --columns line -q`)).stdout).toBe("line\n");
    const sorted = await run(`${runId} --sort -line -o csv --columns file,line -q`);
    expect(sorted.stdout).toMatch(/^file,line\nerrors_0.json,2\nparsing_errors_0.json,2\n/);
  });

  it("of all its batches; one that is not there is passed over", async () => {
    const other = demoBatch({ "failed/part-0.json": lineOf("DCVS-1106-400") }, {}, { id: batchIdOf(2) });
    const none = demoBatch({}, { metrics: { failedRecordCount: 0 } }, { id: batchIdOf(3) });
    const batchIds = [plain.id, other.id, none.id, batchIdOf(4)];
    const { run } = await world({ batches: [plain, other, none], batchIds });
    const ended = await run(`${runId} -o ndjson`);
    expect(ended.code).toBe(0);
    expect(rowsIn(ended).map(({ batchId }) => batchId.slice(-1))).toEqual(["1", "1", "1", "1", "2"]);
    expect(ended.stderr).toMatch(/^warning: there is no batch 01KTESTBATCH00000000000004 in sandbox 'prod'/);
    const one = await run(`${other.id.toLowerCase()} -o ndjson -q`);
    expect(rowsIn(one).map(({ batchId, runId: of }) => [batchId, of])).toEqual([[other.id, runId]]);
  });
});

describe("one batch", () => {
  it("is asked for at once where its sandbox is named, and no journal is read", async () => {
    const dev = demoBatch({ "failed/part-0.json": lineOf("DCVS-1106-400") }, {}, { id: batchIdOf(5), sandbox: "dev" });
    const { run, server } = await world({ batches: [dev] });
    const ended = await run(`${dev.id} --sandbox dev -o ndjson`);
    expect(rowsIn(ended)).toMatchObject([{ runId: null, batchId: dev.id, sandbox: "dev", from: "failed" }]);
    expect(ended.stderr).toMatch(/^1 rejected record printed · \d/);
    expect(server.requests.some(({ service }) => service === "journal")).toBe(false);
  });

  it("of another sandbox is not found in this one, and that is said", async () => {
    const dev = demoBatch({}, {}, { id: batchIdOf(5), sandbox: "dev" });
    const { run } = await world({ batches: [dev] });
    const ended = await run(dev.id);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /there is no batch \S+ in sandbox 'prod'\n {2}why: Catalog answered 404[^]*--sandbox <name>/,
    );
  });

  it("of no run that is known asks for its sandbox", async () => {
    const { run } = await world({ batches: [] });
    const ended = await run(batchIdOf(9));
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/no run has the id '\S+', or a batch with it\n[^]*flowrun rows \S+ --sandbox <name>/);
  });

  it.each(["the journal", "an archive"])("leads show to its run, with its whole history, in %s", async (where) => {
    const { env } = await world({ batches: [plain] });
    const show = (more: string) => flowrun(["show", plain.id, ...more.split(" ")], { env });
    if (where === "an archive") expect((await flowrun(["archive", "sync", "-q"], { env })).code).toBe(0);
    const ended = await show("--time utc");
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/^6b0c6b1e-/);
    expect(ended.stdout.trimEnd().split("\n").at(-1)).toBe(`    flowrun rows ${runId}`);
    const { stdout } = await show("--json=runId,status -q");
    expect(stdout).toBe(`{"runId":"${runId}","status":"inProgress"}\n{"runId":"${runId}","status":"partialSuccess"}\n`);
    const source = where === "an archive" ? "archive" : "journal";
    expect((await show(`--source ${source} -o name -q`)).stdout).toBe(`${runId}\n${runId}\n`);
  });
});

describe("where there are none", () => {
  const ended30DaysAgo = { completed: Date.now() - 31 * day };
  const counted = { metrics: { failedRecordCount: 5, inputRecordCount: 9 } };

  it.each<[string, Readonly<Record<string, string>>, object, number, RegExp]>([
    [
      "nothing failed",
      {},
      { metrics: { failedRecordCount: 0 } },
      0,
      /^batch \S+ rejected no record\n0 rejected records printed/,
    ],
    [
      "the batch failed as a whole",
      {},
      { status: "failed", metrics: { failedRecordCount: 0 }, errors: [{ code: "133" }] },
      0,
      /failed as a whole \(133\), and rejected no single record/,
    ],
    [
      "diagnostics were off",
      {},
      { ...counted, errors: [{ code: "INGEST-1211-400", description: secret }] },
      1,
      /not known\n {2}why: 5 of 9 records were rejected, but error diagnostics were off[^]*switch them on/,
    ],
    ["they are kept no longer", {}, { ...counted, ...ended30DaysAgo }, 1, /not kept any more\n[^]*30 days/],
    [
      "they are Parquet",
      { "failed/part-0.parquet": "PAR1" },
      counted,
      1,
      /cannot be printed\n[^]*part-0\.parquet\n {2}fix: fetch it: flowrun rows \S+ --download failed-rows\n$/,
    ],
    ["they are Parquet by another name", { "failed/part-0": "PAR1" }, counted, 1, /cannot be printed/],
    ["nobody knows why", {}, counted, 1, /no rejected record of batch \S+\n[^]*Catalog counts/],
  ])("that is said: %s", async (_, files, facts, code, words) => {
    const { run } = await world({ batches: [demoBatch(files, facts, { id: batchIdOf(1) })] });
    for (const format of ["table", "csv"]) {
      const ended = await run(`${runId} -o ${format}`);
      expect(ended.code, ended.stderr).toBe(code);
      expect(ended.stderr).toMatch(words);
      expect(ended.stdout + ended.stderr).not.toContain(secret);
    }
  });

  it("a run without a batch says so", async () => {
    const { run } = await world({ batches: [] });
    const ended = await run(runId);
    expect([ended.code, ended.stdout]).toEqual([1, ""]);
    expect(ended.stderr).toMatch(/does not say in which batches its records are\n {2}why: 3 of them were rejected/);
    const well = await world({ batches: [], failed: 0 });
    const fine = await well.run(runId);
    expect([fine.code, fine.stdout]).toEqual([0, ""]);
    expect(fine.stderr).toMatch(/^run \S+ wrote no batch, and rejected no record\n/);
  });

  it("beside a batch that has some, is a warning", async () => {
    const off = demoBatch({}, { ...counted, errors: [{ code: "INGEST-1211-400" }] }, { id: batchIdOf(2) });
    const { run } = await world({ batches: [plain, off] });
    const ended = await run(`${runId} -o csv`);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^warning: which records of batch \S+2 were rejected is not known: /m);
  });
});

describe("a platform that refuses", () => {
  const refusing = (status: number, path: string): FaultRule => ({
    on: "api",
    when: ({ target }) => target.includes(path),
    fault: { kind: "status", status },
  });

  it.each([
    [
      403,
      "/catalog/",
      4,
      /does not let this credential look up batch \S+ in sandbox 'prod'\n[^]*Experience Platform API[^]*View Datasets on sandbox 'prod'/,
    ],
    [403, "/export/", 4, /read the failed records[^]*View Datasets/],
    [410, "/export/", 5, /does not give out the files of batch \S+ any more\n {2}why: it answered 410[^]*deprecated/],
  ])("%i of %s", async (status, path, code, words) => {
    const { run } = await world({ batches: [plain], faults: [refusing(status, path)] });
    const ended = await run(`${runId} -o json`);
    expect(ended.code).toBe(code);
    expect(JSON.parse(ended.stderr.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ exitCode: code });
    const again = await run(runId);
    expect(again.stderr).toMatch(words);
  });

  it("breaks off in the middle, and is gone on with", async () => {
    const text = Array.from({ length: 2000 }, (_, n) => lineOf("MAPPER-3700-400", { id: n })).join("");
    const long = demoBatch({ "meta/row_errors/errors_0.json": text }, {}, { id: batchIdOf(1) });
    let asked = 0;
    const midBody: FaultRule = {
      on: "api",
      when: ({ target }) => target.includes("errors_0.json") && ++asked === 1,
      fault: { kind: "reset", when: "midBody" },
    };
    const { run } = await world({ batches: [long], faults: [midBody] });
    const ended = await run(`${runId} --max-rows all -o ndjson`);
    expect(ended.code, ended.stderr).toBe(0);
    expect(rowsIn(ended).map(({ line }) => line)).toEqual(Array.from({ length: 2000 }, (_, n) => n + 1));
    expect(ended.stderr).toMatch(/errors_0\.json broke off after \d+ bytes/);
  });
});

describe("fetching", () => {
  const text = lineOf("MAPPER-3700-400").repeat(5000);
  const batch = demoBatch(
    {
      "meta/row_errors/errors_0.json": text,
      "failed/_SUCCESS": "",
      "failed/part-0.parquet": "PAR1",
      "meta/input_files/fileMetaData1.json": '{"path":"F1.json"}\n',
    },
    {},
    { id: batchIdOf(1) },
  );

  it("brings every file as it is, for its owner alone, and nothing twice", async () => {
    const { run, home } = await world({ batches: [batch] });
    const ended = await run(`${runId} --download HOME/rows -o csv --columns folder,name,bytes,state -q`);
    expect(ended.stdout).toBe(
      [
        "folder,name,bytes,state",
        `row_errors,errors_0.json,${String(text.length)},fetched`,
        "failed,part-0.parquet,4,fetched",
        "input_files,fileMetaData1.json,19,fetched",
        "",
      ].join("\n"),
    );
    expect((await readFile(join(home, "rows", batch.id, "row_errors", "errors_0.json"), "utf8")) === text).toBe(true);
    const again = await run(`${runId} --download HOME/rows -o csv --columns state -q`);
    expect(again.stdout).toBe("state\npresent\npresent\npresent\n");
    const { stdout } = await run(`${runId} --download HOME/rows --json -q`);
    expect(JSON.parse(stdout.split("\n")[0] ?? "")).toMatchObject({ type: "flowrun.file", schemaVersion: 1 });
  });

  it.skipIf(process.platform === "win32")(
    "stops on a full disk with three lines, and goes on where it stopped",
    async () => {
      const { home, env } = await world({ batches: [batch] });
      const line = `flowrun rows ${runId} --download "${home}/rows" --json`;
      // As large as a file may be here: 300 kB of 700.
      const full = await shell(`trap '' XFSZ; ulimit -f 300; ${line}`, { env });
      expect(full.code, full.stderr).toBe(1);
      const told = JSON.parse(full.stderr.trimEnd().split("\n").at(-1) ?? "") as Record<string, string>;
      expect(told["message"]).toMatch(/errors_0\.json could not be written: there is no more room/);
      expect(told["hint"]).toContain("run the same line again: it goes on where it stopped");
      const part = await stat(join(home, "rows", batch.id, "row_errors", ".errors_0.json.part"));
      expect(part.size).toBeGreaterThan(100_000);
      const ended = await shell(line, { env });
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout.split("\n")[0] ?? "")).toMatchObject({ state: "resumed", bytes: text.length });
      expect((await readFile(join(home, "rows", batch.id, "row_errors", "errors_0.json"), "utf8")) === text).toBe(true);
    },
  );

  it.each([
    [`${runId} --download HOME/rows --errors-only`, /--errors-only and --download do not go together/],
    [`${runId} --download HOME/rows --max-rows 5`, /--max-rows and --download do not go together/],
    [`${runId} --max-rows all`, /--max-rows is 10000 at most in a table/],
    [`${runId} --max-rows 10001 -o csv --sort line`, /at most in an order/],
    [`${runId} --max-rows -1`, /--max-rows/],
    [`${runId} --max-rows many`, /a whole number, or all/],
    [`${runId} --sandbox prod,dev`, /no sandbox can have the name 'prod,dev'/],
    [`${runId} --profile a,b`, /one profile's organisation at a time/],
    [`${runId} --columns nothing`, /there is no column 'nothing'/],
    [`${runId} -o name`, /name/],
    ["6b0c", /too short/],
    [`${runId} --since last`, /rows cannot look back to 'last'/],
  ])("cannot be: %s", async (line, words) => {
    const { run, server } = await world({ batches: [batch] });
    const ended = await run(line);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(words);
    expect(server.requests).toEqual([]);
  });
});
