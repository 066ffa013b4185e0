import { describe, expect, test } from "vitest";
import { outcomes } from "../../../src/runs/report/report.ts";
import { begin, day, end, every, failedAt, hour, minute, reportOn, runAt, wholeRead } from "./sample-report.ts";

describe("a report", () => {
  test("of an empty week says so", () => {
    expect(reportOn([])).toMatchObject({
      from: begin,
      to: end,
      madeAt: end,
      flows: [],
      absences: [],
      causes: [],
      partCauses: [],
      failedUntold: 0,
      organisations: [],
      total: { runs: 0, successRate: null },
    });
  });

  test("of one run has one cell, where that began", () => {
    const { flows, buckets, total } = reportOn([runAt(begin + hour)]);
    expect(total).toMatchObject({ runs: 1, successRate: 1, durationMs: { p50: 3 * minute } });
    expect(flows).toMatchObject([{ id: "orders", name: "Orders", sandbox: "prod", profile: null, state: "irregular" }]);
    expect(flows[0]!.cells).toEqual([
      {
        from: begin + hour,
        to: begin + hour,
        outcome: "success",
        counts: { failed: 0, absent: 0, partialSuccess: 0, other: 0, success: 1 },
        run: { status: "success", durationMs: 3 * minute },
      },
    ]);
    expect(flows[0]!.durations).toEqual([{ ms: 3 * minute, failed: false }]);
    expect(buckets.filter(({ counts }) => counts.success > 0)).toHaveLength(1);
  });

  test("tells of a run once in its flow's row, by the last word on it", () => {
    const at = begin + hour;
    const told = new Date(at + 4 * minute).toISOString();
    const [flow] = reportOn([
      runAt(at, { status: "inProgress", durationMs: null }),
      runAt(at, { status: "failed", updatedAt: told }),
      runAt(at, { status: "inProgress", durationMs: null }),
    ]).flows;
    expect(flow!.cells).toMatchObject([{ outcome: "failed", run: { status: "failed" } }]);
    expect(flow!.figures.runs).toBe(3);
  });

  test("shows where runs were expected, in the row, in the table, and by the flow's state", () => {
    const starts = every(hour).filter((at) => at < end - 5 * hour && Math.abs(at - (begin + 3 * day)) > 2 * hour);
    const { flows, absences } = reportOn(starts.map((at) => runAt(at)));
    const [flow] = flows;
    expect(flow).toMatchObject({ state: "absent", paceMs: hour });
    expect(absences).toMatchObject([
      { until: null, state: "absent", flow: { name: "Orders" } },
      { until: begin + 3 * day + 2 * hour + minute, missing: 4 },
    ]);
    const absent = flow!.cells.filter(({ outcome }) => outcome === "absent");
    expect(absent).toHaveLength(absences!.reduce((sum, { missing }) => sum + missing, 0));
    expect(flow!.missing).toBe(absent.length);
    for (const { from } of absent) expect((from - begin - minute) % hour).toBe(0);
    expect(flow!.cells.filter(({ outcome }) => outcome === "success")).toHaveLength(starts.length);
  });

  test("does not judge where filters leave runs out", () => {
    const runs = every(hour, begin + minute)
      .filter((at) => at < end - day)
      .map((at) => runAt(at));
    const { absences, flows } = reportOn(runs, { judgesAbsence: false });
    expect(absences).toBeNull();
    expect(flows).toMatchObject([{ state: null, paceMs: null, missing: 0 }]);
  });

  test("holds nothing against a flow that nobody knows", () => {
    const runs = every(hour).filter((at) => Math.abs(at - (begin + 3 * day)) > 2 * hour && at < end - 5 * hour);
    const hole = { from: begin + 3 * day - hour, to: begin + 3 * day };
    const at = (read: Partial<typeof wholeRead>) =>
      reportOn(
        runs.map((one) => runAt(one)),
        {},
        [{ ...wholeRead, ...read }],
      );
    expect(at({ missing: [hole] }).absences).toMatchObject([{ until: null }]);
    expect(at({ missing: [{ from: end - hour, to: end }] })).toMatchObject({
      absences: [{ missing: 4, until: begin + 3 * day + 2 * hour + minute }],
      flows: [{ state: "ok" }],
    });
    expect(at({ failure: "the reading broke off" })).toMatchObject({
      absences: [],
      flows: [{ missing: 0, state: null }],
    });
    // Another profile's gap is no excuse.
    expect(at({ profile: "globex", missing: [hole] }).absences).toHaveLength(2);
  });

  test("puts flows in the order of their trouble", () => {
    const runs = [
      ...every(6 * hour).map((at) => runAt(at, { flowId: "a", flowName: "well, and often" })),
      ...every(day).map((at) => runAt(at, { flowId: "b", flowName: "in part", status: "partialSuccess" })),
      ...[1, 2, 3, 4, 5].map((n) => failedAt(begin + n * minute, ["X-1"], { flowId: "c", flowName: "failed" })),
    ];
    const { flows } = reportOn(runs, { judgesAbsence: false });
    expect(flows.map(({ name }) => name)).toEqual(["failed", "in part", "well, and often"]);
  });

  test("names the profile of each flow only where there are several, and tells flows of the same id apart", () => {
    const runs = ["acme", "globex"].map((profile) => runAt(begin, { profile }));
    expect(reportOn(runs).flows.map(({ profile }) => profile)).toEqual(["acme", "globex"]);
    expect(reportOn(runs.slice(1)).flows.map(({ profile }) => profile)).toEqual([null]);
  });

  test("groups failures by root cause, apart from those of runs that did not fail", () => {
    const { causes, partCauses, failedUntold } = reportOn([
      failedAt(begin + hour, ["CONNECTOR-1001-500", "2200", "AADSTS7000222"]),
      failedAt(begin + 2 * hour, ["CONNECTOR-1001-500", "2200", "AADSTS7000222"], { flowId: "crm", flowName: "CRM" }),
      failedAt(begin + 3 * hour, ["133"]),
      failedAt(begin + 4 * hour, ["MAPPER-3700-400"], { status: "partialSuccess" }),
      runAt(begin + 5 * hour, { status: "failed" }),
    ]);
    expect(causes.map(({ code, count }) => [code, count])).toEqual([
      ["AADSTS7000222", 2],
      ["133", 1],
    ]);
    expect(causes[0]!.flows.map(({ name }) => name)).toEqual(["Orders", "CRM"]);
    expect(causes[0]!.sample).toMatchObject({
      runId: `run at ${begin + 2 * hour}`,
      flow: { name: "CRM" },
      chain: [
        { code: "CONNECTOR-1001-500", depth: 0, isRoot: false },
        { code: "2200", depth: 1, isRoot: false },
        { code: "AADSTS7000222", depth: 2, isRoot: true, message: "it is AADSTS7000222" },
      ],
    });
    expect(partCauses.map(({ code }) => code)).toEqual(["MAPPER-3700-400"]);
    expect(failedUntold).toBe(1);
  });

  test("puts a run without times, and one of the future, where there is a place", () => {
    const none = { startedAt: null, createdAt: null, completedAt: null, updatedAt: null };
    const future = new Date(end + 1000 * day).toISOString();
    const { flows, total, buckets } = reportOn([
      runAt(begin + hour, none),
      runAt(begin, { runId: "later", startedAt: future, completedAt: future, updatedAt: future }),
    ]);
    expect(total.runs).toBe(2);
    expect(flows[0]!.cells).toHaveLength(2);
    expect(buckets.reduce((sum, { counts }) => sum + counts.success, 0)).toBe(2);
  });
});

