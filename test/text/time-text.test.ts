import fc from "fast-check";
import { expect, it } from "vitest";
import { timeOf, timeText } from "../../src/text/time-text.ts";

it("is read though none was told before, or asked for", () => {
  expect(timeOf("2026-12-01T12:34:56.789Z")).toBe(Date.UTC(2026, 11, 1, 12, 34, 56, 789));
});

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
  expect(timeOf(null)).toBeNaN();
});

it("is read as Date reads it, whatever the text", () => {
  const time = fc
    .integer({ min: -62_198_755_200_000, max: 253_402_300_799_999 })
    .map((ms) => new Date(ms).toISOString());
  const digit = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, "0"));
  const ofToday = fc
    .tuple(digit, digit, digit, fc.integer({ min: 0, max: 999 }))
    .map(([hour, minute, second, ms]) => `2026-12-01T${hour}:${minute}:${second}.${String(ms).padStart(3, "0")}Z`);
  const spoilt = fc
    .tuple(fc.oneof(time, ofToday), fc.nat(30), fc.constantFrom("", "x", " ", "-", "9", "+01:00", ".", ":"))
    .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1));
  fc.assert(
    fc.property(fc.array(fc.oneof(time, ofToday, spoilt, fc.string()), { maxLength: 10 }), (texts) => {
      expect(texts.map(timeOf)).toEqual(texts.map((text) => Date.parse(text)));
    }),
    { numRuns: 2000 },
  );
});
