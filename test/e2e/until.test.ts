import { describe, expect, test } from "vitest";
import { openJournal, printed, runEvent, runIds, savedCursor } from "../support/journal.ts";
import { bareEnv, flowrun, scratch } from "../support/flowrun.ts";

const minute = 60_000;

/** A run a minute for so many minutes, each recorded a minute after it was updated; `lag` is another delay for some. */
function everyMinute(count: number, now: number, lag: ReadonlyMap<number, number> = new Map()) {
  const recorded = (n: number): number => now - (count - n) * minute;
  const updated = (n: number): number => recorded(n) - (lag.get(n) ?? 1) * minute;
  return {
    events: Array.from({ length: count }, (_, n) => runEvent(n, { updatedAt: updated(n) })),
    writtenAt: recorded,
    /** The moment at which the nth was updated, for `--until`. */
    updated: (n: number): string => new Date(updated(n)).toISOString(),
  };
}

describe("a window that ends before now", () => {
  // Two hundred pages, and thirty of them in the window.
  test.each([
    ["--jobs 1", 34],
    ["--jobs 4", 45],
  ])("asks for no more than it takes: %s", async (jobs, most) => {
    const { events, writtenAt, updated } = everyMinute(2000, Date.now());
    const journal = await openJournal({ events, writtenAt });
    const ended = await journal.run(`since oldest --until ${updated(299)} --limit 10 --json ${jobs}`);
    expect(printed(ended)).toEqual(runIds(300));
    expect(journal.asked().length).toBeLessThanOrEqual(most);
    expect(ended.stderr).toMatch(/ · \d\d-\d\d \d\d:\d\d to (\d\d-\d\d )?\d\d:\d\d \(UTC\)\n$/);
  });

  test("ends a tail, too, once nothing can come any more", async () => {
    const { events, writtenAt, updated } = everyMinute(40, Date.now());
    const journal = await openJournal({ events, writtenAt });
    const ended = await journal.run(`tail --since oldest --until ${updated(9)} --json -q`);
    expect(printed(ended)).toEqual(runIds(10));
    expect(ended.code).toBe(0);
  });

  test("takes what was recorded up to ten minutes later", async () => {
    const lag = new Map([[17, 9]]);
    const { events, writtenAt, updated } = everyMinute(60, Date.now(), lag);
    const journal = await openJournal({ events, writtenAt });
    const ended = await journal.run(`since oldest --until ${updated(9)} --limit 3 --json -q`);
    expect(printed(ended)).toEqual([...runIds(10), "run-17"]);
  });
});

describe("a journal that is quiet, where a seek may begin with what was recorded long before", () => {
  test.each(["--jobs 1", "--jobs 4", "--jobs 4 --limit 2", "--jobs 1 --limit 2", "--jobs 4 --limit 1"])(
    "skips nothing: %s",
    async (how) => {
      const now = Date.now();
      const recorded = (n: number): number => now - (12 - n) * 30 * minute;
      const events = Array.from({ length: 12 }, (_, n) => runEvent(n, { updatedAt: recorded(n) - minute }));
      const journal = await openJournal({ events, writtenAt: recorded, journal: { seekOneEarlier: true } });
      const until = new Date(recorded(8)).toISOString();
      const ended = await journal.run(`since oldest --until ${until} --json -q ${how}`);
      expect(printed(ended)).toEqual(runIds(9));
    },
  );
});

test("a window between two lengths of time is as long as their difference", async () => {
  const env = bareEnv(await scratch());
  const { stdout } = await flowrun("stats 2d --until 1d --profile demo -o json -q".split(" "), { env });
  const { from, to } = JSON.parse(stdout) as { from: string; to: string };
  expect(Date.parse(to) - Date.parse(from)).toBe(24 * 60 * minute);
});

