import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { startServer } from "../../src/demo/server.ts";
import { listedSource } from "../../src/demo/source.ts";
import { openEmbedded } from "../../src/engine/archive/embedded.ts";
import { widthOf } from "../../src/render/text/cut-text.ts";
import { makeVersion1 } from "../support/archive-version-1.ts";
import { bareEnv, flowrun, records, scratch, settingsFor, shell, start, mayRunAs } from "../support/flowrun.ts";
import { hasPostgres, startCluster, whyNoPostgres } from "../support/postgres.ts";
import { runHere } from "../support/in-process.ts";
import { openJournal, printed, runEvent, runIds, type OpenJournal } from "../support/journal.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Looked at often, for as long as a slow machine may need. */
const quickly = { interval: 5, timeout: 30_000 };

type Document = Record<string, never>;
const parsed = ({ stdout }: { readonly stdout: string }): Document => JSON.parse(stdout) as Document;
const archiveOf = ({ home }: OpenJournal): string => join(home, "archives", "default", "archive.db");

/** Another home, with the same settings: nothing is archived there. */
async function elsewhere({ env }: OpenJournal): Promise<Record<string, string>> {
  return { ...env, FLOWRUN_HOME: join(await scratch(), "flowrun") };
}

async function change(path: string, ...texts: readonly string[]): Promise<void> {
  const database = await openEmbedded(path, { mode: "write", host: { sleep: (ms) => delay(ms) } });
  for (const text of texts) await database.run(text);
  await database.close();
}

/** A journal and a user whose clock is ours to set. */
async function timed(began: number) {
  const clock = { now: began };
  const written: { at: number; event: unknown }[] = [];
  const now = (): number => clock.now;
  const server = await startServer({ now, sleep: (ms) => delay(ms), source: listedSource(written) });
  onTestFinished(() => server.close());
  const env = { ...bareEnv(await scratch()), ...settingsFor(server) };
  return {
    clock,
    write: (n: number, at: number) => written.push({ at, event: runEvent(n, { updatedAt: at - 60_000 }) }),
    run: (args: string, columns: number | null = null) => runHere(args.split(" "), { env }, { now, columns }),
  };
}

/** An archive that was read, then forgotten for twelve days, then read again: what came in between is lost. */
async function withGap() {
  const began = Date.UTC(2026, 5, 1);
  const world = await timed(began);
  for (let n = 0; n < 20; n += 1) world.write(n, began - hour + n * day);
  world.clock.now = began;
  expect((await world.run("archive sync")).code).toBe(0);
  world.clock.now = began + 12 * day;
  return { ...world, began };
}

