import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startServer } from "../../../../src/demo/server.ts";
import type { FaultRule } from "../../../../src/demo/faults.ts";
import type { LyticsItem } from "../../../../src/demo/lytics/story.ts";
import { listedSource } from "../../../../src/demo/source.ts";
import { widthOf } from "../../../../src/render/text/cut-text.ts";
import { bareEnv, records, scratch, settingsFor } from "../../../support/flowrun.ts";
import { runHere } from "../../../support/in-process.ts";
import { runEvent } from "../../../support/journal.ts";
import { workEvent } from "../../../support/lytics.ts";

const minute = 60_000;
const hour = 60 * minute;
const now = Date.UTC(2026, 10, 30, 12);
const token = "a-secret-token";

/** A work that ends each hour, the last time so long ago. */
function hourly(id: string, lastAgoMs: number, verb = "completed", more = {}): readonly LyticsItem[] {
  return Array.from({ length: 24 }, (_, n) => now - lastAgoMs - (23 - n) * hour).map((at) =>
    workEvent(`${id} ${at}`, at, { subject_id: id, verb, context: { name: `Work ${id}` }, ...more }),
  );
}

const failure = { subject_id: "broken", verb: "failed", notes: "quota exceeded" };
const items = [
  ...hourly("fine", 30 * minute),
  ...hourly("gone", 5 * hour),
  ...hourly("broken", 90 * minute),
  workEvent("it failed", now - 30 * minute, failure),
  workEvent("a person", now - minute, { subject_type: "entity", subject_id: "user/x", verb: "clustered" }),
];

/** A journal of three runs of one flow, and an account of Lytics, both on loopback. */
async function open(told: readonly LyticsItem[] = items, faults: readonly FaultRule[] = []) {
  const server = await startServer({
    now: () => now,
    sleep: () => Promise.resolve(),
    source: listedSource(
      [1, 4, 7].map((n) => ({ at: now - n * minute, event: runEvent(n, { status: "success" }) })).reverse(),
    ),
    faults,
    lytics: {
      between: (from, to) => told.filter(({ at }) => at >= from && at <= to).sort((one, other) => one.at - other.at),
      token,
    },
  });
  onTestFinished(() => server.close());
  const home = await scratch();
  const lytics = { FLOWRUN_LYTICS_TOKEN: token, FLOWRUN_LYTICS_URL: server.origin };
  const env: Record<string, string> = { ...bareEnv(home), ...settingsFor(server), ...lytics };
  const run = (
    line: string,
    more: { readonly columns?: number; readonly env?: Record<string, string>; readonly now?: number } = {},
  ) =>
    runHere(
      line.split(" "),
      { env: { ...(more.env ?? env) } },
      { columns: more.columns ?? null, now: () => more.now ?? now },
    );
  return { server, home, env, run };
}

const without = (env: Record<string, string>, ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

/** Saves a profile, as `login` would. */
async function saveProfile(home: string, name: string, values: Record<string, string>): Promise<void> {
  const folder = join(home, "flowrun", "profiles");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), JSON.stringify(values), { mode: 0o600 });
}

