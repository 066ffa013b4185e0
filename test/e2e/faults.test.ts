import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DemoFault } from "../../src/demo/faults.ts";
import { flowrun } from "../support/flowrun.ts";
import { openJournal, printed, runEvent, runIds } from "../support/journal.ts";

const status = (code: number, more: { code?: string; retryAfter?: string } = {}): DemoFault => ({
  kind: "status",
  status: code,
  ...more,
});

/** The last three lines of stderr: what happened, why, what to type next. */
function threeLines(stderr: string): readonly string[] {
  const lines = stderr.trimEnd().split("\n").slice(-3);
  expect(lines.map((line) => line.slice(0, 7))).toEqual(["error: ", "  why: ", "  fix: "]);
  return lines;
}

describe("401", () => {
  it("again and again: a fresh token, then once more after a pause, then exit 4", async () => {
    const journal = await openJournal({ faults: [{ fault: status(401) }] });
    const { code, stdout, stderr } = await journal.run("since oldest --jobs 1");
    expect([code, stdout]).toEqual([4, ""]);
    expect(journal.asked()).toHaveLength(3);
    expect(journal.server.mints()).toBe(2);
    const [what, why, fix] = threeLines(stderr);
    expect(what).toContain("the journal answered 401");
    expect(why).toMatch(/Oauth token is not valid.*\(request demo-journal-2\)/);
    expect(fix).toContain("flowrun doctor");
  });

  it("a token that the gateway says is missing (403010, 403020) is renewed once", async () => {
    for (const code of ["403010", "403020"]) {
      const journal = await openJournal({ faults: [{ at: 0, fault: status(403, { code }) }] });
      expect(printed(await journal.run("since oldest --jobs 1 --json"))).toEqual(runIds(5));
      expect(journal.server.mints()).toBe(2);
    }
  });
});