describe("status", () => {
  it("tells an archive that is whole: one stretch, no gap, whose place it is", async () => {
    const journal = await openJournal({ events: 6 });
    await journal.run("archive sync");
    const { code, stdout, stderr } = await journal.run("archive status --json");
    expect([code, stderr]).toEqual([0, ""]);
    const status = parsed({ stdout });
    expect(status).toMatchObject({ type: "flowrun.archive", kind: "embedded", runs: 6, withoutEvent: 0, gaps: [] });
    expect(status).toMatchObject({ journal: journal.server.journalUrl, otherJournals: 0, archive: archiveOf(journal) });
    expect(status).toMatchObject({ complete: [{ fromExact: false, toExact: true }], beginsBy: "start" });
    expect(status).toMatchObject({ cursor: { name: "archive", runs: 6, events: 6 }, lease: { epoch: 1, held: false } });
    const { bytes, cursor } = status as unknown as { bytes: number; cursor: { readUntil: string; expiresAt: string } };
    expect(bytes).toBeGreaterThan((await stat(archiveOf(journal))).size - 1);
    expect(Date.parse(cursor.expiresAt) - Date.parse(cursor.readUntil)).toBe(7 * day);
    const sheet = await journal.run("archive status");
    expect(sheet.stdout).toMatch(/^Archive {3}\/.*\n {10}SQLite · .*\nJournal {3}http/);
    expect((await journal.run("archive status -o csv --columns row,reason")).stdout).toBe("row,reason\ncomplete,\n");
  });

  it("tells a gap, and that nobody had read for seven days; verify finds it, and exits 6", async () => {
    const { run, began } = await withGap();
    const late = await run("archive status");
    expect([late.code, late.stderr]).toEqual([0, expect.stringContaining("'archive' expired at 2026-06-08T")]);
    const refused = await run("archive sync");
    expect([refused.code, refused.stderr]).toEqual([
      6,
      expect.stringMatching(/\n {2}fix: take .*: the same again with --on-expired oldest/),
    ]);
    expect((await run("archive sync --on-expired oldest")).code).toBe(0);
    const { stdout, stderr, code } = await run("archive status --json");
    expect([code, stderr]).toEqual([0, ""]);
    const { gaps, complete, runs } = parsed({ stdout }) as unknown as {
      gaps: Record<string, unknown>[];
      complete: unknown[];
      runs: number;
    };
    expect([complete.length, gaps.length]).toEqual([2, 1]);
    expect(gaps[0]).toMatchObject({ reason: "expired", fromExact: true, from: new Date(began).toISOString() });
    // Days 1 to 5 were forgotten, and 6 to 12 were not.
    expect(runs).toBe(1 + 7);
    for (const columns of [80, 120]) {
      const sheet = await run("archive status", columns);
      expect(sheet.stdout.replaceAll(/\s+/g, " ")).toContain("expired: nobody read for seven days");
      expect(Math.max(...sheet.stdout.split("\n").map(widthOf))).toBeLessThanOrEqual(columns);
    }
    const verified = await run("archive verify");
    expect(verified.code).toBe(6);
    expect(verified.stdout).toMatch(/Damages {3}none\nGaps {6}1\n/);
    expect(verified.stderr).toContain(
      `error: the archive has a gap\n  why: nobody knows what was recorded from 2026-06-01`,
    );
    const json = await run("archive verify --json -q");
    expect([json.code, parsed(json)]).toMatchObject([6, { ok: false, gaps: [{ reason: "expired" }], damages: [] }]);
  });

  it("says of a window before that ends in a gap that its end is not there, and compares nothing", async () => {
    const { run } = await withGap();
    await run("archive sync --on-expired oldest");
    // The window before goes from six days before the archive was first filled to three days after it.
    const { code, stdout, stderr } = await run("stats -P9D --compare");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Before .*: not known$/m)]);
    expect(stderr).toMatch(
      /^warning: the archive does not have the end of the window before, .*, so nothing is compared$/m,
    );
  });

  it("warns when the archive's place is about to expire", async () => {
    const began = Date.UTC(2026, 5, 1);
    const { clock, run, write } = await timed(began);
    write(0, began - hour);
    await run("archive sync");
    clock.now = began + 6 * day - 1;
    expect((await run("archive status")).stderr).toBe("");
    clock.now = began + 6 * day + 1;
    expect((await run("archive status")).stderr).toMatch(/^warning: .*'archive' expires at 2026-06-08T00:00:00.000Z/);
    expect((await run("archive status -q")).stderr).toBe("");
  });

  it.skipIf(!hasTerminal)("is coloured on a terminal, a gap in red", async () => {
    const journal = await openJournal({ events: 3 });
    await journal.run("archive sync");
    const first = Date.now() - 20 * day;
    await change(
      archiveOf(journal),
      `INSERT INTO coverage SELECT journal, ${first}, ${first + day}, 1, 1, 'start' FROM journals`,
      `UPDATE coverage SET why = 'purged' WHERE from_at > ${first}`,
    );
    const terminal = await openTerminal("flowrun archive status --no-pager", { env: journal.env });
    await terminal.shows("exit 0");
    expect(terminal.colours()).toMatch(/\u001b\[31m {2}gap .*\n +purged: .*\n[^\u001b]*\u001b\[39m {2}complete/);
  });

  it("without an archive says how to make one", async () => {
    const journal = await openJournal();
    for (const command of ["status", "verify", "export", "reindex", "prune --older-than P1Y"]) {
      const { code, stdout, stderr } = await journal.run(`archive ${command}`);
      expect([command, code, stdout]).toEqual([command, 2, ""]);
      expect(stderr).toMatch(/^error: .*archive\n {2}why: .*\n {2}fix: .*flowrun archive sync\n$/);
    }
    expect(await readdir(journal.home).catch(() => [])).not.toContain("archives");
  });
});

