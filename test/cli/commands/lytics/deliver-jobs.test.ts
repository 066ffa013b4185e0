import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FaultRule } from "../../../../src/demo/faults.ts";
import type { LyticsItem } from "../../../../src/demo/lytics/story.ts";
import { bareEnv, records, scratch } from "../../../support/flowrun.ts";
import { runHere } from "../../../support/in-process.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../../../support/postgres.ts";
import { lyticsNoon as noon, startLytics, workEvent } from "../../../support/lytics.ts";

/** An account on loopback, and a user who has its token, an archive and a folder; the files and the waits are real. */
async function openAccount(items: readonly LyticsItem[], faults: readonly FaultRule[] = []) {
  const server = await startLytics({ items, faults, token: "a-secret-token", now: () => noon });
  const dir = await scratch();
  const own = {
    ...bareEnv(dir),
    FLOWRUN_LYTICS_TOKEN: "a-secret-token",
    FLOWRUN_LYTICS_URL: server.origin,
    FLOWRUN_ARCHIVE: join(dir, "archive.db"),
  };
  const run = (line: string, { now = noon, input = "", env = {} }: Running = {}) => {
    const words = line.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", "")) ?? [];
    return runHere(words, { env: { ...own, ...env }, input }, { now: () => now });
  };
  const file = (name: string): string => join(dir, name);
  const idsIn = async (name: string): Promise<unknown[]> =>
    records(await readFile(file(name), "utf8")).map(({ eventId }) => eventId);
  const kept = async (more = ""): Promise<string[]> =>
    idsOf((await run(`lytics since oldest --source archive -o name ${more}`)).stdout);
  return { server, file, run, idsIn, kept };
}