describe("flows --with-lytics", () => {
  test("prints the works behind the flows, each as a record of its own", async () => {
    const { run } = await open();
    for (const line of ["flows --with-lytics --json", "flows --with-lytics -o json"]) {
      const { stdout } = await run(line);
      const rows = line.endsWith("-o json") ? (JSON.parse(stdout) as Record<string, unknown>[]) : records(stdout);
      expect(rows.map(({ type, subjectId, state }) => [type, subjectId, state])).toEqual([
        ["flowrun.flow", undefined, "irregular"],
        ["flowrun.work", "gone", "absent"],
        ["flowrun.work", "broken", "ok"],
        ["flowrun.work", "fine", "ok"],
      ]);
      expect(rows[2]).toMatchObject({
        succeeded: 24,
        failed: 1,
        lastFailedNotes: "quota exceeded",
        lastStatus: "failed",
      });
    }
  });

  test("asks Lytics for works and workflows of the window alone", async () => {
    const { run, server } = await open();
    await run("flows -P1D --with-lytics --until -PT1H");
    const asked = server.requests.map(({ target }) => target).filter((target) => target.startsWith("/v2/"));
    expect(asked[0]).toMatch(/^\/v2\/job/);
    expect(asked.slice(1).map((target) => new URLSearchParams(target.split("?")[1]).get("type"))).toEqual([
      "work",
      "workflow",
    ]);
    for (const target of asked.slice(1)) {
      expect(target).toContain(`after=${encodeURIComponent("2026-11-29T11:59:59Z")}`);
      expect(target).toContain(`before=${encodeURIComponent("2026-11-30T11:00:01Z")}`);
    }
  });

  test("judges them by the clock of Lytics where ours is fast, and at the end of a window that is over", async () => {
    const { run } = await open();
    const statesAt = async (line: string, at: number) =>
      records((await run(line, { now: at })).stdout)
        .filter(({ type }) => type === "flowrun.work")
        .map(({ subjectId, state }) => `${String(subjectId)} ${String(state)}`);
    const line = "flows -P1D --with-lytics --json";
    expect(await statesAt(line, now + 6 * hour)).toEqual(await statesAt(line, now));
    expect(await statesAt(`${line} --until -PT4H`, now)).toContain("gone ok");
  });

  test("tells of them in a line of its own, and counts none of them among the flows", async () => {
    const { run } = await open();
    const { stderr } = await run("flows --with-lytics");
    expect(stderr).toContain("Lytics: 3 works, 1 absent, 1 failed last · 73 events of theirs\n");
    expect(stderr).toMatch(/^1 flow, 1 not judged · 3 events/m);
    const alone = await run("flows");
    expect(alone.stdout + alone.stderr).not.toMatch(/works?\b|Lytics/);
  });

  test.each([80, 100, 60])("has a table of theirs below, and no line wider than %d columns", async (columns) => {
    const { run } = await open();
    const { stdout } = await run("flows --with-lytics --no-pager --color never", { columns });
    expect(stdout).toMatch(/\n\nWorks of Lytics\nWORK .*STATE .*FAILED/);
    expect(stdout).toMatch(/^Work gone +absent/m);
    expect(stdout.split("\n").filter((line) => widthOf(line) > columns)).toEqual([]);
  });

  test.each([
    ["-o csv", "-o csv has no place for works"],
    ["-o name", "-o name has no place for works"],
  ])("%s has flows alone, and says so", async (options, words) => {
    const { run } = await open();
    const { stdout, stderr } = await run(`flows --with-lytics ${options}`);
    expect(stdout).toContain("flow-1");
    expect(stdout).not.toContain("gone");
    expect(stderr).toContain(words);
  });

  test.each([
    ["--columns flow,state", /^FLOW +STATE\n[^]*\nWorks of Lytics\nWORK +STATE +LAST EVENT/],
    ["--no-headers", /^.*flow-1.*\n\nWork gone/],
    ["-o markdown", /\n\n### Works of Lytics\n\n\| WORK \| STATE/],
    [
      "--json=type,subjectId,flowId",
      /^\{"type":"flowrun.flow","subjectId":null,"flowId":"flow-1"\}\n\{"type":"flowrun.work","subjectId":"gone","flowId":null\}/,
    ],
    ["--late", /\nWorks of Lytics\nWORK.*\nWork gone .*\n$/],
    ["--status failed", /\nWorks of Lytics\nWORK.*\nWork broken .*\n$/],
    ["--status inProgress", /\nNo work is as it is asked for\.\n$/],
    ["-n 1", /\nWorks of Lytics\nWORK.*\nWork gone .*\n$/],
    ["-PT1M", /\nNo work did anything in this window\.\n$/],
  ])("%s", async (options, shown) => {
    const { run } = await open();
    expect((await run(`flows --with-lytics ${options}`)).stdout).toMatch(shown);
  });

  test.each([
    ["--exit-status", 3],
    ["--late --exit-status", 3],
    ["-n 0", 2],
    ["--fail-on empty", 0],
    ["--fail-on empty --flow nobody", 0],
  ])("%s exits %d", async (options, code) => {
    const { run } = await open();
    expect((await run(`flows --with-lytics ${options}`)).code).toBe(code);
  });

  test("where all is well it exits 0, and where nothing at all is there --fail-on empty exits 3", async () => {
    const { run } = await open(hourly("fine", 30 * minute));
    expect((await run("flows --with-lytics --exit-status")).code).toBe(0);
    const none = await open([]);
    expect((await none.run("flows --with-lytics --fail-on empty --flow nobody")).code).toBe(3);
  });

  test("names are looked up once, and are no more than a courtesy", async () => {
    const unnamed = [workEvent("a", now - hour, { subject_id: "w", verb: "completed" })];
    const { run } = await open(unnamed, [
      { on: "api", when: ({ path }) => path === "/v2/job", fault: { kind: "status", status: 500 } },
    ]);
    const { stdout, stderr, code } = await run("flows --with-lytics --json");
    expect(records(stdout).at(-1)).toMatchObject({ subjectId: "w", jobName: null });
    expect(stderr).toContain("the works' names could not be looked up");
    expect(code).toBe(0);
  });
});

describe("a token for Lytics", () => {
  test("that is not there fails in three lines, before anything is read", async () => {
    const { run, env, server } = await open();
    for (const line of ["flows --with-lytics", "report --with-lytics -o -"]) {
      const { stdout, stderr, code } = await run(line, { env: without(env, "FLOWRUN_LYTICS_TOKEN") });
      expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
      expect(stderr.trimEnd().split("\n")).toEqual([
        "error: flowrun has no token for Lytics yet",
        expect.stringContaining("FLOWRUN_LYTICS_TOKEN"),
        expect.stringContaining("flowrun login lytics"),
      ]);
    }
    expect(server.requests).toEqual([]);
  });

  test("that is refused is told, and shown nowhere", async () => {
    const { run, env } = await open();
    const { stderr, code } = await run("flows --with-lytics -vv", {
      env: { ...env, FLOWRUN_LYTICS_TOKEN: "wrong-token-1" },
    });
    expect(code).toBe(4);
    expect(stderr).toContain("Lytics does not take the token");
    expect(stderr).not.toContain("wrong-token-1");
  });

  test.each([
    ["flows --with-lytics --from runs.ndjson", 2, "--with-lytics and --from do not go together"],
    ["report -o - --with-lytics --from runs.ndjson", 2, "--with-lytics and --from do not go together"],
    ["flows --with-lytics --profile acme,globex", 2, "several profiles cannot be read with one token for Lytics"],
  ])("%s exits %d", async (line, expected, words) => {
    const { run } = await open();
    const { stderr, code } = await run(line);
    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(words) as string });
  });

  test("of several profiles those without one are left out with a remark; none with one is a failure", async () => {
    const { run, env, home, server } = await open();
    const { clientId, clientSecret, imsOrgId, journalUrl, imsUrl, scopes } = server;
    const account = { clientId, clientSecret, imsOrgId, journalUrl, imsUrl, scopes: scopes.join(",") };
    await saveProfile(home, "acme", { ...account, lyticsToken: token, lyticsUrl: server.origin });
    await saveProfile(home, "globex", account);
    const names = Object.keys(env).filter((name) => name.startsWith("FLOWRUN_") && name !== "FLOWRUN_HOME");
    const bare = without(env, ...names);
    const { stdout, stderr, code } = await run("flows --all-profiles --with-lytics --json", { env: bare });
    expect(
      records(stdout)
        .map(({ type, profile }) => `${String(type)} ${String(profile)}`)
        .sort(),
    ).toEqual([
      "flowrun.flow acme",
      "flowrun.flow globex",
      ...["gone", "broken", "fine"].map(() => "flowrun.work acme"),
    ]);
    expect(stderr).toContain("globex: it has no token for Lytics, and is left out there");
    expect(code).toBe(0);
    const page = await run("report -o - --format markdown --all-profiles --with-lytics", { env: bare });
    expect(page.stdout).toContain("acme: 73 events of works and workflows; globex: it has no token for Lytics.");
    const alone = await run("flows --profile globex,demo --with-lytics --json", { env: bare });
    expect(alone.code).toBe(0);
    await saveProfile(home, "acme", account);
    const none = await run("flows --all-profiles --with-lytics", { env: bare });
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining("none of the profiles has one: acme, globex"),
    ]);
  });
});