describe("a sync that is killed", () => {
  it("has every run once when it is done again, between pages and within one", async () => {
    const journal = await openJournal({ events: 60, latencyMs: 20 });
    for (let kills = 0; kills < 4; kills += 1) {
      const asked = journal.asked().length;
      const sync = journal.start("archive sync --limit 3 --retries 0");
      await expect.poll(() => journal.asked().length, quickly).toBeGreaterThan(asked + 2 + kills);
      sync.child.kill("SIGKILL");
      await sync.finished;
    }
    expect((await journal.run("archive sync --limit 3")).code).toBe(0);
    expect(printed(await journal.run("archive export"))).toEqual(runIds(60));
    expect((await journal.run("archive verify")).code).toBe(0);
    expect(parsed(await journal.run("archive status --json"))).toMatchObject({ gaps: [], runs: 60 });
  });
});

describe("a sync of thousands of runs", () => {
  it("gives back thousands of them as they came, and one more", async () => {
    const events = Array.from({ length: 2500 }, (_, n) => runEvent(n));
    const journal = await openJournal({ events });
    expect(await journal.run("archive sync -q")).toMatchObject({ code: 0, stderr: "" });
    const exported = records((await journal.run("archive export --raw -q")).stdout);
    expect(exported.map(({ runId }) => runId)).toEqual(runIds(2500));
    expect(exported.map(({ raw }) => raw)).toEqual(events);
    expect((await journal.run("archive verify -q")).code).toBe(0);
    journal.add(runEvent(2500));
    expect(await journal.run("archive sync -q")).toMatchObject({ code: 0, stderr: "" });
    expect(records((await journal.run("since oldest --source archive --json")).stdout)).toHaveLength(2501);
  });
});

describe("figures of an archive", () => {
  it("are counted of the runs that a filter names, whichever it looks at", async () => {
    const journal = await openJournal({ events: 6 });
    await journal.run("archive sync");
    for (const [filter, runs] of [
      ["", 6],
      ["--run run-3", 1],
      ["--run none", 0],
    ] as const) {
      const { stdout } = await journal.run(`stats oldest --source archive --json ${filter}`.trimEnd());
      expect(parsed({ stdout })).toMatchObject({ row: "total", runs });
    }
  });
});

describe("prune", () => {
  /** A run every two hours, for five days. */
  const fiveDays = (began = Date.now() - 5 * day) => ({
    events: Array.from({ length: 60 }, (_, n) => runEvent(n, { updatedAt: began + n * 2 * hour })),
    writtenAt: (n: number) => began + n * 2 * hour,
  });

  it("removes what is older, moves the edge, and says so; a dry run changes nothing", async () => {
    const journal = await openJournal(fiveDays());
    await journal.run("archive sync");
    const dry = await journal.run("archive prune --older-than 2d --dry-run");
    expect(dry.stdout).toMatch(/^3[67] runs recorded before .*Z would be removed; 2[34] would stay\n$/);
    expect(parsed(await journal.run("archive status --json"))).toMatchObject({ runs: 60 });
    const { stdout, code } = await journal.run("archive prune --older-than 2d --json -q");
    const pruned = parsed({ stdout }) as unknown as { runs: number; left: number; before: string };
    expect([code, pruned.runs + pruned.left]).toEqual([0, 60]);
    expect(parsed(await journal.run("archive status --json"))).toMatchObject({
      runs: pruned.left,
      beginsBy: "pruned",
      complete: [{ from: pruned.before, fromExact: true }],
    });
    journal.add(runEvent(60));
    await journal.run("archive sync");
    expect(parsed(await journal.run("archive status --json"))).toMatchObject({ runs: pruned.left + 1, gaps: [] });
    expect((await journal.run("archive verify")).code).toBe(0);
  });

  it("of everything leaves the archive able to go on: what is read next is covered", async () => {
    const { clock, run, write, began } = await withGap();
    clock.now = began + 2 * day;
    write(50, began + 2 * day - 1000);
    expect((await run("archive prune --older-than 1d")).code).toBe(0);
    expect((await run("archive sync")).code).toBe(0);
    const told = await run("archive status --json");
    expect(parsed(told)).toMatchObject({
      complete: [{ from: new Date(began + day).toISOString(), to: new Date(began + 2 * day).toISOString() }],
    });
    expect((await run("archive verify")).code).toBe(0);
  });

  it("beside a sync that runs lets that start over from the archive's cursor", async () => {
    const journal = await openJournal({ ...fiveDays(), latencyMs: 100 });
    const sync = journal.start("archive sync --limit 2 --jobs 1");
    // Once something of it is in.
    const archived = async (): Promise<string> => (await journal.run("archive export")).stdout;
    await expect.poll(archived, quickly).not.toBe("");
    const { code } = await journal.run("archive prune --older-than 4d");
    expect(code).toBe(0);
    const synced = await sync.finished;
    expect(synced.code).toBe(0);
    expect(synced.stderr).toContain("the archive's cursor stands elsewhere now; reading on from there");
    const status = parsed(await journal.run("archive status --json"));
    expect(status).toMatchObject({ beginsBy: "pruned", gaps: [] });
    expect((await journal.run("archive verify")).code).toBe(0);
  });
});

