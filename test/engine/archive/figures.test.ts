import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import type { ArchivedRun } from "../../../src/engine/archive/run-row.ts";
import { findByRun } from "../../../src/engine/archive/read-archived.ts";
import { areInColumns } from "../../../src/engine/archive/figure-fields.ts";
import { valuesAt } from "../../../src/runs/record/fields.ts";
import { runFields } from "../../../src/runs/record/record-fields.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { archiveSource, type Extent } from "../../../src/engine/sources/archive.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { countFlows } from "../../../src/runs/cadence/count-flows.ts";
import { countCompared } from "../../../src/runs/figures/compare.ts";
import { groupings } from "../../../src/runs/figures/grouping.ts";
import { countStats, type StatsPlan } from "../../../src/runs/figures/stats.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { countReport } from "../../../src/runs/report/count-report.ts";
import { utc } from "../../../src/text/zone.ts";
import { archived, journal } from "../../support/archived.ts";
import { describeEngines } from "../../support/engines.ts";
import { noon } from "../../support/host.ts";
import { luckOf, type Luck } from "../../support/luck.ts";

const hour = 3_600_000;
const long = "long ".repeat(1000);
const plainWords = ["nightly", 'a "b" \\ c', "two\nlines\t\u001f", "ü 🚀", "null"];
const words = [...plainWords, long, "half \ud83d"];

const noMore = { activity: null, count: null, severity: "error", side: null } as const;
const beneath = { depth: 1, kind: "cause", count: null } as const;

