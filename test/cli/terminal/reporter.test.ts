import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepSecret } from "../../../src/mask.ts";
import type { Notice } from "../../../src/notices.ts";
import { emptyTally } from "../../../src/engine/pump.ts";
import { createReporter, type ReporterOptions } from "../../../src/cli/terminal/reporter.ts";
import { scratch } from "../../support/flowrun.ts";
import { fakeHost, type FakeHostOptions } from "../../support/host.ts";

function reporter(options: Partial<ReporterOptions> = {}, hostOptions: FakeHostOptions = {}) {
  const host = fakeHost(hostOptions);
  return { host, ...createReporter(host, { quiet: false, verbose: 0, live: true, profile: undefined, ...options }) };
}

const retrying = {
  kind: "retrying",
  what: "the journal answered 503",
  why: null,
  requestId: null,
  attempt: 2,
  waitMs: 1400,
} as const satisfies Notice;
const asking: Notice = { kind: "asking", method: "GET", url: "https://events-va6.adobe.io/x?since=1" };
const answered: Notice = {
  kind: "answered",
  method: "GET",
  url: "https://events-va6.adobe.io/x?since=1",
  status: 200,
  elapsedMs: 1143,
  received: 2345,
  unpacked: 12_345,
  requestId: "req-1",
  trouble: null,
  asked: [["authorization", "[secret]"]],
  headers: [
    ["content-type", "text/plain"],
    ["x-odd", "a\nb"],
  ],
};
const warning: Notice = { kind: "warning", text: "a page without a next link" };
const remark: Notice = { kind: "remark", text: "starting at the oldest event" };
const tally = { ...emptyTally(), printed: 37, failed: 3, events: 1320, duplicates: 2, pages: 13 };

test.each<[string, Record<string, string>, boolean]>([
  ["a terminal", {}, true],
  ["a terminal that says CI=false", { TERM: "xterm", CI: "false" }, true],
  ["a dumb terminal", { TERM: "dumb" }, false],
  ["a build", { CI: "true" }, false],
  ["a build of another kind", { CI: "1" }, false],
])("the live line of %s", (_, env, isShown) => {
  const told = reporter({}, { isTTY: true, env });
  told.live("caught up", true);
  expect(told.host.err()).toBe(isShown ? "\r\u001b[2Kcaught up" : "");
});