describe("export and import", () => {
  it("give another home the same records and events, whatever their status, and cover nothing", async () => {
    const journal = await openJournal({
      events: [
        ...Array.from({ length: 4 }, (_, n) => runEvent(n)),
        runEvent(4, { status: "failed", errors: ["CONNECTOR-1001-500", "2200"] }),
        runEvent(5, { status: "inProgress", code: "sources_flow_run_success" }),
        runEvent(6, { code: "ups_flow_run_success" }),
      ],
    });
    await journal.run("archive sync");
    const other = await elsewhere(journal);
    const exported = await journal.run("archive export --raw");
    expect([exported.code, records(exported.stdout).length]).toEqual([0, 7]);
    expect(exported.stderr).toMatch(/^7 runs exported · /);
    const imported = await flowrun(["archive", "import", "-", "--json"], { env: other, input: exported.stdout });
    expect([imported.code, parsed(imported)]).toMatchObject([0, { runs: 7, added: 7, lines: 7, unreadable: 0 }]);
    const again = await flowrun(["archive", "import", "-"], { env: other, input: exported.stdout });
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("0 runs imported, 7 there already")]);
    expect((await flowrun(["archive", "export", "--raw"], { env: other })).stdout).toBe(exported.stdout);
    const status = parsed(await flowrun(["archive", "status", "--json"], { env: other }));
    expect(status).toMatchObject({ runs: 7, withoutEvent: 0, complete: [], gaps: [], cursor: null, lease: null });
    const reindexed = parsed(await flowrun(["archive", "reindex", "--json"], { env: other }));
    expect(reindexed).toMatchObject({ runs: 7, changed: 0, kept: 0 });
    expect((await flowrun(["archive", "verify"], { env: other })).code).toBe(0);
    // Then the journal is read into it, and nothing is there twice.
    expect((await flowrun(["archive", "sync"], { env: other })).stderr).toContain("7 there already");
  });

  it("of an older flowrun are read and filled as they are, and reindex brings them up to date", async () => {
    const journal = await openJournal({ events: 3 });
    await mkdir(join(archiveOf(journal), ".."), { recursive: true, mode: 0o700 });
    const database = await openEmbedded(archiveOf(journal), { mode: "create", host: { sleep: (ms) => delay(ms) } });
    await makeVersion1(database);
    await database.close();
    expect((await journal.run("archive sync")).code).toBe(0);
    expect(printed(await journal.run("since oldest --source archive --raw --json"))).toEqual(runIds(3));
    const first = await journal.run("archive reindex");
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringContaining("the archive is of this flowrun's version"),
    ]);
    expect((await journal.run("archive reindex")).stderr).not.toContain("version");
    for (const n of [3, 4]) journal.add(runEvent(n));
    expect((await journal.run("archive sync")).code).toBe(0);
    expect(printed(await journal.run("archive export"))).toEqual(runIds(5));
    expect((await journal.run("archive verify")).code).toBe(0);
  });

  it("without --raw leave the events out, and reindex leaves such runs as they are", async () => {
    const journal = await openJournal({ events: 3 });
    await journal.run("archive sync");
    const { stdout } = await journal.run("archive export");
    expect(records(stdout).every((record) => !("raw" in record) && record["via"] === "journal")).toBe(true);
    const other = await elsewhere(journal);
    await flowrun(["archive", "import", "-"], { env: other, input: stdout });
    expect(parsed(await flowrun(["archive", "status", "--json"], { env: other }))).toMatchObject({ withoutEvent: 3 });
    expect(parsed(await flowrun(["archive", "reindex", "--json"], { env: other }))).toMatchObject({ kept: 3 });
    const verified = await flowrun(["archive", "verify"], { env: other });
    expect(verified.stdout).toContain("\nRuns      3 read back; all of them without the event as delivered\n");
  });

  it("write a file whole or not at all, gzip by name; stdout may be closed early", async () => {
    const journal = await openJournal({ events: 30 });
    await journal.run("archive sync");
    const folder = await scratch();
    const file = join(folder, "runs.ndjson.gz");
    expect((await journal.run(`archive export ${file}`)).stdout).toBe("");
    expect(execFileSync("gzip", ["-dc", file], { encoding: "utf8" })).toBe(
      (await journal.run("archive export")).stdout,
    );
    expect((await journal.run(`archive export --out ${file} other.ndjson`)).code).toBe(2);
    expect((await journal.run(`archive export ${join(folder, "none", "x")}`)).code).toBe(2);
    const early = await shell("flowrun archive export | head -1; echo ${PIPESTATUS[0]}", { env: journal.env });
    expect(early.stdout).toMatch(/^\{.*\}\n0\n$/);
    expect(await readdir(folder)).toEqual(["runs.ndjson.gz"]);
  });

  it("leave no half of a file after Ctrl-C", async () => {
    const journal = await openJournal({ events: 5 });
    await journal.run("archive sync");
    // Enough of them that it takes a while.
    await change(
      archiveOf(journal),
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
       INSERT INTO runs SELECT journal, event_key || i, 1000 + i, recorded_at, via, run_id, event_code, flow_id, flow_name,
         sandbox, sandbox_id, service, status, root_code, alike, updated_at, started_at, duration_ms, records_in,
         records_out, records_failed, bytes_in, bytes_out, root_message, position, document, event FROM runs, n WHERE seq = 1`,
      `UPDATE meta SET last_seq = 30000`,
    );
    const folder = await scratch();
    await writeFile(join(folder, "runs.ndjson"), "before\n");
    const running = journal.start(`archive export ${join(folder, "runs.ndjson")}`);
    await expect.poll(() => readdir(folder), quickly).toHaveLength(2);
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(130);
    expect(await readFile(join(folder, "runs.ndjson"), "utf8")).toBe("before\n");
    expect(await readdir(folder)).toEqual(["runs.ndjson"]);
  });

  it("take events and pages of the journal as well, and say which lines they could not read", async () => {
    const journal = await openJournal();
    const page = JSON.stringify({
      events: [{ position: "a:1", event: runEvent(1) }],
      _page: { last: "a:1", count: 1 },
    });
    const lines = [JSON.stringify(runEvent(0)), page, "nonsense", JSON.stringify(runEvent(0)), `{"half":`];
    const file = join(await scratch(), "events.ndjson");
    await writeFile(file, lines.join("\n"));
    const { code, stderr } = await journal.run(`archive import ${file}`);
    expect(code).toBe(0);
    expect(stderr).toContain(`warning: ${file}:3 could not be read and was passed by: it is not JSON\n`);
    expect(stderr).toContain(`warning: ${file}:5 could not be read and was passed by: it is half a line`);
    expect(stderr).toMatch(/\n2 runs imported, 1 there already · 5 lines, 2 unreadable · /);
    const exported = records((await journal.run("archive export --raw")).stdout);
    expect(exported.map(({ runId, via, raw }) => [runId, via, raw !== null])).toEqual([
      ["run-0", "file", true],
      ["run-1", "file", true],
    ]);
  });

  it("name the first twenty bad lines and count the rest; a file with nothing of ours exits 2, and makes no archive", async () => {
    const journal = await openJournal();
    const file = join(await scratch(), "words.txt");
    await writeFile(file, "word\n".repeat(50));
    const { code, stderr } = await journal.run(`archive import ${file}`);
    expect(code).toBe(2);
    expect(stderr.match(/could not be read/g)).toHaveLength(20);
    expect(stderr).toContain("warning: and so 30 more lines\n");
    expect(stderr).toMatch(
      /error: .*words.txt holds no flow run\n {2}why: none of its 50 lines .*\n {2}fix: .*: flowrun archive export/,
    );
    expect((await journal.run("archive import /no/such/file")).code).toBe(2);
    expect(await readdir(journal.home).catch(() => [])).not.toContain("archives");
  });

  it("take what is there of a gzip that was cut, and say so", async () => {
    const journal = await openJournal();
    const line = (n: number) => JSON.stringify({ ...runEvent(n), noise: Math.sin(n).toString().repeat(20) });
    const whole = gzipSync(Array.from({ length: 400 }, (_, n) => `${line(n)}\n`).join(""));
    const file = join(await scratch(), "runs.ndjson.gz");
    await writeFile(file, whole.subarray(0, whole.length - 500));
    const { code, stderr } = await journal.run(`archive import ${file}`);
    expect(code).toBe(0);
    expect(stderr).toContain(`warning: ${file} ends in the middle of its gzip; what there was is imported`);
    await writeFile(file, whole);
    await journal.run(`archive import ${file}`);
    expect(printed(await journal.run("archive export"))).toEqual(runIds(400));
  });

  it("end the same after a kill in the middle and a second import", async () => {
    const journal = await openJournal();
    const file = join(await scratch(), "events.ndjson");
    await writeFile(file, Array.from({ length: 6000 }, (_, n) => `${JSON.stringify(runEvent(n))}\n`).join(""));
    const importing = journal.start(`archive import ${file}`);
    // The log grows with the first five hundred.
    await expect
      .poll(
        () =>
          stat(`${archiveOf(journal)}-wal`).then(
            ({ size }) => size,
            () => 0,
          ),
        quickly,
      )
      .toBeGreaterThan(500_000);
    importing.child.kill("SIGKILL");
    expect((await importing.finished).signal).toBe("SIGKILL");
    expect((await journal.run(`archive import ${file}`)).code).toBe(0);
    const ids = printed(await journal.run("archive export"));
    expect([ids.length, new Set(ids).size]).toEqual([6000, 6000]);
    expect((await journal.run("archive verify")).code).toBe(0);
  });

  it("want to know whose journal it is", async () => {
    const home = await scratch();
    const { code, stderr } = await flowrun(["archive", "import", "-"], {
      env: bareEnv(home),
      input: `${JSON.stringify(runEvent(0))}\n`,
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining("nothing says which journal the runs are of")]);
  });

  it("never mix the errors of two tellings of a run", async () => {
    const journal = await openJournal({ events: [runEvent(0, { status: "failed", errors: ["2200"] })] });
    await journal.run("archive sync");
    const [record] = records((await journal.run("archive export")).stdout);
    const errors = (record as { errors: object[] }).errors;
    const told = { ...record, errors: [...errors, ...errors.map((error) => ({ ...error, code: "OTHER-1" }))] };
    await flowrun(["archive", "import", "-"], { env: journal.env, input: `${JSON.stringify(told)}\n` });
    const database = await openEmbedded(archiveOf(journal), { mode: "read", host: { sleep: (ms) => delay(ms) } });
    onTestFinished(() => database.close());
    expect(await database.all("SELECT code FROM run_errors")).toEqual([{ code: "2200" }]);
  });
});

const pageBytes = 4096;

/** Where the page of a table begins, and not of its index, that has these words on it. */
function leafWith(bytes: Buffer, words: string): number {
  for (let at = 0; at < bytes.length; at += pageBytes) {
    if (bytes[at] === 0x0d && bytes.subarray(at, at + pageBytes).includes(words)) return at;
  }
  throw new Error(`no page has ${words}`);
}

describe("what is wrong with an archive", () => {
  async function synced(): Promise<OpenJournal & { readonly path: string }> {
    const journal = await openJournal({ events: 200 });
    await journal.run("archive sync");
    return { ...journal, path: archiveOf(journal) };
  }

  it("a record that cannot be unpacked: verify and export say so, and the rest is there", async () => {
    const journal = await synced();
    await change(journal.path, `UPDATE runs SET document = x'00ff00ff' WHERE seq = 7`);
    const verified = await journal.run("archive verify");
    expect([verified.code, verified.stdout]).toEqual([
      2,
      expect.stringContaining("Damaged   1 record that cannot be read"),
    ]);
    expect(verified.stderr).toMatch(/^error: the archive .* is damaged\n {2}why: .*\n {2}fix: save what can be read/);
    const file = join(await scratch(), "saved.ndjson");
    const exported = await journal.run(`archive export ${file}`);
    expect([exported.code, exported.stderr]).toEqual([2, expect.stringContaining("199 runs exported, 1 unreadable")]);
    expect(records(await readFile(file, "utf8"))).toHaveLength(199);
  });

  it("a page that is damaged: what lies on it is told of, and all the rest can be saved", async () => {
    const journal = await synced();
    const bytes = await readFile(journal.path);
    const at = leafWith(bytes, "event-100");
    bytes.fill(0x5a, at, at + pageBytes);
    await writeFile(journal.path, bytes);
    const file = join(await scratch(), "saved.ndjson");
    const exported = await journal.run(`archive export ${file} --raw`);
    expect([exported.code, exported.stderr]).toEqual([2, expect.stringMatching(/^\d+ runs exported, \d+ unreadable/)]);
    const saved = records(await readFile(file, "utf8"));
    expect(saved.length).toBeGreaterThan(150);
    expect(saved.length).toBeLessThan(200);
    const verified = await journal.run("archive verify --json -q");
    expect([verified.code, parsed(verified)]).toMatchObject([2, { runs: 200, unreadable: 200 - saved.length }]);
    // What cannot even be opened is not sent there.
    await truncate(journal.path, 40_000);
    expect((await journal.run("archive verify")).stderr).toMatch(/\n {2}fix: move the file away, then: [^\n]*\n$/);
  });

  it("errors without their run, and a gap: both are told, and the damage goes first", async () => {
    const journal = await synced();
    const first = Date.now() - 20 * day;
    await change(
      journal.path,
      `INSERT INTO run_errors SELECT journal, 'nobody', 0, 0, 0, 'flow', NULL, 'X-1', 'X-1', 'm', 1 FROM journals`,
      `INSERT INTO coverage SELECT journal, ${first}, ${first + day}, 1, 1, 'start' FROM journals`,
    );
    const { code, stdout, stderr } = await journal.run("archive verify");
    expect([code, stdout]).toEqual([
      2,
      expect.stringMatching(/Damaged {3}1 error without a run\nGaps {6}1\n\n {2}gap /),
    ]);
    expect(stderr).toContain("1 error without a run; and there is a gap");
  });

  it("a file that was cut, or is none: named, with the way to rebuild it", async () => {
    const journal = await synced();
    await truncate(journal.path, 40_000);
    for (const command of ["status", "verify", "export"]) {
      const { code, stderr } = await journal.run(`archive ${command}`);
      expect([command, code]).toEqual([command, 2]);
      expect(stderr).toContain(journal.path);
      expect(stderr).toMatch(/flowrun archive (?:verify|sync|import)/);
    }
    const below = await journal.run("archive sync", { FLOWRUN_ARCHIVE: join(journal.path, "archive.db") });
    expect([below.code, below.stderr]).toEqual([2, expect.stringContaining("why: a part of its path is a file")]);
    await writeFile(journal.path, "no database, and long enough to be taken for one".repeat(100));
    expect((await journal.run("archive verify")).stderr).toContain("flowrun archive sync");
  });

  it("a newer flowrun's, and tables of somebody else's, are left alone", async () => {
    const journal = await synced();
    await change(journal.path, `UPDATE meta SET version = 99`);
    for (const command of ["status", "verify", "reindex", "prune --older-than P1Y", "export"]) {
      const { code, stderr } = await journal.run(`archive ${command}`);
      expect([command, code, stderr]).toEqual([command, 2, expect.stringContaining("is of a newer flowrun")]);
    }
    const foreign = join(await scratch(), "foreign.db");
    const database = await openEmbedded(foreign, { mode: "create", host: { sleep: (ms) => delay(ms) } });
    await database.run("CREATE TABLE runs (id INTEGER)");
    await database.close();
    for (const command of ["status", `import -`]) {
      const { code, stderr } = await flowrun(["archive", ...command.split(" ")], {
        env: { ...journal.env, FLOWRUN_ARCHIVE: foreign },
        input: `${JSON.stringify(runEvent(0))}\n`,
      });
      expect([command, code, stderr]).toEqual([command, 2, expect.stringContaining("is not an archive of flowrun")]);
    }
  });

  const nobody = 65_534;
  it.skipIf(!mayRunAs(nobody))("one that may only be read is looked at and exported, and not changed", async () => {
    const journal = await synced();
    const folder = await scratch();
    await chmod(folder, 0o755);
    const place = join(folder, "shared");
    await mkdir(place);
    await writeFile(join(place, "archive.db"), await readFile(journal.path));
    await chmod(join(place, "archive.db"), 0o644);
    const home = join(folder, "home");
    await mkdir(home);
    await chmod(home, 0o777);
    const env = {
      ...journal.env,
      HOME: home,
      FLOWRUN_HOME: join(home, "flowrun"),
      FLOWRUN_ARCHIVE: join(place, "archive.db"),
    };
    const as = (...args: readonly string[]) => start(["archive", ...args], { env, uid: nobody }).finished;
    expect(parsed(await as("status", "--json"))).toMatchObject({ runs: 200 });
    expect(records((await as("export")).stdout)).toHaveLength(200);
    for (const command of [["reindex"], ["prune", "--older-than", "P1Y"]]) {
      const { code, stderr } = await as(...command);
      expect([command, code]).toEqual([command, 2]);
      expect(stderr).toMatch(/^error: .*archive\.db cannot be (?:opened|written)\n {2}why: .*\n {2}fix: /);
    }
    // Read where it could only be read, it has a file beside it that stays so: that is named, with what helps.
    const own = join(folder, "own", "archive.db");
    await mkdir(join(folder, "own"), { mode: 0o700 });
    await writeFile(own, await readFile(journal.path));
    for (const path of [join(folder, "own"), own]) await chown(path, nobody, nobody);
    await chmod(own, 0o400);
    const shared = { ...env, FLOWRUN_ARCHIVE: own };
    await start(["archive", "status"], { env: shared, uid: nobody }).finished;
    await chmod(own, 0o600);
    const held = await start(["archive", "sync"], { env: shared, uid: nobody }).finished;
    expect([held.code, held.stderr]).toEqual([2, expect.stringContaining(`\n  fix: chmod u+w ${own}-shm\n`)]);
  });
});

describe.skipIf(!hasPostgres)(`on a server${whyNoPostgres}`, () => {
  it("is looked at, checked, pruned, read anew, exported and imported likewise", async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.stop());
    const updatedAt = Date.now() - 3 * day;
    const journal = await openJournal({
      events: [
        ...Array.from({ length: 5 }, (_, n) => runEvent(n, { updatedAt })),
        runEvent(5, { updatedAt, status: "failed", errors: ["2200"] }),
      ],
    });
    const url = await cluster.database();
    const env = { ...journal.env, FLOWRUN_ARCHIVE: url };
    const run = (...args: readonly string[]) => flowrun(["archive", ...args], { env });
    const other = { ...env, FLOWRUN_ARCHIVE: `${url}&schema=other` };
    for (const command of [["status"], ["verify"], ["export"], ["reindex"], ["prune", "--older-than", "P1Y"]]) {
      const { code, stderr } = await run(...command);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/^error: .*no archive\n {2}why: .*\n {2}fix: .*archive sync/),
      ]);
    }
    expect((await run("sync")).code).toBe(0);
    expect(parsed(await run("status", "--json"))).toMatchObject({
      kind: "postgres",
      runs: 6,
      gaps: [],
      beginsBy: "start",
    });
    expect((await run("status")).stdout).toContain("          PostgreSQL · ");
    const exported = await run("export", "--raw");
    const imported = await flowrun(["archive", "import", "-"], { env: other, input: exported.stdout });
    expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining("6 runs imported")]);
    const again = await flowrun(["archive", "import", "-"], { env: other, input: exported.stdout });
    expect(again.stderr).toContain("0 runs imported, 6 there already");
    expect((await flowrun(["archive", "export", "--raw"], { env: other })).stdout).toBe(exported.stdout);
    expect(parsed(await run("reindex", "--json"))).toMatchObject({ runs: 6, changed: 0, kept: 0 });
    expect((await run("verify")).code).toBe(0);
    expect((await run("prune", "--older-than", "1M")).code).toBe(2);
    expect(parsed(await run("prune", "--older-than", "1d", "--json"))).toMatchObject({ runs: 6, left: 0 });
    journal.add(runEvent(6));
    expect((await run("sync")).code).toBe(0);
    expect(parsed(await run("status", "--json"))).toMatchObject({ runs: 1, gaps: [] });
    expect((await run("verify")).code).toBe(0);
    await cluster.ask("UPDATE flowrun.runs SET document = '\\x00ff'", new URL(url).pathname.slice(1));
    expect((await run("verify")).stderr).toContain("name another schema (?schema=<name>)");
  });
});