/** A run that may lack anything, be told twice under two ids, and come from the same flow under another name. */
function anyRun(n: number, { below, isTrue }: Luck): ArchivedRun {
  const pick = <T>(list: readonly T[]): T | null => list[below(list.length)] ?? null;
  const maybe = (most: number): number | null => (isTrue(0.2) ? null : below(most));
  const id = isTrue(0.1) ? Math.max(0, n - 1) : n;
  const { key, run } = archived(n);
  // Some events tell of several runs.
  const isSecond = n > 0 && isTrue(0.2);
  const recordedAt = noon + below(48) * hour + (isTrue() ? 0 : below(hour));
  const before = (share: number): string | null =>
    isTrue(share) ? null : new Date(recordedAt - below(3 * hour)).toISOString();
  const cause = isTrue(0.6)
    ? null
    : { code: pick(["E-1", "E-2", ...words]) ?? "E-1", message: pick([...plainWords, null]) };
  const flow = below(4);
  const change: Partial<FlowRun> = {
    runId: id % 10 === 0 ? `${long.slice(0, 250)}${String(id)}` : `run-${String(id)}`,
    flowId: flow === 3 ? `${long.slice(0, 300)}3` : `flow-${String(flow)}`,
    imsOrgId: `${String(flow % 3)}@AdobeOrg`,
    position: `place-${String(isSecond ? n - 1 : n)}`,
    ...{ createdAt: before(0.4), startedAt: before(0.2), completedAt: before(0.3) },
    flowName: isTrue(0.3) ? null : pick(words),
    eventCode: isTrue(0.2) ? null : (pick(["sources_flow_run_success", "sources_flow_run_failed", "other"]) ?? null),
    sandbox: { id: pick(["s1", "s2"]), name: isTrue(0.3) ? null : pick(words) },
    service: pick(["sources", "unknown", "profile"] as const) ?? "unknown",
    status: pick(["success", "failed", "partialSuccess", "inProgress", "odd"]) ?? "odd",
    updatedAt: isTrue(0.2) ? null : new Date(recordedAt - below(hour)).toISOString(),
    durationMs: maybe(1_000_000),
    records: { ...run.records, input: maybe(9000), output: maybe(9000), failed: maybe(3) },
    bytes: { ...run.bytes, input: maybe(2 ** 40), output: isTrue() ? null : Number.MAX_SAFE_INTEGER },
    rootCause: cause,
    errors: cause === null ? [] : [{ code: "2200", message: null, ...noMore, causes: [{ ...cause, ...beneath }] }],
  };
  return { key: isSecond ? key.replace(/#0$/, "#1") : key, run: { ...run, ...change }, recordedAt };
}

/** All rows again, so many times, as others. */
async function multiply(database: Database, times: number, runs: number): Promise<void> {
  for (let n = 1; n < times; n++) {
    const more = String(n * runs);
    await database.run(
      `INSERT INTO {schema}runs SELECT journal, event_key || '-${more}', seq + ${more}, recorded_at, via, run_id,
        event_code, flow_id, flow_name, sandbox, sandbox_id, service, status, root_code, alike, updated_at, started_at,
        duration_ms, records_in, records_out, records_failed, bytes_in, bytes_out, root_message, position, document, event
      FROM {schema}runs WHERE seq <= ${String(runs)}`,
    );
  }
}

interface Told {
  readonly window?: { readonly from: number; readonly to: number };
  readonly isAll?: boolean;
  readonly until?: number | null;
}

const withStarts: Extent = { starts: true, organisations: false };

/** Without those that are in progress, unless they are told of. */
async function read(
  database: Database,
  extent: Extent,
  { window = { from: noon, to: noon + 48 * hour }, isAll = false, until = null }: Told = {},
) {
  const source = archiveSource<FlowRun>({
    ...{ database, journal, window, extent, until, upTo: 1_000_000, profile: "acme", raw: false },
    events: resolveEventSelection(undefined),
    keep: ({ status, updatedAt }) =>
      (isAll || status !== "inProgress") && (until === null || updatedAt === null || Date.parse(updatedAt) <= until),
    encode: (run) => run,
  });
  const runs: FlowRun[] = [];
  for await (const { candidates, rejects } of source.read()) {
    expect(rejects).toEqual([]);
    for (const { runId, status, encoded } of candidates) {
      expect([runId, status]).toEqual([encoded.runId, encoded.status]);
      runs.push(encoded);
    }
  }
  return runs;
}

function statsOf(runs: readonly FlowRun[], plan: StatsPlan) {
  const counter = countStats(plan);
  for (const run of runs) counter.add(run);
  return counter.read();
}

function comparedOf(runs: readonly FlowRun[], plan: StatsPlan) {
  const counter = countCompared(plan);
  const add = counter.lane();
  for (const run of runs) add(run);
  return counter.read(-Infinity);
}

function historiesOf(runs: readonly FlowRun[]) {
  const counter = countFlows(noon);
  for (const run of runs) counter.add(run);
  return counter.read(noon + 50 * hour);
}

/** As `report` counts it: of the failures that are told one by one the errors are read in the end. */
async function reportOf(runs: readonly FlowRun[], database: Database) {
  const span = { from: noon, to: noon + 48 * hour };
  const counter = countReport({ ...span, zone: utc, judgesAbsence: true });
  for (const run of runs) counter.add(run);
  for (const runId of counter.bare("acme"))
    for (const { record } of await findByRun(database, journal, runId, { raw: false }))
      if (typeof record !== "string") counter.complete({ ...record, profile: "acme" });
  return counter.read(span.to, []);
}

describeEngines("figures of an archive", ({ place }) => {
  test.each([1, 2, 3, 4])("are those of its records, whatever these lack (seed %i)", async (seed) => {
    const database = await (await place()).open();
    await setUpSchema(database);
    const luck = luckOf(seed);
    const runs = Array.from({ length: 200 }, (_, n) => anyRun(n, luck));
    await addRuns(database, journal, runs);
    // More than a part, which may end amid rows of one moment.
    if (seed === 1) await multiply(database, 25, runs.length);
    const [records, figures] = [await read(database, "all"), await read(database, withStarts)];
    expect(records.length).toBeGreaterThan(seed === 1 ? 1000 : 30);
    expect(await read(database, "chosen")).toEqual(records);
    const fields = runFields.paths().filter((path) => areInColumns([path]));
    expect(fields).toHaveLength(17);
    for (const path of fields.map((field) => field.split(".")))
      expect(figures.map((run) => valuesAt(run, path))).toEqual(records.map((run) => valuesAt(run, path)));
    // By it those are told apart that ran from those that did not.
    expect(figures.map(({ runId }) => runId)).toEqual(records.map(({ runId }) => runId));
    const plans = [null, ...groupings].flatMap((by) =>
      [null, 5 * hour, 24 * hour].map((bucketMs) => ({ from: noon + hour, to: noon + 40 * hour, by, bucketMs })),
    );
    for (const plan of plans) {
      expect(statsOf(figures, plan)).toEqual(statsOf(records, plan));
      const later = { ...plan, from: noon + 24 * hour };
      expect(comparedOf(figures, later)).toEqual(comparedOf(records, later));
    }
    const part = { from: noon + 7 * hour, to: noon + 8 * hour };
    const plan = { ...part, by: "flow", bucketMs: null } as const;
    expect(statsOf(await read(database, withStarts, { window: part }), plan)).toEqual(
      statsOf(await read(database, "all", { window: part }), plan),
    );
    for (const until of [null, noon + 20 * hour]) {
      const told = { isAll: true, until };
      expect(historiesOf(await read(database, withStarts, told))).toEqual(
        historiesOf(await read(database, "all", told)),
      );
    }
    // Who does not ask when runs began is told all else.
    const bare = await read(database, { starts: false, organisations: false });
    expect(bare.map(({ runId, durationMs }) => [runId, durationMs])).toEqual(
      records.map(({ runId, durationMs }) => [runId, durationMs]),
    );
    const report = await reportOf(records, database);
    expect(report.organisations).toHaveLength(3);
    expect(report.causes.every(({ sample }) => sample?.chain.length === 2)).toBe(true);
    expect(await reportOf(await read(database, { starts: true, organisations: true }), database)).toEqual(report);
  });

  test("a run that waited to be told of with another one is not late", async () => {
    const database = await (await place()).open();
    await setUpSchema(database);
    // Each hour one, told of with the next one, an hour later.
    const runs = Array.from({ length: 40 }, (_, n) => {
      const [event, index] = [Math.floor(n / 2), n % 2];
      const startedAt = new Date(noon + n * hour).toISOString();
      const position = `place-${String(event)}`;
      const { run } = archived(
        n,
        {},
        { flowId: "waiting", position, startedAt, updatedAt: new Date(noon + n * hour + 60_000).toISOString() },
      );
      return { key: `event-${String(event)}#${String(index)}`, run, recordedAt: noon + (2 * event + 1) * hour };
    });
    await addRuns(database, journal, runs);
    const stateOf = (all: readonly FlowRun[]) => {
      const counter = countFlows(noon);
      for (const run of all) counter.add(run);
      return counter.read(noon + 41 * hour).map(({ flow }) => flow.state);
    };
    expect(stateOf(await read(database, withStarts))).toEqual(["ok"]);
    expect(stateOf(runs.map(({ run }) => ({ ...run, position: run.runId })))).toEqual(["late"]);
  });

  test("of those that are chosen by them the records are read, and one that is damaged is told of", async () => {
    const database = await (await place()).open();
    await setUpSchema(database);
    const statusOf = (n: number) => (n % 3 === 0 ? "failed" : "success");
    await addRuns(
      database,
      journal,
      Array.from({ length: 30 }, (_, n) => archived(n, { status: statusOf(n) })),
    );
    await database.run("UPDATE {schema}runs SET document = $1 WHERE run_id IN ('run-6', 'run-7')", [Buffer.from("x")]);
    const source = archiveSource({
      ...{
        database,
        journal,
        window: { from: noon, to: noon + hour },
        extent: "chosen",
        until: null,
        upTo: 1000,
        raw: true,
      },
      events: resolveEventSelection(["runs"]),
      keep: ({ status }) => status === "failed",
      encode: (run) => [run.runId, run.raw !== null],
    });
    const batches = [];
    for await (const each of source.read()) batches.push(each);
    const [batch] = batches;
    const others = [0, 3, 9, 12, 15, 18, 21, 24, 27].map((n) => [`run-${String(n)}`, true]);
    expect(batch?.candidates.map(({ encoded }) => encoded)).toEqual(others);
    expect(batch?.rejects).toEqual([{ position: "row 7", reason: "it cannot be unpacked" }]);
    expect(batch).toMatchObject({ runs: 30, mark: { count: 30 } });
  });

  test("of nothing are none", async () => {
    const database = await (await place()).open();
    await setUpSchema(database);
    expect(await read(database, withStarts)).toEqual([]);
  });
});
