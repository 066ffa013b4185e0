import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../../src/cli/run-cli.ts";
import type { FaultRule } from "../../../../src/demo/faults.ts";
import type { LyticsItem } from "../../../../src/demo/lytics/story.ts";
import { scratch } from "../../../support/flowrun.ts";
import { fakeHost, type FakeHost, type FakeHostOptions } from "../../../support/host.ts";
import { lyticsNoon as noon, startLytics, workEvent, workEvents } from "../../../support/lytics.ts";

/** An account on loopback, and a user who has its token; time goes by sleeping. */
async function openAccount(items: readonly LyticsItem[], faults: readonly FaultRule[] = []) {
  let now = noon;
  const server = await startLytics({ items, faults, token: "a-secret-token", now: () => now });
  const dir = await scratch();
  const env = { FLOWRUN_LYTICS_TOKEN: "a-secret-token", FLOWRUN_LYTICS_URL: server.origin };
  const run = async (line: string, more: Partial<FakeHostOptions> = {}) => {
    const host: FakeHost = fakeHost({
      now,
      dir,
      ...more,
      env: { ...env, ...more.env },
      onSleep: (ms, sleeping) => {
        now += ms;
        more.onSleep?.(ms, sleeping);
      },
    });
    const code = await runCli(line.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", "")) ?? [], host);
    return { code, stdout: host.out(), stderr: host.err(), sleeps: host.sleeps };
  };
  return { server, dir, run };
}

const day = [
  workEvent("a", noon - 4 * 3_600_000, { verb: "started" }),
  workEvent("b", noon - 3 * 3_600_000, { verb: "failed", notes: "quota exceeded", priority: 5 }),
  workEvent("c", noon - 2 * 3_600_000, { subject_type: "entity", subject_id: "user/x", verb: "clustered" }),
  workEvent("d", noon - 3_600_000, { verb: "completed", subject_id: "v" }),
];

const idsIn = (text: string): string[] => text.match(/^[\w-]+$/gm) ?? [];

describe("lytics since", () => {
  test.each([
    ["-P1D -o name", "abcd"],
    ["oldest -o name", "abcd"],
    ["now -o name", ""],
    ["-PT150M -o name", "cd"],
    ["-P1D --until -PT150M -o name", "ab"],
    ["-P1D -n 2 -o name", "ab"],
    ["-P1D --last 2 -o name", "cd"],
    ["-P1D --sort -at -o name", "dcba"],
    ["-P1D --sort -at -n 1 -o name", "d"],
    ["-P1D --verb failed,completed -o name", "bd"],
    ["-P1D --verb FAILED -o name", "b"],
    ["-P1D --verb 'c*' -o name", "cd"],
    ["-P1D --subject-type work -o name", "abd"],
    ["-P1D --subject-id v -o name", "d"],
    ["-P1D --status success,failed -o name", "bd"],
    ["-P1D --where 'priority > 3' -o name", "b"],
  ])("%s prints %s", async (line, ids) => {
    const { run } = await openAccount(day);
    const { code, stdout, stderr } = await run(`lytics since ${line}`);
    expect(idsIn(stdout).join("")).toBe(ids);
    expect(code).toBe(0);
    expect(stderr).toMatch(/\d+ events? printed, \d failed · \d+ read · /);
  });

  test("one word of a filter is told to Lytics, and others are not", async () => {
    const { run, server } = await openAccount(day);
    await run("lytics since -P1D --verb failed --subject-type work --subject-id w");
    expect(server.requests[0]?.target).toContain("type=work&id=w&verb=failed");
    await run("lytics since -P1D --verb failed,completed --subject-type 'w*' --subject-id a,b");
    expect(server.requests.at(-1)?.target).not.toMatch(/type=|id=|verb=/);
  });

  test.each([
    ["--exit-status", 3],
    ["--exit-status --last 3", 3],
    ["--exit-status --last 1", 0],
    ["--fail-on failed --verb completed", 0],
    ["--fail-on empty --verb nothing", 3],
  ])("%s exits %d", async (options, code) => {
    const { run } = await openAccount(day);
    expect((await run(`lytics since -P1D ${options}`)).code).toBe(code);
  });

  test("its formats and columns", async () => {
    const { run } = await openAccount(day);
    const csv = await run("lytics since -P1D -o csv -n 1");
    expect(csv.stdout).toBe(
      "at,verb,subjectType,subjectId,jobName,status,notes\n2026-11-28T08:00:00.000Z,started,work,w,,inProgress,\n",
    );
    const json = await run("lytics since -P1D --json=at,related.type -n 1");
    expect(JSON.parse(json.stdout)).toEqual({ at: "2026-11-28T08:00:00.000Z", related: [] });
    const table = await run("lytics since -P1D -n 1");
    expect(table.stdout).toMatch(/^AT \(UTC\) +VERB +SUBJECT +SUBJECT ID +JOB +STATUS +NOTES\n/);
    const odd = await run("lytics since -P1D --columns vreb");
    expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining("did you mean verb?")]);
  });

  test.each([80, 100, 120, 40])("no line is wider than %d columns", async (columns) => {
    const long = { notes: "why ".repeat(50), subject_id: "user/".repeat(20) };
    const { run } = await openAccount([...day, workEvent("long", noon - 1000, long)]);
    const { stdout } = await run("lytics since -P1D --time utc", {
      isTTY: true,
      columns,
      env: { NO_COLOR: "1", TERM: "dumb" },
    });
    expect(stdout).toContain("failed");
    expect(stdout.split("\n").filter((line) => line.length > columns)).toEqual([]);
  });

  test("control characters from an event do not reach a terminal", async () => {
    const { run } = await openAccount([workEvent("\u001b[31mid", noon - 1000, { notes: "\u001b]0;x\u0007\r\nbye" })]);
    const { stdout } = await run("lytics since -P1D");
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });

  test.each([
    ["lytics since", "missing required argument 'when'", "flowrun lytics since -P1D"],
    ["lytics since tomorrow2", "is not a time flowrun understands", ""],
    ["lytics since -P1D --cursor mine", "--cursor goes with 'last' only", "flowrun lytics since last --cursor <name>"],
    ["lytics since last --sort at -n 2", "--max and --sort do not go together", "flowrun lytics since -P1D"],
    ["lytics since today --until yesterday", "ends before it begins", "flowrun lytics since yesterday"],
    ["lytics since -P1D --where 'x == 1'", "does not know the field 'x'", ""],
    ["lytics since -P1D --follow --last 3", "--last has no meaning with --follow", "flowrun lytics since"],
    ["lytics tail --sort at", "--sort has no meaning with lytics tail", ""],
    ["lytics tail --until -PT1H", "--until has no meaning with lytics tail", "--until -PT1H"],
  ])("%s is turned away", async (line, message, hint) => {
    const { run, server } = await openAccount(day);
    const { code, stderr, stdout } = await run(line);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(server.requests).toEqual([]);
  });

  test("without a token it says where one comes from, and that there is a demo", async () => {
    const { run } = await openAccount(day);
    const { code, stderr } = await run("lytics since -P1D", { env: { FLOWRUN_LYTICS_TOKEN: undefined } });
    expect(code).toBe(2);
    expect(stderr).toContain("FLOWRUN_LYTICS_TOKEN");
    expect(stderr).toContain("flowrun lytics since -P1D --profile demo");
  });
});