describe("since last --until", () => {
  const rest = "since last --json -q";

  test.each(["", "--limit 4", "-n 7", "-n 12 --limit 5"])(
    "leaves the cursor before the first run that was dropped as later: %s",
    async (how) => {
      // Two that were late come after one that is later than the window.
      const lag = new Map([
        [13, 6],
        [16, 9],
      ]);
      const { events, writtenAt, updated } = everyMinute(40, Date.now(), lag);
      const journal = await openJournal({ events, writtenAt });
      const first = printed(await journal.run(`since last --until ${updated(9)} --json -q ${how}`));
      const wanted = [...runIds(10), "run-13", "run-16"];
      const most = Number(/-n (\d+)/.exec(how)?.[1] ?? Infinity);
      expect(first).toEqual(wanted.slice(0, most));
      const second = printed(await journal.run(rest));
      expect(new Set([...first, ...second])).toEqual(new Set(runIds(40)));
      expect([...first, ...second]).toHaveLength(40);
      expect(second).toEqual(runIds(40).filter((id) => !first.includes(id)));
      expect(printed(await journal.run(rest))).toEqual([]);
    },
  );

  test("moves the cursor to the journal's end where nothing was dropped", async () => {
    const { events, writtenAt } = everyMinute(12, Date.now());
    const journal = await openJournal({ events, writtenAt });
    const { stdout } = await journal.run("since last --until now --json -q");
    expect(printed({ stdout })).toEqual(runIds(12));
    expect(await savedCursor(journal)).toMatchObject({ runs: 12 });
    expect(printed(await journal.run(rest))).toEqual([]);
  });

  test("again and again, window by window, is every run once", async () => {
    const lag = new Map(Array.from({ length: 30 }, (_, n) => [n * 3, 1 + (n % 9)] as const));
    const { events, writtenAt, updated } = everyMinute(90, Date.now(), lag);
    const journal = await openJournal({ events, writtenAt });
    const all: unknown[] = [];
    for (const n of [10, 11, 31, 50, 75]) {
      all.push(...printed(await journal.run(`since last --until ${updated(n)} --json -q --limit 7`)));
    }
    all.push(...printed(await journal.run(rest)));
    expect([...all].sort()).toEqual([...runIds(90)].sort());
  });
});

