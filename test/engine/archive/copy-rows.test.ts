import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { copySome, type Copying } from "../../../src/engine/archive/copy-rows.ts";
import { coverageOf, uncovered } from "../../../src/engine/archive/coverage.ts";
import { findCursor, readChains, readCursors } from "../../../src/engine/archive/cursors.ts";
import type { Database, Row } from "../../../src/engine/archive/database.ts";
import { noteJournal } from "../../../src/engine/archive/journal-names.ts";
import { moveJournal } from "../../../src/engine/archive/journals.ts";
import { prune } from "../../../src/engine/archive/prune.ts";
import { journalKey } from "../../../src/engine/archive/run-row.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { readStatus } from "../../../src/engine/archive/status.ts";
import { verify } from "../../../src/engine/archive/verify.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { makeVersion1 } from "../../support/archive-version-1.ts";
import { allOf, archived, countOf, idsOf, journal, pageOf, takeOver, writePage } from "../../support/archived.ts";
import { describeEngines, killedAtEachStep } from "../../support/engines.ts";
import { noon } from "../../support/host.ts";
import { runIds } from "../../support/journal.ts";

const minute = 60_000;
const at = (minutes: number): number => noon + minutes * minute;
const ignore = (): undefined => undefined;
const name = "https://journal.test/1";