describe("lytics since last", () => {
  test("reads seven days the first time, and then what is new", async () => {
    const items = [workEvent("old", noon - 8 * 24 * 3_600_000), ...day];
    const { run } = await openAccount(items);
    const first = await run("lytics since last -o name");
    expect(idsIn(first.stdout)).toEqual(["a", "b", "c", "d"]);
    expect(first.stderr).toContain("the cursor 'lytics' is new: reading the last 7 days");
    items.push(workEvent("e", noon - 1000), workEvent("late", noon - 3_620_000));
    const second = await run("lytics since last -o name");
    expect(idsIn(second.stdout)).toEqual(["late", "e"]);
    expect(second.stderr).toContain("2 events printed, 0 failed · 3 read, 1 known from before");
    expect(idsIn((await run("lytics since last -o name")).stdout)).toEqual([]);
  });

  test("with -n it goes on with the next one, and filters pass the others by", async () => {
    const { run } = await openAccount(day);
    expect(idsIn((await run("lytics since last -n 1 --subject-type work,x -o name")).stdout)).toEqual(["a"]);
    expect(idsIn((await run("lytics since last -n 1 --subject-type work,x -o name")).stdout)).toEqual(["b"]);
    expect(idsIn((await run("lytics since last -o name")).stdout)).toEqual(["c", "d"]);
  });

  test("its place is saved when a file is in its place, and when all is sorted", async () => {
    const items = [...day];
    const { run, dir } = await openAccount(items);
    const file = join(dir, "out.csv");
    expect((await run(`lytics since last -o csv --columns eventId --out ${file}`)).code).toBe(0);
    expect(await readFile(file, "utf8")).toBe("eventId\na\nb\nc\nd\n");
    items.push(workEvent("e", noon - 2000), workEvent("f", noon - 1000));
    expect(idsIn((await run("lytics since last --sort -at -o name")).stdout)).toEqual(["f", "e"]);
    expect(idsIn((await run("lytics since last -o name")).stdout)).toEqual([]);
  });

  test("a failure leaves the cursor where it was", async () => {
    const faults: FaultRule[] = [];
    const { run } = await openAccount(day, faults);
    await run("lytics since last -n 2 -o name");
    faults.push({ on: "api", fault: { kind: "status", status: 500 } });
    expect((await run("lytics since last -o name")).code).toBe(5);
    faults.pop();
    expect(idsIn((await run("lytics since last -o name")).stdout)).toEqual(["c", "d"]);
  });

  test("a cursor of the journal is not taken for one of Lytics, nor the other way round", async () => {
    const { run, dir } = await openAccount(day);
    await run("lytics since last -o name");
    const saved = JSON.parse(await readFile(join(dir, "cursors/default/lytics.json"), "utf8")) as object;
    const other = { ...saved, journal: "https://events.example/x", next: "https://events.example/x?since=y" };
    await writeFile(join(dir, "cursors/default/other.json"), JSON.stringify(other));
    const wrong = await run("lytics since last --cursor other");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("the cursor 'other' belongs to another journal");
    expect(wrong.stderr).toContain("flowrun cursor delete other");
    const odd = { ...saved, next: (saved as { next: string }).next.replace(/after=.*/, "after=soon") };
    await writeFile(join(dir, "cursors/default/lytics.json"), JSON.stringify(odd));
    const damaged = await run("lytics since last");
    expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringContaining("flowrun cursor delete lytics")]);
  });

  test("is listed and shown among the others, is not set, and is deleted", async () => {
    const { run } = await openAccount(day);
    await run("lytics since last -o name");
    expect((await run("cursor list -o csv --columns name,expiresAt,runs")).stdout).toBe(
      "name,expiresAt,runs\nlytics,,4\n",
    );
    expect((await run("cursor show lytics")).stdout).toMatch(
      /next +http:\S+\/v2\/event\?after=2026-11-28T10:59:00.000Z/,
    );
    const set = await run("cursor set lytics now");
    expect([set.code, set.stderr]).toEqual([2, expect.stringContaining("flowrun cursor delete lytics")]);
    expect((await run("cursor delete lytics")).code).toBe(0);
    expect(idsIn((await run("lytics since last -o name")).stdout)).toEqual(["a", "b", "c", "d"]);
  });
});

