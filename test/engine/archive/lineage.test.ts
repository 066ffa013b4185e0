import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { findEarlierFailure, findRecovery, readCodeHistory, readNovelty } from "../../../src/engine/archive/history.ts";
import { moveJournal } from "../../../src/engine/archive/journals.ts";
import type { Queries } from "../../../src/engine/archive/database.ts";
import { openToWrite, type Archive } from "../../../src/engine/archive/open.ts";
import type { ArchivePlace } from "../../../src/engine/archive/place.ts";
import { prune } from "../../../src/engine/archive/prune.ts";
import { findByRun } from "../../../src/engine/archive/read-archived.ts";
import { reindex } from "../../../src/engine/archive/reindex.ts";
import { findSuccessors } from "../../../src/engine/archive/successors.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { failure, sampleNow, sampleRun } from "../../render/sample-runs.ts";
import { scratch } from "../../support/flowrun.ts";
import { realSleep } from "../../support/host.ts";
import { hasPostgres, startCluster, whyNoPostgres, type Cluster } from "../../support/postgres.ts";

const hour = 3_600_000;
const day = 24 * hour;
const source = "6b0c6b1e-0001-4c1e-9f00-000000000001";

let cluster: Cluster | null = null;
beforeAll(async () => {
  if (hasPostgres) cluster = await startCluster();
});
afterAll(() => cluster?.remove());

const kinds = [
  [
    "embedded",
    async (): Promise<ArchivePlace> => ({ kind: "embedded", path: join(await scratch(), "a.db"), isSet: true }),
  ],
  [
    "postgres",
    async (): Promise<ArchivePlace> => ({ kind: "postgres", url: (await cluster?.database()) ?? "", isSet: true }),
  ],
] as const;

async function archiveAt(place: ArchivePlace, name = "journal"): Promise<Archive> {
  const archive = await openToWrite(place, name, {
    env: {},
    sleep: realSleep,
    now: () => sampleNow,
    random: () => 0.5,
  });
  onTestFinished(() => archive.database.close());
  return archive;
}

/** A run that was told of so long before now. */
function run(key: string, ago: number, changes: Partial<FlowRun> = {}): FlowRun {
  const updatedAt = new Date(sampleNow - ago).toISOString();
  return sampleRun({ key, runId: key, updatedAt, batchIds: [], ...changes });
}

async function archived({ database, journal }: Archive, ...runs: readonly FlowRun[]): Promise<void> {
  await addRuns(
    database,
    journal,
    runs.map((one) => ({ key: one.key, run: one, recordedAt: Date.parse(one.updatedAt ?? "") })),
  );
}

const secret = failure("CONNECTOR-1001-500", { code: "AADSTS7000222", message: null });
const timeout = failure("SftpNetworkIssue");

