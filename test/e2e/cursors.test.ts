import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { binary, node, records, shell } from "../support/flowrun.ts";
import {
  cursorFile,
  eventOfRuns,
  openJournal,
  printed,
  runEvent,
  runIds,
  savedCursor,
  type OpenJournal,
} from "../support/journal.ts";

describe("since last", () => {
  it("starts at the oldest event the first time, and says so; then reads on", async () => {
    const journal = await openJournal();
    const first = await journal.run("since last --json");
    expect(printed(first)).toEqual(runIds(5));
    expect(first.stderr).toContain("the cursor 'default' is new: starting at the oldest event");
    const nothing = await journal.run("since last --json");
    expect([nothing.code, nothing.stdout]).toEqual([0, ""]);
    journal.add(runEvent(5), runEvent(6));
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(2, 5));
  });

  it("tail --since last does the same and goes on", async () => {
    const journal = await openJournal();
    await journal.run("since last --json -n 3");
    const tail = journal.start("tail --since last --json");
    await tail.saw("run-4");
    journal.add(runEvent(5));
    await tail.saw("run-5");
    tail.child.kill("SIGINT");
    expect(printed(await tail.finished)).toEqual(runIds(3, 3));
    journal.add(runEvent(6));
    expect(printed(await journal.run("since last --json"))).toEqual(["run-6"]);
  });

  it("moves past what the filters drop", async () => {
    const journal = await openJournal();
    expect(printed(await journal.run("since last --json --status failed"))).toEqual([]);
    expect(printed(await journal.run("since last --json"))).toEqual([]);
  });

  it("no other reading touches a cursor", async () => {
    const journal = await openJournal();
    await journal.run("since oldest --json");
    await journal.run("wait --since 1h --json");
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(5));
  });

  it("--cursor names another one, and --profile keeps its own", async () => {
    const journal = await openJournal();
    await journal.run("since last --json --cursor nightly -n 2");
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(5));
    expect(printed(await journal.run("since last --json --profile other"))).toEqual(runIds(5));
    expect(printed(await journal.run("since last --json --cursor nightly"))).toEqual(runIds(3, 2));
  });

  it("keeps its files to their owner, and leaves no others", async () => {
    const journal = await openJournal({ events: 40 });
    await journal.run("since last --json --limit 5");
    const folder = dirname(cursorFile(journal.home));
    expect([...(await readdir(folder))].sort()).toEqual(["default.json", "default.lock"]);
    expect((await stat(cursorFile(journal.home))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });
});

describe("-n stops inside a page, and the rest comes next time", () => {
  it("whatever the pages are", async () => {
    const journal = await openJournal({ events: 11 });
    const parts: unknown[] = [];
    for (const limit of [4, 4, 100, 3]) {
      parts.push(...printed(await journal.run(`since last --json -n 3 --limit ${limit}`)));
    }
    expect(parts).toEqual(runIds(11));
  });

  it("also inside an event that tells of several runs", async () => {
    const journal = await openJournal({ events: [runEvent(0), eventOfRuns("several", ["a", "b", "c"]), runEvent(1)] });
    const parts: unknown[] = [];
    for (const n of [2, 1, 9]) parts.push(printed(await journal.run(`since last --json -n ${n}`)));
    expect(parts).toEqual([["run-0", "a"], ["b"], ["c", "run-1"]]);
  });

  it("and at its very end", async () => {
    const journal = await openJournal({ events: 4 });
    expect(printed(await journal.run("since last --json -n 4"))).toEqual(runIds(4));
    expect(printed(await journal.run("since last --json"))).toEqual([]);
  });
});

describe("one process at a time", () => {
  it("a second one says which process holds the cursor, and exits 2", async () => {
    const journal = await openJournal();
    const tail = journal.start("tail --since last --json");
    await tail.saw("run-4");
    const [second, set, other] = await Promise.all([
      journal.run("since last --json -q"),
      journal.run("cursor set default oldest"),
      journal.run("since last --json --cursor other"),
    ]);
    expect([second.code, second.stdout]).toEqual([2, ""]);
    expect(second.stderr).toContain(`process ${String(tail.child.pid)}`);
    expect(set.code).toBe(2);
    expect(printed(other)).toEqual(runIds(5));
  });

  it("a lock left by a killed process is taken over at once", async () => {
    const journal = await openJournal();
    const tail = journal.start("tail --since last --json");
    await tail.saw("run-4");
    tail.child.kill("SIGKILL");
    await tail.finished;
    const { code, stdout } = await journal.run("since last --json");
    expect(code).toBe(0);
    expect(printed({ stdout }).length).toBeLessThanOrEqual(5);
  });
});

