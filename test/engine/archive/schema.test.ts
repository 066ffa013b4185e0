import { describe, expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import { checkSchema, setUpForRuns, setUpSchema } from "../../../src/engine/archive/schema.ts";
import { verify } from "../../../src/engine/archive/verify.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { idsOf, jobBatches, journal, pageOf, takeOver, writePage, schemaVersion } from "../../support/archived.ts";
import { jobOf } from "../../support/lytics.ts";
import { describeEngines, killedAtEachStep, type Killed } from "../../support/engines.ts";
import { runIds } from "../../support/journal.ts";
import { makeVersion1 } from "../../support/archive-version-1.ts";
import { addJobs, countJobs, pruneJobs } from "../../../src/engine/archive/jobs.ts";

const tables = [
  "meta",
  "journals",
  "runs",
  "run_errors",
  "origins",
  "firsts",
  "cursors",
  "coverage",
  "leases",
  "deliveries",
  "accounts",
  "jobs",
  "packs",
];
const views = ["runs_latest", "failures", "runs_by_hour", "lytics_jobs"];

async function versionOf(database: Database): Promise<unknown> {
  return (await database.all("SELECT version FROM {schema}meta")).map(({ version }) => version);
}

/** Makes something of somebody else's, in the schema's place. */
async function make(database: Database, ...texts: readonly string[]): Promise<void> {
  await database.exclusively(async (queries) => {
    for (const text of texts) await queries.run(text);
  });
}

describeEngines("the schema", ({ place }) => {
  test("is made once, however often it is asked for", async () => {
    const database = await (await place()).open();
    expect(await checkSchema(database)).toBe(false);
    await setUpForRuns(database);
    await writePage(database, await takeOver(database), pageOf(0));
    await setUpSchema(database);
    expect(await checkSchema(database)).toBe(true);
    expect(await versionOf(database)).toEqual([schemaVersion]);
    expect(await idsOf(database)).toEqual(runIds(3));
    for (const table of tables) expect(await database.hasTable(table)).toBe(true);
    for (const view of views) await database.all(`SELECT * FROM {schema}${view}`);
    expect(await verify(database, journal, () => undefined)).toMatchObject({ damages: [] });
  });

  test("is made once by several at once", async () => {
    const { open } = await place();
    const several = await Promise.all([open(), open(), open()]);
    await Promise.all(several.map(setUpSchema));
    const [first, , last] = several;
    expect(await versionOf(first)).toEqual([schemaVersion]);
    await writePage(last, await takeOver(first), pageOf(0));
    expect(await idsOf(first)).toEqual(runIds(3));
  });

  test("that another one makes while it is looked for is nobody else's", async () => {
    const { open } = await place();
    const [one, other] = [await open(), await open()];
    let isFirst = true;
    const late: Database = {
      ...one,
      columnsOf: async (table) => {
        const before = await one.columnsOf(table);
        if (isFirst) await setUpSchema(other);
        isFirst = false;
        return before;
      },
    };
    expect(await checkSchema(late)).toBe(true);
    await setUpSchema(late);
    expect(await versionOf(one)).toEqual([schemaVersion]);
  });

  test("is whole or not there wherever its making ends, and is made then", async () => {
    const { open } = await place();
    const database = await open();
    for (const moment of ["before", "after"] as const) {
      const round = async (killed: Killed) => {
        await make(database, ...[...views].reverse().map((name) => `DROP VIEW IF EXISTS {schema}${name}`));
        await make(database, ...tables.map((name) => `DROP TABLE IF EXISTS {schema}${name}`));
        await killed(database, setUpSchema);
        await setUpSchema(database);
        expect(await versionOf(database)).toEqual([schemaVersion]);
        await writePage(database, await takeOver(database), pageOf(0));
        expect(await idsOf(database)).toEqual(runIds(3));
      };
      expect(await killedAtEachStep(moment, round, 4)).toBeGreaterThan(tables.length);
    }
  });

  test("of a newer flowrun is left alone", async () => {
    const database = await (await place()).open();
    await setUpSchema(database);
    await writePage(database, await takeOver(database), pageOf(0));
    await database.run("UPDATE {schema}meta SET version = $1", [schemaVersion + 1]);
    await make(database, "DROP VIEW {schema}failures");
    for (const attempt of [setUpSchema, setUpForRuns, checkSchema]) {
      const error = await attempt(database).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FlowrunError);
      expect(error).toMatchObject({
        kind: "settings",
        message: `the archive at ${database.place} is of a newer flowrun`,
      });
    }
    expect(await versionOf(database)).toEqual([schemaVersion + 1]);
    expect(await idsOf(database)).toEqual(runIds(3));
    await expect(database.all("SELECT * FROM {schema}failures")).rejects.toThrow();
  });

  test.each([...tables, ...views])("is not made beside somebody else's table '%s'", async (name) => {
    const database = await (await place()).open();
    await make(database, `CREATE TABLE {schema}${name} (theirs INTEGER)`, `INSERT INTO {schema}${name} VALUES (7)`);
    for (const attempt of [setUpSchema, setUpForRuns, checkSchema]) {
      await expect(attempt(database)).rejects.toMatchObject({
        kind: "settings",
        message: `the database at ${database.place} is not an archive of flowrun`,
        why: `it has a table '${name}' that is somebody else's`,
      });
    }
    expect(await database.all(`SELECT * FROM {schema}${name}`)).toEqual([{ theirs: 7 }]);
    for (const other of tables) expect(await database.hasTable(other)).toBe(other === name);
  });

  test.each(views)("is not made beside somebody else's view '%s'", async (name) => {
    const database = await (await place()).open();
    await make(database, `CREATE VIEW {schema}${name} AS SELECT 7 AS theirs`);
    await expect(setUpSchema(database)).rejects.toMatchObject({ kind: "settings" });
    expect(await database.all(`SELECT * FROM {schema}${name}`)).toEqual([{ theirs: 7 }]);
    expect(await database.hasTable("meta")).toBe(false);
  });

  test("takes a table of another name for what it is", async () => {
    const database = await (await place()).open();
    await make(database, "CREATE TABLE {schema}orders (theirs INTEGER)");
    await setUpSchema(database);
    expect(await checkSchema(database)).toBe(true);
    expect(await database.hasTable("orders")).toBe(true);
  });

  test("of a table 'meta' that only looks like ours is somebody else's", async () => {
    const database = await (await place()).open();
    await make(
      database,
      "CREATE TABLE {schema}meta (version {text}, last_seq {text})",
      "INSERT INTO {schema}meta VALUES ('two', 'none')",
    );
    await expect(setUpSchema(database)).rejects.toMatchObject({ kind: "settings", why: /'meta'/ });
    expect(await database.all("SELECT * FROM {schema}meta")).toEqual([{ version: "two", last_seq: "none" }]);
  });

  test("of an older version becomes today's, by one of several at once, and whole", async () => {
    const { open } = await place();
    const [one, other] = [await open(), await open()];
    // As version 0 was: an archive whose making had begun, and which holds nothing.
    await make(
      one,
      "CREATE TABLE {schema}meta (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, last_seq BIGINT NOT NULL)",
      "INSERT INTO {schema}meta (one, version, last_seq) VALUES (1, 0, 41)",
    );
    await expect(checkSchema(one)).rejects.toMatchObject({
      kind: "settings",
      message: `the archive at ${one.place} is of an older flowrun`,
      hint: "bring it up to date: flowrun archive sync",
    });
    await Promise.all([setUpSchema(one), setUpSchema(other)]);
    expect(await versionOf(other)).toEqual([schemaVersion]);
    await writePage(other, await takeOver(one), pageOf(0));
    const [first] = await one.all("SELECT min(seq) AS seq FROM {schema}runs");
    expect(first).toEqual({ seq: 42 });
  });

  describe("of version 1", () => {
    const version1 = async () => {
      const opened = await place();
      const database = await opened.open();
      await make(database, ...[...views].reverse().map((name) => `DROP VIEW IF EXISTS {schema}${name}`));
      await make(database, ...tables.map((name) => `DROP TABLE IF EXISTS {schema}${name}`));
      await makeVersion1(database);
      await writePage(database, await takeOver(database), pageOf(0));
      return { ...opened, database };
    };
    const isWhole = async (database: Database): Promise<void> => {
      expect(await versionOf(database)).toEqual([schemaVersion]);
      expect(await idsOf(database)).toEqual(runIds(3));
      for (const table of tables) expect(await database.hasTable(table)).toBe(true);
      for (const view of views) await database.all(`SELECT * FROM {schema}${view}`);
      expect(await verify(database, journal, () => undefined)).toMatchObject({ damages: [], runs: 3 });
      expect(await addJobs(database, "https://l.test/v2/event#p", [{ key: "a", job: jobOf({ eventId: "a" }) }])).toBe(
        1,
      );
      await writePage(database, await takeOver(database), pageOf(1));
      expect(await idsOf(database)).toEqual(runIds(6));
    };

    test("is read as it is, and has no event of Lytics", async () => {
      const { database } = await version1();
      expect(await checkSchema(database)).toBe(true);
      expect(await idsOf(database)).toEqual(runIds(3));
      expect(await countJobs(database, "a")).toEqual({ jobs: 0, firstAt: null, lastAt: null });
      expect(await jobBatches(database, "a")).toEqual([]);
      expect(await pruneJobs(database, "a", Date.now(), () => undefined)).toBe(0);
      expect(await versionOf(database)).toEqual([1]);
      expect(await database.hasTable("jobs")).toBe(false);
    });

    test("stays so for whoever keeps runs alone, and older programs and their rights with it", async () => {
      const { database } = await version1();
      await setUpForRuns(database);
      await writePage(database, await takeOver(database), pageOf(1));
      expect(await idsOf(database)).toEqual(runIds(6));
      expect([await versionOf(database), await database.hasTable("jobs")]).toEqual([[1], false]);
    });

    test("becomes today's, by one of two at once", async () => {
      const { database, open } = await version1();
      const other = await open();
      await Promise.all([setUpSchema(database), setUpSchema(other)]);
      await isWhole(other);
    });

    test.each(["before", "after"] as const)("is that of then or today's when it dies %s any step", async (moment) => {
      const steps = await killedAtEachStep(moment, async (killed) => {
        const { database } = await version1();
        await killed(database, setUpSchema);
        const [version] = await database.all("SELECT version FROM {schema}meta");
        expect(await database.hasTable("jobs")).toBe(version?.["version"] === schemaVersion);
        await setUpSchema(database);
        await isWhole(database);
      });
      expect(steps).toBeGreaterThan(3);
    });

    test("keeps the views that have not changed, and with them who may read them", async () => {
      const { database } = await version1();
      // A view that was made anew would not have what is added to it here.
      await make(database, "DROP VIEW {schema}failures", "CREATE VIEW {schema}failures AS SELECT 7 AS kept");
      await setUpSchema(database);
      expect(await database.all("SELECT * FROM {schema}failures")).toEqual([{ kept: 7 }]);
    });

    test.each(["jobs", "accounts", "lytics_jobs", "packs"])(
      "stays as it is beside somebody else's table '%s'",
      async (name) => {
        const { database } = await version1();
        await make(database, `CREATE TABLE {schema}${name} (theirs INTEGER)`);
        await expect(setUpSchema(database)).rejects.toMatchObject({
          kind: "settings",
          why: `it has a table '${name}' that is somebody else's`,
        });
        expect(await versionOf(database)).toEqual([1]);
        expect(await idsOf(database)).toEqual(runIds(3));
        await make(database, `DROP TABLE {schema}${name}`);
      },
    );
  });
});