describe.each(kinds)("an archive, %s", (kind, placeOf) => {
  const skips = kind === "postgres" && !hasPostgres;
  const test = it.skipIf(skips);

  test(`finds a run by the beginning of its id, in any case${skips ? whyNoPostgres : ""}`, async () => {
    const archive = await archiveAt(await placeOf());
    await archived(
      archive,
      run(source, hour),
      run("6b0c6b1e-9999", hour),
      run("6b0c6b2e", hour),
      run("ABCDEF0123", hour),
    );
    const { database, journal } = archive;
    const found = async (beginning: string) =>
      (await findByRun(database, journal, beginning, { raw: false })).map(({ record }) =>
        typeof record === "string" ? record : record.runId,
      );
    expect((await found("6B0C6b1E")).sort()).toEqual([source, "6b0c6b1e-9999"].sort());
    expect(await found("abcdef01")).toEqual(["ABCDEF0123"]);
    expect(await findByRun(database, "another", source, { raw: false })).toEqual([]);
  });

  test("finds the runs that came of a run or of its batch, in the order of time", async () => {
    const archive = await archiveAt(await placeOf());
    const predecessors = [{ runId: source, flowId: null }];
    await archived(
      archive,
      run(source, 5 * hour, { batchIds: ["01BATCH"] }),
      run("profile", 3 * hour, { service: "profile", predecessors }),
      run("identity", 4 * hour, { service: "identity", predecessors }),
      run("by-batch", 2 * hour, { service: "profile", providerRefId: "01BATCH" }),
      // A source's own name for its run is none of a batch.
      run("other-source", 2 * hour, { service: "sources", providerRefId: "01BATCH" }),
    );
    const { database, journal } = archive;
    const ids = async (...names: readonly string[]) =>
      (await findSuccessors(database, journal, names)).map(({ runId }) => runId);
    expect(await ids(source)).toEqual(["identity", "profile"]);
    expect(await ids(source, "01BATCH", "nobody")).toEqual(["identity", "profile", "by-batch"]);
    expect(await findSuccessors(database, "another", [source])).toEqual([]);
  });

  test("forgets what a run came of with the run, and keeps it when the journal is replaced", async () => {
    const place = await placeOf();
    const former = await archiveAt(place, "former");
    const predecessors = [{ runId: source, flowId: null }];
    await archived(
      former,
      run("old", 9 * day, { service: "profile", predecessors }),
      run("young", day, { service: "profile", predecessors }),
    );
    await prune(former.database, former.journal, sampleNow - 2 * day, () => undefined);
    const left = async ({ database }: Archive) =>
      (await database.all(`SELECT event_key AS key FROM {schema}origins ORDER BY key`)).map(({ key }) => key);
    expect(await left(former)).toEqual(["young"]);
    const own = await archiveAt(place, "own");
    // Both know of it.
    await archived(own, run("young", day, { service: "profile", predecessors }));
    await moveJournal(own, "former");
    expect(await left(own)).toEqual(["young"]);
    expect((await findSuccessors(own.database, own.journal, [source])).map(({ runId }) => runId)).toEqual(["young"]);
  });

  test("learns what runs came of when their events are decoded anew", async () => {
    const archive = await archiveAt(await placeOf());
    const { database, journal } = archive;
    const event = {
      event_id: "e-1",
      event: {
        id: "later",
        flowId: "flow",
        updatedAt: sampleNow - hour,
        predecessors: [{ flowId: "f", flowRunId: source }],
        metrics: { statusSummary: { status: "success" } },
        header: { _adobeio: { eventCode: "profile_ingestion_info" } },
      },
    };
    // As an older flowrun had it, which did not read them.
    const older = { ...run("later", hour, { service: "profile" }), key: "e-1#0", raw: event };
    await addRuns(database, journal, [{ key: older.key, run: older, recordedAt: sampleNow - hour }]);
    expect(await findSuccessors(database, journal, [source])).toEqual([]);
    expect(await reindex(database, journal, () => undefined)).toMatchObject({ runs: 1, changed: 1 });
    expect((await findSuccessors(database, journal, [source])).map(({ runId }) => runId)).toEqual(["later"]);
  });

  test("tells when a flow failed so before, and when it recovered", async () => {
    const archive = await archiveAt(await placeOf());
    const { database, journal } = archive;
    const latest = run("latest", 2 * hour, secret);
    await archived(
      archive,
      run("first", 9 * day, secret),
      run("second", 8 * day, secret),
      run("healed", 8 * day - hour),
      run("another cause", 7 * day, timeout),
      run("another flow", 6 * day, { ...secret, flowId: "elsewhere" }),
      latest,
    );
    expect(await findEarlierFailure(database, journal, latest)).toEqual({
      runId: "second",
      failedAt: sampleNow - 8 * day,
      count: 2,
      recoveredAt: sampleNow - 8 * day + hour,
    });
    expect(await findRecovery(database, journal, latest)).toBeNull();
    await archived(archive, run("well again", hour));
    expect(await findRecovery(database, journal, latest)).toBe(sampleNow - hour);
    expect(await findEarlierFailure(database, journal, run("x", 10 * day, secret))).toBeNull();
  });

  test("tells a code's history, its first time also after the run is gone", async () => {
    const archive = await archiveAt(await placeOf());
    const { database, journal } = archive;
    await archived(
      archive,
      run("old", 100 * day, secret),
      run("month", 20 * day, secret),
      run("month's end", 20 * day - 2 * hour),
      run("week", day, secret),
    );
    const read = () => readCodeHistory(database, journal, "AADSTS7000222", sampleNow);
    const history = {
      firstSeenAt: sampleNow - 100 * day,
      lastSeenAt: sampleNow - day,
      last7Days: 1,
      last30Days: 2,
      last90Days: 2,
    };
    expect(await read()).toMatchObject({ ...history, flows: [{ runs: 3 }] });
    await prune(database, journal, sampleNow - 50 * day, () => undefined);
    expect(await read()).toMatchObject({ ...history, flows: [{ runs: 2 }], medianRecoveryMs: 2 * hour });
    expect(await readCodeHistory(database, journal, "NEVER-1", sampleNow)).toBeNull();
  });

  test("tells which failures are new for their flow, the same however often it is asked", async () => {
    const archive = await archiveAt(await placeOf());
    const { database, journal } = archive;
    await archived(archive, run("well", 9 * day), run("known", 8 * day, secret));
    const isNew = await readNovelty(database, journal);
    const fresh = run("fresh", hour, timeout);
    expect([isNew(run("again", day, secret)), isNew(fresh), isNew(fresh)]).toEqual([false, true, true]);
    // The one that was just met is known from then on.
    expect(isNew(run("next", hour / 2, timeout))).toBe(false);
    expect(isNew(run("unknown flow", hour, { ...timeout, flowId: "nobody knows" }))).toBeNull();
    expect(isNew(run("well", hour))).toBeNull();
  });
});

describe("the plan of a look-up in a file", () => {
  /** The names of the indexes by which SQLite answers what is asked. */
  async function indexesOf(ask: (queries: Queries, journal: string) => Promise<unknown>): Promise<string> {
    const { database, journal } = await archiveAt(await kinds[0][1]());
    const plans: string[] = [];
    const explained: Queries = {
      all: async (text, values) => {
        const steps = await database.all(`EXPLAIN QUERY PLAN ${text}`, values);
        plans.push(...steps.map(({ detail }) => String(detail)));
        return [];
      },
      run: () => Promise.resolve(0),
      insert: () => Promise.resolve(0),
    };
    await ask(explained, journal);
    return plans.join("\n");
  }

  it.each<[string, readonly string[], (queries: Queries, journal: string) => Promise<unknown>]>([
    ["a run", ["runs_by_run"], (queries, journal) => findByRun(queries, journal, "6b0c6b1e", { raw: false })],
    [
      "successors",
      ["origins", "name=? AND journal=?"],
      (queries, journal) => findSuccessors(queries, journal, ["a", "b"]),
    ],
    ["a recovery", ["runs_by_flow"], (queries, journal) => findRecovery(queries, journal, run("a", hour, secret))],
    [
      "an earlier failure",
      ["runs_by_flow"],
      (queries, journal) => findEarlierFailure(queries, journal, run("a", hour, secret)),
    ],
  ])("%s is found by an index, and no journal is walked through", async (_, words, ask) => {
    const plan = await indexesOf(ask);
    for (const word of words) expect(plan).toContain(word);
    expect(plan).not.toMatch(/SCAN|runs_by_record|\(journal=\?\)/);
  });
});
