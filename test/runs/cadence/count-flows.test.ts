import { describe, expect, test } from "vitest";
import { countFlows, type DeclaredFlow } from "../../../src/runs/cadence/count-flows.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { bareRun, onlyRun } from "../events.ts";

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.UTC(2026, 10, 28, 12);

/** A run that began at an instant and took ten minutes, as its notification tells of it at its end. */
function run(startedAt: number, fields: Partial<FlowRun> = {}): FlowRun {
  const iso = (at: number): string => new Date(at).toISOString();
  const completedAt = iso(startedAt + 10 * minute);
  return {
    ...onlyRun(bareRun({ id: `run at ${startedAt}` })),
    startedAt: iso(startedAt),
    completedAt,
    updatedAt: completedAt,
    ...fields,
  };
}

function counted(runs: readonly FlowRun[], now: number, declared?: readonly DeclaredFlow[]) {
  const counter = countFlows(noon - 24 * hour);
  for (const one of runs) counter.add(one);
  return counter.read(now, declared);
}

const hourly = Array.from({ length: 20 }, (_, n) => run(noon - (20 - n) * hour));

test("a flow's runs count once, however often they are told of, and the last word on each holds", () => {
  const [last] = hourly.slice(-1);
  const failed = { ...last!, status: "failed", updatedAt: new Date(noon - 30 * minute).toISOString() };
  const begun = { ...last!, status: "inProgress", updatedAt: last!.startedAt };
  const [history] = counted([...hourly, failed, begun, failed], noon);
  expect(history!.flow).toMatchObject({
    type: "flowrun.flow",
    runs: 20,
    failed: 1,
    lastRunId: last!.runId,
    lastRunAt: "2026-11-28T11:00:00.000Z",
    lastStatus: "failed",
    lastSuccessAt: "2026-11-28T10:00:00.000Z",
    paceMs: hour,
    paceFrom: "history",
    nextExpectedAt: "2026-11-28T12:00:00.000Z",
    state: "ok",
    missing: 0,
    lost: null,
  });
  expect(history!.gaps).toEqual([]);
});

test("a run began when that is told, whichever notification tells it, and until then when it was made", () => {
  const end = run(noon - hour);
  const begun = {
    ...end,
    status: "inProgress",
    ...{ startedAt: null, completedAt: null },
    createdAt: new Date(noon - 61 * minute).toISOString(),
    updatedAt: new Date(noon - 61 * minute).toISOString(),
  };
  const beginOf = (runs: readonly FlowRun[]) => counted(runs, noon)[0]?.flow.lastRunAt;
  expect(beginOf([begun])).toBe("2026-11-28T10:59:00.000Z");
  expect(beginOf([begun, end])).toBe("2026-11-28T11:00:00.000Z");
  expect(beginOf([end, begun])).toBe("2026-11-28T11:00:00.000Z");
});

test("a flow that has stopped is absent, and the gap is open", () => {
  const [history] = counted(hourly, noon + 3 * hour);
  expect(history!.flow).toMatchObject({ state: "absent", missing: 3, nextExpectedAt: "2026-11-28T12:00:00.000Z" });
  expect(history!.gaps).toEqual([
    { from: noon - hour, until: null, missing: 3, expectedAt: [noon, noon + hour, noon + 2 * hour] },
  ]);
});

test("a run of the future says nothing about the present", () => {
  const [history] = counted([...hourly, run(Date.UTC(2099, 0, 1))], noon + 3 * hour);
  expect(history!.flow).toMatchObject({ state: "absent", lastRunAt: "2026-11-28T11:00:00.000Z" });
});

test("what a flow's events say of ids and names is bounded", () => {
  const long = "x".repeat(1_000_000);
  const [history] = counted([run(noon, { flowId: long, flowName: long, runId: long, status: long })], noon);
  expect(JSON.stringify(history).length).toBeLessThan(5_000);
});

const declared: DeclaredFlow = {
  flowId: hourly[0]!.flowId,
  flowName: "Web orders",
  sandbox: { id: null, name: "prod" },
  isEnabled: true,
  schedule: { startMs: noon - 100 * 24 * hour, everyMs: hour },
  lastRun: null,
};

test("Flow Service's word goes first: a schedule, a flow that is disabled or runs by hand", () => {
  const stateOf = (fields: Partial<DeclaredFlow>) =>
    counted(hourly, noon + 5 * hour, [{ ...declared, ...fields }]).map(({ flow }) => [
      flow.flowName,
      flow.state,
      flow.paceFrom,
      flow.missing,
    ]);
  expect(stateOf({})).toEqual([["Web orders", "absent", "schedule", 5]]);
  expect(stateOf({ isEnabled: false })).toEqual([["Web orders", "disabled", null, null]]);
  expect(stateOf({ schedule: "once" })).toEqual([["Web orders", "irregular", null, null]]);
  expect(stateOf({ schedule: null })).toEqual([["Web orders", "absent", "history", 5]]);
});

test("a run that Flow Service knows of and nobody told of is a lost notification, not an absent run", () => {
  const lastRun = {
    runId: "run that was lost",
    status: "success",
    startedAt: noon + 4.5 * hour,
    completedAt: noon + 4.6 * hour,
  };
  const [lost] = counted(hourly, noon + 5 * hour, [{ ...declared, lastRun }]);
  expect(lost!.flow).toMatchObject({
    state: "ok",
    missing: 0,
    lastRunId: hourly.at(-1)!.runId,
    lost: { runId: "run that was lost", startedAt: "2026-11-28T16:30:00.000Z" },
  });
  // It may still be on its way, or be the one that was told of.
  const [fresh] = counted(hourly, noon + 4.7 * hour, [{ ...declared, lastRun }]);
  expect(fresh!.flow.lost).toBeNull();
  const known = { ...lastRun, runId: hourly.at(-1)!.runId };
  expect(counted(hourly, noon + 5 * hour, [{ ...declared, lastRun: known }])[0]!.flow.lost).toBeNull();
});