describe("lytics tail", () => {
  test.each([
    ["ten minutes fast", 600_000],
    ["ten minutes slow", -600_000],
    ["right", 0],
  ])("prints what happens from now on, though our clock is %s", async (_, aheadMs) => {
    const items = [...day, workEvent("just before", noon - 5000)];
    const { run } = await openAccount(items);
    let n = 0;
    const onSleep = (_ms: number, host: FakeHost): void => {
      n += 1;
      items.push(workEvent(`new-${String(n)}`, noon + n * 10_000 - 1000, { verb: n === 2 ? "failed" : "synced" }));
      if (n === 4) host.stop();
    };
    const { code, stdout } = await run("lytics tail -o name --exit-status", { now: noon + aheadMs, onSleep });
    expect(idsIn(stdout)).toEqual(["new-1", "new-2", "new-3"]);
    expect(code).not.toBe(0);
  });

  test("ends with -n, and by --exit-status says that one failed", async () => {
    const { run } = await openAccount(day);
    const { code, stdout } = await run("lytics tail --since -P1D -n 2 -o name --exit-status");
    expect(idsIn(stdout)).toEqual(["a", "b"]);
    expect(code).toBe(3);
  });

  test("outlives what may pass, and not a token that is refused", async () => {
    const items = [...day];
    const faults: FaultRule[] = [
      { on: "api", at: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], fault: { kind: "status", status: 502 } },
    ];
    const { run } = await openAccount(items, faults);
    const onSleep = (): void => {
      if (items.length === day.length) items.push(workEvent("new", noon + 1));
    };
    const { code, stdout } = await run("lytics tail -n 1 -o name", { onSleep });
    expect([code, idsIn(stdout)]).toEqual([0, ["new"]]);
    const refused = await openAccount(day, [{ on: "api", at: 2, fault: { kind: "status", status: 401 } }]);
    expect((await refused.run("lytics tail")).code).toBe(4);
  });
});

