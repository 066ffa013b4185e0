import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setTimeout as delay } from "node:timers/promises";
import { start } from "../support/flowrun.ts";
import { openJournal, printed, runEvent, runIds, type JournalOptions, type OpenJournal } from "../support/journal.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../support/postgres.ts";

let cluster: Cluster | null = null;
beforeAll(async () => {
  if (hasPostgres) cluster = await startCluster();
});
afterAll(() => cluster?.remove());

const places = [
  { name: "a file", isThere: true },
  { name: `a server${whyNoPostgres}`, isThere: hasPostgres },
];

/** So many runs, one every five minutes up to now; every fifth failed. */
function spread(count: number): Pick<JournalOptions, "events" | "writtenAt"> {
  const now = Date.now();
  const writtenAt = (index: number): number => now - 60_000 - (count - index) * 300_000;
  const parts = (n: number) => (n % 5 === 0 ? { status: "failed", errors: ["E"] } : {});
  const events = Array.from({ length: count }, (_, n) => runEvent(n, { ...parts(n), updatedAt: writtenAt(n) - 1000 }));
  return { events, writtenAt };
}

describe.each(places)("archive sync into $name", ({ name, isThere }) => {
  const on = it.skipIf(!isThere);

  /** A journal, and a user whose archive is of that kind. */
  async function journalWith(options: JournalOptions): Promise<OpenJournal> {
    const journal = await openJournal(options);
    if (name !== "a file" && cluster !== null) journal.env["FLOWRUN_ARCHIVE"] = await cluster.database();
    return journal;
  }

  const sync = ({ env }: OpenJournal, ...more: readonly string[]) => start(["archive", "sync", ...more], { env });

  async function archivedBy(journal: OpenJournal): Promise<readonly unknown[]> {
    return printed(await journal.run("archive export"));
  }

  async function expectWhole(journal: OpenJournal, count: number): Promise<void> {
    expect(await archivedBy(journal)).toEqual(runIds(count));
    const { code, stderr } = await journal.run("archive verify");
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    const { stdout } = await journal.run("archive status --json");
    expect(JSON.parse(stdout)).toMatchObject({ gaps: [], runs: count, complete: [{ toExact: true }] });
  }

  on("killed ten times anywhere: every run once, in the journal's order, and no gap", async () => {
    const count = 1200;
    const journal = await journalWith({ ...spread(count), latencyMs: 40 });
    let kills = 0;
    let before = 0;
    while (kills < 10) {
      const asked = journal.asked().length;
      const running = sync(journal, "--limit", "10", "--jobs", kills % 2 === 0 ? "1" : "4");
      // Before the first page, while several are on their way, and while they are written.
      while (journal.asked().length < asked + [0, 1, 3, 9, 18][kills % 5]!) await delay(2);
      await delay((kills * 37) % 60);
      running.child.kill("SIGKILL");
      await running.finished;
      kills += 1;
      const there = await archivedBy(journal);
      expect(there.length).toBeGreaterThanOrEqual(before);
      expect(there).toEqual(runIds(there.length));
      before = there.length;
    }
    const last = await sync(journal, "--limit", "10").finished;
    expect([last.code, last.stderr]).toEqual([0, expect.stringContaining("archived")]);
    await expectWhole(journal, count);
  });

  on("two at once: one does it, and the other is told who, or finds it done", async () => {
    const journal = await journalWith({ events: 300, latencyMs: 30 });
    const both = [sync(journal, "--limit", "10"), sync(journal, "--limit", "10")];
    const ends = await Promise.all(both.map(({ finished }) => finished));
    const codes = ends.map(({ code }) => code).sort();
    expect(codes[0]).toBe(0);
    for (const { code, stderr } of ends.filter((end) => end.code !== 0)) {
      expect(code).toBe(2);
      expect(stderr).toMatch(/error: another process fills this archive\n +why: process \d+ on \S+ holds the lease/);
    }
    await expectWhole(journal, 300);
  });

  on("an empty journal, and one that fills later", async () => {
    const journal = await journalWith({ events: 0 });
    expect((await journal.run("archive sync")).code).toBe(0);
    await expectWhole(journal, 0);
    journal.add(runEvent(0), runEvent(1));
    await journal.run("archive sync");
    await expectWhole(journal, 2);
  });

  on("a journal that names no next page", async () => {
    const journal = await journalWith({ events: 45, journal: { links: "none" } });
    expect((await journal.run("archive sync --limit 10")).code).toBe(0);
    await journal.run("archive sync --limit 10");
    expect(await archivedBy(journal)).toEqual(runIds(45));
  });

  on("some runs at a time", async () => {
    const journal = await journalWith({ events: 45 });
    for (const [n, there] of [7, 14, 21].entries()) {
      const { code } = await journal.run(`archive sync -n 7 --limit ${n + 3}`);
      expect(code).toBe(0);
      expect(await archivedBy(journal)).toEqual(runIds(there));
    }
    await journal.run("archive sync");
    await expectWhole(journal, 45);
  });

  on("half done: who reads has all in the journal's order, the newest last", async () => {
    const journal = await journalWith(spread(60));
    await journal.run("archive sync -n 40 --limit 20");
    expect(printed(await journal.run("since -PT149M -o ndjson"))).toEqual(runIds(29, 31));
    expect(printed(await journal.run("since -PT149M --last 5 -o ndjson"))).toEqual(runIds(5, 55));
    expect(printed(await journal.run("since oldest -o ndjson"))).toEqual(runIds(60));
  });

  on("as several places at once give the same as one", async () => {
    const journal = await journalWith(spread(700));
    const { code, stderr } = await journal.run("archive sync --limit 10 --jobs 8");
    expect([code, stderr]).toEqual([0, expect.stringContaining("700 runs archived")]);
    await expectWhole(journal, 700);
  });
});
