import { expect, test } from "vitest";
import { coverageOf } from "../../../src/engine/archive/coverage.ts";
import { archiveCursor, findCursor, readCursors, readChains } from "../../../src/engine/archive/cursors.ts";
import type { Database } from "../../../src/engine/archive/database.ts";
import { checkSameJournal, moveJournal } from "../../../src/engine/archive/journals.ts";
import { countBefore, prune } from "../../../src/engine/archive/prune.ts";
import { reindex } from "../../../src/engine/archive/reindex.ts";
import { journalKey } from "../../../src/engine/archive/run-row.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { readStatus } from "../../../src/engine/archive/status.ts";
import { verify } from "../../../src/engine/archive/verify.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { allOf, archived, countOf, idsOf, journal, pageOf, takeOver, writePage } from "../../support/archived.ts";
import { describeEngines, killedAtEachStep } from "../../support/engines.ts";
import { noon } from "../../support/host.ts";
import { runIds } from "../../support/journal.ts";

const minute = 60_000;
const at = (minutes: number): number => noon + minutes * minute;
const ignore = (): undefined => undefined;

describeEngines("upkeep", ({ kind, place }) => {
  const ready = async (pages = 0): Promise<readonly [Database, Database]> => {
    const { open } = await place();
    const database = await open();
    await setUpSchema(database);
    await fill(database, 0, pages);
    return [database, await open()];
  };

  async function fill(database: Database, from: number, to: number, name = journal): Promise<void> {
    if (from >= to) return;
    const lease = await takeOver(database, "one", `${name} archive`);
    for (let n = from; n < to;) {
      const cursor = await findCursor(database, name, "archive");
      const place = { journal: name, from: cursor, chain: cursor?.chain ?? noon };
      const taken = await writePage(database, lease, pageOf(n, place));
      // One that was moved is read on from where it stands.
      expect(["taken", "moved"]).toContain(taken.kind);
      if (taken.kind === "taken") n += 1;
    }
  }

  const stretches = async (database: Database): Promise<readonly string[]> => {
    const { complete } = coverageOf(await readChains(database, journal));
    return complete.map(({ from, to }) => `${String((from.at - noon) / minute)}..${String((to.at - noon) / minute)}`);
  };

  test("prune forgets what was recorded before, its errors too, and no more", async () => {
    const [database] = await ready(10);
    const other = journalKey("https://journal.test/2");
    await fill(database, 0, 2, other);
    expect(await countBefore(database, journal, at(10))).toBe(10);
    expect(await prune(database, journal, at(10), ignore)).toBe(10);
    expect(await idsOf(database)).toEqual(runIds(20, 10));
    expect(await idsOf(database, other)).toEqual(runIds(6));
    expect(await stretches(database)).toEqual(["10..29"]);
    expect(await readChains(database, journal)).toMatchObject([{ isFromExact: true, isToExact: false, why: "pruned" }]);
    expect(await verify(database, journal, ignore)).toMatchObject({ damages: [], runs: 20 });
    expect(await countOf(database, "firsts")).toBeGreaterThan(0);
    expect(await prune(database, journal, at(10), ignore)).toBe(0);
    // And it goes on where it stands.
    await fill(database, 10, 12);
    expect(await stretches(database)).toEqual(["10..35"]);
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
  });

  test("prune of all there is leaves the place to go on from, and what comes then is covered", async () => {
    const [database] = await ready(2);
    expect(await prune(database, journal, at(100), ignore)).toBe(6);
    expect(await idsOf(database)).toEqual([]);
    expect((await findCursor(database, journal, "archive"))?.next).toBe("/j?since=2");
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
    await fill(database, 2, 40);
    expect(await stretches(database)).toEqual(["100..119"]);
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
  });

  test("prune across chains: of several that reach beyond the edge, and where one begins at it", async () => {
    const [database] = await ready(2);
    const lease = await takeOver(database);
    const chain = (n: number, from: number, to: number) =>
      writePage(
        database,
        lease,
        pageOf(n, {
          chain: at(from),
          begins: { isExact: true, why: "expired" },
          reaches: { at: at(to), isExact: true },
        }),
      );
    await chain(2, 20, 40);
    await chain(3, 30, 35);
    await chain(4, 38, 60);
    await chain(5, 50, 80);
    await chain(6, 90, 95);
    expect(await stretches(database)).toEqual(["0..5", "20..80", "90..95"]);
    await prune(database, journal, at(38), ignore);
    expect(await stretches(database)).toEqual(["38..80", "90..95"]);
    await prune(database, journal, at(52), ignore);
    expect(await stretches(database)).toEqual(["52..80", "90..95"]);
    await prune(database, journal, at(85), ignore);
    expect(await stretches(database)).toEqual(["90..95"]);
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
  });

  test("prune that dies never claims what is gone, and goes on", async () => {
    for (const moment of ["before", "after"] as const) {
      const [database] = await ready();
      const steps = await killedAtEachStep(moment, async (killed) => {
        await database.exclusively(async (queries) => {
          for (const table of ["runs", "run_errors", "firsts", "cursors", "coverage"])
            await queries.run(`DELETE FROM {schema}${table}`);
        });
        await fill(database, 0, 4);
        await killed(database, (dying) => prune(dying, journal, at(7), ignore));
        const there = await idsOf(database);
        for (const { from } of coverageOf(await readChains(database, journal)).complete) {
          // All that it claims to have is there.
          const claimed = runIds(12).filter((_, n) => at(n) >= from.at);
          expect(claimed.filter((id) => !there.includes(id))).toEqual([]);
        }
        expect((await verify(database, journal, ignore)).damages).toEqual([]);
        await prune(database, journal, at(7), ignore);
        expect(await idsOf(database)).toEqual(runIds(5, 7));
        expect(await stretches(database)).toEqual(["7..11"]);
      });
      expect(steps).toBeGreaterThan(3);
    }
  });

  test("prune beside one that writes: it goes on from where it stands", async () => {
    const [one, other] = await ready(4);
    const lease = await takeOver(one);
    const known = await findCursor(one, journal, "archive");
    await prune(other, journal, at(6), ignore);
    // What it knew of its chain is no longer so.
    expect(await writePage(one, lease, pageOf(4, { from: known }))).toEqual({ kind: "moved" });
    await Promise.all([fill(one, 4, 12), prune(other, journal, at(9), ignore)]);
    expect(await idsOf(one)).toEqual(runIds(27, 9));
    expect(await stretches(one)).toEqual(["9..35"]);
    expect((await verify(one, journal, ignore)).damages).toEqual([]);
  });

  test("prune takes many at one moment, some at a time", async () => {
    const [database] = await ready();
    const runs = Array.from({ length: 4100 }, (_, n) => ({
      ...archived(n, n % 2 === 0 ? {} : { status: "failed", errors: ["E"] }),
      recordedAt: noon,
    }));
    expect(await addRuns(database, journal, runs)).toBe(4100);
    const told: number[] = [];
    expect(await prune(database, journal, at(1), (soFar) => told.push(soFar))).toBe(4100);
    expect(told).toEqual([2000, 4000]);
    expect(await countOf(database, "run_errors")).toBe(0);
  });

  const damages: readonly (readonly [about: string, text: string, found: RegExp])[] = [
    ["errors of no run", "DELETE FROM {schema}runs WHERE run_id = 'run-1'", /^2 errors without a run$/],
    [
      "a failed run without its errors",
      "DELETE FROM {schema}run_errors WHERE event_key = 'event-4'",
      /^1 failed run without errors$/,
    ],
    [
      "numbers that were never given out",
      "UPDATE {schema}meta SET last_seq = 4",
      /^2 runs with a number that was never given out$/,
    ],
    [
      "a chain that is not there",
      "DELETE FROM {schema}coverage",
      /^the cursor 'archive' stands at the end of a chain of pages that is not there$/,
    ],
    [
      "a record that cannot be unpacked",
      "UPDATE {schema}runs SET document = $1 WHERE run_id = 'run-2'",
      /^1 record that cannot be read$/,
    ],
    [
      "an event that cannot be unpacked",
      "UPDATE {schema}runs SET event = $1 WHERE run_id = 'run-2'",
      /^1 record that cannot be read$/,
    ],
  ];
  test.each(damages)("verify finds %s", async (_, text, found) => {
    const [database] = await ready(2);
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
    await database.run(text, text.includes("$1") ? [new Uint8Array([1, 2, 3])] : []);
    const verdict = await verify(database, journal, ignore);
    expect(verdict.damages).toHaveLength(1);
    expect(verdict.damages[0]).toMatch(found);
  });

  test("verify counts what nobody's coverage holds, and the gaps", async () => {
    const [database] = await ready(2);
    await addRuns(database, journal, [archived(50), archived(51)]);
    const lease = await takeOver(database);
    await writePage(
      database,
      lease,
      pageOf(2, {
        chain: at(100),
        begins: { isExact: true, why: "expired" },
        reaches: { at: at(120), isExact: true },
        runs: [archived(101)],
      }),
    );
    const { outside, gaps, runs, damages: found } = await verify(database, journal, ignore);
    expect({ outside, runs, found }).toEqual({ outside: 3, runs: 9, found: [] });
    expect(gaps).toEqual([{ from: { at: at(5), isExact: false }, to: { at: at(100), isExact: true }, why: "expired" }]);
  });

  test("reindex changes nothing of what this version decoded, and mends what it did not", async () => {
    const [database] = await ready(3);
    const whole = await allOf(database);
    expect(await reindex(database, journal, ignore)).toEqual({ runs: 9, changed: 0, kept: 0 });
    const poor = archived(20, {}, { flowName: "as an older flowrun saw it", rootCause: null, errors: [] });
    const failed = archived(21, { status: "failed", errors: ["E-7"] });
    const without = archived(22, {}, { raw: null });
    const blind = { ...failed, run: { ...failed.run, status: "success", rootCause: null, errors: [] } };
    await addRuns(database, journal, [poor, blind, without]);
    const told: unknown[] = [];
    expect(await reindex(database, journal, (counts) => told.push(counts))).toEqual({ runs: 12, changed: 2, kept: 1 });
    expect(told).toEqual([{ runs: 12, changed: 2, kept: 1 }]);
    const rows = await allOf(database);
    expect(rows.slice(0, 9)).toEqual(whole);
    expect(rows.slice(9).map(({ record }) => record)).toMatchObject([
      { flowName: null },
      { status: "failed", rootCause: { code: "E-7" } },
      { runId: "run-22" },
    ]);
    expect(await database.all("SELECT status, root_code FROM {schema}runs WHERE run_id = 'run-21'")).toEqual([
      { status: "failed", root_code: "E-7" },
    ]);
    expect(await database.all("SELECT code FROM {schema}run_errors WHERE event_key = 'event-21'")).toEqual([
      { code: "E-7" },
    ]);
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
    expect(await reindex(database, journal, ignore)).toMatchObject({ changed: 0 });
  });

  test("reindex beside prune leaves no errors of runs that are gone", async () => {
    const [one, other] = await ready();
    const failed = archived(1, { status: "failed", errors: ["E-7"] });
    await addRuns(one, journal, [{ ...failed, run: { ...failed.run, errors: [], rootCause: null } }]);
    const late: Database = {
      ...one,
      transaction: async (work, options) => {
        await prune(other, journal, at(100), ignore);
        return one.transaction(work, options);
      },
    };
    await reindex(late, journal, ignore);
    expect(await countOf(one, "runs")).toBe(0);
    expect(await countOf(one, "run_errors")).toBe(0);
  });

  test("status tells what there is, and who moves the cursor", async () => {
    const [database] = await ready();
    expect(await readStatus(database, journal)).toMatchObject({
      coverage: { complete: [], gaps: [] },
      runs: 0,
      firstAt: null,
      lastAt: null,
      otherJournals: 0,
      cursors: [],
    });
    await fill(database, 0, 2);
    await addRuns(database, journal, [archived(30, {}, { raw: null })]);
    await database.run("INSERT INTO {schema}journals (journal, name, made_at) VALUES ('a', 'A', 1), ($1, 'B', 2)", [
      journal,
    ]);
    const status = await readStatus(database, journal);
    expect(status).toMatchObject({ runs: 7, withoutEvent: 1, firstAt: noon, lastAt: at(30), otherJournals: 1 });
    expect(status.bytes).toBeGreaterThan(0);
    expect(status.cursors).toMatchObject([
      { cursor: { name: "archive", revision: 2, runs: 6 }, lease: { holder: "one", epoch: 1 } },
    ]);
  });

  test("an archive of another journal is only read on where somebody says so", async () => {
    const [database] = await ready();
    const [formerName, name] = ["https://journal.test/former", "https://journal.test/1"];
    const former = journalKey(formerName);
    for (const [n, each] of [formerName, name].entries())
      await database.run("INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, $2, $3)", [
        journalKey(each),
        each,
        n,
      ]);
    const archive = { database, journal };
    await expect(checkSameJournal(archive, name)).resolves.toBeUndefined();
    // Runs that were imported, and pruned, are not read.
    await prune(database, former, noon, ignore);
    await expect(checkSameJournal(archive, name)).resolves.toBeUndefined();
    await fill(database, 0, 3, former);
    if (kind === "PostgreSQL") await expect(checkSameJournal(archive, name)).resolves.toBeUndefined();
    else
      await expect(checkSameJournal(archive, name)).rejects.toMatchObject({
        kind: "settings",
        why: `${database.place} was read from ${formerName}, and this profile reads ${name} now`,
      });
    await expect(moveJournal(archive, "https://journal.test/none")).rejects.toMatchObject({ kind: "usage" });
    await expect(moveJournal(archive, name)).rejects.toMatchObject({ kind: "usage" });
    // Both have the first two pages' runs; this one has read less, and met them later.
    const lease = await takeOver(database);
    await writePage(database, lease, pageOf(0));
    await database.run("UPDATE {schema}firsts SET first_at = first_at + 5000 WHERE journal = $1", [journal]);
    await moveJournal(archive, formerName);
    expect([...(await idsOf(database))].sort()).toEqual([...runIds(9)].sort());
    expect(await stretches(database)).toEqual(["0..8"]);
    expect(await readCursors(database, former)).toEqual([]);
    expect((await findCursor(database, journal, archiveCursor))?.revision).toBe(1);
    for (const table of ["runs", "run_errors", "firsts", "coverage", "cursors", "journals"])
      expect(await database.all(`SELECT 1 AS found FROM {schema}${table} WHERE journal = $1`, [former])).toEqual([]);
    const [first] = await database.all("SELECT min(first_at) AS first_at FROM {schema}firsts");
    expect(first).toEqual({ first_at: noon });
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
    await expect(checkSameJournal(archive, name)).resolves.toBeUndefined();
  });
});
