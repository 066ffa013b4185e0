import { describe, expect, test } from "vitest";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { beginBefore, countCompared } from "../../../src/runs/figures/compare.ts";
import type { Grouping } from "../../../src/runs/figures/grouping.ts";
import type { Stats } from "../../../src/runs/figures/stats.ts";
import { failure, sampleRun } from "../../render/sample-runs.ts";

const hour = 3_600_000;
const from = Date.parse("2026-11-22T06:00:00Z");
const to = from + 6 * hour;
const begin = from - 6 * hour;

interface Asked {
  readonly by?: Grouping | null;
  readonly knownFrom?: number;
}

function compared(runs: readonly FlowRun[], { by = null, knownFrom = begin }: Asked = {}): Stats {
  const counter = countCompared({ from, to, by });
  const add = counter.lane();
  for (const run of runs) add(run);
  return counter.read(knownFrom);
}

const iso = (at: number): string => new Date(at).toISOString();
const runAt = (at: number | null, more: Partial<FlowRun> = {}): FlowRun =>
  sampleRun({ updatedAt: at === null ? null : iso(at), ...more });
const before = (more: Partial<FlowRun> = {}): FlowRun => runAt(begin + hour, more);
const now = (more: Partial<FlowRun> = {}): FlowRun => runAt(from + hour, more);
const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);

describe("each run is counted in the window in which it was updated", () => {
  test("which are equally long, and meet", () => {
    expect(beginBefore({ from, to })).toBe(begin);
    const { previous, ...stats } = compared([]);
    expect([previous?.from, previous?.to, stats.from, stats.to]).toEqual([iso(begin), iso(from), iso(from), iso(to)]);
  });

  test.each<[string, number, number, number]>([
    ["before both", begin - 1, 0, 0],
    ["as the window before begins", begin, 1, 0],
    ["as it ends", from - 1, 1, 0],
    ["at the seam", from, 0, 1],
    ["as the window ends", to, 0, 1],
    ["while it was read", to + 1, 0, 1],
  ])("%s", (_, at, past, present) => {
    const { previous, total } = compared([runAt(at)]);
    expect([previous?.total.runs, total.runs]).toEqual([past, present]);
  });

  test("one that does not say goes with the run before", () => {
    const { previous, total } = compared([runAt(null), before(), runAt(null), now(), runAt(null), runAt(null)]);
    expect([previous?.total.runs, total.runs]).toEqual([3, 3]);
  });

  test("and not with that of another source which is read at the same time", () => {
    const counter = countCompared({ from, to, by: null });
    const [one, other] = [counter.lane(), counter.lane()];
    one(now());
    other(before());
    one(runAt(null));
    other(runAt(null));
    const { previous, total } = counter.read(begin);
    expect([previous?.total.runs, total.runs]).toEqual([2, 2]);
  });

  test("trends of both are cut alike", () => {
    const { previous, trend } = compared([before(), now()]);
    expect(previous?.trend.stepMs).toBe(trend.stepMs);
    expect(previous?.trend.runs).toEqual(trend.runs);
  });
});

describe("the difference", () => {
  test("of figures, in percentage points where they are shares", () => {
    const { changes } = compared([
      ...times(2, before({ durationMs: 1000 })),
      before({ durationMs: 5000, ...failure("A") }),
      ...times(3, now({ durationMs: 3000 })),
      now({ durationMs: 4000, status: "cancelled" }),
    ]);
    expect(changes?.difference).toMatchObject({
      runs: 1,
      success: 1,
      partialSuccess: 0,
      failed: -1,
      other: 1,
      successRatePoints: 8.33,
      durationMs: { p50: 2000, p95: -1000, max: -1000 },
    });
  });

  test("is unknown where either window is", () => {
    const { changes, previous } = compared([now({ durationMs: 3000 })]);
    expect(previous).toMatchObject({ partial: false, total: { runs: 0, successRate: null } });
    expect(changes?.difference).toMatchObject({
      runs: 1,
      successRatePoints: null,
      durationMs: { p50: null, p95: null },
      records: { input: null },
    });
  });

  test("of nothing and nothing is nothing, and of equal rates is 0", () => {
    expect(compared([]).changes).toMatchObject({ difference: { runs: 0, successRatePoints: null }, rootCauses: [] });
    expect(Object.is(compared([before(), now()]).changes?.difference.successRatePoints, 0)).toBe(true);
  });
});