describeEngines(
  "rows that go over into another archive",
  ({ kind, place }) => {
    const empty = async (setUp: (database: Database) => Promise<unknown> = setUpSchema): Promise<Database> => {
      const database = await (await place()).open();
      await setUp(database);
      await noteJournal(database, name, 7);
      return database;
    };
    const both = async (pages: number): Promise<readonly [Database, Database]> => {
      const [leader, copy] = [await empty(), await empty()];
      await fill(leader, 0, pages);
      return [leader, copy];
    };

    test("are there as they are here, with their events, their errors and what they cover, and the place to go on from", async () => {
      const [leader, copy] = await both(4);
      expect(await copyAll(leader, copy)).toBe(12);
      await expectAlike(leader, copy);
      await fill(leader, 4, 6);
      expect(await copyAll(leader, copy)).toBe(6);
      await expectAlike(leader, copy);
      expect(await copyAll(leader, copy)).toBe(0);
      expect(await idsOf(copy)).toEqual(runIds(18));
      // As an archive that was filled by itself: it can be, from there.
      await fill(copy, 6, 8);
      expect(await idsOf(copy)).toEqual(runIds(24));
      expect(await stretches(copy)).toEqual(["0..23"]);
    });

    test("go on where the copy says, with later events of a run that is there, and with imported ones", async () => {
      const [leader, copy] = await both(1);
      await copyAll(leader, copy);
      await addRuns(
        leader,
        journal,
        [
          archived(1, { updatedAt: at(90) }, { status: "success", key: "later", raw: { told: "again" } }),
          archived(50),
        ].map((run, n) => ({ ...run, key: `key-${String(n)}` })),
      );
      expect(await copyAll(leader, copy)).toBe(2);
      await expectAlike(leader, copy);
      expect(await idsOf(copy)).toEqual(["run-0", "run-1", "run-2", "run-1", "run-50"]);
      expect(await copyAll(leader, copy)).toBe(0);
    });

    test("of many steps cover nothing before the last of them is over", async () => {
      const [leader, copy] = await both(1);
      await addRuns(
        leader,
        journal,
        Array.from({ length: 1100 }, (_, n) => archived(100 + n)),
      );
      const seen: (readonly string[])[] = [];
      for (let mayMore = true; mayMore;) {
        mayMore = (await copySome(copying(leader, copy))).mayMore;
        seen.push(await stretches(copy));
      }
      expect(seen).toEqual([[], [], ["0..2"]]);
      await expectAlike(leader, copy);
    });

    for (const moment of ["before", "after"] as const) {
      for (const whose of ["the copy", "the one that is copied"] as const) {
        test(`are all there once, whenever a process dies: ${moment} a step with ${whose}`, async () => {
          const [leader, copy] = await both(2);
          const steps = await killedAtEachStep(moment, async (killed) => {
            for (const table of ["runs", "run_errors", "origins", "firsts", "packs", "cursors", "coverage"])
              await copy.run(`DELETE FROM {schema}${table}`);
            await copySome(copying(leader, copy));
            await addRuns(leader, journal, [archived(1000 + (await countOf(leader, "runs")))]);
            const dies = whose === "the copy" ? copy : leader;
            await killed(dies, (dying) => (dies === copy ? copyAll(leader, dying) : copyAll(dying, copy)));
            await expectTrue(leader, copy);
            await copyAll(leader, copy);
            await expectAlike(leader, copy);
          });
          expect(steps).toBeGreaterThan(3);
        });
      }
    }

    test("by two processes at once are there once", async () => {
      const [leader, copy] = await both(3);
      await addRuns(
        leader,
        journal,
        Array.from({ length: 700 }, (_, n) => archived(100 + n)),
      );
      await Promise.all([copyAll(leader, copy), copyAll(leader, copy), copyAll(leader, copy)]);
      await expectAlike(leader, copy);
    });

    test("that a restored copy lacks are copied again, from where it says that it stands", async () => {
      const [leader, copy] = await both(2);
      await copyAll(leader, copy);
      const backup = await saved(copy);
      await fill(leader, 2, 4);
      await copyAll(leader, copy);
      await restore(copy, backup);
      expect(await idsOf(copy)).toEqual(runIds(6));
      expect(await copyAll(leader, copy)).toBe(6);
      await expectAlike(leader, copy);
    });

    test("of an archive that came back as an earlier copy of itself, and gave its numbers out again, are all copied", async () => {
      const [leader, copy] = await both(2);
      const backup = await saved(leader);
      await fill(leader, 2, 4);
      await copyAll(leader, copy);
      await restore(leader, backup);
      // These take the numbers that others had, and more come behind them than the copy has passed.
      await addRuns(leader, journal, [archived(70), archived(71)]);
      await fill(leader, 2, 6);
      await copyAll(leader, copy);
      expect([...(await idsOf(copy))].sort()).toEqual([...(await idsOf(leader))].sort());
      expect(await stretches(copy)).toEqual(["0..17"]);
      expect(await copyAll(leader, copy)).toBe(0);
    });

    test("that were forgotten over there are neither brought back nor covered again", async () => {
      const [leader, copy] = await both(4);
      await copyAll(leader, copy);
      expect(await prune(copy, journal, at(6), ignore)).toBe(6);
      await fill(leader, 4, 5);
      expect(await copyAll(leader, copy)).toBe(3);
      expect(await idsOf(copy)).toEqual(runIds(9, 6));
      expect(await stretches(copy)).toEqual(["6..14"]);
      // The place goes on, though its chain begins before what is forgotten.
      const { next, readUntil } = (await findCursor(leader, journal, "archive")) ?? {};
      expect(await findCursor(copy, journal, "archive")).toMatchObject({ next, readUntil, chain: at(6) });
      // Nor where all that there is is gone through once more.
      await leader.run("DELETE FROM {schema}runs WHERE seq = (SELECT last_seq FROM {schema}meta)");
      expect(await copyAll(leader, copy)).toBe(0);
      expect(await idsOf(copy)).toEqual(runIds(9, 6));
      expect(await stretches(copy)).toEqual(["6..14"]);
      expect((await verify(copy, journal, ignore)).damages).toEqual([]);
    });

    test("that come while others are being forgotten over there, before any were copied, are not covered either", async () => {
      const [leader, copy] = await both(4);
      let cut = false;
      const pruning: Database = {
        ...copy,
        transaction: async (work, options) => {
          const done = await copy.transaction(work, options);
          // Its coverage is cut by now, and no run is gone yet.
          if (!cut) {
            cut = true;
            await copyAll(leader, copy);
          }
          return done;
        },
      };
      await prune(pruning, journal, at(6), ignore);
      await copyAll(leader, copy);
      expect(await idsOf(copy)).toEqual(runIds(6, 6));
      expect(await stretches(copy)).toEqual(["6..11"]);
    });

    test("that were forgotten over there before the first of them came are not brought back", async () => {
      const [leader, copy] = await both(4);
      await prune(copy, journal, at(6), ignore);
      // An earlier moment does not undo it.
      await prune(copy, journal, at(3), ignore);
      await copyAll(leader, copy);
      expect(await idsOf(copy)).toEqual(runIds(6, 6));
      expect(await stretches(copy)).toEqual(["6..11"]);
    });

    test("of long texts go over a few at a time", async () => {
      const [leader, copy] = await both(1);
      // What repeats nothing cannot be made short.
      const long = (n: number): string =>
        createHash("shake256", { outputLength: 350_000 }).update(String(n)).digest("hex");
      await addRuns(
        leader,
        journal,
        Array.from({ length: 40 }, (_, n) =>
          archived(100 + n, {}, { key: `long-${String(n)}`, raw: { text: long(n) } }),
        ),
      );
      const steps: number[] = [];
      for (let mayMore = true; mayMore;) {
        const copied = await copySome(copying(leader, copy));
        steps.push(copied.runs);
        ({ mayMore } = copied);
      }
      expect(Math.max(...steps)).toBeLessThan(20);
      await expectAlike(leader, copy);
    });

    test("that are forgotten over there in the middle of a step are not covered by it", async () => {
      const [leader, copy] = await both(3);
      const pruning: Database = {
        ...copy,
        transaction: async (work, options) => {
          await prune(copy, journal, at(6), ignore);
          return copy.transaction(work, options);
        },
      };
      await copyAll(leader, copy);
      await fill(leader, 3, 4);
      expect((await copySome(copying(leader, pruning))).mayMore).toBe(true);
      expect(await stretches(copy)).toEqual(["6..8"]);
      await copyAll(leader, copy);
      expect(await stretches(copy)).toEqual(["6..11"]);
      expect(await idsOf(copy)).toEqual(runIds(6, 6));
    });

    test("that are forgotten over there before anything is covered are not covered later", async () => {
      const [leader, copy] = await both(3);
      await addRuns(
        leader,
        journal,
        Array.from({ length: 600 }, (_, n) => archived(100 + n)),
      );
      expect((await copySome(copying(leader, copy))).mayMore).toBe(true);
      expect(await prune(copy, journal, at(6), ignore)).toBe(6);
      await copyAll(leader, copy);
      expect(await stretches(copy)).toEqual(["6..8"]);
      expect((await idsOf(copy)).slice(0, 4)).toEqual(["run-6", "run-7", "run-8", "run-100"]);
    });

    test("that were pruned before it came are not covered there, and those pruned later stay there", async () => {
      const [leader, copy] = await both(4);
      await prune(leader, journal, at(6), ignore);
      await copyAll(leader, copy);
      await expectAlike(leader, copy);
      expect(await stretches(copy)).toEqual(["6..11"]);
      await prune(leader, journal, at(9), ignore);
      await fill(leader, 4, 5);
      await copyAll(leader, copy);
      expect(await stretches(leader)).toEqual(["9..14"]);
      expect(await stretches(copy)).toEqual(["6..14"]);
      expect(await idsOf(copy)).toEqual(runIds(9, 6));
      // Its one stretch has grown: no chain is left behind by each pruning.
      expect(await readChains(copy, journal)).toHaveLength(1);
    });

    test("that are pruned while they are copied are not covered", async () => {
      const [leader, copy] = await both(3);
      let questions = 0;
      const pruned: Database = {
        ...leader,
        all: async (text, values) => {
          const rows = await leader.all(text, values);
          questions += 1;
          // Once its cursor was looked at, and before its rows are.
          if (text.includes("FROM {schema}cursors")) await prune(leader, journal, at(6), ignore);
          return rows;
        },
      };
      await copyAll(pruned, copy);
      expect(questions).toBeGreaterThan(0);
      await expectTrue(leader, copy);
      expect(await stretches(copy)).toEqual(["6..8"]);
    });

    test("join those that an archive has by itself: none is lost or doubled, its gaps close, its place moves on", async () => {
      const [leader, copy] = [await empty(), await empty()];
      // It was filled by itself, and missed what came in between.
      await fill(copy, 0, 2);
      await fill(leader, 1, 4, at(3));
      expect(await copyAll(leader, copy)).toBe(6);
      expect(await idsOf(copy)).toEqual(runIds(12));
      expect(await stretches(copy)).toEqual(["0..11"]);
      const { next, readUntil } = (await findCursor(leader, journal, "archive")) ?? {};
      expect(await findCursor(copy, journal, "archive")).toMatchObject({ next, readUntil });
      expect(await countOf(copy, "run_errors")).toBe(8);
      expect((await verify(copy, journal, ignore)).damages).toEqual([]);
    });

    test("leave the place of an archive that was filled by itself, as long as it lacks what follows there", async () => {
      const [leader, copy] = [await empty(), await empty()];
      await fill(copy, 0, 2);
      await fill(leader, 4, 6, at(12));
      const own = await findCursor(copy, journal, "archive");
      await copyAll(leader, copy);
      expect(await stretches(copy)).toEqual(["0..5", "12..17"]);
      expect(await findCursor(copy, journal, "archive")).toEqual(own);
    });

    test("leave a gap of the archive a gap there, with its reason", async () => {
      const [leader, copy] = await both(2);
      const lease = await takeOver(leader);
      const from = await findCursor(leader, journal, "archive");
      const later = { from, chain: at(20), begins: { isExact: true, why: "expired" as const } };
      await writePage(leader, lease, pageOf(8, later));
      await copyAll(leader, copy);
      await expectAlike(leader, copy);
      const { gaps } = coverageOf(await readChains(copy, journal));
      expect(gaps).toMatchObject([{ from: { at: at(5) }, to: { at: at(20), isExact: true }, why: "expired" }]);
    });

    test("that came to a journal by their former numbers are copied as well", async () => {
      const former = "https://journal.test/0";
      const [leader, copy] = [await empty(), await empty()];
      await noteJournal(leader, former, 5);
      await addRuns(leader, journalKey(former), [archived(40), archived(41)]);
      await fill(leader, 0, 1);
      await copyAll(leader, copy);
      expect(await idsOf(copy)).toEqual(runIds(3));
      await moveJournal({ database: leader, journal }, former);
      expect(await copyAll(leader, copy)).toBe(2);
      expect([...(await idsOf(copy))].sort()).toEqual(["run-0", "run-1", "run-2", "run-40", "run-41"]);
      expect(await copyAll(leader, copy)).toBe(0);
    });

    test("of which one is damaged end there, by its number, and nothing is covered", async () => {
      const [leader, copy] = await both(2);
      await leader.run("DELETE FROM {schema}packs WHERE first_seq > 3");
      await expect(copyAll(leader, copy)).rejects.toMatchObject({
        kind: "settings",
        message: expect.stringContaining(leader.place) as string,
        why: expect.stringMatching(/^its row 4 /) as string,
        hint: expect.stringContaining("flowrun archive verify") as string,
      });
      expect(await stretches(copy)).toEqual([]);
      expect(await idsOf(copy)).toEqual([]);
    });

    test("go into an archive of the first version, and out of one", async () => {
      const [leader, old, copy] = [await empty(), await empty(makeVersion1), await empty()];
      await fill(leader, 0, 2);
      await copyAll(leader, old);
      await expectAlike(leader, old);
      await copyAll(old, copy);
      await expectAlike(leader, copy);
    });

    test("of two archives go into a third, each once, by a place for each", async () => {
      const [one, other, third] = [await empty(), await empty(), await empty()];
      await other.run("UPDATE {schema}journals SET made_at = 8");
      await fill(one, 0, 3);
      await fill(other, 0, 2);
      for (const leader of [one, other, one, other]) await copyAll(leader, third);
      await fill(other, 2, 5);
      for (const leader of [one, other, one]) await copyAll(leader, third);
      expect(await idsOf(third)).toEqual(runIds(15));
      expect(await stretches(third)).toEqual(["0..14"]);
      // The place that is furthest stays.
      expect(await findCursor(third, journal, "archive")).toMatchObject({ next: "/j?since=5" });
    });

    test("leave a cursor alone that somebody moves over there at that time", async () => {
      const [leader, copy] = await both(2);
      const lease = await takeOver(copy, "another");
      await copyAll(leader, copy);
      expect(await readCursors(copy, journal)).toEqual([]);
      await lease.release();
      await fill(leader, 2, 3);
      await copyAll(leader, copy);
      expect(await readCursors(copy, journal)).toMatchObject([{ name: "archive", next: "/j?since=3" }]);
      expect((await readStatus(copy, journal)).cursors).toHaveLength(1);
    });

    if (kind === "PostgreSQL") return;

    test("cost no number over there where there is nothing new", async () => {
      const [leader, copy] = await both(2);
      await copyAll(leader, copy);
      const [before] = await copy.all("SELECT last_seq FROM {schema}meta");
      await copyAll(leader, copy);
      expect(await copy.all("SELECT last_seq FROM {schema}meta")).toEqual([before]);
    });
  },
  ["a file", "PostgreSQL"],
);

