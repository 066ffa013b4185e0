import { expect, test } from "vitest";
import type { Database } from "../../../src/engine/archive/database.ts";
import type { ArchivedRun } from "../../../src/engine/archive/run-row.ts";
import { setUpSchema } from "../../../src/engine/archive/schema.ts";
import { addRuns } from "../../../src/engine/archive/write-page.ts";
import { archiveSource } from "../../../src/engine/sources/archive.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { countCompared } from "../../../src/runs/figures/compare.ts";
import { groupings } from "../../../src/runs/figures/grouping.ts";
import { countStats, type StatsPlan } from "../../../src/runs/figures/stats.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { archived, journal } from "../../support/archived.ts";
import { describeEngines } from "../../support/engines.ts";
import { noon } from "../../support/host.ts";
import { luckOf, type Luck } from "../../support/luck.ts";

const hour = 3_600_000;
const words = ["nightly", 'a "b" \\ c', "two\nlines\t\u001f", "ü 🚀", "null"];

/** A run that may lack anything, be told twice under two ids, and come from the same flow under another name. */
function anyRun(n: number, { below, isTrue }: Luck): ArchivedRun {
  const pick = <T>(list: readonly T[]): T | null => list[below(list.length)] ?? null;
  const maybe = (most: number): number | null => (isTrue(0.2) ? null : below(most));
  const id = isTrue(0.1) ? Math.max(0, n - 1) : n;
  const { key, run } = archived(n);
  const recordedAt = noon + below(48) * hour + (isTrue() ? 0 : below(hour));
  const change: Partial<FlowRun> = {
    runId: `run-${String(id)}`,
    flowId: `flow-${String(below(4))}`,
    flowName: isTrue(0.3) ? null : pick(words),
    eventCode: isTrue(0.2) ? null : (pick(["sources_flow_run_success", "sources_flow_run_failed", "other"]) ?? null),
    sandbox: { id: pick(["s1", "s2"]), name: isTrue(0.3) ? null : pick(words) },
    service: pick(["sources", "unknown", "profile"] as const) ?? "unknown",
    status: pick(["success", "failed", "partialSuccess", "inProgress", "odd"]) ?? "odd",
    updatedAt: isTrue(0.2) ? null : new Date(recordedAt - below(hour)).toISOString(),
    durationMs: maybe(1_000_000),
    records: { ...run.records, input: maybe(9000), output: maybe(9000), failed: maybe(3) },
    bytes: { ...run.bytes, input: maybe(2 ** 40), output: isTrue() ? null : Number.MAX_SAFE_INTEGER },
    rootCause: isTrue(0.6) ? null : { code: pick(["E-1", "E-2", ...words]) ?? "E-1", message: pick([...words, null]) },
  };
  return { key, run: { ...run, ...change }, recordedAt };
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

async function read(database: Database, isForFigures: boolean, window = { from: noon, to: noon + 48 * hour }) {
  const source = archiveSource<FlowRun>({
    ...{ database, journal, window, isForFigures, upTo: 1_000_000, profile: "acme", raw: false },
    events: resolveEventSelection(undefined),
    keep: ({ status }) => status !== "inProgress",
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

describeEngines("figures of an archive", ({ place }) => {
  test.each([1, 2, 3, 4])("are those of its records, whatever these lack (seed %i)", async (seed) => {
    const database = await (await place()).open();
    await setUpSchema(database);
    const luck = luckOf(seed);
    const runs = Array.from({ length: 200 }, (_, n) => anyRun(n, luck));
    await addRuns(database, journal, runs);
    // More than a part, which may end amid rows of one moment.
    if (seed === 1) await multiply(database, 25, runs.length);
    const [records, figures] = [await read(database, false), await read(database, true)];
    expect(records.length).toBeGreaterThan(seed === 1 ? 1000 : 30);
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
    expect(statsOf(await read(database, true, part), plan)).toEqual(statsOf(await read(database, false, part), plan));
  });

  test("of nothing are none", async () => {
    const database = await (await place()).open();
    await setUpSchema(database);
    expect(await read(database, true)).toEqual([]);
  });
});
