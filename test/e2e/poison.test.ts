import { stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { flowrun, records, start } from "../support/flowrun.ts";
import {
  changeCursor,
  cursorFile,
  eventOfRuns,
  header,
  openJournal,
  printed,
  runBody,
  runEvent,
  savedCursor,
} from "../support/journal.ts";
import { pageOf, servePages } from "../support/pages.ts";

const code = "sources_flow_run_success";
const json = (n: number, parts = {}): string => JSON.stringify(runEvent(n, parts));
const deep = (open: string, close: string, levels: number): string => `${open.repeat(levels)}1${close.repeat(levels)}`;

/** An event of `run-2`, which holds something as it is written here. */
function poisoned(field: string): string {
  const body = JSON.stringify({ ...runBody(2, { id: "run-2-of-these" }), header: header(code) });
  return `${body.slice(0, -1)},${field}}`;
}

const poisons: readonly (readonly [string, string])[] = [
  ["lists 6,000 deep", `"deep":${deep("[", "]", 6000)}`],
  ["lists 1,500 deep", `"deep":${deep("[", "]", 1500)}`],
  ["objects 100,000 deep", `"deep":${deep('{"a":', "}", 100_000)}`],
];

describe.each(poisons)("one event that holds %s, with --raw", (_, field) => {
  const events = [json(1), poisoned(field), json(3)];

  test.each(["table", "wide", "json", "ndjson", "csv", "yaml"])("is told without itself in -o %s", async (format) => {
    const { env } = await servePages(pageOf(...events));
    const columns = ["table", "wide", "csv"].includes(format) ? ["--columns", "runId,raw"] : [];
    const { code, stdout, stderr } = await flowrun(["since", "oldest", "--raw", "-o", format, ...columns], { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining("more than 500 levels deep")]);
    for (const id of ["run-1", "run-2-of-these", "run-3"]) expect(stdout).toContain(id);
    if (format === "ndjson") expect(records(stdout).map(({ raw }) => raw === null)).toEqual([false, true, false]);
    if (format === "json") expect(JSON.parse(stdout)).toHaveLength(3);
  });

  test("nor does it end a cursor's reading, a tail, a wait or a show", async () => {
    const { env } = await servePages(pageOf(...events));
    expect(printed(await flowrun(["since", "last", "--raw", "--json"], { env }))).toHaveLength(3);
    const tail = start(["tail", "--since", "oldest", "--raw", "--json"], { env });
    await tail.saw("run-3");
    tail.child.kill();
    expect(printed(await tail.finished)).toHaveLength(3);
    const waited = await flowrun(["wait", "--since", "oldest", "--run", "run-2-of-these", "--raw", "--json"], { env });
    expect([waited.code, printed(waited)]).toEqual([0, ["run-2-of-these"]]);
    const shown = await flowrun(["show", "run-2-of-these", "--since", "oldest", "--raw"], { env });
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("run-2-of-these")]);
    expect(shown.stderr).toContain("raw is null");
    expect((await flowrun(["stats", "oldest"], { env })).code).toBe(0);
  });
});

describe("--names", () => {
  test.each([
    ["half a surrogate pair", "\ud800"],
    ["..", ".."],
    [".", "."],
    ["a megabyte", "x".repeat(1_000_000)],
  ])("a flow whose id is %s is not looked up, and its neighbours are", async (_, flowId) => {
    const named = (id: string, n: number) => ({ event: { ...runBody(n), flowId: id, header: header(code) } });
    const journal = await openJournal({ events: [named("flow-a", 1), named(flowId, 2), named("flow-b", 3)] });
    const more = { FLOWRUN_PLATFORM_URL: journal.server.origin };
    const read = await journal.run("since oldest --names --json", more);
    expect([read.code, printed(read)]).toEqual([0, ["run-1", "run-2", "run-3"]]);
    const lookedUp = journal.server.requests.flatMap(({ target }) => /flowservice.*/.exec(target) ?? []);
    expect([...lookedUp].sort()).toEqual(["flowservice/flows/flow-a", "flowservice/flows/flow-b"]);
  });
});

