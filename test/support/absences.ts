import type { DeliveredAbsence } from "../../src/engine/destinations/destination.ts";
import type { AbsentRecord } from "../../src/runs/cadence/flow-record.ts";

/** A flow that was silent since noon. */
export function absentRecord(change: Partial<AbsentRecord> = {}): AbsentRecord {
  return {
    type: "flowrun.absent",
    schemaVersion: 1,
    flowId: "flow-1",
    flowName: "Web orders",
    sandbox: { id: null, name: "prod" },
    runs: 168,
    failed: 2,
    lastRunId: "run-1",
    lastRunAt: "2026-11-22T12:00:00.000Z",
    lastStatus: "success",
    lastSuccessAt: "2026-11-22T12:00:00.000Z",
    paceMs: 3_600_000,
    paceFrom: "history",
    nextExpectedAt: "2026-11-22T13:00:00.000Z",
    state: "absent",
    missing: 3,
    lost: null,
    profile: "default",
    at: "2026-11-22T15:05:00.000Z",
    before: "late",
    silentSince: "2026-11-22T12:00:00.000Z",
    ...change,
  };
}

/** The same on its way. */
export function absence(state: AbsentRecord["state"], change: Partial<AbsentRecord> = {}): DeliveredAbsence {
  return { id: `absence-${state}`, absent: absentRecord({ state, ...change }) };
}