describe("a window that cannot be is refused before anything is asked", () => {
  test.each([
    ["since -PT1H --until -PT2H", "ends before it begins"],
    ["since now --until -PT2H", "ends before it begins"],
    ["since yesterday --until 2020-01-01", "ends before it begins"],
    ["stats -PT1H --until -PT2H", "ends before it begins"],
    ["stats oldest --until 2020-01-01", "nothing is left of that window"],
    ["stats -P30D --until -P20D", "nothing is left of that window"],
    ["stats 2999-01-01", "is in the future"],
    ["show some-run-id --since -PT1H --until -PT2H", "ends before it begins"],
    ["wait --until -PT2H", "ends before it begins"],
    ["tail --since -PT1H --until -PT2H", "ends before it begins"],
    ["tail --until -PT2H", "would print nothing, for ever"],
    ["stats --from no-such-file.ndjson -PT1H --until -PT2H", "ends before it begins"],
  ])("%s", async (line, words) => {
    const journal = await openJournal({ events: 1 });
    const { code, stderr, stdout } = await journal.run(line);
    expect(stderr).toMatch(/^error: .*\n {2}why: .*\n {2}fix: .*\n$/);
    expect(stderr).toContain(words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(journal.server.requests).toEqual([]);
  });
});

describe("one clock", () => {
  const demo = async (words: readonly string[], zone: string) =>
    flowrun([...words, "--profile", "demo"], { env: { ...bareEnv(await scratch()), TZ: zone } });

  test.each([
    ["local", /^UPDATED \(UTC\+05:30\) /, /^\d\d-\d\d 0\d:/, "(UTC+05:30)"],
    ["utc", /^UPDATED \(UTC\) /, /T0\d:.*Z /, "(UTC)"],
    ["iso", /^UPDATED \(UTC\) /, /T0\d:.*Z /, "(UTC)"],
    ["relative", /^UPDATED {2}/, / ago /, "(UTC+05:30)"],
  ])("--time %s is what is typed and what is shown", async (time, title, row, zone) => {
    const words = ["since", "yesterday", "--until", "yesterday 06:00", "--time", time, "--columns", "updatedAt,runId"];
    const { stdout, stderr, code } = await demo(words, "Asia/Kolkata");
    const [head = "", ...rows] = stdout.trimEnd().split("\n");
    expect(head).toMatch(title);
    expect(rows.length).toBeGreaterThan(5);
    // A run may be recorded a while after it was updated, at the window's beginning too.
    expect(rows.filter((one) => row.test(one)).length).toBeGreaterThan(rows.length * 0.7);
    expect(stderr).toMatch(/ 00:00 to 06:00 /);
    expect(stderr).toContain(zone);
    expect(code).toBe(0);
  });

  test("in a pipe it is UTC, whatever the machine's zone", async () => {
    const { stderr } = await demo(["since", "yesterday", "--until", "today", "--json"], "America/New_York");
    expect(stderr).toMatch(/ \d\d-\d\d 00:00 to \d\d-\d\d 00:00 \(UTC\)\n$/);
  });

  test("times in conditions are of the same zone", async () => {
    const line = async (words: string): Promise<string> =>
      (
        await demo(
          ["since", "-P2D", "--until", "today", "--time", "local", "--json", "-q", "--where", words],
          "Asia/Tokyo",
        )
      ).stdout;
    const [later, all] = [await line('updatedAt >= "yesterday"'), await line('updatedAt >= "2020-01-01"')];
    const updated = later
      .trimEnd()
      .split("\n")
      .map((one) => (JSON.parse(one) as { updatedAt: string }).updatedAt);
    expect(later.length).toBeLessThan(all.length);
    // Midnight in Tokyo is 15:00 in UTC.
    expect(updated.toSorted()[0]).toMatch(/T15:/);
  });

  test("buckets begin at its hours and midnights, in every format", async () => {
    const line = ["stats", "yesterday 01:30", "--until", "today", "--time", "local", "--bucket", "6h"];
    const { stdout } = await demo([...line, "-o", "json"], "Asia/Kolkata");
    const { from, to, buckets } = JSON.parse(stdout) as {
      readonly from: string;
      readonly to: string;
      readonly buckets: readonly { readonly from: string; readonly partial: boolean }[];
    };
    expect([from, to].map((time) => time.slice(10))).toEqual(["T20:00:00.000Z", "T18:30:00.000Z"]);
    expect(buckets.map((bucket) => [bucket.from.slice(11, 16), bucket.partial])).toEqual([
      ["18:30", true],
      ["00:30", false],
      ["06:30", false],
      ["12:30", false],
    ]);
    const sheet = await demo(line, "Asia/Kolkata");
    expect(sheet.stdout).toMatch(/^Window {4}\d\d-\d\d 01:30:00 to \d\d-\d\d 00:00:00 \(UTC\+05:30\)\n/);
    expect(sheet.stdout).toMatch(/\n\d\d-\d\d 00:00:00 +~ .*\n\d\d-\d\d 06:00:00 {5,}\d/);
    expect(sheet.stdout).toContain("\n~ partial: only a part of it lies in the window\n");
    const csv = (await demo([...line, "-o", "csv"], "Asia/Kolkata")).stdout.split("\n");
    const partial = csv[0]?.split(",").indexOf("partial") ?? NaN;
    expect(csv.filter((row) => row.startsWith("bucket,")).map((row) => row.split(",")[partial])).toEqual([
      "true",
      "false",
      "false",
      "false",
    ]);
    expect(csv[1]).toContain(`total,,,${from},${to},`);
  });
});

test("a file is read whole, whatever the order of its lines", async () => {
  const now = Date.parse("2026-11-28T12:00Z");
  const at = [3, 1, 5, 2, 4, 0].map((hours) => now - hours * 60 * minute);
  const input = at.map((updatedAt, n) => `${JSON.stringify(runEvent(n, { updatedAt }))}\n`).join("");
  const run = async (...words: readonly string[]) => flowrun(words, { env: bareEnv(await scratch()), input });
  const until = ["--from", "-", "--until", "2026-11-28 10:30"];
  expect(printed(await run("since", ...until, "--json"))).toEqual(["run-0", "run-2", "run-3", "run-4"]);
  const figures = JSON.parse((await run("stats", ...until, "-o", "json")).stdout) as Record<string, unknown>;
  expect(figures).toMatchObject({
    from: "2026-11-28T07:00:00.000Z",
    to: "2026-11-28T10:30:00.000Z",
    total: { runs: 4 },
  });
});
