import { describe, expect, test } from "vitest";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { countStats, type StatsPlan } from "../../../src/runs/figures/stats.ts";
import { failure, sampleRun } from "../../render/sample-runs.ts";

const from = Date.parse("2026-11-22T00:00:00Z");
const to = Date.parse("2026-11-22T06:00:00Z");

function statsOf(runs: readonly FlowRun[], plan: Partial<StatsPlan> = {}) {
  const counter = countStats({ from, to, by: null, bucketMs: null, ...plan });
  for (const run of runs) counter.add(run);
  return counter.read();
}

const at = (time: string): string => `2026-11-22T${time}:00.000Z`;
const nobody = {
  input: null,
  output: null,
  created: null,
  updated: null,
  deleted: null,
  skipped: null,
  failed: null,
  warning: null,
};
const nothing = { input: null, output: null, skipped: null, failed: null };

describe("figures", () => {
  test("an empty window has no rate, no durations and no sums", () => {
    expect(statsOf([]).total).toEqual({
      runs: 0,
      success: 0,
      partialSuccess: 0,
      failed: 0,
      other: 0,
      successRate: null,
      durationMs: { p50: null, p95: null, max: null },
      records: { input: null, output: null, failed: null },
      bytes: { input: null, output: null },
    });
  });

  test("runs by how they ended; a run that goes on says nothing about success", () => {
    const statuses = ["success", "success", "success", "partialSuccess", "failed", "cancelled", "inProgress"];
    const { total } = statsOf(statuses.map((status) => sampleRun({ status })));
    expect(total).toMatchObject({ runs: 7, success: 3, partialSuccess: 1, failed: 1, other: 2 });
    expect(total.successRate).toBeCloseTo(4 / 6);
  });

  test("sums over what is told: unknown is not nothing", () => {
    const { total } = statsOf([
      sampleRun({ records: { ...nobody, input: 10, failed: 0 }, bytes: { ...nothing, input: 5 }, durationMs: 60_000 }),
      sampleRun({ records: { ...nobody, input: 32 }, bytes: nothing, durationMs: null }),
    ]);
    expect(total.records).toEqual({ input: 42, output: null, failed: 0 });
    expect(total.bytes).toEqual({ input: 5, output: null });
    expect(total.durationMs).toEqual({ p50: 60_000, p95: 60_000, max: 60_000 });
  });
});

describe("groups", () => {
  const runs = [
    sampleRun({ flowId: "flow-1", flowName: null, sandbox: { id: "s1", name: "prod" } }),
    sampleRun({ flowId: "flow-2", flowName: "Orders", sandbox: { id: "s2", name: null } }),
    sampleRun({
      flowId: "flow-1",
      flowName: "Members",
      sandbox: { id: "s1", name: "prod" },
      ...failure("A", { code: "B", message: null }),
    }),
  ];

  test.each([
    [
      "flow",
      [
        ["flow-1", "Members", 2, 1],
        ["flow-2", "Orders", 1, 0],
      ],
    ],
    [
      "sandbox",
      [
        ["prod", null, 2, 1],
        ["s2", null, 1, 0],
      ],
    ],
    [
      "code",
      [
        [null, null, 2, 0],
        ["B", null, 1, 1],
      ],
    ],
    [
      "status",
      [
        ["success", null, 2, 0],
        ["failed", null, 1, 1],
      ],
    ],
  ] as const)("by %s, the most runs first", (by, expected) => {
    const { groups } = statsOf(runs, { by });
    expect(groups.map(({ key, name, runs: count, failed }) => [key, name, count, failed])).toEqual(expected);
  });

  test("beyond a thousand the others stand together, and every run is counted", () => {
    const many = Array.from({ length: 1500 }, (_, n) => sampleRun({ flowId: `flow-${n}` }));
    const { groups, total } = statsOf(many, { by: "flow" });
    expect(groups).toHaveLength(1001);
    expect(groups.at(-1)).toMatchObject({ key: null, name: null, isRest: true, runs: 500 });
    expect(groups.reduce((sum, { runs: count }) => sum + count, 0)).toBe(total.runs);
  });
});

describe("buckets", () => {
  test("every piece of the window, the empty ones too", () => {
    const { buckets } = statsOf([sampleRun({ updatedAt: at("02:10") }), sampleRun({ updatedAt: at("03:59") })], {
      bucketMs: 2 * 3_600_000,
    });
    expect(buckets.map((bucket) => [bucket.from, bucket.to, bucket.runs])).toEqual([
      [at("00:00"), at("02:00"), 0],
      [at("02:00"), at("04:00"), 2],
      [at("04:00"), at("06:00"), 0],
    ]);
  });

  test("a run without a time goes with the one before; one from outside with the nearest", () => {
    const { buckets } = statsOf(
      [
        sampleRun({ updatedAt: null }),
        sampleRun({ updatedAt: at("05:00") }),
        sampleRun({ updatedAt: null }),
        sampleRun({ updatedAt: "2025-01-01T00:00:00.000Z" }),
        sampleRun({ updatedAt: "2027-01-01T00:00:00.000Z" }),
      ],
      { bucketMs: 3 * 3_600_000 },
    );
    expect(buckets.map(({ runs }) => runs)).toEqual([2, 3]);
  });

  test("the trend has the runs and the failures of each step", () => {
    const { trend } = statsOf([
      sampleRun({ updatedAt: at("00:01") }),
      sampleRun({ updatedAt: at("05:59"), ...failure("A") }),
      sampleRun({ updatedAt: at("05:59") }),
    ]);
    expect(trend.stepMs).toBe(10 * 60_000);
    expect(trend.runs).toHaveLength(36);
    expect([trend.runs.at(0), trend.runs.at(-1), trend.failed.at(0), trend.failed.at(-1)]).toEqual([1, 2, 0, 1]);
  });
});

describe("root causes", () => {
  test("the most frequent first, with when and where they came", () => {
    const { rootCauses } = statsOf([
      sampleRun({
        ...failure("A", { code: "R", message: "first" }),
        updatedAt: at("02:00"),
        flowId: "f1",
        flowName: null,
      }),
      sampleRun({ ...failure("A", { code: "S", message: null }), updatedAt: at("02:30") }),
      sampleRun({
        ...failure("B", { code: "R", message: "second" }),
        updatedAt: at("01:00"),
        flowId: "f2",
        flowName: "Two",
      }),
      sampleRun({
        ...failure("B", { code: "R", message: null }),
        updatedAt: at("04:00"),
        flowId: "f1",
        flowName: "One",
      }),
      sampleRun(),
    ]);
    expect(rootCauses.map(({ code, count }) => [code, count])).toEqual([
      ["R", 3],
      ["S", 1],
    ]);
    expect(rootCauses[0]).toEqual({
      code: "R",
      message: "second",
      count: 3,
      firstSeen: at("01:00"),
      lastSeen: at("04:00"),
      flows: [
        { id: "f1", name: "One" },
        { id: "f2", name: "Two" },
      ],
    });
  });

  test("no more codes and flows are kept than are bearable", () => {
    const codes = Array.from({ length: 1200 }, (_, n) => sampleRun({ ...failure(`C${n}`), flowId: "f" }));
    const flows = Array.from({ length: 300 }, (_, n) => sampleRun({ ...failure("C0"), flowId: `f${n}` }));
    const { rootCauses } = statsOf([...codes, ...flows]);
    expect(rootCauses).toHaveLength(1001);
    expect(rootCauses.find(({ code }) => code === "C0")?.flows).toHaveLength(100);
    expect(rootCauses.find(({ code }) => code === null)?.count).toBe(200);
  });
});
