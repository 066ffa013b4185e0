import { describe, expect, test } from "vitest";
import { bareEnv, flowrun, records, scratch } from "../support/flowrun.ts";
import type { Stats } from "../../src/runs/figures/stats.ts";
import { openJournal, runEvent } from "../support/journal.ts";

async function demo(...args: readonly string[]) {
  return flowrun(["stats", "--profile", "demo", ...args], { env: bareEnv(await scratch()) });
}

interface Told {
  readonly total: { readonly runs: number; readonly failed: number; readonly successRate: number };
  readonly trend: { readonly failed: readonly number[] };
  readonly groups: readonly { readonly key: string | null; readonly runs: number }[];
  readonly rootCauses: readonly {
    readonly code: string;
    readonly flows: readonly { readonly name: string | null }[];
  }[];
}

async function demoFigures(...args: readonly string[]): Promise<Told> {
  const { stdout, code } = await demo(...args, "-o", "json");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Told;
}

describe("the demo's week", () => {
  test("counts each run that since prints", async () => {
    // The demo adds a run every two seconds, and a reading may take as long.
    const window = ["-P2D", "--until", "-PT1M"];
    const { total } = await demoFigures(...window);
    const since = await flowrun(["since", ...window, "--profile", "demo", "--json"], { env: bareEnv(await scratch()) });
    const runs = records(since.stdout);
    expect(total.runs).toBe(runs.length);
    expect(total.failed).toBe(runs.filter(({ status }) => status === "failed").length);
    const good = runs.filter(({ status }) => status === "success" || status === "partialSuccess").length;
    expect(total.successRate).toBeCloseTo(good / runs.length);
  });

  test("its incident stands out of the failures, and its cause is named with its flow", async () => {
    const { trend, rootCauses } = await demoFigures("-P2D", "--flow", await crmFlow());
    // A failed run every half hour for five hours, and hardly any before or after.
    const bad = trend.failed.flatMap((failed, index) => (failed > 0 ? [index] : []));
    expect(bad.length).toBeGreaterThanOrEqual(5);
    expect((bad.at(-1) ?? 0) - (bad[0] ?? 0)).toBeLessThanOrEqual(6);
    expect(rootCauses[0]).toMatchObject({ code: "AADSTS7000222", flows: [{ name: "CRM contacts" }] });
  });

  test.each(["flow", "sandbox", "code", "status"])("by %s, no run is lost", async (by) => {
    const { total, groups } = await demoFigures("-P2D", "--by", by);
    expect(groups.length).toBeGreaterThan(1);
    expect(groups.reduce((sum, { runs }) => sum + runs, 0)).toBe(total.runs);
  });

  test("a sheet for people, the last day where none is named", async () => {
    const { stdout, stderr, code } = await demo("--by", "code", "--bucket", "PT6H");
    expect(stdout).toMatch(/^Window {4}\d{4}-/);
    for (const title of ["\nTrend ", "\nCODE ", "\nFROM ", "\nROOT CAUSE "]) expect(stdout).toContain(title);
    expect(stderr).toMatch(/\d+ runs counted, \d+ failed · /);
    expect(code).toBe(0);
  });

  test("every other format", async () => {
    const csv = (await demo("-o", "csv", "--by", "status")).stdout.split("\n");
    expect(csv[0]).toMatch(/^row,key,name,from,to,runs,/);
    expect(csv[1]).toMatch(/^total,,,/);
    const rows = records((await demo("--json", "--bucket", "PT12H")).stdout);
    expect(rows.map(({ row }) => row)).toEqual(expect.arrayContaining(["total", "bucket", "rootCause"]));
    expect((await demo("-o", "yaml")).stdout).toMatch(/^---\ntype: flowrun.stats\n/);
    expect((await demo("-o", "wide", "--by", "flow")).stdout).toMatch(/ BYTES OUT +PARTIAL\n/);
  });
});

describe("a journal of one's own", () => {
  test("an empty window is figures of nothing", async () => {
    const journal = await openJournal({ events: [] });
    const { stdout, code } = await journal.run("stats -o json");
    expect(JSON.parse(stdout)).toMatchObject({ total: { runs: 0, successRate: null }, groups: [], rootCauses: [] });
    expect(code).toBe(0);
    expect((await journal.run("stats")).stdout).toContain("Runs      0: ");
  });

  test("filters hold, and --exit-status too", async () => {
    const journal = await openJournal({ events: [runEvent(0), runEvent(1, { status: "failed" }), runEvent(2)] });
    const { stdout, stderr, code } = await journal.run("stats --exit-status --where records.input>0 -o json");
    expect(JSON.parse(stdout)).toMatchObject({ total: { runs: 2, failed: 1 } });
    expect(stderr).toContain("2 of 3 runs matched · 2 runs counted, 1 failed");
    expect(code).toBe(3);
  });

  test("figures of half a window are not printed", async () => {
    const journal = await openJournal({ faults: [{ at: [1, 2, 3, 4, 5], fault: { kind: "status", status: 404 } }] });
    const { stdout, code } = await journal.run("stats --limit 1 --jobs 1");
    expect(stdout).toBe("");
    expect(code).toBe(5);
  });
});