describe("--names", () => {
  const named = workEvents(noon - 1000).map(({ at, item }) => ({
    at,
    item: { ...item, subject_id: "df8e1ef9536200faaa70b1" },
  }));

  test("asks once what works are called", async () => {
    const { run, server } = await openAccount([...named, ...day]);
    const { stdout } = await run("lytics since -PT1M --names --json=jobName,workflow");
    expect(JSON.parse(stdout)).toEqual({
      jobName: "Loyal customers to Facebook",
      workflow: "facebook_export_audience",
    });
    expect(server.requests.filter(({ target }) => target.startsWith("/v2/job"))).toHaveLength(1);
    const found = await run("lytics since -P1D --names --where 'jobName =~ /facebook/i' -o name");
    expect(idsIn(found.stdout)).toEqual(["event-0"]);
  });

  test("is a courtesy: without them the events are printed", async () => {
    const { run } = await openAccount(named, [
      { on: "api", when: ({ path }) => path === "/v2/job", fault: { kind: "status", status: 500 } },
    ]);
    const { code, stdout, stderr } = await run("lytics since -PT1M --names --json=eventId,jobName");
    expect([code, JSON.parse(stdout)]).toEqual([0, { eventId: "event-0", jobName: null }]);
    expect(stderr).toContain("the works' names could not be looked up");
  });
});

describe("trouble", () => {
  const always = (status: number): FaultRule[] => [{ on: "api", fault: { kind: "status", status } }];

  test.each([
    [401, 4, ["Lytics does not take the token", "Lytics answered 401", "flowrun login lytics"]],
    [403, 4, ["may not read the events", "Lytics answered 403", "Access Tokens"]],
    [404, 5, ["there is no such API at", "Lytics answered 404", "FLOWRUN_LYTICS_URL"]],
    [500, 5, ["Lytics answered 500 5 times in a row", "", "--retries"]],
  ])("%d exits %d, with what, why and what to do", async (status, code, said) => {
    const { run } = await openAccount(day, always(status));
    const result = await run("lytics since -P1D");
    expect(result.code).toBe(code);
    expect(result.stdout).toBe("");
    const lines = result.stderr.split("\n").filter((line) => line !== "" && !line.includes(", attempt "));
    expect(lines).toHaveLength(3);
    for (const text of said) expect(lines.join("\n").replaceAll(/\s+/g, " ")).toContain(text);
  });

  test("429 without Retry-After is asked again after ten seconds", async () => {
    const { run } = await openAccount(day, [{ on: "api", at: [0, 1], fault: { kind: "status", status: 429 } }]);
    const { code, stdout, sleeps, stderr } = await run("lytics since -P1D -o name");
    expect([code, idsIn(stdout), sleeps]).toEqual([0, ["a", "b", "c", "d"], [10_000, 10_000]]);
    expect(stderr).toContain("again in 10.0 s");
  });

  test.each([
    ["half an answer", { kind: "truncated" }],
    ["a web page", { kind: "html" }],
    ["a connection that breaks", { kind: "reset", when: "midBody" }],
    ["a bad gateway", { kind: "status", status: 502 }],
  ] as const)("%s is asked for again, and lost for good after --retries", async (_, fault) => {
    const { run } = await openAccount(day, [{ on: "api", at: 0, fault }]);
    expect(idsIn((await run("lytics since -P1D -o name")).stdout)).toEqual(["a", "b", "c", "d"]);
    const lost = await openAccount(day, [{ on: "api", fault }]);
    expect((await lost.run("lytics since -P1D --retries 2")).code).toBe(5);
  });

  test("an item that is no event is told, counted, and passed by", async () => {
    const { run } = await openAccount([...day, { at: noon - 1, item: { id: "x", statuscode: "sleeping" } }]);
    const { code, stderr } = await run("lytics since -P1D");
    expect(code).toBe(0);
    expect(stderr).toContain("warning: an event of Lytics could not be read and was passed by: names neither");
    expect(stderr).toContain("4 read, 1 unreadable");
  });

  test("the token stands in no output", async () => {
    const { run, dir } = await openAccount(day, [{ on: "api", at: [1, 3], fault: { kind: "status", status: 401 } }]);
    const file = join(dir, "debug.txt");
    const told = [
      await run(`lytics since -P1D -vv --debug-file ${file}`),
      await run("lytics since -P1D -vv"),
      await run("lytics since last -v --json"),
    ];
    const text = told.map(({ stdout, stderr }) => stdout + stderr).join("\n") + (await readFile(file, "utf8"));
    expect(text).toContain("authorization: [secret]");
    expect(text).toContain("GET http://");
    expect(text).not.toContain("a-secret-token");
  });
});
