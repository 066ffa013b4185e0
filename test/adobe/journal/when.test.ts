import { describe, expect, test } from "vitest";
import { exitCodes, FlowrunError } from "../../../src/errors.ts";
import { parseDuration, parseWhen, startUrl, type Start } from "../../../src/adobe/journal/when.ts";
import { noon } from "../../support/host.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const journal = "https://events-va6.adobe.io/events/organizations/1/integrations/2/3";

/** Every spelling of a length: its words, its milliseconds, and how the journal is asked. */
const lengths: readonly (readonly [words: string, ms: number, seek: string])[] = [
  ["-P1D", day, "-P1D"],
  ["P1D", day, "-P1D"],
  ["\u2212P1D", day, "-P1D"],
  ["-p1d", day, "-P1D"],
  [" -P1D ", day, "-P1D"],
  ["-PT2H", 2 * hour, "-PT2H"],
  ["PT90M", 90 * minute, "-PT90M"],
  ["PT1H30M", 90 * minute, "-PT1H30M"],
  ["P5DT2H", 5 * day + 2 * hour, "-P5DT2H"],
  ["P1W", 7 * day, "-P1W"],
  ["P1W2D", 9 * day, "-P1W2D"],
  ["PT0.5S", second / 2, "-PT0.5S"],
  ["-PT30S", 30 * second, "-PT30S"],
  ["90m", 90 * minute, "-PT90M"],
  ["2h", 2 * hour, "-PT2H"],
  ["-2h", 2 * hour, "-PT2H"],
  ["\u22122h", 2 * hour, "-PT2H"],
  ["1d", day, "-P1D"],
  ["1w", 7 * day, "-P1W"],
  ["1h30m", 90 * minute, "-PT1H30M"],
  ["1d12h", day + 12 * hour, "-P1DT12H"],
  ["1w1d1h1m1s", 8 * day + hour + minute + second, "-P1W1DT1H1M1S"],
  ["45s", 45 * second, "-PT45S"],
  ["1.5s", 1.5 * second, "-PT1.5S"],
  ["2H", 2 * hour, "-PT2H"],
  ["P30D", 30 * day, "-P30D"],
];

describe("a length back from now", () => {
  test.each(lengths)("%s", (words, ms, seek) => {
    expect(parseWhen(words, noon)).toEqual({ kind: "time", at: noon - ms, seek, askedAt: noon });
  });

  test.each(["PT0S", "P0D", "0s", "0d", "-0h"])("%s is now", (words) => {
    expect(parseWhen(words, noon)).toEqual({ kind: "now" });
  });
});