describe("a cursor", () => {
  test("of 700 events with ids of 20 kB is small, and knows them again", async () => {
    const long = (n: number): string => `${n}${"x".repeat(20_000)}`;
    const events = Array.from({ length: 700 }, (_, n) => runEvent(n, { eventId: long(n) }));
    const journal = await openJournal({ events });
    expect(printed(await journal.run("since last --json"))).toHaveLength(700);
    expect((await stat(cursorFile(journal.home))).size).toBeLessThan(30_000);
    journal.add(runEvent(5, { eventId: long(5) }), runEvent(701, { eventId: long(701) }));
    expect(printed(await journal.run("since last --json"))).toEqual(["run-701"]);
  });

  test("whose keys an earlier version kept whole drops what is delivered again", async () => {
    const cloud = (n: number) => ({
      specversion: "1.0",
      source: "urn:a",
      id: `${n}`,
      type: code,
      data: runBody(n),
    });
    const bare = { ...runBody(9, { updatedAt: Date.UTC(2026, 10, 22, 12) }) };
    const long = "y".repeat(5000);
    const journal = await openJournal({ events: 1 });
    await journal.run("since last --json");
    const keys = [
      "event-7#0",
      "pair#0",
      "pair#1",
      "urn:a 8#0",
      `${bare["id"] as string} success 2026-11-22T12:00:00.000Z`,
    ];
    await changeCursor(journal, { keys: [...keys, `${long}#0`] });
    journal.add(runEvent(7), eventOfRuns("pair", ["run-a", "run-b"]), cloud(8), bare, runEvent(6, { eventId: long }));
    journal.add(runEvent(10));
    expect(printed(await journal.run("since last --json"))).toEqual(["run-10"]);
    const saved = (await savedCursor(journal))["keys"] as readonly string[];
    expect(saved).toHaveLength(7);
    expect(saved.every((key) => /^[0-9a-f]{16}$/.test(key))).toBe(true);
  });
});

describe("a message of 10 MB", () => {
  const text = "it failed again ".repeat(640_000);
  const failed = runEvent(1, { id: "run-12345678", status: "failed" });
  const withMessage = (message: string) => ({
    ...runBody(1, { id: "run-12345678" }),
    metrics: { statusSummary: { status: "failed", errors: [{ code: "2200", message }] } },
    header: header("sources_flow_run_failed"),
  });
  const body = JSON.stringify({ ...failed, event: withMessage(text) });

  test.each([
    ["words", text, "again", 640_000],
    ["one word", "x".repeat(10_000_000), "x", 10_000_000],
    ["escape sequences", "\u001b[31m".repeat(2_000_000), "x1b", 2_000_000],
  ])("of %s is shown whole, and at once", async (_, message, piece, times) => {
    const { env } = await servePages(pageOf(JSON.stringify({ ...failed, event: withMessage(message) })));
    const short = await servePages(pageOf(JSON.stringify({ ...failed, event: withMessage("short") })));
    const show = async (where: Readonly<Record<string, string>>) => {
      const began = performance.now();
      const finished = await flowrun(["show", "run-12345678", "--since", "oldest"], { env: where });
      return { ...finished, took: performance.now() - began };
    };
    const usual = await show(short.env);
    const { code, stdout, took } = await show(env);
    // Twenty to seventy times as long as a short one, and seven hundred times once.
    expect(took / usual.took).toBeLessThan(250);
    expect(code).toBe(0);
    // A little of it stands in the sheet's own words.
    expect(Math.round(stdout.replace(/\s+/g, "").split(piece).length / (times / 100))).toBe(100);
  });

  test.each(["wide", "csv", "ndjson", "json", "yaml"])("is told in -o %s", async (format) => {
    const { env } = await servePages(pageOf(body, json(2)));
    const columns = format === "csv" ? ["--columns", "runId,message"] : [];
    const { code, stdout } = await flowrun(["since", "oldest", "-o", format, ...columns], { env });
    expect([code, stdout.includes("run-2")]).toEqual([0, true]);
    expect(stdout.match(/it failed again/g)?.length).toBeGreaterThanOrEqual(640_000);
  });

  test("is counted", async () => {
    const { env } = await servePages(pageOf(body));
    const { code, stdout } = await flowrun(["stats", "oldest", "--by", "code"], { env });
    expect([code, stdout.length < 10_000]).toEqual([0, true]);
  });
});

test("a run of 100,000 errors is told, every one of them", async () => {
  const errors = Array.from({ length: 100_000 }, (_, n) => ({ code: `X-${n}`, message: "it failed" }));
  const run = runBody(1, { id: "run-12345678" });
  const metrics = { statusSummary: { status: "failed", errors } };
  const { env } = await servePages(pageOf(JSON.stringify({ ...run, metrics, header: header(code) }), json(2)));
  for (const args of [["--json"], ["-o", "csv", "--columns", "runId,errors"], ["-o", "yaml"]]) {
    const { code, stdout } = await flowrun(["since", "oldest", ...args], { env });
    expect([code, stdout.includes("X-99999"), stdout.includes("run-2")]).toEqual([0, true, true]);
  }
  const shown = await flowrun(["show", "run-12345678", "--since", "oldest"], { env });
  expect([shown.code, shown.stdout.includes("X-99999")]).toEqual([0, true]);
});

test("what is reported of a poison event is one line, however long its position", async () => {
  const page = pageOf(json(1), '{"event_id":"e","event":{"flowId":"f","metrics":{}}}');
  const { env } = await servePages(page.replace("cat:1", `cat:${"9".repeat(50_000)}\\u001b[2J`));
  const { code, stderr } = await flowrun(["since", "oldest", "--json"], { env });
  expect(code).toBe(0);
  const told = stderr.split("\n").filter((line) => line.includes("could not be read and was passed by"));
  expect(told).toHaveLength(1);
  expect(told[0]?.length).toBeLessThan(400);
});