describe("root causes", () => {
  const cause = (code: string): Partial<FlowRun> => failure("X", { code, message: `about ${code}` });

  test("came, went, grew, shrank and stayed; the one that grew most comes first", () => {
    const { changes } = compared([
      ...times(2, before(cause("grew"))),
      ...times(5, before(cause("shrank"))),
      ...times(3, before(cause("went"))),
      before(cause("stayed")),
      ...times(6, now(cause("grew"))),
      ...times(3, now(cause("shrank"))),
      ...times(2, now(cause("came"))),
      now(cause("stayed")),
    ]);
    expect(changes?.rootCauses.map((one) => [one.code, one.change, one.count, one.previousCount])).toEqual([
      ["grew", "more", 6, 2],
      ["came", "new", 2, 0],
      ["stayed", "same", 1, 1],
      ["shrank", "fewer", 3, 5],
      ["went", "gone", 0, 3],
    ]);
  });

  test("are seen from their first run to their last, in either window", () => {
    const { changes } = compared([
      runAt(begin, cause("both")),
      runAt(to, cause("both")),
      runAt(begin + hour, cause("went")),
      runAt(from + hour, cause("came")),
    ]);
    expect(
      changes?.rootCauses.map(({ code, firstSeen, lastSeen, message }) => [code, firstSeen, lastSeen, message]),
    ).toEqual([
      ["came", iso(from + hour), iso(from + hour), "about came"],
      ["both", iso(begin), iso(to), "about both"],
      ["went", iso(begin + hour), iso(begin + hour), "about went"],
    ]);
  });

  test("beyond a thousand, nobody can tell which of them came before", () => {
    const codes = (count: number, name: string): readonly string[] =>
      Array.from({ length: count }, (_, n) => `${name}-${n}`);
    const { changes } = compared([
      ...codes(1200, "old").map((code) => before(cause(code))),
      now(cause("old-1")),
      now(cause("old-1100")),
      now(cause("fresh")),
    ]);
    const of = (code: string | null) => {
      const one = changes?.rootCauses.find((told) => told.code === code);
      return one === undefined ? null : [one.change, one.count, one.previousCount];
    };
    expect(changes?.rootCauses).toHaveLength(1003);
    expect(of("old-1")).toEqual(["same", 1, 1]);
    expect(of("old-0")).toEqual(["gone", 0, 1]);
    expect(of("old-1100")).toEqual([null, 1, null]);
    expect(of("fresh")).toEqual([null, 1, null]);
    expect(of(null)).toEqual([null, 0, 200]);
  });
});

describe("groups", () => {
  test("the worst change first: more failures, a lower rate, fewer runs", () => {
    const flow = (flowId: string, more: Partial<FlowRun> = {}): Partial<FlowRun> => ({
      flowId,
      flowName: null,
      ...more,
    });
    const { changes } = compared(
      [
        ...["better", "stopped", "same", "cancelled", "worse", "worse"].map((id) => before(flow(id))),
        before(flow("better", failure("A"))),
        now(flow("better")),
        now(flow("same")),
        now(flow("cancelled", { status: "cancelled" })),
        now(flow("worse", failure("A"))),
        now(flow("worse", failure("A"))),
        now(flow("begun", { flowName: "Begun" })),
      ],
      { by: "flow" },
    );
    expect(changes?.groups.map((one) => [one.key, one.name, one.change, one.runs, one.previousRuns])).toEqual([
      ["worse", null, "same", 2, 2],
      ["cancelled", null, "same", 1, 1],
      ["stopped", null, "gone", 0, 1],
      ["same", null, "same", 1, 1],
      ["begun", "Begun", "new", 1, 0],
      ["better", null, "fewer", 1, 2],
    ]);
    expect(changes?.groups[0]?.difference).toMatchObject({ failed: 2, successRatePoints: -100 });
  });

  test("of a code more runs are worse, of those without one they are not", () => {
    const warned = (code: string): Partial<FlowRun> => ({ ...failure(code), status: "success" });
    const { changes } = compared(
      [before(warned("less")), before(warned("less")), now(), now(), now(warned("less")), now(warned("more"))],
      { by: "code" },
    );
    expect(changes?.groups.map(({ key, change }) => [key, change])).toEqual([
      ["more", "new"],
      ["less", "fewer"],
      [null, "new"],
    ]);
  });

  test("beyond a thousand, nobody can tell", () => {
    const flows = Array.from({ length: 1001 }, (_, n) => before({ flowId: `f-${n}` }));
    const { changes } = compared([...flows, now({ flowId: "f-0" }), now({ flowId: "f-1000" })], { by: "flow" });
    const of = (key: string | null) => changes?.groups.find((one) => one.key === key);
    expect(of("f-0")).toMatchObject({ change: "same", difference: { runs: 0 } });
    expect(of("f-1000")).toMatchObject({ change: null, runs: 1, previousRuns: null, difference: null });
    expect(of(null)).toMatchObject({ isRest: true, change: null });
  });
});

describe("a window before that is known in part", () => {
  const runs = [
    ...times(2, before(failure("more now"))),
    ...times(2, before(failure("as many"))),
    ...times(3, before(failure("fewer"))),
    before(failure("gone")),
    ...times(3, now(failure("more now"))),
    ...times(2, now(failure("as many"))),
    now(failure("fewer")),
    now(failure("not seen")),
    now(),
  ];
  const { previous, changes } = compared(runs, { by: "code", knownFrom: begin + 1 });

  test("is marked", () => {
    expect(previous).toMatchObject({ partial: true, knownFrom: iso(begin + 1), total: { runs: 8 } });
  });

  test("has rates and durations to compare, and no counts", () => {
    expect(changes?.difference).toMatchObject({
      runs: null,
      failed: null,
      durationMs: { p50: 0, p95: 0, max: null },
      records: { input: null },
    });
    expect(changes?.difference.successRatePoints).toBe(12.5);
  });

  test("proves only that something came more often before", () => {
    const told = new Map(changes?.rootCauses.map((one) => [one.code, one.change]));
    expect([...told.keys()].sort()).toEqual(["as many", "fewer", "gone", "more now", "not seen"]);
    for (const code of ["more now", "as many", "not seen"]) expect(told.get(code)).toBeNull();
    expect([told.get("fewer"), told.get("gone")]).toEqual(["fewer", "gone"]);
    expect(changes?.groups.find(({ key }) => key === "not seen")).toMatchObject({ change: null, previousRuns: 0 });
  });

  test.each([
    ["as it ends", from],
    ["never", Infinity],
  ])("from %s on tells of nothing", (_, knownFrom) => {
    const stats = compared(runs, { knownFrom });
    expect(stats.previous).toMatchObject({ partial: true, knownFrom: null });
    expect(stats.changes).toBeNull();
  });
});