/** The moment, the input and the environment of a line. */
interface Running {
  readonly now?: number;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const day = [
  workEvent("a", noon - 4 * 3_600_000, { verb: "started" }),
  workEvent("b", noon - 3 * 3_600_000, { verb: "failed", notes: "quota exceeded", priority: 5 }),
  workEvent("c", noon - 2 * 3_600_000, { subject_type: "entity", subject_id: "user/x", verb: "clustered" }),
  workEvent("d", noon - 3_600_000, { verb: "completed", subject_id: "v" }),
];

const idsOf = (text: string): string[] => text.match(/^[\w-]+$/gm) ?? [];

describe("lytics since --to", () => {
  test("a window goes to a file and to stdout, and each guarantee and count is told once", async () => {
    const { run, file, idsIn } = await openAccount(day);
    const { code, stdout, stderr } = await run(`lytics since -P1D --to file:${file("x.ndjson")} --to stdout -o name`);
    expect(code).toBe(0);
    expect(idsOf(stdout)).toEqual(["a", "b", "c", "d"]);
    expect(await idsIn("x.ndjson")).toEqual(["a", "b", "c", "d"]);
    expect(stderr).toContain("x.ndjson: 4 events");
    expect(stderr).toContain("to stdout: 4 events");
    expect(stderr).toContain("4 events delivered, 1 failed");
    const only = await run(`lytics since -P1D --to file:${file("y.ndjson")}`);
    expect(only.stdout).toBe("");
    expect(only.stderr).not.toContain("y.ndjson: 4 events");
  });

  test.each([
    ["--verb failed,completed", "bd"],
    ["--status failed", "b"],
    ["--where 'priority > 3'", "b"],
    ["-n 2", "ab"],
    ["--until -PT150M", "ab"],
  ])("%s holds there as well", async (filter, ids) => {
    const { run, file, idsIn } = await openAccount(day);
    const { code } = await run(`lytics since -P1D ${filter} --to file:${file("x.ndjson")}`);
    expect([code, (await idsIn("x.ndjson")).join("")]).toEqual([0, ids]);
  });

  test("since last goes on where each destination stands, one that is new from its own beginning", async () => {
    const items = [...day];
    const { run, file, idsIn } = await openAccount(items);
    const first = await run(`lytics since last --to file:${file("x.ndjson")}`);
    expect(first.code).toBe(0);
    items.push(workEvent("e", noon - 1000));
    const both = await run(`lytics since last --to file:${file("x.ndjson")} --to file:${file("y.ndjson")}`);
    expect(both.code).toBe(0);
    expect(await idsIn("x.ndjson")).toEqual(["a", "b", "c", "d", "e"]);
    expect(await idsIn("y.ndjson")).toEqual(["a", "b", "c", "d", "e"]);
    expect(both.stderr).toMatch(/x\.ndjson: 1 event\n/);
    expect(both.stderr).toContain("y.ndjson: 5 events");
    await run(`lytics since last --to file:${file("x.ndjson")}`);
    expect(await idsIn("x.ndjson")).toHaveLength(5);
  });

  test("an event that comes late reaches the one that has not got it, too, though both stand at one moment", async () => {
    const items = [...day];
    const { run, file, idsIn } = await openAccount(items);
    const [x, y] = ["x.ndjson", "y.ndjson"];
    const both = `lytics since last --to file:${file(x)} --to file:${file(y)}`;
    await run(both);
    items.push(workEvent("late", noon - 3_600_000 - 1000));
    await run(`lytics since last --to file:${file(x)}`);
    expect((await run(both)).code).toBe(0);
    expect(await idsIn(x)).toEqual(["a", "b", "c", "d", "late"]);
    expect(await idsIn(y)).toEqual(["a", "b", "c", "d", "late"]);
  });

  test("a failure in the middle doubles nothing and loses nothing", async () => {
    const faults: FaultRule[] = [{ on: "api", fault: { kind: "status", status: 500 } }];
    const { run, file, idsIn } = await openAccount(day, faults);
    const line = `lytics since last --to file:${file("x.ndjson")} --to archive`;
    expect((await run(line)).code).toBe(5);
    faults.pop();
    expect((await run(line)).code).toBe(0);
    expect((await run(line)).code).toBe(0);
    expect(await idsIn("x.ndjson")).toEqual(["a", "b", "c", "d"]);
  });

  test.each([
    ["--exit-status", 3],
    ["--exit-status --verb completed", 0],
    ["--fail-on empty --verb nothing", 3],
  ])("%s exits %d", async (options, code) => {
    const { run, file } = await openAccount(day);
    expect((await run(`lytics since -P1D ${options} --to file:${file("x.ndjson")}`)).code).toBe(code);
  });

  test.each([
    ["--to nothing:x", "is no destination", "flowrun destinations"],
    ["--to archive --to archive", "--to names archive twice", "every event would arrive there twice"],
    ["--to file:a.ndjson --to file:a.ndjson", "every event would arrive there twice", "leave one of them out"],
    ["--to archive --last 3", "--last has no meaning with --to", "leave it out"],
    ["--to archive --sort at", "--sort has no meaning with --to", ""],
    ["--to archive --out x", "--out has no meaning with --to", ""],
    ["--on-refused skip", "what becomes of refused events", "flowrun destinations"],
    ["--source archive --names", "--names has no meaning with --source archive", "--names --to archive"],
    ["--source journal", "", ""],
  ])("%s is turned away", async (options, message, hint) => {
    const { run, server } = await openAccount(day);
    const { code, stderr, stdout } = await run(`lytics since -P1D ${options}`);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(server.requests).toEqual([]);
  });

  test.each([
    ["lytics since last --source archive", "reads from a moment in the past"],
    ["lytics since now --source archive", "reads from a moment in the past"],
    ["lytics since -P1D -f --source archive", "--source has no meaning with --follow"],
    ["lytics tail --source archive", "--source has no meaning with lytics tail"],
    ["lytics tail --since -P1D --to archive --standby", "--standby goes with a reading from 'last' only"],
    ["lytics tail --to exec:cat --standby", "--standby takes a database"],
  ])("%s is turned away", async (line, message) => {
    const { run, server } = await openAccount(day);
    const { code, stderr } = await run(line);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(server.requests).toEqual([]);
  });
});

describe("lytics --to archive", () => {
  test("keeps every event, whatever filters say, and once; the others get what these leave", async () => {
    const items = [...day];
    const { run, file, idsIn, kept } = await openAccount(items);
    const line = `lytics since last --verb failed --to archive --to file:${file("x.ndjson")}`;
    const first = await run(line);
    expect(first.code).toBe(0);
    expect(first.stderr).toContain("4 events archived");
    expect(first.stderr).toMatch(/archive\.db: exactly once/);
    expect(await kept()).toEqual(["a", "b", "c", "d"]);
    items.push(workEvent("e", noon - 1000, { verb: "failed" }), workEvent("f", noon - 500));
    await run(line);
    expect(await kept()).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(await idsIn("x.ndjson")).toEqual(["b", "e"]);
    // A window is added as well, and moves no place.
    expect((await run("lytics since -P30D --to archive")).code).toBe(0);
    expect(await kept()).toHaveLength(6);
  });

  test("is read without a token, with the same filters and formats", async () => {
    const { run, kept, server } = await openAccount(day);
    await run("lytics since -P1D --to archive");
    const asked = server.requests.length;
    const { code, stdout } = await run("lytics since -PT150M --source archive --json", {
      env: { FLOWRUN_LYTICS_TOKEN: "" },
    });
    expect(code).toBe(0);
    expect(records(stdout)).toMatchObject([
      { type: "flowrun.job", eventId: "c", verb: "clustered" },
      { eventId: "d", status: "success" },
    ]);
    expect(await kept("--verb failed")).toEqual(["b"]);
    expect(await kept("--where 'priority > 3'")).toEqual(["b"]);
    expect(await kept("--last 2")).toEqual(["c", "d"]);
    expect(await kept("--until -PT150M -n 1")).toEqual(["a"]);
    expect((await run("lytics since -P1D --source archive --exit-status")).code).toBe(3);
    expect(server.requests).toHaveLength(asked);
  });

  test("is not another profile's account", async () => {
    const { run } = await openAccount(day);
    await run("lytics since -P1D --to archive");
    await run("config set lyticsToken --stdin --profile other", { input: "a-token" });
    const { code, stdout } = await run("lytics since -P1D --source archive -o name --profile other");
    expect([code, stdout]).toEqual([0, ""]);
  });

  test("without one it says how to make one", async () => {
    const { run } = await openAccount(day);
    const env = { FLOWRUN_ARCHIVE: "" };
    await run("config set lyticsToken --stdin", { input: "a-token", env });
    const { code, stderr } = await run("lytics since -P1D --source archive", { env });
    expect(code).toBe(2);
    expect(stderr).toContain("has no archive");
    expect(stderr).toContain("flowrun lytics since last --to archive");
  });

  test("is in the usual place where nothing names another, with or without a saved profile", async () => {
    const { run } = await openAccount(day);
    const env = { FLOWRUN_ARCHIVE: "" };
    expect((await run("lytics since last --to archive", { env })).code).toBe(0);
    expect(idsOf((await run("lytics since -P1D --source archive -o name", { env })).stdout)).toHaveLength(4);
  });

  test("status, verify and prune tell of them", async () => {
    const { run, kept } = await openAccount(day);
    await run("lytics since -P1D --to archive");
    const status = await run("archive status --time utc");
    expect(status.stdout).toMatch(/Lytics +4 events\n +2026-11-28.*08:00.* to .*11:00/);
    const told = JSON.parse((await run("archive status --json")).stdout) as object;
    expect(told).toMatchObject({
      jobs: 4,
      firstJobAt: "2026-11-28T08:00:00.000Z",
      lastJobAt: "2026-11-28T11:00:00.000Z",
    });
    expect((await run("archive verify")).stdout).toMatch(/Lytics +4 events looked at/);
    const dry = await run("archive prune --older-than P1D --dry-run", { now: noon + 86_400_000 - 5_400_000 });
    expect(dry.stdout).toMatch(/3 events of Lytics that happened before .* would be removed; 1 would stay/);
    const pruned = await run("archive prune --older-than P1D", { now: noon + 86_400_000 - 5_400_000 });
    expect(pruned.stderr).toMatch(/3 events of Lytics that happened before .* removed, 1 stay/);
    expect(await kept()).toEqual(["d"]);
  });
});

describe.skipIf(!hasPostgres)(`lytics --to archive --to postgres://…${whyNoPostgres}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster.remove());

  test("both keep every event, whatever filters say, each once and by its own place", async () => {
    const items = [...day];
    const { run, file, idsIn, kept } = await openAccount(items);
    const url = await cluster.database();
    const there = async (): Promise<string[]> =>
      idsOf((await run("lytics since oldest --source archive -o name", { env: { FLOWRUN_ARCHIVE: url } })).stdout);
    expect((await run("lytics since last --to archive")).code).toBe(0);
    items.push(workEvent("e", noon - 1000, { verb: "failed" }), workEvent("f", noon - 500));
    const line = `lytics since last --verb failed --to archive --to ${url} --to file:${file("x.ndjson")}`;
    const first = await run(line);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/to postgres:\S+: exactly once/);
    expect(await there()).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(await kept()).toEqual(await there());
    expect(await idsIn("x.ndjson")).toEqual(["b", "e"]);
    items.push(workEvent("g", noon - 200));
    expect((await run(line)).stderr).toMatch(/to postgres:\S+: 1 event/);
    // By itself it has a place of its own, and nothing is there twice.
    expect((await run(`lytics since last --to ${url}`)).code).toBe(0);
    expect((await run(`lytics since -P30D --to archive --to ${url}`)).code).toBe(0);
    expect(await there()).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
    expect(await kept()).toEqual(await there());
    expect(await idsIn("x.ndjson")).toEqual(["b", "e"]);
  });

  test("one that is down is named, and the other one has all; it gets what it missed when it is back", async () => {
    const items = [...day];
    const { run, kept } = await openAccount(items);
    const url = await cluster.database();
    const line = `lytics since last --to archive --to ${url} --retries 1`;
    await cluster.stop();
    const down = await run(line);
    expect([down.code, down.stdout]).toEqual([5, ""]);
    expect(down.stderr).toMatch(/error: .*no connection to postgres:.*\n {2}why: .+\n {2}fix: .+/);
    expect(await kept()).toEqual(["a", "b", "c", "d"]);
    await cluster.start();
    expect((await run(line)).code).toBe(0);
    const alone = { env: { FLOWRUN_ARCHIVE: url } };
    expect(idsOf((await run("lytics since oldest --source archive -o name", alone)).stdout)).toEqual(await kept());
  });

  test("one database by two names is turned away", async () => {
    const { run } = await openAccount(day);
    const url = await cluster.database();
    const { code, stderr } = await run(`lytics since last --to archive --to ${url}`, { env: { FLOWRUN_ARCHIVE: url } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/--to names \S+ twice\n {2}why: .*every event would arrive there twice\n {2}fix: /);
  });
});

test("a damaged cursor of Lytics says how to begin anew, and what it says helps", async () => {
  const { run, file } = await openAccount(day);
  await run("lytics since last -o name");
  await writeFile(file("flowrun/cursors/default/lytics.json"), "{");
  const { code, stderr } = await run("lytics since last");
  expect(code).toBe(2);
  expect(stderr).toContain("flowrun cursor delete lytics");
  expect(stderr).not.toContain("cursor set");
  expect((await run("cursor delete lytics")).code).toBe(0);
  expect(idsOf((await run("lytics since last -o name")).stdout)).toEqual(["a", "b", "c", "d"]);
});