function copying(leader: Database, copy: Database): Copying {
  return {
    from: { database: leader, journal },
    cursor: "archive",
    to: { database: copy, journal },
    now: at(1000),
    heldMs: 60_000,
  };
}

/** @returns how many were new. */
async function copyAll(leader: Database, copy: Database): Promise<number> {
  for (let all = 0; ;) {
    const { added, mayMore } = await copySome(copying(leader, copy));
    all += added;
    if (!mayMore) return all;
  }
}

/** Reads pages of a journal, from where the archive stands. */
async function fill(database: Database, from: number, to: number, chain = noon): Promise<void> {
  const lease = await takeOver(database);
  for (let n = from; n < to; n += 1) {
    const cursor = await findCursor(database, journal, "archive");
    const begins = cursor === null ? ({ isExact: false, why: "start" } as const) : null;
    const page = pageOf(n, { from: cursor, chain: cursor?.chain ?? chain, begins });
    expect((await writePage(database, lease, page)).kind).toBe("taken");
  }
  await lease.release();
}

async function stretches(database: Database): Promise<readonly string[]> {
  const { complete } = coverageOf(await readChains(database, journal));
  return complete.map(({ from, to }) => `${String((from.at - noon) / minute)}..${String((to.at - noon) / minute)}`);
}

