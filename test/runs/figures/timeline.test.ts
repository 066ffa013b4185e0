import { describe, expect, test } from "vitest";
import { cutTime, roundStep } from "../../../src/runs/figures/timeline.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`);

test("pieces begin at whole multiples of their length", () => {
  const line = cutTime(at("03:27:00"), at("06:10:00"), hour);
  expect(line.length).toBe(4);
  expect([0, 3].map((index) => line.startOf(index))).toEqual([at("03:00:00"), at("06:00:00")]);
  expect(["03:00:00", "03:59:59.999", "04:00:00", "06:10:00"].map((time) => line.indexOf(at(time)))).toEqual([
    0, 0, 1, 3,
  ]);
});

test("what lies outside belongs to the nearest piece", () => {
  const line = cutTime(at("03:00:00"), at("06:00:00"), hour);
  expect(line.length).toBe(3);
  expect([0, at("02:59:59"), at("06:00:00"), at("23:00:00")].map((moment) => line.indexOf(moment))).toEqual([
    0, 0, 2, 2,
  ]);
});

test("a window without length is one piece", () => {
  expect(cutTime(at("03:00:00"), at("03:00:00"), hour).length).toBe(1);
});

describe("round steps", () => {
  test.each([
    [0, minute],
    [hour, 5 * minute],
    [day, 30 * minute],
    [2 * day, hour],
    [7 * day, 3 * hour],
    [700 * day, Math.ceil((700 * day) / 59)],
  ])("of %d ms", (stretch, step) => {
    expect(roundStep(stretch, 60)).toBe(step);
    expect(cutTime(at("03:27:11"), at("03:27:11") + stretch, step).length).toBeLessThanOrEqual(60);
  });
});
