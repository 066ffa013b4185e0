import { describe, expect, test } from "vitest";
import { account } from "../../../src/demo/account.ts";
import { answerFlows } from "../../../src/demo/flow-service.ts";
import { noticesUntil, storySource } from "../../../src/demo/story.ts";
import { calendarFlows, downstreamFlows, sourceFlows, type Flow } from "../../../src/demo/week/cast.ts";
import { countFlows, type DeclaredFlow } from "../../../src/runs/cadence/count-flows.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { normalise } from "../../../src/runs/events/normalise.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { call } from "../support.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const monday = Date.UTC(2026, 10, 23);
const selection = { events: resolveEventSelection(["runs"]), raw: false };
const flows: readonly Flow[] = [...sourceFlows, ...calendarFlows, ...downstreamFlows];
const keys = new Map(flows.map(({ id, key }) => [id, key]));

/** What a reader of the week finds, of flows with these keys. */
function runsAt(present: number, isWanted: (key: string) => boolean): readonly FlowRun[] {
  const told = noticesUntil(present, present - 7 * day + 10 * minute);
  return told
    .filter(({ key }) => isWanted(key.split(" ")[0] ?? ""))
    .flatMap(({ key, render }) => normalise(key, JSON.parse(JSON.stringify(render())), selection).runs)
    .map(({ run }) => run);
}

interface Told {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly scheduleParams?: {
    readonly startTime: number;
    readonly frequency: "once" | "minute" | "hour" | "day" | "week";
    readonly interval?: number | string;
  };
  readonly lastRunDetails?: {
    readonly id: string;
    readonly state: string;
    readonly startedAtUTC: number;
    readonly completedAtUTC: number;
  };
}

const units = { minute, hour, day, week: 7 * day };

/** The flows as the demo's Flow Service has them. */
function declaredAt(present: number, now = present): readonly DeclaredFlow[] {
  return ["prod", "stage", "dev"].flatMap((sandbox) => {
    const headers = { "x-gw-ims-org-id": account.imsOrgId, "x-sandbox-name": sandbox };
    const asked = call("/data/foundation/flowservice/flows?limit=100", { headers });
    const { items } = JSON.parse(answerFlows(asked, { present, now })?.body ?? "") as { items: readonly Told[] };
    return items.map(({ id, name, state, scheduleParams: params, lastRunDetails: last }): DeclaredFlow => {
      const schedule =
        params === undefined || params.frequency === "once"
          ? (params?.frequency ?? null)
          : { startMs: params.startTime * 1_000, everyMs: units[params.frequency] * Number(params.interval) };
      const { id: runId, state: status, startedAtUTC: startedAt, completedAtUTC: completedAt } = last ?? {};
      return {
        flowId: id,
        flowName: name,
        sandbox: { id: null, name: sandbox },
        isEnabled: state === "enabled",
        schedule: schedule as DeclaredFlow["schedule"],
        lastRun: last === undefined ? null : ({ runId, status, startedAt, completedAt } as DeclaredFlow["lastRun"]),
      };
    });
  });
}

/** The states other than `ok`, by the flow's key; `lost` where a notification was. */
function statesOf(runs: readonly FlowRun[], present: number, declared?: readonly DeclaredFlow[], now = present) {
  const counter = countFlows(present - 7 * day);
  for (const run of runs) counter.add(run);
  const told = counter.read(now, declared).flatMap(({ flow, gaps }) => {
    const state = flow.lost === null ? flow.state : `${flow.state}, lost`;
    const isWhole = gaps.every(({ until }) => until === null);
    return state === "ok" && isWhole ? [] : [[keys.get(flow.flowId) ?? "", isWhole ? state : `${state}, with gaps`]];
  });
  return Object.fromEntries(told) as Record<string, string>;
}

const learned = {
  returns: "absent",
  supplies: "late",
  // Its runs go on, which the journal does not know.
  "gift-cards": "absent",
  // Nobody can say when these are to run.
  tiers: "irregular",
  campaigns: "irregular",
  newsletter: "irregular",
};
const scheduled = {
  returns: "absent",
  supplies: "late",
  "gift-cards": "ok, lost",
  campaigns: "irregular",
  newsletter: "disabled",
};

/** The weekly flow, for which a moment's week may have none: its run of last Monday is gone, and today's has not ended. */
const isCertain = (present: number): boolean => (present - monday) % (7 * day) > 8 * hour;
const without = (states: Readonly<Record<string, string>>, key: string) =>
  Object.fromEntries(Object.entries(states).filter(([other]) => other !== key));