/** Every row, its errors and origins, what is covered, and the place: as if it had been filled by itself. */
async function expectAlike(leader: Database, copy: Database): Promise<void> {
  const withoutNumbers = async (database: Database) =>
    (await allOf(database)).map(({ recordedAt, eventKey, record }) => ({ recordedAt, eventKey, record }));
  expect(await withoutNumbers(copy)).toEqual(await withoutNumbers(leader));
  for (const table of ["run_errors", "origins", "firsts", "coverage"])
    expect(await rowsOf(copy, table)).toEqual(await rowsOf(leader, table));
  const columns = "event_key, recorded_at, via, run_id, status, alike, updated_at, root_code, position";
  const text = `SELECT ${columns} FROM {schema}runs WHERE journal = $1 ORDER BY seq`;
  expect(await copy.all(text, [journal])).toEqual(await leader.all(text, [journal]));
  const [own, theirs] = [await findCursor(copy, journal, "archive"), await findCursor(leader, journal, "archive")];
  const { next, position, readUntil, movedAt, runs, events, chain } = theirs ?? {};
  expect(own).toMatchObject({ next, position, readUntil, movedAt, runs, events, chain });
  expect((await verify(copy, journal, ignore)).damages).toEqual([]);
}

async function rowsOf(database: Database, table: string): Promise<readonly Row[]> {
  const rows = await database.all(`SELECT * FROM {schema}${table} WHERE journal = $1`, [journal]);
  const texts = rows.map((row) => [JSON.stringify(row), row] as const);
  return texts.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** Whatever it claims to have whole, of that it has every row that the other one has. */
async function expectTrue(leader: Database, copy: Database): Promise<void> {
  const coverage = coverageOf(await readChains(copy, journal));
  const covered = (await allOf(leader)).filter(
    ({ recordedAt: from }) => uncovered(coverage, { from, to: from + 1 }).length === 0,
  );
  const keys = new Set((await allOf(copy)).map(({ eventKey }) => eventKey));
  expect(covered.filter(({ eventKey }) => !keys.has(eventKey))).toEqual([]);
}

const tables = ["meta", "runs", "run_errors", "origins", "firsts", "packs", "cursors", "coverage"];

type Saved = ReadonlyMap<string, readonly Row[]>;

async function saved(database: Database): Promise<Saved> {
  const all = new Map<string, readonly Row[]>();
  for (const table of tables) all.set(table, await database.all(`SELECT * FROM {schema}${table}`));
  return all;
}

/** It comes back as it was then. */
async function restore(database: Database, backup: Saved): Promise<void> {
  await database.transaction(async (queries) => {
    for (const [table, rows] of backup) {
      await queries.run(`DELETE FROM {schema}${table}`);
      for (const row of rows) {
        const columns = Object.keys(row);
        const places = columns.map((_, n) => `$${String(n + 1)}`).join(", ");
        await queries.run(
          `INSERT INTO {schema}${table} (${columns.join(", ")}) VALUES (${places})`,
          Object.values(row),
        );
      }
    }
  });
}
