import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { coverageOf } from "../../../src/engine/archive/coverage.ts";
import { findCursor, readChains } from "../../../src/engine/archive/cursors.ts";
import type { Database } from "../../../src/engine/archive/database.ts";
import type { ArchivedRun } from "../../../src/engine/archive/run-row.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { archiveSink, CursorElsewhere, type ArchiveWriting } from "../../../src/engine/sinks/archive.ts";
import type { Candidate, Mark } from "../../../src/engine/sources/source.ts";
import { FlowrunError } from "../../../src/errors.ts";
import type { Notice } from "../../../src/notices.ts";
import { archived, idsOf, journal, takeOver } from "../../support/archived.ts";
import { describeEngines } from "../../support/engines.ts";
import { fakeHost, noon } from "../../support/host.ts";
import { runIds } from "../../support/journal.ts";
import { batches, sinkContract, type Crash } from "../../support/sink-contract.ts";

const minute = 60_000;
const patient = { interval: 20, timeout: 60_000 };

/** By a millisecond. */
const aLittleAfter5 = String((5 * minute + 1) / minute);

async function writingTo(database: Database, more: Partial<ArchiveWriting> = {}): Promise<ArchiveWriting> {
  const host = fakeHost();
  return {
    database,
    journal,
    lease: more.lease ?? (await takeOver(database)),
    cursor: "archive",
    beginsBy: "start",
    toSaved: (url) => url.replace("https://j.test", ""),
    fromSaved: (text) => `https://j.test${text}`,
    host,
    signal: host.signal,
    patience: { retries: 5, maxWaitMs: 300_000 },
    notify: () => undefined,
    ...more,
  };
}

/** The nth run as a source hands it on, updated n minutes after noon. */
function candidate(n: number): Candidate<ArchivedRun> {
  const encoded = archived(n);
  const { key, run } = encoded;
  return { key, position: run.position, runId: run.runId, status: run.status, encoded };
}

function markOf(n: number, more: Partial<Mark> = {}): Mark {
  return {
    next: `https://j.test/?since=${String(n)}`,
    last: `p${String(n)}`,
    atEnd: false,
    askedAt: noon + 60 * minute,
    recordedFrom: noon,
    recordedAt: noon + n * minute,
    count: 1,
    ...more,
  };
}