test("a scheduled flow that never ran is told too", () => {
  const [history] = counted([], noon, [{ ...declared, flowId: "never seen" }]);
  expect(history!.flow).toMatchObject({ flowId: "never seen", runs: 0, lastRunAt: null, state: "absent", missing: 25 });
  expect(history!.gaps).toMatchObject([{ from: noon - 24 * hour, until: null, missing: 25 }]);
  expect(history!.gaps[0]!.expectedAt).toHaveLength(25);
});

describe("what was not read says nothing", () => {
  const counter = () => {
    const counting = countFlows(noon - 24 * hour);
    for (const one of hourly) counting.add(one);
    return counting;
  };
  const last = noon - hour;

  test("a flow that was silent only there is not late", () => {
    const states = [
      [],
      [{ from: last, to: noon + 4.5 * hour }],
      [{ from: last + 10 * minute, to: Infinity }],
      // Before its last run, it is no excuse.
      [{ from: last - 5 * hour, to: last }],
    ].map((unread) => counter().read(noon + 5 * hour, [], unread)[0]!);
    expect(states.map(({ flow, gaps }) => [flow.state, gaps.length])).toEqual([
      ["absent", 1],
      ["ok", 0],
      ["ok", 0],
      ["absent", 1],
    ]);
  });

  test("no gap is found there", () => {
    const counting = countFlows(noon - 48 * hour);
    const split = hourly.map((one, n) => (n < 10 ? run(noon - 40 * hour + n * hour) : one));
    for (const one of split) counting.add(one);
    const [known] = counting.read(noon);
    const [unknown] = counting.read(noon, [], [{ from: noon - 25 * hour, to: noon - 12 * hour }]);
    expect(known!.gaps).toMatchObject([{ missing: 20 }]);
    expect(unknown!.gaps).toEqual([]);
  });

  test("a scheduled flow is not missed from before it, and no notification is lost in it", () => {
    const lastRun = { runId: "x", status: "success", startedAt: noon + 2 * hour, completedAt: noon + 3 * hour };
    const unread = [{ from: noon - 12 * hour, to: noon + 4.2 * hour }];
    const silent = { ...declared, flowId: "never seen" };
    expect(countFlows(noon - 24 * hour).read(noon + 5 * hour, [silent], unread)[0]!.flow).toMatchObject({
      state: "ok",
    });
    expect(counter().read(noon + 5 * hour, [{ ...declared, lastRun }], unread)[0]!.flow.lost).toBeNull();
    expect(counter().read(noon + 5 * hour, [{ ...declared, lastRun }])[0]!.flow.lost).not.toBeNull();
  });
});

test("a run that ended before the window, or began after the moment that is judged, is none that was lost", () => {
  const lost = (startedAt: number, at = noon) => {
    const lastRun = { runId: "x", status: "success", startedAt, completedAt: startedAt + minute };
    return countFlows(noon - 24 * hour).read(at, [{ ...declared, flowId: "other", lastRun }])[0]!.flow;
  };
  expect(lost(noon - 30 * 24 * hour)).toMatchObject({ lost: null, state: "absent" });
  expect(lost(noon - 2 * hour)).toMatchObject({ lost: { runId: "x" }, state: "late" });
  expect(lost(noon + 5 * hour)).toMatchObject({ lost: null, state: "absent" });
});

test("a pace is told as one would say it", () => {
  const ragged = Array.from({ length: 20 }, (_, n) => run(noon - (20 - n) * hour + (n % 3) * 20_000));
  expect(counted(ragged, noon)[0]!.flow.paceMs).toBe(hour);
});

test("runs that are told of two at a time are not late while the second one is awaited", () => {
  // Each event is written when the second of its runs has ended, and names that one first.
  const pairs = hourly.map((one, n) => ({ ...one, position: `pair ${Math.floor(n / 2)}` }));
  const told = pairs.flatMap((one, n) => (n % 2 === 0 ? [pairs[n + 1]!, one] : []));
  const stateAt = (at: number) => counted(told, at)[0]!.flow.state;
  expect([stateAt(noon + hour), stateAt(noon + 100 * minute)]).toEqual(["ok", "ok"]);
  expect([stateAt(noon + 2 * hour), stateAt(noon + 3 * hour)]).toEqual(["late", "absent"]);
  // A list of runs is no event, though all of them stand at one place.
  const list = hourly.map((one) => ({ ...one, position: "runs.json:1" }));
  expect(counted(list, noon + 2 * hour)[0]!.flow.state).toBe("absent");
});

test("however many runs there are, so many are remembered, and all are counted", () => {
  const counter = countFlows(-Infinity);
  const [one] = hourly;
  const flows = 40;
  const each = 9_000;
  for (let n = 0; n < each; n += 1) {
    const startedAt = new Date(noon - (each - n) * 15 * minute).toISOString();
    for (let flow = 0; flow < flows; flow += 1) {
      counter.add({ ...one!, flowId: `flow ${flow}`, runId: `run ${n}`, startedAt, updatedAt: startedAt });
    }
  }
  const told = counter.read(noon);
  expect(told.map(({ flow }) => flow.runs)).toEqual(Array.from({ length: flows }, () => each));
  expect(new Set(told.map(({ flow }) => `${flow.state} ${String(flow.paceMs)}`))).toEqual(
    new Set([`ok ${String(15 * minute)}`]),
  );
});