describe("whenever the demo is started, one flow has stopped, one is late, one's notifications are lost, and no other", () => {
  // Eleven hours apart, all the hours of a day come to pass; the calendar's flows at every hour of a week, below.
  test.each(Array.from({ length: 16 }, (_, index) => [new Date(monday + index * 11 * hour + 7_000).toISOString()]))(
    "%s",
    (at) => {
      const present = Date.parse(at);
      const runs = runsAt(present, () => true);
      const expected = isCertain(present) ? learned : without(learned, "tiers");
      expect(without(statesOf(runs, present), isCertain(present) ? "" : "tiers")).toEqual(expected);
      expect(statesOf(runs, present, declaredAt(present))).toEqual(scheduled);
    },
  );
  const isOfCalendar = (key: string): boolean => key !== "stock" && calendarFlows.some((flow) => flow.key === key);
  test.each([0, 1, 2, 3, 4, 5, 6])("at every hour of day %i of a week", (ofWeek) => {
    for (let ofDay = 0; ofDay < 24; ofDay++) {
      const present = monday + 14 * day + ofWeek * day + ofDay * hour;
      const runs = runsAt(present, isOfCalendar);
      expect(
        statesOf(
          runs,
          present,
          declaredAt(present).filter(({ flowId }) => isOfCalendar(keys.get(flowId) ?? "")),
        ),
      ).toEqual(scheduled);
      expect(without(statesOf(runs, present), "tiers")).toEqual(without(learned, "tiers"));
    }
  });
});

test("two who start some minutes apart are told the same of the past", () => {
  for (const present of [monday + 10 * hour, monday + 3 * day + 16.5 * hour, monday + 6 * day + 22 * hour]) {
    const silent = calendarFlows.filter(({ silence }) => silence !== null).map(({ key }) => key);
    const before = runsAt(present, (key) => silent.includes(key));
    const after = runsAt(present + 12 * minute, (key) => silent.includes(key));
    expect(after.slice(-40)).toEqual(before.slice(-40));
  }
});

describe("while it is watched", () => {
  const present = monday + 3 * day + 8 * hour + 7_000;
  const source = storySource(present);
  const length = source.length(present);
  const until = present + 6 * hour;
  const live = Array.from({ length: source.length(until) - length }, (_, index) => {
    const { position, event } = JSON.parse(source.text(length + index)) as { position: string; event: unknown };
    return {
      at: source.writtenAt(length + index),
      runs: normalise(position, event, selection).runs.map(({ run }) => run),
    };
  });
  const oneByOne = new Set(sourceFlows.map(({ id }) => id));
  const due = live.filter(({ runs }) => runs.some(({ flowId }) => !oneByOne.has(flowId)));

  test("flows keep their hours, and those that are silent stay so", () => {
    const counts = new Map<string, number>();
    for (const { flowId } of due.flatMap(({ runs }) => runs)) {
      counts.set(keys.get(flowId) ?? "", (counts.get(keys.get(flowId) ?? "") ?? 0) + 1);
    }
    // Six hours from eight o'clock on a Thursday.
    expect(Object.fromEntries(counts)).toMatchObject({ stock: 24, appointments: 5, campaigns: 3 });
    for (const key of ["returns", "supplies", "gift-cards", "newsletter", "prices", "tiers"])
      expect(counts.get(key)).toBeUndefined();
    for (const { at, runs } of due) expect(at - Date.parse(runs[0]?.updatedAt ?? "")).toBeLessThan(18 * minute);
  });
  test("and whoever starts later is told the same of those", () => {
    const later = runsAt(until + hour, (key) => calendarFlows.some((flow) => flow.key === key));
    const byId = new Map(later.map((run) => [run.runId, run]));
    const fromCalendar = due
      .flatMap(({ runs }) => runs)
      .filter(({ flowId }) => calendarFlows.some(({ id }) => id === flowId));
    expect(fromCalendar.length).toBeGreaterThan(30);
    for (const run of fromCalendar)
      expect(byId.get(run.runId)).toMatchObject({ startedAt: run.startedAt, status: run.status });
    const told = new Set(fromCalendar.map(({ runId }) => runId));
    const between = later.filter(
      ({ updatedAt }) => Date.parse(updatedAt ?? "") > present && Date.parse(updatedAt ?? "") < until - 18 * minute,
    );
    const kept = between.filter(({ flowId }) =>
      calendarFlows.some(({ id, silence }) => id === flowId && silence === null),
    );
    expect(kept.filter(({ runId }) => !told.has(runId))).toEqual([]);
  });
  test("one flow has stopped and one is late all the time, and no other is", () => {
    const before = runsAt(present, () => true);
    for (const sinceMs of [20 * minute, 50 * minute]) {
      const now = present + sinceMs;
      const runs = [...before, ...live.filter(({ at }) => at <= now).flatMap((told) => told.runs)];
      const { returns, supplies, "gift-cards": cards, ...others } = statesOf(runs, present, undefined, now);
      expect([returns, supplies, cards]).toEqual(["absent", "late", "absent"]);
      expect(Object.values(others).filter((state) => !state.startsWith("irregular"))).toEqual([]);
    }
  });
});
