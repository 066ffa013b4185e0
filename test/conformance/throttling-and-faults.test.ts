import { describe, expect, it } from "vitest";
import type { DemoFault } from "../../src/demo/faults.ts";
import { openJournal, printed, runIds } from "../support/journal.ts";

describe("T17 a Retry-After is honoured", () => {
  it.each([429, 503])("%i: the same question goes again after so many seconds", async (status) => {
    const journal = await openJournal({
      events: 12,
      faults: [{ at: 1, fault: { kind: "status", status, retryAfter: "2" } }],
    });
    const { code, stdout, stderr } = await journal.run("since oldest --limit 4 --jobs 1 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(12));
    expect(stderr).toMatch(new RegExp(`the journal answered ${status} .*, attempt 2, again in 2\\.0 s, request demo-`));
    const [, first, second] = journal.server.requests.filter(({ service }) => service === "journal");
    expect(second?.target).toBe(first?.target);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1900);
  });

  it("a date is waited for", async () => {
    const until = new Date(Date.now() + 4000).toUTCString();
    const journal = await openJournal({
      faults: [{ at: 0, fault: { kind: "status", status: 429, retryAfter: until } }],
    });
    expect(printed(await journal.run("since oldest --jobs 1 --json"))).toEqual(runIds(5));
    const [, second] = journal.server.requests.filter(({ service }) => service === "journal");
    expect(second?.at).toBeGreaterThanOrEqual(Date.parse(until) - 100);
  });

  it.each([
    ["garbage", "in a while"],
    ["nothing", undefined],
  ])("%s means ten seconds", async (_, retryAfter) => {
    const fault: DemoFault = { kind: "status", status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) };
    const journal = await openJournal({ faults: [{ at: 0, fault }] });
    const reading = journal.start("since oldest --jobs 1 --json");
    await reading.saw("the journal answered 429 (Too many requests), attempt 2, again in 10.0 s", "stderr");
    reading.child.kill("SIGINT");
    expect((await reading.finished).code).toBe(130);
  });

  it("one wait longer than --max-wait ends since at once with exit code 5", async () => {
    const hourLong = [{ fault: { kind: "status", status: 429, retryAfter: "3600" } as const }];
    const journal = await openJournal({ faults: hourLong });
    const { code, stdout, stderr } = await journal.run("since oldest");
    expect([code, stdout]).toEqual([5, ""]);
    expect(stderr).toMatch(/error: the journal answered 429 and asks to wait 3600 s, longer than --max-wait \(300 s\)/);
    expect(stderr).toContain("--max-wait PT3600S");
  });

  it("--max-wait says how long is too long", async () => {
    const journal = await openJournal({
      faults: [{ at: 0, fault: { kind: "status", status: 503, retryAfter: "2" } }],
    });
    expect((await journal.run("since oldest --max-wait 1s --json")).code).toBe(5);
  });

  it("tail waits out an hour, and says until when", async () => {
    const journal = await openJournal({ faults: [{ fault: { kind: "status", status: 429, retryAfter: "3600" } }] });
    const tail = journal.start("tail --json");
    await tail.saw(/again at \d\d:\d\d:\d\dZ \(in 60 min\)/, "stderr");
    tail.child.kill("SIGTERM");
    expect((await tail.finished).code).toBe(143);
  });
});

describe("T18 what fails and then goes is read from the same place", () => {
  it.each<[string, number, DemoFault]>([
    ["500, three times", 3, { kind: "status", status: 500 }],
    ["502", 1, { kind: "status", status: 502 }],
    ["a reset before the headers", 1, { kind: "reset", when: "beforeHeaders" }],
    ["a reset within the body, twice", 2, { kind: "reset", when: "midBody" }],
    ["truncated JSON, twice", 2, { kind: "truncated" }],
    ["a web page under 200", 1, { kind: "html" }],
  ])("%s", async (_, times, fault) => {
    const journal = await openJournal({ events: 18 });
    let left = times;
    let second: string | null = null;
    const isSecondPage = (target: string): boolean => {
      if (target.includes("since=")) second ??= target;
      return target === second;
    };
    journal.fault({ fault, when: ({ target }) => isSecondPage(target) && left-- > 0 });
    const { code, stdout, stderr } = await journal.run("since oldest --limit 6 --jobs 1 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(18));
    expect(stderr).toMatch(new RegExp(`attempt ${times + 1}, again in \\d+\\.\\d s`));
    expect(journal.asked().filter((target) => target === second)).toHaveLength(times + 1);
  });
});

it("T19 a 404 that is a web page is told in a sentence", async () => {
  const journal = await openJournal({ faults: [{ fault: { kind: "status", status: 404 } }] });
  const { code, stdout, stderr } = await journal.run("since oldest");
  expect([code, stdout]).toEqual([5, ""]);
  expect(stderr).not.toMatch(/<html|<h1/);
  expect(stderr).toContain(`error: there is no journal at ${journal.server.journalUrl}`);
  expect(stderr).toMatch(/\n {2}why: the journal answered 404.*\(request demo-journal-0\)\n {2}fix: .+\n$/);
});

describe("T20 each refusal of the gateway names its remedy", () => {
  it.each([
    ["403000", "FLOWRUN_CLIENT_ID"],
    ["403003", "I/O Management API"],
    ["403010", "proxy"],
    ["403011", "adobeio_api"],
    ["403023", "I/O Management API"],
    ["403025", "I/O Management API"],
  ])("%s", async (code, remedy) => {
    const journal = await openJournal({ faults: [{ fault: { kind: "status", status: 403, code } }] });
    const finished = await journal.run("since oldest");
    expect([finished.code, finished.stdout]).toEqual([4, ""]);
    const [error, why, fix] = finished.stderr.trimEnd().split("\n").slice(-3);
    expect(error).toMatch(/^error: /);
    expect(why).toContain(code);
    expect(why).toMatch(/\(request demo-journal-\d\)$/);
    expect(fix).toContain(remedy);
  });
});