describe("words", () => {
  test.each<[string, Notice, string]>([
    ["a retry", retrying, "the journal answered 503, attempt 2, again in 1.4 s\n"],
    [
      "a retry with the server's words and its request id",
      { ...retrying, why: "try later", requestId: "req-1" },
      "the journal answered 503 (try later), attempt 2, again in 1.4 s, request req-1\n",
    ],
    ["a retry at once", { ...retrying, waitMs: 0 }, "the journal answered 503, attempt 2, again at once\n"],
    [
      "a long wait, with its end",
      { ...retrying, waitMs: 3_244_000 },
      "the journal answered 503, attempt 2, again at 12:54:04Z (in 54 min)\n",
    ],
    ["a warning", warning, "warning: a page without a next link\n"],
    ["a remark", remark, "starting at the oldest event\n"],
  ])("%s", (_, notice, text) => {
    const told = reporter();
    told.notify(notice);
    expect(told.host.err()).toBe(text);
    expect(told.host.out()).toBe("");
  });

  test("whatever is quoted in it stays one line, and harmless", () => {
    const told = reporter();
    told.notify({ ...retrying, why: "x\n  fix: rm", requestId: "r\u001b[2J" });
    told.notify({ kind: "warning", text: "at position a\r\n  fix: rm" });
    expect(told.host.err()).toBe(
      "the journal answered 503 (x\\n  fix: rm), attempt 2, again in 1.4 s, request r\\x1b[2J\n" +
        "warning: at position a\\r\\n  fix: rm\n",
    );
  });

  test("a secret in the live line is masked before the line is cut to the terminal", () => {
    keepSecret("p8e-in-the-live-line");
    const told = reporter({}, { isTTY: true, columns: 20 });
    told.live("reading p8e-in-the-live-line", true);
    expect(told.host.err()).toBe("\r\u001b[2Kreading [secret]");
  });

  test("each request, for those who ask for it", () => {
    const verbose = reporter({ verbose: 1 });
    verbose.notify(asking);
    expect(verbose.host.err()).toBe("> GET https://events-va6.adobe.io/x?since=1\n");
    const plain = reporter();
    plain.notify(asking);
    plain.notify(answered);
    expect(plain.host.err()).toBe("");
  });

  test("how each request ended, for those who ask for it", () => {
    const told = reporter({ verbose: 1 });
    told.notify(answered);
    told.notify({ ...answered, received: 1, unpacked: 1, requestId: null });
    const lost = { ...answered, status: null, received: null, unpacked: null, requestId: null };
    told.notify({ ...lost, trouble: "the connection was refused" });
    expect(told.host.err()).toBe(
      [
        "< 200 · 1,143 ms · 2,345 bytes, 12,345 unpacked · request req-1 · GET https://events-va6.adobe.io/x?since=1",
        "< 200 · 1,143 ms · 1 byte · GET https://events-va6.adobe.io/x?since=1",
        "< no answer · 1,143 ms · the connection was refused · GET https://events-va6.adobe.io/x?since=1",
        "",
      ].join("\n"),
    );
  });

  test("its headers too, for those who ask twice, each on one line", () => {
    const told = reporter({ verbose: 2 });
    told.notify({ ...answered, received: 5, unpacked: 5 });
    expect(told.host.err()).toBe(
      [
        "< 200 · 1,143 ms · 5 bytes · request req-1 · GET https://events-va6.adobe.io/x?since=1",
        "    > authorization: [secret]",
        "    < content-type: text/plain",
        "    < x-odd: a\\nb",
        "",
      ].join("\n"),
    );
  });

  test("all of it to a debug file, whatever is said on stderr", async () => {
    const path = join(await scratch(), "debug.log");
    const told = reporter({ quiet: true });
    await told.host.debugFile.open(path);
    for (const notice of [asking, answered, retrying, warning]) told.notify(notice);
    told.summary(tally, 1000);
    expect(told.host.err()).toBe("");
    const lines = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.slice("2026-11-22T12:00:00.000Z ".length));
    expect(lines).toEqual([
      "> GET https://events-va6.adobe.io/x?since=1",
      expect.stringMatching(/^< 200 · /),
      "    > authorization: [secret]",
      "    < content-type: text/plain",
      "    < x-odd: a\\nb",
      expect.stringMatching(/^the journal answered 503/),
      "warning: a page without a next link",
      expect.stringMatching(/^37 runs printed/),
    ]);
  });

  test("nothing at all when quiet, even on a terminal", () => {
    const told = reporter({ quiet: true, verbose: 1 }, { isTTY: true });
    for (const notice of [retrying, asking, warning, remark]) told.notify(notice);
    told.live("reading", true);
    told.summary(tally, 1000);
    told.clear();
    expect(told.host.err()).toBe("");
  });
});

describe("the closing line", () => {
  test.each([
    [tally, 4200, "37 runs printed, 3 failed · 1,320 events, 2 duplicates dropped · 13 pages · 4.2 s"],
    [
      { ...emptyTally(), printed: 1, events: 1, duplicates: 1, pages: 1 },
      40,
      "1 run printed, 0 failed · 1 event, 1 duplicate dropped · 1 page · 0.0 s",
    ],
    [
      { ...tally, printed: 0, unreadable: 2 },
      61_000,
      "0 runs printed, 3 failed · 1,320 events, 2 duplicates dropped, 2 unreadable · 13 pages · 61.0 s",
    ],
  ])("%j", (counts, elapsedMs, line) => {
    const told = reporter();
    told.summary(counts, elapsedMs);
    expect(told.host.err()).toBe(`${line}\n`);
  });
});