it("the cursor of another journal is refused, and left alone", async () => {
  const [one, other] = await Promise.all([openJournal(), openJournal()]);
  await one.run("since last --json");
  const before = await readFile(cursorFile(one.home), "utf8");
  const { code, stdout, stderr } = await one.run("since last", { FLOWRUN_JOURNAL_URL: other.server.journalUrl });
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(one.server.journalUrl);
  expect(stderr).toContain(other.server.journalUrl);
  expect(await readFile(cursorFile(one.home), "utf8")).toBe(before);
  expect(other.server.requests).toEqual([]);
});

describe("a damaged cursor file is named, exits 2 and is left alone", () => {
  it.each([
    ["empty", ""],
    ["cut short", '{"schemaVersion":1,"journal":"http'],
    ["of another version", '{"schemaVersion":99}'],
    ["without its keys", JSON.stringify({ schemaVersion: 1, journal: "x", next: "y", runs: 1, events: 1 })],
  ])("%s", async (_, text) => {
    const journal = await openJournal();
    await mkdir(dirname(cursorFile(journal.home)), { recursive: true });
    await writeFile(cursorFile(journal.home), text);
    const { code, stdout, stderr } = await journal.run("since last");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(cursorFile(journal.home));
    expect(stderr).toContain("flowrun cursor delete default");
    expect(await readFile(cursorFile(journal.home), "utf8")).toBe(text);
    expect((await journal.run("cursor list")).stdout).toMatch(/default +damaged/);
    // What the message says to type mends it.
    expect((await journal.run("cursor delete default")).code).toBe(0);
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(5));
  });
});

describe("flowrun cursor", () => {
  it("lists and shows what is saved", async () => {
    const journal = await openJournal();
    expect((await journal.run("cursor list")).stdout).toBe("");
    await journal.run("since last --json");
    await journal.run("since last --json --cursor nightly -n 2");
    const { next, position } = await savedCursor(journal);
    const [list, lines, shown] = await Promise.all([
      journal.run("cursor list"),
      journal.run("cursor list --json"),
      journal.run("cursor show --json"),
    ]);
    expect(list.stdout).toMatch(/^NAME.*\ndefault +\S+Z +\S+Z +5 +heron:.*\nnightly .* 2 /);
    expect(records(lines.stdout).map(({ name, runs }) => [name, runs])).toEqual([
      ["default", 5],
      ["nightly", 2],
    ]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: "default", runs: 5, events: 5, next, position });
    expect((await journal.run("cursor show nothing")).code).toBe(1);
  });

  it("sets one at the oldest event, at the end, or after a position", async () => {
    const journal = await openJournal();
    const all = records((await journal.run("since oldest --json")).stdout);
    const second = String(all[1]?.["position"]);
    for (const where of ["oldest", "now", second]) expect((await journal.run(`cursor set mine ${where}`)).code).toBe(0);
    expect(printed(await journal.run("since last --cursor mine --json"))).toEqual(runIds(3, 2));
    await journal.run("cursor set mine now");
    journal.add(runEvent(8));
    expect(printed(await journal.run("since last --cursor mine --json"))).toEqual(["run-8"]);
    await journal.run("cursor set mine oldest");
    expect(printed(await journal.run("since last --cursor mine --json"))).toHaveLength(6);
  });

  it("deletes one", async () => {
    const journal = await openJournal();
    await journal.run("since last --json");
    expect((await journal.run("cursor delete default")).code).toBe(0);
    expect((await journal.run("cursor delete default")).code).toBe(1);
    expect(printed(await journal.run("since last --json"))).toEqual(runIds(5));
  });
});

describe("cron: flowrun since last --json >> runs.ndjson", () => {
  const line = "flowrun since last --json -q --limit 20 >> runs.ndjson";
  const fileOf = async (journal: OpenJournal) =>
    printed({ stdout: await readFile(join(folderOf(journal), "runs.ndjson"), "utf8") });

  it("appends what is new, and nothing else", async () => {
    const journal = await openJournal();
    const cron = { env: journal.env, cwd: folderOf(journal) };
    for (const n of [5, 6, 7]) {
      expect((await shell(line, cron)).code).toBe(0);
      journal.add(runEvent(n));
    }
    await shell(line, cron);
    expect(await fileOf(journal)).toEqual(runIds(8));
  });

  it("killed at any moment and started again it skips nothing", async () => {
    const journal = await openJournal({ events: 300, latencyMs: 30 });
    const cron = { env: journal.env, cwd: folderOf(journal) };
    // Killed after 0.2 s to 0.6 s: before, within and after its pages.
    for (const tenths of [2, 4, 6, 5, 3]) {
      await shell(
        `exec timeout -s KILL 0.${tenths} "${node}" "${binary}" since last --json -q --limit 20 >> runs.ndjson`,
        cron,
      );
    }
    await shell(line, cron);
    const file = await fileOf(journal);
    expect(new Set(file)).toEqual(new Set(runIds(300)));
    expect(file.length).toBeLessThanOrEqual(300 + 5 * 20);
  });
});

function folderOf(journal: OpenJournal): string {
  return journal.env["HOME"] ?? "";
}
