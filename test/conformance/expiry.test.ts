import { describe, expect, it } from "vitest";
import { changeCursor, openJournal, printed, runIds, savedCursor, type OpenJournal } from "../support/journal.ts";

const hour = 3_600_000;

/** A cursor that stands after the second of ten runs, in a journal that has dropped the first five since. */
async function expired(): Promise<OpenJournal> {
  const began = Date.now();
  const journal = await openJournal({
    events: 10,
    // Five of them eight days old, five an hour.
    writtenAt: (n) => began - (n < 5 ? 8 * 24 * hour : hour) + n * 1000,
    journal: { retentionMs: 30 * 24 * hour },
  });
  const { code, stdout } = await journal.run("since last --json -n 2");
  expect([code, printed({ stdout })]).toEqual([0, runIds(2)]);
  const { next } = await savedCursor(journal);
  const kept = await openJournal({ events: 10, writtenAt: (n) => began - (n < 5 ? 8 * 24 * hour : hour) + n * 1000 });
  const moved = {
    journal: kept.server.journalUrl,
    next: String(next).replace(journal.server.origin, kept.server.origin),
  };
  await kept.run("since last --json -n 1");
  await changeCursor(kept, { ...moved, keys: [] });
  return kept;
}

describe("T16 a cursor whose place has expired (410)", () => {
  it("fails unless told otherwise, and says from when events may be missing", async () => {
    const journal = await expired();
    const { readUntil } = await savedCursor(journal);
    const { code, stdout, stderr } = await journal.run("since last --json -q");
    expect([code, stdout]).toEqual([6, ""]);
    const error = JSON.parse(stderr) as Record<string, string>;
    expect(error).toMatchObject({ type: "flowrun.error", kind: "gap", exitCode: 6 });
    expect(error["message"]).toContain(`events recorded from ${String(readUntil)} to `);
    expect(error["message"]).toContain("may be missing");
    expect(error["hint"]).toContain("--on-expired oldest");
    // Asked again it says so again: the cursor has not moved.
    expect((await journal.run("since last --json -q")).code).toBe(6);
  });

  it("oldest: goes on from the oldest event, after a warning", async () => {
    const journal = await expired();
    const { code, stdout, stderr } = await journal.run("since last --on-expired oldest --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(5, 5));
    expect(stderr).toMatch(/warning: .+ may be missing; going on from the oldest event that is left/);
    expect(printed(await journal.run("since last --json"))).toEqual([]);
  });

  it("latest: goes on from the end, after a warning", async () => {
    const journal = await expired();
    const { code, stdout, stderr } = await journal.run("since last --on-expired latest --json");
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/warning: .+ may be missing; going on from the journal's end/);
    expect((await journal.run("since last --json")).code).toBe(0);
  });

  it("tail goes on from the oldest event unless told otherwise", async () => {
    const journal = await expired();
    const tail = journal.start("tail --since last --json");
    await tail.saw("run-9");
    tail.child.kill("SIGINT");
    expect(printed(await tail.finished)).toEqual(runIds(5, 5));
  });
});

describe("T16 a cursor whose place answers 204 for ever, as if nothing had happened", () => {
  /** A place that the journal does not know any more, left two days ago. */
  async function silent(): Promise<OpenJournal> {
    const journal = await openJournal({ events: 6 });
    await journal.run("since last --json -n 1");
    const { next } = await savedCursor(journal);
    const lost = String(next).replace(/since=.*/, "since=heron:purged.heron:zz.0.00000000");
    const twoDaysAgo = new Date(Date.now() - 48 * hour).toISOString();
    await changeCursor(journal, { next: lost, readUntil: twoDaysAgo, movedAt: twoDaysAgo, keys: [] });
    return journal;
  }

  it("is found out by asking whether the place is valid", async () => {
    const journal = await silent();
    const { movedAt } = await savedCursor(journal);
    const { code, stdout, stderr } = await journal.run("since last");
    expect([code, stdout]).toEqual([6, ""]);
    expect(stderr).toContain(`events recorded after ${String(movedAt)} may be missing`);
    expect(stderr).toContain("400 when asked whether the place still exists");
    expect(journal.asked().at(-1)).toMatch(/^\/events-validate\//);
  });

  it("and is treated like any other expired one", async () => {
    const journal = await silent();
    const { code, stdout } = await journal.run("since last --on-expired oldest --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(6));
  });

  it("while a place at the end of a quiet journal stays good", async () => {
    const journal = await openJournal({ events: 6 });
    await journal.run("since last --json");
    const twoDaysAgo = new Date(Date.now() - 48 * hour).toISOString();
    await changeCursor(journal, { readUntil: twoDaysAgo, movedAt: twoDaysAgo });
    const { code, stdout } = await journal.run("since last --json");
    expect([code, stdout]).toEqual([0, ""]);
    expect(journal.asked().at(-1)).toMatch(/^\/events-validate\//);
  });
});

describe("T24 where a window starts", () => {
  it.each([
    ["oldest", /\/[^?]+$/],
    ["now", /\?latest=true$/],
    ["-P1D", /\?seek=-P1D$/],
    ["P1D", /\?seek=-P1D$/],
    ["-PT2H", /\?seek=-PT2H$/],
    ["P1W", /\?seek=-P1W$/],
    ["PT0.5S", /\?seek=-PT0.5S$/],
    ["90m", /\?seek=-PT90M$/],
    ["1h30m", /\?seek=-PT1H30M$/],
    ["last", /\/[^?]+$/],
  ])("%s is asked with exactly one way to start", async (when, question) => {
    const journal = await openJournal();
    expect((await journal.run(`since ${when} --jobs 1 --json`)).code).toBe(0);
    expect(journal.asked()[0]).toMatch(question);
    for (const target of journal.asked()) {
      const parameters = new URLSearchParams(target.split("?")[1]);
      const ways = ["since", "seek", "latest"].filter((name) => parameters.has(name));
      expect(ways.length).toBeLessThanOrEqual(1);
    }
  });

  it("-P8D starts at the oldest event and says that more is gone", async () => {
    const journal = await openJournal();
    const { code, stdout, stderr } = await journal.run("since -P8D --json");
    expect(code).toBe(0);
    expect(printed({ stdout })).toEqual(runIds(5));
    expect(stderr).toContain("the journal keeps seven days");
    expect(journal.asked()[0]).not.toContain("seek");
  });

  it("a window begins at the journal's own time, to the event", async () => {
    const began = Date.now();
    const journal = await openJournal({ events: 10, writtenAt: (n) => began - (10 - n) * hour + 600_000 });
    const { stdout } = await journal.run("since -PT3H --json");
    expect(printed({ stdout })).toEqual(runIds(3, 7));
  });
});
