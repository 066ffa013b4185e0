import { expect, test } from "vitest";
import { isDeeperThan } from "../../../src/runs/events/depth.ts";
import { normalise } from "../../../src/runs/events/normalise.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { bareRun } from "../events.ts";

const nest = (levels: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = wrap(value);
  return value;
};

test.each<[string, (inner: unknown) => unknown]>([
  ["lists", (inner) => [inner, 2]],
  ["objects", (inner) => ({ a: 1, __proto__: null, b: inner })],
])("counts %s in each other", (_, wrap) => {
  expect(isDeeperThan(nest(7, wrap), 7)).toBe(false);
  expect(isDeeperThan(nest(8, wrap), 7)).toBe(true);
  expect(isDeeperThan(nest(100_000, wrap), 99_999)).toBe(true);
});

test("a value that holds nothing has no depth", () => {
  for (const value of [null, 1, "[[[[", true, undefined]) expect(isDeeperThan(value, 0)).toBe(false);
});

const events = resolveEventSelection(["runs"]);
const deepRun = (levels: number) => bareRun({ extra: nest(levels, (inner) => [inner]) });

test("a run is told without the event as delivered where that is nested too deeply, and it is said why", () => {
  const { runs, rejects, withoutRaw } = normalise("p", deepRun(6000), { events, raw: true });
  expect(runs.map(({ run: { runId, raw } }) => [runId, raw])).toEqual([["run-1", null]]);
  expect([rejects, withoutRaw]).toEqual([[], "it is nested more than 500 levels deep"]);
});

test("up to there it is told whole", () => {
  const event = deepRun(499);
  const { runs, withoutRaw } = normalise("p", event, { events, raw: true });
  expect(runs[0]?.run.raw).toBe(event);
  expect(withoutRaw).toBeUndefined();
});

test("who does not ask for it hears nothing of its depth", () => {
  const { runs, withoutRaw } = normalise("p", deepRun(6000), { events, raw: false });
  expect(runs[0]?.run).not.toHaveProperty("raw");
  expect(withoutRaw).toBeUndefined();
});
