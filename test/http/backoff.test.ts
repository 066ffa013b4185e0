import { describe, expect, test } from "vitest";
import { backoff, retryAfterMs } from "../../src/http/backoff.ts";
import { noon } from "../support/host.ts";

describe("backoff", () => {
  test.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [7, 32_000],
    [8, 60_000],
    [9, 60_000],
    [5000, 60_000],
  ])("after %i failures waits at most %i ms", (failures, ceiling) => {
    expect(backoff(failures, () => 1)).toBe(ceiling);
  });

  test("jitters over the whole range down to nothing", () => {
    expect(backoff(4, () => 0)).toBe(0);
    expect(backoff(4, () => 0.25)).toBe(1000);
  });
});

describe("retryAfterMs", () => {
  test.each([
    ["seconds", "10", 10_000],
    ["one second", "1", 1000],
    ["seconds with spaces", " 7 ", 7000],
    ["an hour", "3244", 3_244_000],
    ["an HTTP date", "Sun, 22 Nov 2026 12:02:00 GMT", 120_000],
    ["an RFC 850 date", "Sunday, 22-Nov-26 12:00:30 GMT", 30_000],
    ["an asctime date, read as a date at all", "Sun Nov 22 12:00:05 2026 GMT", 5000],
  ])("%s", (_, header, ms) => {
    expect(retryAfterMs(header, noon)).toBe(ms);
  });

  test("a date less than a second away is a second", () => {
    expect(retryAfterMs("Sun, 22 Nov 2026 12:00:01 GMT", noon + 900)).toBe(1000);
  });

  test.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["zero", "0"],
    ["a negative number", "-5"],
    ["a fraction", "1.5"],
    ["a unit", "10s"],
    ["an absurd number", "99999999999999999999"],
    ["a word", "soon"],
    ["a date that has passed", "Sun, 22 Nov 2026 11:59:59 GMT"],
    ["this very moment", "Sun, 22 Nov 2026 12:00:00 GMT"],
    ["an ISO date, which no Retry-After is", "2026-11-22"],
  ])("%s says nothing", (_, header) => {
    expect(retryAfterMs(header, noon)).toBeNull();
  });
});