describe("however many there are", () => {
  test("a flow that runs often has a cell for each hour, with the worst of it", () => {
    const runs = every(5 * minute).map((at, n) => (n === 100 ? failedAt(at, ["X-1"]) : runAt(at)));
    const [flow] = reportOn(runs).flows;
    expect(flow!.cells.length).toBeLessThanOrEqual(200);
    expect(flow!.cells.every(({ from, to, run }) => to - from === hour && run === null)).toBe(true);
    const bad = flow!.cells.filter(({ outcome }) => outcome === "failed");
    expect(bad).toMatchObject([{ counts: { failed: 1 } }]);
    const sum = flow!.cells.reduce((all, { counts }) => all + outcomes.reduce((one, key) => one + counts[key], 0), 0);
    expect(sum).toBe(runs.length);
  });

  test("five hundred flows have a row each, and a thousand and one are told of", () => {
    const of = (count: number) =>
      reportOn(
        every(6 * hour).flatMap((at) => Array.from({ length: count }, (_, n) => runAt(at, { flowId: `flow-${n}` }))),
      );
    const many = of(500);
    expect(many.flows).toHaveLength(500);
    expect(many.flows.reduce((sum, { cells }) => sum + cells.length, 0)).toBeLessThanOrEqual(6500);
    const more = of(1001);
    expect(more.flows).toHaveLength(1000);
    expect(more.runsLeftOut).toBe(every(6 * hour).length);
  });

  test("root causes, messages and durations are bounded", () => {
    const long = "x".repeat(1_000_000);
    const runs = every(minute).map((at, n) =>
      failedAt(at, [`CODE-${n % 70}`], { flowName: long, runId: `${n}-${long.slice(0, n < 3 ? 1_000_000 : 10)}` }),
    );
    const report = reportOn(runs);
    expect(report.causes).toHaveLength(50);
    expect(report.causesLeftOut).toBe(20);
    expect(report.flows[0]!.durations.length).toBeLessThanOrEqual(128);
    expect(report.flows[0]!.durations.every(({ failed }) => failed)).toBe(true);
    expect(JSON.stringify(report).length).toBeLessThan(300_000);
  });
});