describe("IMS", () => {
  it("refuses the credential: exit 4 with IMS's own words", async () => {
    const journal = await openJournal();
    const { code, stdout, stderr } = await journal.run("since oldest", { FLOWRUN_CLIENT_SECRET: "one-dead,two-dead" });
    expect([code, stdout]).toEqual([4, ""]);
    const [what, why] = threeLines(stderr);
    expect(what).toContain("IMS refused all 2 secrets");
    expect(why).toMatch(/invalid_client: invalid client_secret parameter \(request demo-ims-1\)/);
    expect(journal.asked()).toEqual([]);
  });

  it.each<[string, DemoFault]>([
    ["throttles", status(429, { retryAfter: "1" })],
    ["fails", status(500)],
    ["resets the connection", { kind: "reset", when: "beforeHeaders" }],
    ["answers with half a token", { kind: "truncated" }],
  ])("%s, and then does not", async (_, fault) => {
    const journal = await openJournal({ faults: [{ on: "ims", at: 0, fault }] });
    const { code, stdout } = await journal.run("since oldest --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(5));
  });

  it("cannot be reached: exit 5", async () => {
    const journal = await openJournal();
    const nobody = { FLOWRUN_IMS_URL: "http://127.0.0.1:9" };
    const { code, stderr } = await journal.run("since oldest --retries 2", nobody);
    expect(code).toBe(5);
    expect(threeLines(stderr).join()).toContain("refused");
  });
});

describe("a journal that fails", () => {
  it("since gives up after five failures in a row, or --retries", async () => {
    const journal = await openJournal({ faults: [{ fault: status(500) }] });
    const few = await journal.run("since oldest --jobs 1 --retries 2");
    expect([few.code, few.stdout, journal.asked().length]).toEqual([5, "", 2]);
    expect(threeLines(few.stderr)[0]).toContain("the journal answered 500 2 times in a row");
    expect((await journal.run("since oldest --jobs 1 --json -q")).code).toBe(5);
    expect(journal.asked().length).toBe(2 + 5);
  });

  it("429 and 503 count among them", async () => {
    const journal = await openJournal({
      faults: [
        { at: [0, 2], fault: status(429, { retryAfter: "1" }) },
        { at: 1, fault: status(500) },
      ],
    });
    const { code, stdout } = await journal.run("since oldest --jobs 1 --retries 3");
    expect([code, stdout, journal.asked().length]).toEqual([5, "", 3]);
  });

  it("a success in between counts anew", async () => {
    const journal = await openJournal({ events: 12, faults: [{ at: [0, 2, 4, 6], fault: status(502) }] });
    const { code, stdout } = await journal.run("since oldest --limit 4 --jobs 1 --retries 2 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(12));
  });

  it("tail never gives up", async () => {
    const journal = await openJournal({
      faults: [{ at: [0, 1, 2, 3, 4, 5], fault: status(429, { retryAfter: "1" }) }],
    });
    const tail = journal.start("tail --since oldest --json --retries 1");
    await tail.saw("run-4");
    tail.child.kill("SIGINT");
    expect((await tail.finished).code).toBe(130);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["a port where nobody listens", { FLOWRUN_JOURNAL_URL: "http://127.0.0.1:9/events/o" }, /refused/],
    ["a host that does not exist", { FLOWRUN_JOURNAL_URL: "https://journal.invalid/events/o" }, /host name/],
  ])("%s: exit 5", async (_, settings, word) => {
    const journal = await openJournal();
    const { code, stdout, stderr } = await journal.run("since oldest --retries 2", settings);
    expect([code, stdout]).toEqual([5, ""]);
    expect(threeLines(stderr)[1]).toMatch(word);
  });

  it.each<[string, DemoFault]>([
    ["only ever half a page", { kind: "truncated" }],
    ["only ever a web page", { kind: "html" }],
  ])("%s: exit 5, and nothing printed", async (_, fault) => {
    const journal = await openJournal({ faults: [{ fault }] });
    const { code, stdout, stderr } = await journal.run("since oldest --retries 2");
    expect([code, stdout]).toEqual([5, ""]);
    expect(threeLines(stderr)[0]).toContain("cannot be read");
  });
});

describe("pages that are not quite right", () => {
  it("a wrong content type decides nothing: the body does", async () => {
    const journal = await openJournal({
      events: 12,
      faults: [{ fault: { kind: "contentType", value: "text/plain" } }],
    });
    expect(printed(await journal.run("since oldest --limit 4 --jobs 1 --json"))).toEqual(runIds(12));
  });

  it("a page without next is followed by what comes after its last event, with a warning", async () => {
    const journal = await openJournal({ events: 12, faults: [{ at: 1, fault: { kind: "withoutNext" } }] });
    const { code, stdout, stderr } = await journal.run("since oldest --limit 4 --jobs 1 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(12));
    expect(stderr).toContain("warning: the journal sent a page without a next link; going on after its last event");
    for (const target of journal.asked().slice(1)) expect(target).toContain("limit=4");
  });

  it("an empty page is not the end", async () => {
    const journal = await openJournal({ events: 4 });
    let left = 1;
    journal.fault({ when: ({ target }) => !target.includes("since=") && left-- > 0, fault: { kind: "empty" } });
    const { code, stdout } = await journal.run("since oldest --limit 2 --jobs 1 --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(2, 2));
  });

  it("a next that never moves is an error that says so, after five", async () => {
    const journal = await openJournal({ faults: [{ fault: { kind: "stuck" } }] });
    const { code, stdout, stderr } = await journal.run("since oldest --jobs 1 --json -q");
    expect(code).toBe(5);
    // The runs are printed once, however often the page came.
    expect(printed({ stdout })).toEqual(runIds(5));
    expect(JSON.parse(stderr)).toMatchObject({ kind: "protocol" });
    expect(journal.asked().length).toBeLessThanOrEqual(6);
  });

  it("out of order and twice on a page: each run once", async () => {
    const journal = await openJournal({
      events: 12,
      faults: [{ at: [0, 2], fault: { kind: "reorder" } }, { fault: { kind: "duplicate" } }],
    });
    const ids = printed(await journal.run("since oldest --limit 4 --jobs 1 --json"));
    expect([...ids].sort()).toEqual([...runIds(12)].sort());
  });

  it("a page that comes slowly, but comes", async () => {
    const large = Array.from({ length: 12 }, (_, n) => ({ ...runEvent(n), padding: "x".repeat(100_000) }));
    const journal = await openJournal({
      events: large,
      gzip: false,
      faults: [{ at: 0, fault: { kind: "drip", pieces: 15, everyMs: 150 } }],
    });
    expect(printed(await journal.run("since oldest --jobs 1 --json"))).toEqual(runIds(12));
  });

  it("a place that expires in the middle of a reading: tail goes on from the oldest event, since says so", async () => {
    const journal = await openJournal({ events: 6 });
    const onceGone = () => {
      let left = 1;
      return { when: ({ target }: { target: string }) => target.includes("since=") && left-- > 0, fault: status(410) };
    };
    journal.fault(onceGone());
    const tail = journal.start("tail --since oldest --limit 2 --json");
    await tail.saw("run-5");
    tail.child.kill("SIGINT");
    expect(printed(await tail.finished)).toEqual(runIds(6));
    expect(tail.stderr()).toContain("may be missing; going on from the oldest event");
    journal.fault(onceGone());
    const since = await journal.run("since oldest --limit 2 --jobs 1 --json");
    expect(since.code).toBe(6);
    expect(printed(since)).toEqual(runIds(2));
  });
});

describe("a system clock that jumps", () => {
  it.each([
    ["back: a token from the future is not trusted", 10 * 86_400_000],
    ["forward: a token of long ago is renewed", -10 * 86_400_000],
  ])("%s", async (_, byMs) => {
    const journal = await openJournal();
    await journal.run("since oldest --json");
    const folder = join(journal.home, "tokens");
    const [name = ""] = await readdir(folder);
    const kept = JSON.parse(await readFile(join(folder, name), "utf8")) as { mintedAt: number; expiresAt: number };
    const moved = { ...kept, mintedAt: kept.mintedAt + byMs, expiresAt: kept.expiresAt + byMs };
    await writeFile(join(folder, name), JSON.stringify(moved));
    expect(printed(await journal.run("since oldest --json"))).toEqual(runIds(5));
    expect(journal.server.mints()).toBe(2);
    expect(journal.server.requests.map((request) => request.status)).not.toContain(401);
  });

  it("a damaged token file is as good as none", async () => {
    const journal = await openJournal();
    await journal.run("since oldest --json");
    const folder = join(journal.home, "tokens");
    const [name = ""] = await readdir(folder);
    await writeFile(join(folder, name), "{ damaged");
    expect(printed(await journal.run("since oldest --json"))).toEqual(runIds(5));
  });
});

it("every error is one JSON object where the output is JSON, three lines where it is not", async () => {
  const journal = await openJournal({ faults: [{ fault: status(403) }] });
  for (const args of [["-o", "json"], ["-o", "ndjson"], ["--json"], ["--output=json"], ["--output=ndjson"]]) {
    const { stderr } = await flowrun(["since", "oldest", "-q", ...args], { env: journal.env });
    expect(JSON.parse(stderr)).toMatchObject({ type: "flowrun.error", kind: "forbidden", exitCode: 4 });
  }
  for (const args of [["-o", "csv"], []]) {
    threeLines((await flowrun(["since", "oldest", "-q", ...args], { env: journal.env })).stderr);
  }
});
