import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import {
  addJobs,
  countJobs,
  pruneJobs,
  readKeptJobs,
  verifyJobs,
  type KeyedJob,
} from "../../../src/engine/archive/jobs.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import type { Job } from "../../../src/runs/job/job.ts";
import { countOf, jobBatches } from "../../support/archived.ts";
import { describeEngines, killedAtEachStep } from "../../support/engines.ts";
import { jobOf, lyticsNoon as noon } from "../../support/lytics.ts";

const account = "https://lytics.test/v2/event#p";
const other = "https://lytics.test/v2/event#q";
const always = { from: -Infinity, to: Infinity };

/** `event-<n>`, n minutes after noon. */
function keyed(n: number, change: Partial<Job> = {}): KeyedJob {
  const at = new Date(noon + n * 60_000).toISOString();
  return { key: `event-${String(n)}`, job: jobOf({ eventId: `event-${String(n)}`, at, ...change }) };
}
const some = (from: number, to: number): KeyedJob[] =>
  Array.from({ length: to - from }, (_, index) => keyed(from + index));

async function keysOf(database: Database, window = always, name = account): Promise<readonly string[]> {
  const batches = await jobBatches(database, name, window);
  return batches.flat().map(({ eventKey }) => eventKey);
}
const keys = (from: number, to: number): string[] => some(from, to).map(({ key }) => key);

