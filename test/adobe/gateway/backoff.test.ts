import { describe, expect, test } from "vitest";
import { backoff, mayPass, retryAfterMs } from "../../../src/adobe/gateway/backoff.ts";
import { noon } from "../../support/host.ts";

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
  const asks = (retryAfter: string | undefined, date?: string) =>
    retryAfterMs(
      {
        ...(retryAfter === undefined ? {} : { "retry-after": [retryAfter] }),
        ...(date === undefined ? {} : { date: [date] }),
      },
      noon,
    );

  test.each([
    ["seconds", "10", 10_000],
    ["one second", "1", 1000],
    ["seconds with spaces", " 7 ", 7000],
    ["an hour", "3244", 3_244_000],
    ["ten digits", "1234567890", 1_234_567_890_000],
    ["leading zeros", "00000000005", 5000],
    ["an HTTP date", "Sun, 22 Nov 2026 12:02:00 GMT", 120_000],
    ["an RFC 850 date", "Sunday, 22-Nov-26 12:00:30 GMT", 30_000],
    ["an asctime date, read as a date at all", "Sun Nov 22 12:00:05 2026 GMT", 5000],
  ])("%s", (_, header, ms) => {
    expect(asks(header)).toBe(ms);
  });

  test("a date less than a second away is a second", () => {
    expect(retryAfterMs({ "retry-after": ["Sun, 22 Nov 2026 12:00:01 GMT"] }, noon + 900)).toBe(1000);
  });

  test.each([
    ["an hour behind ours", "Sun, 22 Nov 2026 11:01:00 GMT", "Sun, 22 Nov 2026 11:00:00 GMT"],
    ["an hour ahead of ours", "Sun, 22 Nov 2026 13:01:00 GMT", "Sun, 22 Nov 2026 13:00:00 GMT"],
  ])("a date is measured against the answer's own Date, here %s", (_, until, date) => {
    expect(asks(until, date)).toBe(60_000);
  });

  test("a Date that is none leaves our own clock", () => {
    expect(asks("Sun, 22 Nov 2026 12:02:00 GMT", "around noon")).toBe(120_000);
  });

  test("seconds need no clock at all", () => {
    expect(asks("30", "Sun, 22 Nov 2020 11:00:00 GMT")).toBe(30_000);
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
    expect(asks(header)).toBeNull();
  });
});

test("what passes is not refused", () => {
  const statuses = [400, 401, 403, 404, 405, 408, 409, 410, 418, 421, 422, 425, 429, 451, 500, 502, 503, 504, 599];
  expect(statuses.filter(mayPass)).toEqual([408, 421, 425, 500, 502, 503, 504, 599]);
});
