import { expect, test } from "vitest";
import { localTimeIn } from "../../../src/render/text/local-time.ts";
import { renderBytes, renderCount, renderDuration } from "../../../src/render/text/numbers.ts";
import { renderTime, type TimeStyle } from "../../../src/render/text/times.ts";
import { sampleNow } from "../sample-runs.ts";

test.each([
  [0, "0ms"],
  [350, "350ms"],
  [-90_000, "-1m 30s"],
  [999, "999ms"],
  [1000, "1s"],
  [1550, "1.5s"],
  [59_999, "59.9s"],
  [60_000, "1m"],
  [90_000, "1m 30s"],
  [3_599_999, "59m 59s"],
  [3_600_000, "1h"],
  [7_500_000, "2h 5m"],
  [273_600_000, "3d 4h"],
  [100_000 * 86_400_000, "100,000d"],
])("a duration of %d ms is %s", (ms, words) => {
  expect(renderDuration(ms)).toBe(words);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1_210_000, "1.2 MB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [7_300_000_000_000, "7.3 TB"],
  [9_007_199_254_740_991, "9.0 PB"],
  [1.5e24, "1,500,000.0 EB"],
])("%d bytes are %s", (bytes, words) => {
  expect(renderBytes(bytes)).toBe(words);
});

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [-999, "-999"],
  [-12_345, "-12,345"],
  [9_007_199_254_740_991, "9,007,199,254,740,991"],
  [1e21, "1,000,000,000,000,000,000,000"],
])("a count of %d is %s", (count, words) => {
  expect(renderCount(count)).toBe(words);
});

test.each<[TimeStyle, string, string, string]>([
  ["iso", "UTC", "2026-11-22T03:04:05.678Z", "2026-11-22T03:04:05.678Z"],
  ["local", "UTC", "2026-11-22T03:04:05.678Z", "11-22 03:04:05"],
  ["local", "Asia/Tokyo", "2026-11-22T03:04:05.678Z", "11-22 12:04:05"],
  ["local", "America/New_York", "2026-01-01T03:04:05.000Z", "2025-12-31 22:04"],
  ["relative", "UTC", "2026-11-22T12:00:00.000Z", "0s ago"],
  ["relative", "UTC", "2026-11-22T11:59:01.000Z", "59s ago"],
  ["relative", "UTC", "2026-11-22T11:54:30.000Z", "5m ago"],
  ["relative", "UTC", "2026-11-21T09:00:00.000Z", "27h ago"],
  ["relative", "UTC", "2026-11-15T12:00:00.000Z", "7d ago"],
  ["relative", "UTC", "2026-11-22T12:05:00.000Z", "in 5m"],
  ["relative", "UTC", "no time\n", "no time\\n"],
])("%s in %s tells %s as %s", (style, zone, time, words) => {
  expect(renderTime(time, { style, local: localTimeIn(zone), now: () => sampleNow })).toBe(words);
});