describeEngines("events of Lytics", ({ place }) => {
  const ready = async (): Promise<readonly [Database, Database]> => {
    const { open } = await place();
    const database = await open();
    await setUpSchema(database);
    // In memory all share one.
    await database.run("DELETE FROM {schema}jobs");
    return [database, await open()];
  };

  test("are kept once each, and come back as they were, oldest first", async () => {
    const [database] = await ready();
    expect(await addJobs(database, account, [...some(2, 4), keyed(2)])).toBe(2);
    expect(await addJobs(database, account, some(0, 5))).toBe(3);
    expect(await addJobs(database, account, some(0, 5))).toBe(0);
    expect(await addJobs(database, account, [])).toBe(0);
    expect(await addJobs(database, other, some(4, 6))).toBe(2);
    expect(await keysOf(database)).toEqual(keys(0, 5));
    expect(await keysOf(database, always, other)).toEqual(keys(4, 6));
    const [rows] = await jobBatches(database, account);
    expect(rows?.map(({ record }) => record)).toEqual(some(0, 5).map(({ job }) => job));
    expect(await countJobs(database, account)).toEqual({ jobs: 5, firstAt: noon, lastAt: noon + 240_000 });
  });

  test("of a window come some at a time, both its ends inside", async () => {
    const [database, reader] = await ready();
    await addJobs(database, account, some(0, 1203));
    const batches = await jobBatches(reader, account);
    expect(batches.map(({ length }) => length)).toEqual([500, 500, 203]);
    expect(batches.flat().map(({ eventKey }) => eventKey)).toEqual(keys(0, 1203));
    expect(await keysOf(reader, { from: noon + 60_000, to: noon + 180_000 })).toEqual(keys(1, 4));
    expect(await keysOf(reader, { from: noon + 61_000, to: noon + 179_000 })).toEqual(keys(2, 3));
  });

  test("that come while they are read are not read", async () => {
    const [database, writer] = await ready();
    await addJobs(database, account, some(0, 501));
    const read: string[] = [];
    for await (const rows of readKeptJobs(database, account, always)) {
      read.push(...rows.map(({ eventKey }) => eventKey));
      await addJobs(writer, account, some(501, 1200));
    }
    expect(read).toEqual(keys(0, 501));
  });

  test("may say whatever they like", async () => {
    const [database] = await ready();
    const odd: readonly KeyedJob[] = [
      { key: "x".repeat(5000), job: jobOf({ eventId: "x".repeat(5000), notes: "y\0\ud800".repeat(5000) }) },
      { key: "no time", job: jobOf({ at: null, subjectId: null, verb: null, context: { deep: [1, { a: "\0" }] } }) },
      { key: "a/b?c", job: jobOf({ subjectType: "z".repeat(900), priority: 1.5, jobName: "'; DROP TABLE jobs" }) },
      { key: "ancient", job: jobOf({ at: "0000-01-01T00:00:00.000Z" }) },
    ];
    const before = Date.now() - 60_000;
    expect(await addJobs(database, account, odd)).toBe(4);
    expect(await addJobs(database, account, odd)).toBe(0);
    const rows = (await jobBatches(database, account)).flat();
    const told = rows.map(({ record }) => record);
    expect(told).toHaveLength(4);
    expect(told).toEqual(expect.arrayContaining(odd.map(({ job }) => job)));
    // One without a time stands where it was put there.
    expect(rows.find(({ record }) => typeof record !== "string" && record.at === null)?.at).toBeGreaterThan(before);
    // No time of theirs is one that a database has not.
    expect(await addJobs(database, account, [{ key: "far", job: jobOf({ at: "-271821-04-20T00:00:00.000Z" }) }])).toBe(
      1,
    );
    expect(await database.all("SELECT at FROM {schema}lytics_jobs")).toHaveLength(5);
    const viewed = await database.all("SELECT account, job_name FROM {schema}lytics_jobs WHERE job_name IS NOT NULL");
    expect(viewed).toEqual([{ account, job_name: "'; DROP TABLE jobs" }]);
  });

  test.each(["before", "after"] as const)("are all in or none is when a process dies %s any step", async (moment) => {
    const [database] = await ready();
    await addJobs(database, account, some(0, 2));
    const steps = await killedAtEachStep(moment, async (killed) => {
      await killed(database, (dying) => addJobs(dying, account, some(1, 6)));
      expect([2, 6]).toContain((await keysOf(database)).length);
      const isThere = (await keysOf(database)).length === 6;
      expect(await addJobs(database, account, some(1, 6))).toBe(isThere ? 0 : 4);
      expect(await keysOf(database)).toEqual(keys(0, 6));
      await database.run("DELETE FROM {schema}jobs WHERE event_key NOT IN ('event-0', 'event-1')");
    });
    expect(steps).toBeGreaterThan(2);
  });

  test("two that keep the same at once keep each once, by numbers that nobody else has", async () => {
    const [one, two] = await ready();
    const added = await Promise.all(
      Array.from({ length: 10 }, (_, n) => addJobs(n % 2 === 0 ? one : two, account, some(10 * n, 10 * n + 20))),
    );
    expect(added.reduce((sum, each) => sum + each, 0)).toBe(110);
    expect(await keysOf(two)).toEqual(keys(0, 110));
    const [highest] = await one.all(
      "SELECT max(seq) AS seq, (SELECT last_seq FROM {schema}meta) AS last FROM {schema}jobs",
    );
    expect(Number(highest?.["seq"])).toBeLessThanOrEqual(Number(highest?.["last"]));
  });

  test("are pruned by when they happened, some at a time, and others' are not", async () => {
    const [database] = await ready();
    await addJobs(database, account, some(0, 4500));
    await addJobs(database, other, some(0, 3));
    const told: number[] = [];
    const before = noon + 4400 * 60_000;
    expect((await countJobs(database, account, before)).jobs).toBe(4400);
    expect(await pruneJobs(database, account, before, (gone) => told.push(gone))).toBe(4400);
    expect(told).toEqual([2000, 4000]);
    expect(await keysOf(database)).toEqual(keys(4400, 4500));
    expect(await pruneJobs(database, account, before, () => undefined)).toBe(0);
    expect(await countOf(database, "jobs")).toBe(103);
  });

  test("that are damaged are counted, and do not end the reading", async () => {
    const [database] = await ready();
    await addJobs(database, account, some(0, 3));
    await database.run("UPDATE {schema}jobs SET document = $1 WHERE event_key = 'event-1'", [
      new Uint8Array([2, 7, 7]),
    ]);
    expect(await verifyJobs(database, account, () => undefined)).toEqual({ jobs: 3, unreadable: 1 });
    const rows = (await jobBatches(database, account)).flat();
    expect(rows.map(({ record }) => typeof record)).toEqual(["object", "string", "object"]);
  });
});
