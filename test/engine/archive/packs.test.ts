import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { packRuns } from "../../../src/engine/archive/packs.ts";
import { prune } from "../../../src/engine/archive/prune.ts";
import { findByRun } from "../../../src/engine/archive/read-archived.ts";
import { reindex } from "../../../src/engine/archive/reindex.ts";
import { writtenOf, type ArchivedRun } from "../../../src/engine/archive/run-row.ts";
import { setUpForRuns, setUpSchema } from "../../../src/engine/archive/schema.ts";
import { verify } from "../../../src/engine/archive/verify.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { makeVersion1 } from "../../support/archive-version-1.ts";
import { allOf, archived, countOf, idsOf, journal, schemaVersion } from "../../support/archived.ts";
import { describeEngines } from "../../support/engines.ts";
import { noon } from "../../support/host.ts";
import { runIds } from "../../support/journal.ts";

const ignore = (): undefined => undefined;
const some = (from: number, to: number): readonly ArchivedRun[] =>
  Array.from({ length: to - from }, (_, n) => archived(from + n));

/** Runs as a page of a journal comes to the archive: packed already. */
const packedPage = (from: number, to: number): Promise<readonly ArchivedRun[]> =>
  packRuns(some(from, to).flatMap((run) => (run.kept === undefined ? { ...run, ...writtenOf(run.run) } : [])));

