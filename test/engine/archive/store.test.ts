import { expect, test } from "vitest";
import { findCursor, readChains } from "../../../src/engine/archive/cursors.ts";
import type { Database } from "../../../src/engine/archive/database.ts";
import { readWindowOf } from "../../../src/engine/archive/read-archived.ts";
import { journalKey } from "../../../src/engine/archive/run-row.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { verify } from "../../../src/engine/archive/verify.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { FlowrunError } from "../../../src/errors.ts";
import { allOf, archived, countOf, idsOf, journal, pageOf, takeOver, writePage } from "../../support/archived.ts";
import { describeEngines, killedAtEachStep } from "../../support/engines.ts";
import { noon } from "../../support/host.ts";
import { runIds } from "../../support/journal.ts";

const pages = 4;

/** Reads a journal of four pages on from where the archive stands, as a new process. */
async function fill(database: Database, lease = takeOver(database)): Promise<void> {
  const own = await lease;
  for (let n = (await findCursor(database, journal, "archive"))?.revision ?? 0; n < pages; n++) {
    expect((await writePage(database, own, pageOf(n))).kind).toBe("taken");
  }
}

async function expectWhole(database: Database): Promise<void> {
  expect(await idsOf(database)).toEqual(runIds(3 * pages));
  const numbers = (await allOf(database)).map(({ seq }) => seq);
  expect(new Set(numbers).size).toBe(3 * pages);
  expect(await countOf(database, "run_errors")).toBe(2 * pages);
  expect(await readChains(database, journal)).toEqual([
    { from: noon, to: noon + (3 * pages - 1) * 60_000, isFromExact: false, isToExact: false, why: "start" },
  ]);
  expect(await findCursor(database, journal, "archive")).toMatchObject({
    next: `/j?since=${String(pages)}`,
    revision: pages,
    runs: 3 * pages,
    events: 5 * pages,
  });
  expect(await verify(database, journal, () => undefined)).toEqual({
    runs: 3 * pages,
    unreadable: 0,
    withoutEvent: 0,
    // The end of what was read is an estimate, and its very moment is not claimed.
    outside: 1,
    damages: [],
    gaps: [],
  });
}