describe("a date or time", () => {
  test.each([
    ["2026-11-21", Date.UTC(2026, 10, 21)],
    ["2026-11-22", Date.UTC(2026, 10, 22)],
    ["2026-11-21T08:00", Date.UTC(2026, 10, 21, 8)],
    ["2026-11-21 08:00", Date.UTC(2026, 10, 21, 8)],
    ["2026-11-21T08:00:30", Date.UTC(2026, 10, 21, 8, 0, 30)],
    ["2026-11-21T08:00:30.250", Date.UTC(2026, 10, 21, 8, 0, 30, 250)],
    ["2026-11-21T08:00Z", Date.UTC(2026, 10, 21, 8)],
    ["2026-11-21t08:00:00z", Date.UTC(2026, 10, 21, 8)],
    ["2026-11-21T08:00:00+02:00", Date.UTC(2026, 10, 21, 6)],
    ["2026-11-21T08:00:00-0530", Date.UTC(2026, 10, 21, 13, 30)],
    ["2026-11-22T14:00:00+05:45", Date.UTC(2026, 10, 22, 8, 15)],
    ["2020-02-29", Date.UTC(2020, 1, 29)],
  ])("%s", (words, at) => {
    expect(parseWhen(words, noon)).toMatchObject({ kind: "time", at });
  });

  test("is asked for as seconds back, rounded so that nothing at that moment is missed", () => {
    expect(parseWhen("2026-11-22T11:00:00.600Z", noon)).toMatchObject({ seek: "-PT3600S" });
    expect(parseWhen("2026-11-21", noon)).toMatchObject({ seek: "-PT129600S" });
  });

  test("does not depend on the machine's zone", () => {
    const before = process.env["TZ"];
    process.env["TZ"] = "Pacific/Auckland";
    try {
      expect(parseWhen("2026-11-21", noon)).toMatchObject({ at: Date.UTC(2026, 10, 21) });
      expect(parseWhen("2026-11-21T08:00", noon)).toMatchObject({ at: Date.UTC(2026, 10, 21, 8) });
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });

  test.each([
    "2026-11-22T12:00:00.001Z",
    "2026-11-23",
    "2026-11-22T12:00+00:00".replace("12:00", "12:01"),
    "2026-11-22T11:30:00-01:00",
  ])("%s is in the future, which is refused", (words) => {
    const error = failure(() => parseWhen(words, noon));
    expect(error.kind).toBe("usage");
    expect(error.message).toContain("future");
    expect(error.why).toContain("2026-11-22T12:00:00.000Z");
    expect(error.hint).toContain("-P1D");
  });
});

test.each(["oldest", "now", "last", " oldest "])("%s", (words) => {
  expect(parseWhen(words, noon)).toEqual({ kind: words.trim() });
});

const refused = [
  "", "-", "P", "PT", "-P", "P1DT", "PT1H30", "1D2", "1D1W", "1h1d", "P-1D", "-P-1D", "+P1D", "--P1D", "P 1D", "P1X", "D1P", "1x", "1", "2026", "1e3s", "1.5d", "1.5h",
  "tomorrow", "someday", "Oldest", "latest", "next", "2026-11", "2026-13-01", "2026-02-30", "2026-11-21T25:00", "2026-11-21T08:60", "2026-11-21T08:00:61",
  "2026-11-21T08:00+25:00", "2026-11-21T08:00+02", "21.11.2026", "11/21/2026", "1763700000", "P99999999999D", "99999999999999999999d", "2026-11-21Z", "2026-W47", "P1,5D",
]; // prettier-ignore

describe("anything else", () => {
  test.each(refused)("'%s' is a usage error that names the accepted forms", (words) => {
    const error = failure(() => parseWhen(words, noon));
    expect(error.kind).toBe("usage");
    expect(exitCodes[error.kind]).toBe(2);
    expect(error.message).toContain(`'${words.trim()}'`);
    for (const form of ["-P1D", "90m", "2026-11-20T08:00Z", "oldest", "now", "last"])
      expect(error.hint).toContain(form);
  });

  test.each(["P1M", "-P1Y", "\u2212P1M", "P2Y6M", "P1Y2M3DT4H", "P1M1W"])(
    "%s: years and months are refused by name",
    (words) => {
      const error = failure(() => parseWhen(words, noon));
      expect(error.kind).toBe("usage");
      expect(error.why).toContain("years and months");
      expect(error.message).not.toContain("\u2212");
    },
  );

  test.each(["PT5M5", "PT1.5M", "P1DT5MX"])("%s has no month in it, so months are not blamed", (words) => {
    expect(failure(() => parseWhen(words, noon)).why).not.toContain("month");
  });
});

describe("parseDuration", () => {
  test.each(lengths)("%s", (words, ms) => {
    expect(parseDuration(words)).toBe(ms);
  });

  test.each(["", "P", "PT", "P1M", "1y", "soon", "oldest", "2026-11-20", "5"])("'%s' is a usage error", (words) => {
    const error = failure(() => parseDuration(words));
    expect(error.kind).toBe("usage");
    expect(error.hint).toContain("PT5M");
  });
});

describe("startUrl", () => {
  const ask = (start: Exclude<Start, { kind: "last" }>, limit: number | null = null, now = noon): string =>
    startUrl(journal, start, limit, now).replace(journal, "");
  const since = (words: string): Exclude<Start, { kind: "last" }> => {
    const start = parseWhen(words, noon);
    if (start.kind === "last") throw new Error("not a start by itself");
    return start;
  };

  test.each([
    ["oldest", "", "?limit=10"],
    ["now", "?latest=true", "?latest=true&limit=10"],
    ["-P1D", "?seek=-P1D", "?seek=-P1D&limit=10"],
    ["90m", "?seek=-PT90M", "?seek=-PT90M&limit=10"],
    ["PT0.5S", "?seek=-PT0.5S", "?seek=-PT0.5S&limit=10"],
    ["P7D", "?seek=-P7D", "?seek=-P7D&limit=10"],
    ["2026-11-22T11:00Z", "?seek=-PT3600S", "?seek=-PT3600S&limit=10"],
  ])("%s asks with %s", (words, query, limited) => {
    expect(ask(since(words))).toBe(query);
    expect(ask(since(words), 10)).toBe(limited);
  });

  test.each(["P7DT1S", "P30D", "8d", "2026-11-15T11:59:59Z", "2020-01-01"])(
    "%s is older than seven days: the oldest event",
    (words) => {
      expect(ask(since(words))).toBe("");
    },
  );

  test("a position to go on from is asked as it is, without a second limit", () => {
    const url = `${journal}?since=tuna:1.tuna:2,3&limit=5`;
    expect(startUrl(journal, { kind: "next", url }, 10, noon)).toBe(url);
  });

  test("what the journal URL itself says is kept", () => {
    expect(startUrl(`${journal}?tenant=a`, { kind: "now" }, 3, noon)).toBe(`${journal}?tenant=a&latest=true&limit=3`);
  });

  test("asked again later, it reaches back to the same moment", () => {
    expect(ask(since("-P1D"), null, noon + 10 * minute)).toBe("?seek=-PT87000S");
    expect(ask(since("-PT0.5S"), null, noon + 2000)).toBe("?seek=-PT3S");
    expect(ask(since("P7D"), null, noon + minute)).toBe("");
  });
});

function failure(act: () => unknown): FlowrunError {
  try {
    act();
  } catch (error) {
    if (error instanceof FlowrunError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