describeEngines("texts that are packed together", ({ place }) => {
  const ready = async (): Promise<Database> => {
    const database = await (await place()).open();
    await setUpSchema(database);
    return database;
  };
  const sizes = async (database: Database) =>
    (
      await database.all("SELECT length(document) AS record, length(event) AS event FROM {schema}runs ORDER BY seq")
    ).map(({ record, event }) => [Number(record) < 14, event === null ? null : Number(event) < 14]);

  test("come back as they were given, whether they were packed before or are packed here", async () => {
    const database = await ready();
    const without = archived(4, {}, { raw: null });
    const given = [...some(0, 4), without];
    await addRuns(database, journal, given);
    await addRuns(database, journal, await packedPage(10, 13));
    const rows = await allOf(database);
    const whole = [...given, ...some(10, 13)].flatMap(({ run, kept }) => (kept === undefined ? [run] : []));
    expect(rows.map(({ record }) => record)).toEqual(whole);
    expect(await countOf(database, "packs")).toBe(2);
    expect((await sizes(database)).slice(3)).toEqual([
      [true, true],
      [true, null],
      [true, true],
      [true, true],
      [true, true],
    ]);
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
  });

  test("of one run alone stand in its row", async () => {
    const database = await ready();
    await addRuns(database, journal, some(0, 1));
    await addRuns(database, journal, await packedPage(1, 2));
    expect([await countOf(database, "packs"), await sizes(database)]).toEqual([0, Array(2).fill([false, false])]);
    expect(await idsOf(database)).toEqual(runIds(2));
  });

  test("are packed with as many others as suits, however long they are", async () => {
    const database = await ready();
    const long = (n: number): ArchivedRun => archived(n, {}, { flowName: "x".repeat(200_000) });
    const runs = [long(0), long(1), long(2), archived(3), archived(4), long(5)];
    await addRuns(database, journal, runs);
    expect(await idsOf(database)).toEqual(runIds(6));
    expect(await database.all("SELECT first_seq, last_seq FROM {schema}packs ORDER BY first_seq")).toEqual([
      { first_seq: 1, last_seq: 2 },
      { first_seq: 3, last_seq: 6 },
    ]);
  });

  test("of runs that were there before are not kept again", async () => {
    const database = await ready();
    await addRuns(database, journal, some(0, 4));
    for (const again of [some(0, 4), await packedPage(1, 4), some(2, 3)])
      expect(await addRuns(database, journal, again)).toBe(0);
    expect(await countOf(database, "packs")).toBe(1);
    for (const more of [some(2, 6), await packedPage(5, 8)]) expect(await addRuns(database, journal, more)).toBe(2);
    expect(await idsOf(database)).toEqual(runIds(8));
    expect(await countOf(database, "packs")).toBe(3);
    expect((await verify(database, journal, ignore)).damages).toEqual([]);
  });

  test("are pruned with the last of their runs", async () => {
    const database = await ready();
    await addRuns(database, journal, some(0, 4));
    await addRuns(database, journal, some(4, 8));
    const until = (n: number): number => noon + n * 60_000;
    for (const [pruned, packs] of [
      [2, 2],
      [4, 1],
      [7, 1],
      [8, 0],
    ] as const) {
      await prune(database, journal, until(pruned), ignore);
      expect([await idsOf(database), await countOf(database, "packs")]).toEqual([runIds(8 - pruned, pruned), packs]);
    }
  });

  test("of runs that were there before are left out of the pack of those that were not", async () => {
    const database = await ready();
    await addRuns(database, journal, some(0, 40));
    await addRuns(database, journal, await packedPage(0, 42));
    const [known, more] = await database.all("SELECT length(texts) AS size FROM {schema}packs ORDER BY first_seq");
    expect(Number(more?.["size"])).toBeLessThan(Number(known?.["size"]) / 2);
    expect((await allOf(database)).map(({ record }) => record)).toEqual(
      some(0, 42).flatMap(({ run, kept }) => (kept === undefined ? [run] : [])),
    );
  });

  test("that are long are packed alone, too, so that no batch holds them", async () => {
    const long = await packRuns(
      [0, 1, 2].map((n) => {
        const { key, recordedAt, run } = archived(n, {}, { flowName: "x".repeat(600_000) });
        return { key, recordedAt, ...writtenOf(run) };
      }),
    );
    expect(long.map(({ kept }) => "pack" in kept && kept.pack.bytes.length < 10_000)).toEqual([true, true, true]);
    const database = await ready();
    await addRuns(database, journal, long);
    expect([await countOf(database, "packs"), await idsOf(database)]).toEqual([3, runIds(3)]);
  });

  test("of which any byte is another one are damaged, and nobody else's", async () => {
    const database = await ready();
    await addRuns(database, journal, some(0, 20));
    const [row] = await database.all("SELECT texts FROM {schema}packs");
    const texts = row?.["texts"] as Uint8Array;
    for (let at = 1; at < texts.length; at += 37) {
      const flipped = Uint8Array.from(texts, (byte, n) => (n === at ? byte ^ 4 : byte));
      await database.run("UPDATE {schema}packs SET texts = $1", [flipped]);
      expect((await allOf(database)).map(({ record }) => record)).toEqual(Array(20).fill("cannot be unpacked"));
    }
  });

  test("that are damaged or gone are said to be, and spoil no other", async () => {
    const database = await ready();
    for (const from of [0, 3, 6]) await addRuns(database, journal, some(from, from + 3));
    await database.run("UPDATE {schema}packs SET texts = $1 WHERE first_seq = 1", [Uint8Array.of(3, 255, 255)]);
    await database.run("DELETE FROM {schema}packs WHERE first_seq = 4");
    const records = (await allOf(database)).map(({ record }) => (typeof record === "string" ? record : record.runId));
    const [damaged, gone] = ["cannot be unpacked", "is in no pack"];
    expect(records).toEqual([damaged, damaged, damaged, gone, gone, gone, ...runIds(3, 6)]);
    expect(await verify(database, journal, ignore)).toMatchObject({
      unreadable: 6,
      damages: ["6 records that cannot be read"],
    });
  });

  test("are those of no run where another process prunes them while they are looked for", async () => {
    const { open } = await place();
    const [database, other] = [await open(), await open()];
    await setUpSchema(database);
    await addRuns(database, journal, some(0, 3));
    await addRuns(database, journal, some(3, 6));
    const late: Database = {
      ...database,
      all: async (text, values) => {
        if (text.includes("{schema}packs")) await prune(other, journal, noon + 4 * 60_000, ignore);
        return database.all(text, values);
      },
    };
    const found = await findByRun(late, journal, "run-", { raw: true });
    expect(found.map(({ record }) => typeof record)).toEqual(["object", "object", "object"]);
    expect(found.map(({ seq }) => seq)).toEqual([4, 5, 6]);
  });

  test("take what reindex finds in their place, and keep all else", async () => {
    const database = await ready();
    const whole = some(0, 6).flatMap(({ run, kept }) => (kept === undefined ? [run] : []));
    const poor = [1, 4].map((n) => archived(n, {}, { flowName: "as an older flowrun saw it" }));
    const [one, four] = poor;
    await addRuns(database, journal, [...some(0, 1), ...(one === undefined ? [] : [one]), ...some(2, 4)]);
    await addRuns(database, journal, [...(four === undefined ? [] : [four]), ...some(5, 6)]);
    expect(await reindex(database, journal, ignore)).toEqual({ runs: 6, changed: 2, kept: 0 });
    expect((await allOf(database)).map(({ record }) => record)).toEqual(whole);
    expect(await countOf(database, "packs")).toBe(2);
    expect((await sizes(database)).flat()).not.toContain(false);
  });

  test("stand in their rows in an archive of a version without packs, until it is brought up to date", async () => {
    const { open } = await place();
    const database = await open();
    await makeVersion1(database);
    await setUpForRuns(database);
    await addRuns(database, journal, some(0, 2));
    await addRuns(database, journal, await packedPage(2, 5));
    expect(await idsOf(database)).toEqual(runIds(5));
    expect([await database.hasTable("packs"), await sizes(database)]).toEqual([false, Array(5).fill([false, false])]);
    expect(await prune(database, journal, noon + 60_000, ignore)).toBe(1);
    expect(await reindex(database, journal, ignore)).toEqual({ runs: 4, changed: 0, kept: 0 });
    expect(await setUpSchema(database)).toBe(true);
    await addRuns(database, journal, await packedPage(5, 8));
    expect(await idsOf(database)).toEqual(runIds(7, 1));
    expect(await countOf(database, "packs")).toBe(1);
    expect(await database.all("SELECT version FROM {schema}meta")).toEqual([{ version: schemaVersion }]);
  });
});