describe("a window beside the one before", () => {
  const hour = 3_600_000;

  test("is read once, and each run is counted in its own", async () => {
    const now = Date.now();
    const at = [now - 90 * 60_000, now - 80 * 60_000, now - 20 * 60_000];
    const events = at.map((updatedAt, n) =>
      runEvent(n, n === 0 ? { updatedAt } : { updatedAt, status: "failed", errors: [n === 1 ? "OLD-1" : "NEW-1"] }),
    );
    const journal = await openJournal({ events, writtenAt: (index) => (at[index] ?? now) + 1000 });
    const { stdout, code } = await journal.run("stats -PT1H --compare --jobs 1 --by code -o json");
    const told = JSON.parse(stdout) as Stats;
    expect(code).toBe(0);
    expect(told).toMatchObject({
      total: { runs: 1, failed: 1 },
      previous: { partial: false, to: told.from, total: { runs: 2, failed: 1 } },
      changes: { difference: { runs: -1, failed: 0, successRatePoints: -50 } },
    });
    expect(Date.parse(told.from) - Date.parse(told.previous?.from ?? "")).toBe(hour);
    expect(told.changes?.rootCauses.map(({ code: cause, change }) => [cause, change])).toEqual([
      ["NEW-1", "new"],
      ["OLD-1", "gone"],
    ]);
    expect(told.changes?.groups.map(({ key, change }) => [key, change])).toEqual([
      ["NEW-1", "new"],
      [null, "gone"],
      ["OLD-1", "gone"],
    ]);
    const starts = journal.asked().filter((path) => path.includes("seek"));
    expect(starts).toHaveLength(1);
  });

  test("of a file that does not reach back is known in part, and of one that does as a whole", async () => {
    const until = Date.UTC(2026, 0, 15);
    const day = 24 * hour;
    const lines = (days: number): string =>
      Array.from({ length: days * 4 }, (_, n) => runEvent(n, { updatedAt: until - (n + 1) * 6 * hour }))
        .reverse()
        .map((event) => `${JSON.stringify(event)}\n`)
        .join("");
    const counted = async (days: number): Promise<[Stats, string]> => {
      const line = [
        "stats",
        "2026-01-08",
        "--until",
        "2026-01-15",
        "--time",
        "utc",
        "--compare",
        "--from",
        "-",
        "-o",
        "json",
      ];
      const { stdout, stderr } = await flowrun(line, { env: bareEnv(await scratch()), input: lines(days) });
      return [JSON.parse(stdout) as Stats, stderr];
    };
    const [whole, nothing] = await counted(14);
    expect(whole).toMatchObject({ previous: { partial: false, total: { runs: 28 } }, total: { runs: 28 } });
    expect(nothing).not.toContain("warning");
    const [part, words] = await counted(10);
    expect(part).toMatchObject({
      total: { runs: 28 },
      previous: { partial: true, knownFrom: new Date(until - 10 * day).toISOString(), total: { runs: 12 } },
      changes: { difference: { runs: null, successRatePoints: 0 } },
    });
    expect(words).toContain("warning: stdin has only a part of the window before");
    const [none, warning] = await counted(7);
    expect(none).toMatchObject({ previous: { partial: true, knownFrom: null }, changes: null });
    expect(warning).toContain("stdin has nothing of the window before");
  });

  test("on the demo, in every format", async () => {
    const line = ["-P3D", "--compare", "--by", "flow"];
    const told = JSON.parse((await demo(...line, "-o", "json")).stdout) as Stats;
    expect(told.previous).toMatchObject({ partial: false });
    expect(told.changes?.rootCauses.map(({ change }) => change)).toEqual(expect.arrayContaining(["new", "more"]));
    expect((await demo(...line, "-o", "csv")).stdout).toMatch(
      /^row,.*,change,previous.partial,previous.runs,difference.runs,/,
    );
    expect((await demo(...line, "-o", "markdown")).stdout).toContain("| RUNS BEFORE | RUNS ± |");
    expect((await demo(...line, "-o", "yaml")).stdout).toMatch(/\nchanges:\n {2}difference:\n/);
    const rows = records((await demo(...line, "--json")).stdout);
    expect(rows.every((row) => "previous" in row && "difference" in row)).toBe(true);
    for (const format of ["table", "wide"]) {
      const { stdout } = await demo(...line, "-o", format);
      expect(stdout).toMatch(/^FLOW +RUNS +±RUNS .* ±P50$/m);
      expect(stdout).toMatch(/^ROOT CAUSE +CHANGE +COUNT +BEFORE /m);
    }
  });
});

describe("what has no meaning is refused before anything is asked", () => {
  test.each([
    ["stats last", "touches no cursor"],
    ["stats now", "stats cannot start at 'now'"],
    ["stats --columns status", "unknown option '--columns'"],
    ["stats --raw", "--raw has no meaning with stats"],
    ["stats --by colour", "Allowed choices are flow, sandbox, code, status"],
    ["stats --bucket soon", "'soon' is not a length of time"],
    ["stats --bucket PT0S", "endlessly many"],
    ["stats -P7D --bucket PT1S", "604,800"],
    ["stats someday", "'someday' is not a time"],
  ])("%s", async (line, words) => {
    const journal = await openJournal();
    const { code, stderr } = await journal.run(line);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
    expect(journal.server.requests).toEqual([]);
  });
});

async function crmFlow(): Promise<string> {
  const args = ["since", "-P2D", "--profile", "demo", "--json", "--max", "1", "--where", 'flowName == "CRM contacts"'];
  const { stdout } = await flowrun(args, { env: bareEnv(await scratch()) });
  return String(records(stdout)[0]?.["flowId"]);
}
