import fc from "fast-check";
import { expect, it } from "vitest";
import { timeText } from "../../../src/runs/events/time-text.ts";

it("is what Date says, of any time that there is", () => {
  const anyTime = fc.integer({ min: -8.64e15, max: 8.64e15 });
  const nearMidnight = fc
    .tuple(fc.integer({ min: -1_200, max: 2_900_000 }), fc.integer({ min: -2, max: 2 }))
    .map(([day, ms]) => day * 86_400_000 + ms);
  fc.assert(
    fc.property(fc.array(fc.oneof(anyTime, nearMidnight), { maxLength: 10 }), (times) => {
      // Asked for together, so that what one leaves behind is there for the next.
      expect(times.map(timeText)).toEqual(times.map((ms) => new Date(ms).toISOString()));
    }),
    { numRuns: 1000 },
  );
});

it("is unknown where the time is", () => {
  expect(timeText(null)).toBeNull();
});