describeEngines("the archive as a sink", ({ place }) => {
  const ready = async (): Promise<Database> => {
    const database = await (await place()).open();
    await setUpSchema(database);
    return database;
  };

  /** The journal's words before a place of the contract's. */
  const before = "https://j.test/?since=";

  /** Each step of the contract's is a page's transaction, which is done or not when the process dies. */
  async function world() {
    const database = await ready();
    let ids: readonly string[] = [];
    const look = async (): Promise<void> => {
      ids = await idsOf(database);
    };
    return {
      delivered: () => ids,
      open: async (crash: Crash) => {
        const dying: Database = {
          ...database,
          transaction: (work, options) => crash.step(() => database.transaction(work, options)),
        };
        const lease = await takeOver(database);
        const patience = { retries: 1, maxWaitMs: 0 };
        const sink = archiveSink(await writingTo(dying, { lease, patience }));
        return {
          find: async (name: string) => {
            const found = await sink.find(name);
            return found === null ? null : { ...found, next: found.next.slice(before.length) };
          },
          take: async (batch: readonly Candidate<string>[], mark: Mark) => {
            const whole = batch.map((run, n) => ({
              ...run,
              encoded: { ...archived(n, { id: run.runId }), key: run.key },
            }));
            await sink.take(whole, { ...mark, next: before + mark.next }).finally(look);
          },
          close: () => sink.close(),
        };
      },
    };
  }
  sinkContract(world, { repeats: "never", steps: batches, isKept: true });

  test("keeps the place to read on from with the runs, in the journal's words", async () => {
    const database = await ready();
    const sink = archiveSink(await writingTo(database));
    expect(await sink.find("archive")).toBeNull();
    await sink.take([candidate(0), candidate(1)], markOf(1));
    await sink.take([candidate(1), candidate(2)], markOf(2));
    expect(sink.added()).toBe(3);
    expect(await idsOf(database)).toEqual(runIds(3));
    const found = await archiveSink(await writingTo(database)).find("archive");
    expect(found).toEqual({ next: "https://j.test/?since=2", readUntil: noon + 2 * minute, movedAt: noon, keys: [] });
    expect(await findCursor(database, journal, "archive")).toMatchObject({ next: "/?since=2", position: "p2" });
  });

  test("lets go of a page when the next one is taken", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const sink = archiveSink(await writingTo(await ready()));
    const held: WeakRef<object>[] = [];
    for (let n = 0; n < 5; n += 1) {
      const run = candidate(n);
      held.push(new WeakRef(run.encoded));
      await sink.take([run], markOf(n + 1));
    }
    await expect
      .poll(() => {
        collect();
        return held.slice(0, -1).filter((page) => page.deref() !== undefined);
      }, patient)
      .toEqual([]);
  });

  test("does not save a place that slides along with the clock, unless runs come with it", async () => {
    const database = await ready();
    const sink = archiveSink(await writingTo(database));
    await sink.take([], markOf(0, { next: "https://j.test/?latest=true" }));
    expect(await findCursor(database, journal, "archive")).toBeNull();
  });

  test("a chain that begins at a place that slides along is none of the one before", async () => {
    const database = await ready();
    const sink = archiveSink(await writingTo(database));
    await sink.take([candidate(0)], markOf(5, begins(null)));
    const sliding = { next: "https://j.test/?latest=true", atEnd: true, recordedFrom: null, recordedAt: null };
    await sink.take([], markOf(0, { ...sliding, ...begins(noon + 20 * minute, "expired") }));
    await sink.take([], markOf(0, { ...sliding }));
    await sink.take([candidate(1)], markOf(30));
    await sink.take([candidate(2)], markOf(40));
    expect(await edges(database)).toEqual(["≈0..≈5", "20..≈40", "≈5..20 expired"]);
  });

  test.each([
    ["while a page is written", "transaction"],
    ["before the first, when its cursor is looked for", "all"],
  ] as const)("waits for a database that is away %s", async (_, question) => {
    const database = await ready();
    let away = 3;
    const notices: Notice[] = [];
    const gone = () =>
      Promise.reject(new FlowrunError("unavailable", "the database is away", { why: "it is", hint: "wait" }));
    const writing = await writingTo(database, { notify: (notice) => void notices.push(notice) });
    const shaky: Database = {
      ...database,
      [question]: (...given: never[]) =>
        away-- > 0 ? gone() : (database[question] as (...each: never[]) => unknown)(...given),
    };
    const sink = archiveSink({ ...writing, database: shaky });
    await sink.take([candidate(0)], markOf(0));
    await sink.take([candidate(1)], markOf(1));
    expect(await idsOf(database)).toEqual(runIds(2));
    expect(notices.filter(({ kind }) => kind === "retrying").length).toBe(3);
  });

  test("waits for a database that goes away after a page was written, and takes it once", async () => {
    const database = await ready();
    let away = 0;
    const gone = (): never => {
      away -= 1;
      throw new FlowrunError("unavailable", "the database is away", { why: "it is", hint: "wait" });
    };
    const shaky: Database = {
      ...database,
      all: async (text, values) => (away > 0 ? gone() : database.all(text, values)),
      transaction: async (work, options) => {
        if (away > 0) gone();
        const done = await database.transaction(work, options);
        away = 3;
        return away > 0 && isLost ? gone() : done;
      },
    };
    let isLost = false;
    const sink = archiveSink(await writingTo(shaky, { lease: await takeOver(database) }));
    await sink.take([candidate(0)], markOf(0));
    away = 0;
    isLost = true;
    await sink.take([candidate(1)], markOf(1));
    isLost = false;
    away = 0;
    await sink.take([candidate(2)], markOf(2));
    expect(await idsOf(database)).toEqual(runIds(3));
    expect(sink.added()).toBe(3);
  });

  test("gives up where patience does, and stays so", async () => {
    const database = await ready();
    const gone = () =>
      Promise.reject(new FlowrunError("unavailable", "the database is away", { why: "it is", hint: "wait" }));
    const lease = await takeOver(database);
    const sink = archiveSink(
      await writingTo({ ...database, transaction: gone }, { lease, patience: { retries: 2, maxWaitMs: 300_000 } }),
    );
    await expect(sink.take([candidate(0)], markOf(0))).rejects.toMatchObject({ kind: "unavailable" });
    await expect(sink.take([], markOf(1))).rejects.toMatchObject({ kind: "unavailable" });
    await sink.close();
    expect(await idsOf(database)).toEqual([]);
  });

  test("says so where another process has its cursor, or has moved it", async () => {
    const database = await ready();
    const lost = await takeOver(database, "one");
    const sink = archiveSink(await writingTo(database, { lease: lost }));
    await sink.take([candidate(0)], markOf(0));
    const heir = await takeOver(database, "two");
    const failure: unknown = await sink.take([candidate(1)], markOf(1)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "lease" });
    expect((failure as FlowrunError).why).toContain("two took it over");
    const one = archiveSink(await writingTo(database, { lease: heir }));
    const other = archiveSink(await writingTo(database, { lease: heir }));
    expect(await one.find("archive")).toEqual(await other.find("archive"));
    await one.take([candidate(1)], markOf(1));
    await expect(other.take([candidate(1)], markOf(1))).rejects.toBeInstanceOf(CursorElsewhere);
    expect(await idsOf(database)).toEqual(runIds(2));
  });

  test("goes on from a restored copy's cursor", async () => {
    const database = await ready();
    const sink = archiveSink(await writingTo(database));
    for (const n of [0, 1, 2]) await sink.take([candidate(n)], markOf(n));
    await database.run("UPDATE {schema}cursors SET revision = 1, next = '/?since=0'");
    await database.run("DELETE FROM {schema}runs WHERE run_id <> 'run-0'");
    await expect(sink.take([candidate(3)], markOf(3))).rejects.toBeInstanceOf(CursorElsewhere);
    const anew = archiveSink(await writingTo(database));
    expect((await anew.find("archive"))?.next).toBe("https://j.test/?since=0");
    for (const n of [1, 2, 3]) await anew.take([candidate(n)], markOf(n));
    expect(await idsOf(database)).toEqual(runIds(4));
  });

  const begins = (from: number | null, why: "start" | "expired" | "purged" = "start") => ({ begins: { from, why } });
  const edges = async (database: Database) => {
    const { complete, gaps } = coverageOf(await readChains(database, journal));
    const told = ({ at, isExact }: { at: number; isExact: boolean }) =>
      `${isExact ? "" : "≈"}${String((at - noon) / minute)}`;
    const stretch = ({ from, to }: (typeof complete)[number]) => `${told(from)}..${told(to)}`;
    return [...complete.map(stretch), ...gaps.map((gap) => `${stretch(gap)} ${gap.why}`)];
  };

  test.each<readonly [string, readonly Partial<Mark>[], readonly string[]]>([
    ["from the oldest event: both ends estimated", [begins(null)], ["≈0..≈5"]],
    ["from a moment, which is exact", [begins(noon - 9 * minute)], ["-9..≈5"]],
    ["at the journal's end, until it was asked", [begins(null), { atEnd: true, recordedAt: null }], ["≈0..60"]],
    [
      "of an empty journal: the moment of asking",
      [{ ...begins(null), atEnd: true, recordedFrom: null, recordedAt: null }],
      ["60..60"],
    ],
    [
      "of a page that tells no times: as far as before",
      [begins(null), { recordedAt: null, recordedFrom: null }],
      ["≈0..≈5"],
    ],
    ["of a page that tells earlier times: as far as before", [begins(null), { recordedAt: noon + minute }], ["≈0..≈5"]],
    ["of pages that go on", [begins(null), { recordedAt: noon + 30 * minute }], ["≈0..≈30"]],
    [
      "of a place that had expired, read from the oldest event",
      [begins(null), { ...begins(null, "expired"), recordedFrom: noon + 20 * minute, recordedAt: noon + 30 * minute }],
      ["≈0..≈5", "≈20..≈30", "≈5..≈20 expired"],
    ],
    [
      "of a place that was silently gone, sought by the clock",
      [begins(null), { ...begins(noon + 10 * minute, "purged"), recordedAt: noon + 30 * minute }],
      ["≈0..≈5", "10..≈30", "≈5..10 purged"],
    ],
    [
      "of a place that had expired inside what was read",
      [begins(null), { ...begins(noon + 2 * minute, "expired"), recordedAt: noon + 30 * minute }],
      ["≈0..≈30"],
    ],
    [
      "of a place that had expired, whose oldest event tells a time that was read before",
      [begins(null), { ...begins(null, "expired"), recordedFrom: noon + 2 * minute, recordedAt: noon + 30 * minute }],
      ["≈0..≈5", `≈${aLittleAfter5}..≈30`, `≈5..≈${aLittleAfter5} expired`],
    ],
    ["of a reading whose beginning nobody knows", [{}], []],
  ])("coverage %s", async (_, marks, expected) => {
    const database = await ready();
    const sink = archiveSink(await writingTo(database));
    for (const [n, mark] of marks.entries())
      await sink.take([candidate(n)], markOf(5, { ...mark, next: `https://j.test/?since=${String(n)}` }));
    expect(await edges(database)).toEqual(expected);
  });

  test("coverage of a journal that takes another one's place", async () => {
    const database = await ready();
    const sink = archiveSink(await writingTo(database, { beginsBy: "moved" }));
    await sink.take([candidate(0)], markOf(5, begins(null)));
    expect((await readChains(database, journal)).map(({ why }) => why)).toEqual(["moved"]);
  });
});
