import { describe, expect, test } from "vitest";
import { absenceKey, absenceNews, type ToldAbsence } from "../../../src/runs/cadence/absence-news.ts";
import type { FlowHistory } from "../../../src/runs/cadence/count-flows.ts";
import type { FlowRecord } from "../../../src/runs/cadence/flow-record.ts";
import { watchFlows } from "../../../src/runs/cadence/watch-flows.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { bareRun, onlyRun } from "../events.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 10, 28, 12);
const iso = (at: number): string => new Date(at).toISOString();

function run(startedAt: number, fields: Partial<FlowRun> = {}): FlowRun {
  const ended = iso(startedAt + 10 * minute);
  return {
    ...onlyRun(bareRun({ id: `run at ${startedAt}` })),
    startedAt: iso(startedAt),
    completedAt: ended,
    updatedAt: ended,
    ...fields,
  };
}

const hourly = Array.from({ length: 20 }, (_, n) => run(noon - (20 - n) * hour));

/** Told of at each moment, one after the other. */
function follow(steps: readonly (number | FlowRun)[], before: readonly ToldAbsence[] | null = []) {
  const watch = watchFlows(noon - 7 * day, 7 * day);
  for (const one of hourly) watch.add(one);
  let told = before;
  const records = steps.flatMap((step) => {
    if (typeof step !== "number") {
      watch.add(step);
      return [];
    }
    const news = absenceNews(watch.look(step), told, step);
    told = news.told;
    return news.records;
  });
  return { records, told };
}

const states = ({ records }: ReturnType<typeof follow>) => records.map(({ before, state }) => [before, state]);

describe("a flow is told of", () => {
  test("once when it is late, once when it is absent, and once when it is back", () => {
    const ran = run(noon + 9 * hour);
    const steps = [0, 0.5, 1, 1.5, 2, 3, 4, 5, 6].map((hours) => noon + hours * hour);
    const news = follow([...steps, ran, noon + 9.2 * hour, noon + 9.3 * hour]);
    expect(states(news)).toEqual([
      ["ok", "late"],
      ["late", "absent"],
      ["absent", "ok"],
    ]);
    const [late, absent, back] = news.records;
    expect(late).toMatchObject({
      type: "flowrun.absent",
      schemaVersion: 1,
      silentSince: iso(noon - hour),
      nextExpectedAt: iso(noon),
      paceMs: hour,
      missing: 1,
    });
    expect(absent).toMatchObject({ silentSince: iso(noon - hour), missing: 2 });
    expect(back).toMatchObject({ silentSince: iso(noon - hour), lastRunAt: iso(noon + 9 * hour), missing: 0 });
    expect(news.told).toEqual([]);
    expect(new Set(news.records.map(absenceKey)).size).toBe(3);
  });

  test("as it is where nobody knows what was before", () => {
    expect(states(follow([noon + 5 * hour, noon + 6 * hour], null))).toEqual([[null, "absent"]]);
  });

  test("not again after a restart that knows what was told", () => {
    const before = follow([noon + 5 * hour]);
    expect(states(follow([noon + 6 * hour], before.told))).toEqual([]);
    const back = follow([run(noon + 6 * hour), noon + 6.3 * hour], before.told);
    expect(states(back)).toEqual([["absent", "ok"]]);
  });

  test("anew where it ran in between, and nobody looked", () => {
    const { told } = follow([noon + 5 * hour]);
    const again = follow([run(noon + 6 * hour), noon + 12 * hour], told);
    expect(again.records).toMatchObject([{ state: "absent", silentSince: iso(noon + 6 * hour) }]);
  });

  test("by the same key whenever the same is told, and by others of another profile", () => {
    const [one] = follow([noon + 5 * hour]).records;
    const [again] = follow([noon + 7 * hour], null).records;
    expect(absenceKey(again!)).toBe(absenceKey(one!));
    expect(absenceKey({ ...one!, profile: "other" })).not.toBe(absenceKey(one!));
  });
});

test("a flow whose pace is judged otherwise, and that has not run, is neither back nor told again", () => {
  const { told } = follow([noon + 5 * hour]);
  const [history] = watched(noon + 5 * hour);
  const changed = (state: FlowRecord["state"]): readonly FlowHistory[] => [
    { ...history!, flow: { ...history!.flow, state } },
  ];
  for (const state of ["irregular", "ok", "late", "disabled"] as const) {
    expect(absenceNews(changed(state), told, noon + 6 * hour)).toEqual({ records: [], told });
  }
  expect(absenceNews([], told, noon + 6 * hour)).toEqual({ records: [], told });
});

function watched(at: number): readonly FlowHistory[] {
  const watch = watchFlows(noon - 7 * day, 7 * day);
  for (const one of hourly) watch.add(one);
  return watch.look(at);
}

describe("flows that are watched", () => {
  test("are judged once a minute, and at once where one that is silent runs", () => {
    const watch = watchFlows(noon - 7 * day, 7 * day);
    for (const one of hourly) watch.add(one);
    const first = watch.look(noon + 5 * hour);
    expect(watch.look(noon + 5 * hour + 59_000)).toBe(first);
    watch.add(run(noon + 4.8 * hour));
    expect(watch.look(noon + 5 * hour + 59_000)[0]!.flow.state).toBe("ok");
    expect(watch.look(noon + 5 * hour + 3 * minute)).not.toBe(first);
  });

  test("are forgotten with time: a watch of weeks knows the last one or two", () => {
    const watch = watchFlows(noon - 7 * day, 7 * day);
    for (let hours = 0; hours < 6 * 7 * 24; hours += 1) {
      watch.add(run(noon + hours * hour));
      watch.look(noon + hours * hour + 20 * minute);
    }
    const { runs, state } = watch.look(noon + 6 * 7 * day)[0]!.flow;
    expect(state).toBe("ok");
    expect(runs).toBeGreaterThanOrEqual(7 * 24 - 1);
    expect(runs).toBeLessThanOrEqual(14 * 24 + 1);
  });
});