test("the closing line says what a command did with the runs, and how many a condition chose", () => {
  const told = reporter();
  told.summary({ ...tally, runs: 1204 }, 4200, { did: "counted", hasCondition: true, unit: "page" });
  expect(told.host.err()).toMatch(/^37 of 1,204 runs matched · 37 runs counted, 3 failed · /);
});

test("the closing line ends with the window as it was understood", () => {
  const told = reporter();
  const window = "11-28 00:00 to 11-29 00:00 (CET)";
  told.summary(tally, 4200, { did: "printed", hasCondition: false, unit: "page", window });
  expect(told.host.err()).toMatch(/ · 13 pages · 4\.2 s · 11-28 00:00 to 11-29 00:00 \(CET\)\n$/);
  const narrow = reporter({}, { isTTY: true, columns: 90 });
  narrow.summary(tally, 4200, { did: "printed", hasCondition: false, unit: "page", window });
  expect(narrow.host.err()).toMatch(/ · 13 pages · 4\.2 s ·\n {2}11-28 00:00 to 11-29 00:00 \(CET\)\n$/);
});

describe("the live line", () => {
  const erase = "\r\u001b[2K";

  test("is drawn in place on a terminal and leaves before anything else is written", () => {
    const told = reporter({}, { isTTY: true });
    told.live("reading 10 %", true);
    told.live("reading 20 %", true);
    told.notify(warning);
    told.notify(remark);
    expect(told.host.err()).toBe(
      `${erase}reading 10 %${erase}reading 20 %${erase}warning: a page without a next link\nstarting at the oldest event\n`,
    );
  });

  test("is taken away once", () => {
    const told = reporter({}, { isTTY: true });
    told.clear();
    told.live("reading", true);
    told.clear();
    told.clear();
    expect(told.host.err()).toBe(`${erase}reading${erase}`);
  });

  test("never wraps", () => {
    const told = reporter({}, { isTTY: true, columns: 20 });
    told.live("x".repeat(50));
    expect(told.host.err()).toBe(erase + "x".repeat(19));
  });

  test("is drawn ten times a second at most, unless it must be", async () => {
    const told = reporter({}, { isTTY: true });
    told.live("1");
    told.live("2");
    await told.host.sleep(99);
    told.live("3");
    await told.host.sleep(1);
    told.live("4");
    told.live("5", true);
    expect(told.host.err()).toBe(`${erase}1${erase}4${erase}5`);
  });

  test.each([
    ["in a pipe", {}, { isTTY: false }],
    ["with --no-progress", { live: false }, { isTTY: true }],
  ])("is not drawn %s", (_, options, hostOptions) => {
    const told = reporter(options, hostOptions);
    told.live("reading", true);
    told.clear();
    expect(told.host.err()).toBe("");
  });
});

test("a stderr that nobody reads stops nothing", async () => {
  const host = fakeHost();
  const stderr = { ...host.stderr, write: () => Promise.reject(new Error("EPIPE")) };
  const told = createReporter({ ...host, stderr }, { quiet: false, verbose: 1, live: true, profile: undefined });
  expect(() => {
    told.notify(warning);
  }).not.toThrow();
  // A rejection that nobody handles would come now, and fail the run.
  await new Promise((resolve) => setImmediate(resolve));
});

test("commands that it tells to type are for the profile that the line names", () => {
  const { host, notify } = reporter({ profile: "acme", live: false });
  notify({ kind: "warning", text: "it is damaged; the journal has it: flowrun since -P7D" });
  notify({ kind: "remark", text: "no profile named: flowrun explain X" });
  expect(host.err()).toBe(
    "warning: it is damaged; the journal has it: flowrun since -P7D --profile acme\nno profile named: flowrun explain X\n",
  );
});