describeEngines("the page's transaction", ({ place }) => {
  const ready = async (): Promise<readonly [Database, Database]> => {
    const { open } = await place();
    const database = await open();
    await setUpSchema(database);
    return [database, await open()];
  };

  test("takes pages one after the other", async () => {
    const [database] = await ready();
    await fill(database);
    await expectWhole(database);
  });

  for (const moment of ["before", "after"] as const) {
    test(`a process that dies ${moment} any step of a page leaves all of it or nothing`, async () => {
      const [database] = await ready();
      const steps = await killedAtEachStep(moment, async (killed) => {
        await database.exclusively(async (queries) => {
          for (const table of ["runs", "run_errors", "firsts", "cursors", "coverage", "leases"])
            await queries.run(`DELETE FROM {schema}${table}`);
        });
        const lease = await takeOver(database);
        await writePage(database, lease, pageOf(0));
        await killed(database, (dying) => writePage(dying, lease, pageOf(1)));
        const { length } = await idsOf(database);
        expect([3, 6]).toContain(length);
        expect((await findCursor(database, journal, "archive"))?.revision).toBe(length / 3);
        await fill(database);
        await expectWhole(database);
      });
      // Its beginning and end, lease, numbers, cursor, runs, errors, firsts, coverage.
      expect(steps).toBeGreaterThanOrEqual(8);
    });
  }

  test.each(["done", "undone"] as const)("a COMMIT whose answer is lost, and which was %s", async (outcome) => {
    const [database] = await ready();
    const lease = await takeOver(database);
    const away = new FlowrunError("unavailable", "the database is away");
    const lossy: Database = {
      ...database,
      transaction: async (work, options) => {
        await database.transaction(async (queries) => {
          await work(queries);
          if (outcome === "undone") throw away;
        }, options);
        throw away;
      },
    };
    await writePage(database, lease, pageOf(0));
    const taking = writePage(lossy, lease, pageOf(1));
    if (outcome === "done") expect(await taking).toEqual({ kind: "taken", added: 3 });
    else await expect(taking).rejects.toBe(away);
    await fill(database, Promise.resolve(lease));
    await expectWhole(database);
  });

  test("a cursor that another one moved, or that a restored copy put back, stops it", async () => {
    const [database] = await ready();
    const lease = await takeOver(database);
    await writePage(database, lease, pageOf(0));
    expect(await writePage(database, lease, pageOf(0))).toEqual({ kind: "moved" });
    expect(await writePage(database, lease, pageOf(2))).toEqual({ kind: "moved" });
    expect(await idsOf(database)).toEqual(runIds(3));
    expect((await findCursor(database, journal, "archive"))?.revision).toBe(1);
    await fill(database, Promise.resolve(lease));
    await expectWhole(database);
  });

  test("a cursor that stands at the same revision by another page stops it", async () => {
    const [database] = await ready();
    const lease = await takeOver(database);
    await writePage(database, lease, pageOf(0));
    const elsewhere = { next: "/j?since=7", pageId: "after a restore" };
    expect((await writePage(database, lease, pageOf(1, elsewhere))).kind).toBe("taken");
    expect(await writePage(database, lease, pageOf(2))).toEqual({ kind: "moved" });
    const lost: Database = { ...database, transaction: () => Promise.reject(new FlowrunError("unavailable", "away")) };
    expect(await writePage(lost, lease, pageOf(2))).toEqual({ kind: "moved" });
    expect(await findCursor(database, journal, "archive")).toMatchObject({ revision: 2, ...elsewhere });
  });

  test("one that lost its lease writes nothing", async () => {
    const [database, other] = await ready();
    const zombie = await takeOver(database, "zombie");
    await writePage(database, zombie, pageOf(0));
    const heir = await takeOver(other, "heir");
    expect(heir.epoch).toBe(zombie.epoch + 1);
    expect(await writePage(database, zombie, pageOf(1))).toEqual({ kind: "fenced" });
    expect(await idsOf(database)).toEqual(runIds(3));
    await zombie.release();
    expect(await writePage(other, heir, pageOf(1))).toMatchObject({ kind: "taken" });
    await fill(other, Promise.resolve(heir));
    await expectWhole(database);
  });

  test("two at once for one cursor: each page is taken once", async () => {
    const [one, other] = await ready();
    const lease = await takeOver(one);
    for (let n = 0; n < pages; n++) {
      const kinds = await Promise.all([writePage(one, lease, pageOf(n)), writePage(other, lease, pageOf(n))]);
      expect(kinds.map((taken) => taken.kind).sort()).toEqual(["moved", "taken"]);
    }
    await expectWhole(one);
  });

  test("two at once for two journals: no number twice, and numbers in the order of commits", async () => {
    const [one, other] = await ready();
    const second = journalKey("https://journal.test/2");
    const lease = await takeOver(one);
    const otherLease = await takeOver(other, "two", `${second} archive`);
    let isOver = false;
    const read = async (): Promise<void> => {
      let before: readonly number[] = [];
      while (!isOver) {
        const rows = await other.all("SELECT seq FROM {schema}runs ORDER BY seq");
        const numbers = rows.map(({ seq }) => Number(seq));
        // Whoever has read up to a number never misses one that comes later with a lower one.
        expect(numbers.slice(0, before.length)).toEqual(before);
        before = numbers;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const reading = read();
    const write = async (database: Database, own: typeof lease, name: string): Promise<void> => {
      for (let n = 0; n < 20; n++) {
        expect(await writePage(database, own, pageOf(n, { journal: name }))).toMatchObject({ kind: "taken", added: 3 });
      }
    };
    await Promise.all([write(one, lease, journal), write(other, otherLease, second)]);
    isOver = true;
    await reading;
    const rows = await one.all("SELECT seq FROM {schema}runs ORDER BY seq");
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
    expect(await idsOf(one)).toEqual(runIds(60));
    expect(await idsOf(one, second)).toEqual(runIds(60));
  });

  test("whoever reads meanwhile sees whole pages", async () => {
    const [one, other] = await ready();
    const lease = await takeOver(one);
    const seen: number[] = [];
    let isOver = false;
    const read = async (): Promise<void> => {
      while (!isOver) {
        let count = 0;
        for await (const rows of readWindowOf(
          other,
          journal,
          { from: -Infinity, to: Infinity, upTo: 1e9 },
          { raw: false },
        ))
          count += rows.length;
        seen.push(count);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const reading = read();
    for (let n = 0; n < 30; n++) await writePage(one, lease, pageOf(n));
    isOver = true;
    await reading;
    expect(seen.every((count, at) => count % 3 === 0 && count >= (seen[at - 1] ?? 0))).toBe(true);
  });

  test("a run that comes again stays as it was, with its errors", async () => {
    const [database] = await ready();
    const lease = await takeOver(database);
    await writePage(database, lease, pageOf(0));
    const before = await allOf(database);
    const again = [
      archived(0),
      archived(1, { status: "failed", errors: ["E-9", "E-8", "E-7"] }),
      archived(7),
      archived(7, { status: "failed", errors: ["E-5"] }),
    ];
    expect(await writePage(database, lease, pageOf(1, { runs: again }))).toEqual({ kind: "taken", added: 1 });
    expect((await allOf(database)).slice(0, 3)).toEqual(before);
    expect(await idsOf(database)).toEqual(["run-0", "run-1", "run-2", "run-7"]);
    const errors = await database.all("SELECT event_key, n, code FROM {schema}run_errors ORDER BY event_key, n");
    expect(errors).toEqual([
      { event_key: "event-1", n: 0, code: "E-1" },
      { event_key: "event-1", n: 1, code: "E-2" },
    ]);
    expect(await addRuns(database, journal, [archived(0), archived(8)])).toBe(1);
    expect(await addRuns(database, journal, [])).toBe(0);
    expect((await verify(database, journal, () => undefined)).damages).toEqual([]);
  });

  test("takes whatever an event may say", async () => {
    const [database] = await ready();
    const lease = await takeOver(database);
    const long = "x".repeat(100_000);
    const odd = `a\0b\ud800c\udc00${long}'"; --`;
    const error = {
      code: odd,
      message: odd,
      activity: odd,
      count: 2 ** 60,
      severity: "error",
      side: null,
      causes: [],
    } as const;
    const run = archived(0).run;
    const hostile = [
      archived(
        0,
        { eventId: odd },
        {
          runId: odd,
          flowId: odd,
          flowName: odd,
          status: odd,
          position: odd,
          rootCause: { code: odd, message: odd },
          errors: [
            error,
            ...Array.from({ length: 999 }, () => ({ ...error, code: "E", message: null, activity: null })),
          ],
        },
      ),
      archived(
        1,
        { eventId: "n" },
        {
          updatedAt: null,
          startedAt: null,
          durationMs: 2 ** 60,
          records: { ...run.records, input: 2 ** 60, output: 0, failed: 1.5 },
        },
      ),
      archived(2, { eventId: "e\0" }, { updatedAt: "9999-12-31T23:59:59.999Z", startedAt: "1970-01-01T00:00:00.000Z" }),
      { ...archived(3, { eventId: "\ud800" }), recordedAt: noon + 0.25 },
    ];
    expect(
      await writePage(database, lease, pageOf(0, { runs: hostile, position: odd, next: `/j?since=${long}` })),
    ).toEqual({ kind: "taken", added: 4 });
    const rows = await allOf(database);
    expect(rows).toHaveLength(4);
    // What was delivered comes back as it was, whatever the columns could hold of it.
    expect(rows.map(({ record }) => record)).toEqual(
      hostile.map(({ run: each }) => JSON.parse(JSON.stringify(each)) as unknown),
    );
    expect(await countOf(database, "run_errors")).toBe(1000);
    const [numbers] = await database.all(
      "SELECT records_in, records_out, records_failed, updated_at FROM {schema}runs WHERE run_id = 'run-1'",
    );
    expect(numbers).toEqual({ records_in: null, records_out: 0, records_failed: 2, updated_at: null });
    expect(await verify(database, journal, () => undefined)).toMatchObject({ damages: [], unreadable: 0 });
    await database.run("INSERT INTO {schema}journals (journal, name, made_at) VALUES ($1, 'A', 1)", [journal]);
    expect((await database.all("SELECT * FROM {schema}runs_latest")).length).toBe(4);
  });
});