describe("report --with-lytics", () => {
  test("has both systems on one page, and the figures of runs are what they were", async () => {
    const { run, home } = await open();
    const [path, other] = [join(home, "with.md"), join(home, "without.md")];
    expect((await run(`report -o ${path} --with-lytics`)).code).toBe(0);
    await run(`report -o ${other}`);
    const [page, plain] = await Promise.all([readFile(path, "utf8"), readFile(other, "utf8")]);
    expect(page).toContain(
      "| Runs | Success rate | Failed | Expected, absent | Duration | Records read | Works failed |",
    );
    expect(page).toContain("| of 3 in Lytics, 1 overdue |");
    const [, section = ""] = page.split("## Works of Lytics\n\n");
    expect(section.split("\n").slice(2, 5)).toEqual([
      "| Work broken | 24 | 1 | failed, Mon 30 Nov 11:30 | Mon 30 Nov 11:30 | quota exceeded | 1h |",
      "| Work gone **absent** | 24 |  | completed, Mon 30 Nov 07:00 |  |  | 1h |",
      "| Work fine | 24 |  | completed, Mon 30 Nov 11:30 |  |  | 1h |",
    ]);
    expect(plain).not.toMatch(/Works|Lytics/);
    const coverage = (text: string) => text.slice(text.indexOf("## Coverage"));
    expect(coverage(page)).toBe(coverage(plain));
    expect(page.slice(page.indexOf("## When"), page.indexOf("## Works"))).toBe(
      plain.slice(plain.indexOf("## When"), plain.indexOf("## Coverage")),
    );
  });

  test.each([
    ["", 0],
    ["--exit-status", 3],
    ["--fail-on empty --flow nobody", 0],
  ])("%s exits %d", async (options, code) => {
    const { run } = await open();
    expect((await run(`report -o - --with-lytics ${options}`.trimEnd())).code).toBe(code);
  });

  test("where nothing happened it says so in a sentence", async () => {
    const { run } = await open([]);
    const { stdout } = await run("report -o - --format markdown --with-lytics");
    expect(stdout).toContain("## Works of Lytics\n\nNo work or workflow did anything in this window.\n");
  });

  test("redacted it tells no name, id or words of Lytics", async () => {
    const { run } = await open();
    const { stdout } = await run("report -o - --format markdown --with-lytics --redact");
    expect(stdout).toMatch(/\| work [0-9a-f]{8} \| 24 \| 1 \| failed/);
    expect(stdout).not.toMatch(/broken|gone|quota/);
  });
});
