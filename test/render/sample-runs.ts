import type { Cause, FlowRun, RunCause, RunError } from "../../src/runs/record/flow-run.ts";

/** Sunday, when the samples are looked at. */
export const sampleNow = Date.UTC(2026, 10, 22, 12, 0, 0);

/** A finished run with nothing remarkable about it, changed as told. */
export function sampleRun(changes: Partial<FlowRun> = {}): FlowRun {
  return {
    type: "flowrun.run",
    schemaVersion: 1,
    position: "heron:4c1f.0:7f3a92d1-1b2c-4f0e-9d35-00000000a001:1795312800",
    eventId: "7f3a92d1-1b2c-4f0e-9d35-00000000a001",
    eventCode: "sources_flow_run_success",
    runId: "0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1001",
    flowId: "c2a1f0d4-7e35-4b7c-9b1d-2f6e8a9c2001",
    flowName: "Loyalty members nightly",
    status: "success",
    sandbox: { id: "5d2c7f10-0000-4a11-8c11-1234567890ab", name: "prod" },
    imsOrgId: "0123456789ABCDEF01234567@AdobeOrg",
    createdAt: "2026-11-22T03:02:35.000Z",
    updatedAt: "2026-11-22T03:04:05.000Z",
    startedAt: "2026-11-22T03:02:35.000Z",
    completedAt: "2026-11-22T03:04:05.000Z",
    durationMs: 90_000,
    records: {
      input: 1_234_567,
      output: 1_234_567,
      created: 1_234_567,
      updated: 0,
      deleted: null,
      skipped: null,
      failed: 0,
      warning: null,
    },
    bytes: { input: 1_210_000, output: 1_210_000, skipped: null, failed: null },
    files: { input: 4, output: 4, skipped: null, failed: null },
    errors: [],
    rootCause: null,
    activities: [],
    sources: [{ id: "source-connection-1", type: "sftp", reference: null }],
    targets: [{ id: null, type: "dataset", reference: { type: "dataset", ids: ["dataset-1"] } }],
    batchIds: ["01HBATCH000000000000000001", "01HBATCH000000000000000002"],
    providerRefId: null,
    service: "sources",
    profile: "acme",
    via: "journal",
    new: false,
    predecessors: [],
    key: "7f3a92d1-1b2c-4f0e-9d35-00000000a001#0",
    ...changes,
  };
}

/** A cause right beneath an error. */
export function sampleCause(cause: Cause & Partial<RunCause>): RunCause {
  return { depth: 1, kind: "cause", count: null, ...cause };
}

/** Causes each beneath the one before it. */
export function sampleChain(...causes: readonly (Cause & Partial<RunCause>)[]): readonly RunCause[] {
  return causes.map((cause, at) => sampleCause({ depth: at + 1, ...cause }));
}

export function sampleError(changes: Partial<RunError>): RunError {
  const { code = "CONNECTOR-1001-500", message = null, activity = null, count = null, causes = [] } = changes;
  const { severity = "error", side = null } = changes;
  return { code, message, activity, count, severity, side, causes };
}

/** What a failed run adds to a plain one. */
export function failure(code: string, root: Cause | null = null, message: string | null = null): Partial<FlowRun> {
  const causes = root === null ? [] : [sampleCause(root)];
  const error = sampleError({ code, message, causes });
  return {
    status: "failed",
    eventCode: "sources_flow_run_failed",
    errors: [error],
    rootCause: root ?? { code, message },
    records: { ...sampleRun().records, output: 0, created: 0, failed: 12 },
  };
}

const unknown = { input: null, output: null, skipped: null, failed: null };

/** A page as an on-call engineer meets it: every status, ids in place of names, nulls, wide letters, huge numbers. */
export const samplePage: readonly FlowRun[] = [
  sampleRun(),
  sampleRun({
    ...failure(
      "CONNECTOR-1001-500",
      { code: "AADSTS7000222", message: "The client secret has expired." },
      "Copy failed.",
    ),
    runId: "0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1002",
    flowName: "CRM accounts and contacts, incremental every 15 minutes",
    updatedAt: "2026-11-22T03:10:00.123Z",
    durationMs: 350,
    bytes: { ...unknown, output: 0 },
  }),
  sampleRun({
    runId: "0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1003",
    status: "partialSuccess",
    flowName: "日本の店舗 売上 🛒",
    sandbox: { id: null, name: "stage-emea" },
    updatedAt: "2025-12-31T23:59:59.999Z",
    durationMs: 93_784_000,
    records: { ...sampleRun().records, input: 98_765_432_109, output: 98_765_432_000, failed: 109 },
    bytes: { ...unknown, output: 7_300_000_000_000 },
    errors: [sampleError({ code: "INGEST-1212-400", message: "109 rows do not fit the schema.", count: 109 })],
    rootCause: { code: "INGEST-1212-400", message: "109 rows do not fit the schema." },
  }),
  sampleRun({
    runId: "0b6d5c1e-52f4-4a8e-8f6a-9a3c5d7e1004",
    status: "inProgress",
    flowName: null,
    sandbox: { id: null, name: null },
    updatedAt: null,
    durationMs: null,
    records: { ...sampleRun().records, input: null, output: null, failed: null },
    bytes: unknown,
    eventCode: null,
    eventId: null,
  }),
];

/** Text that means harm, and what a reader may see of it. */
export const hostileText = "a\u001b[2J\u001b]0;owned\u0007\r\nb\tc\u009b31m\u202egpj\u200b\u2066x\u2028y\ufeff\u007f";
export const hostileShown =
  "a\\x1b[2J\\x1b]0;owned\\x07\\r\\nb\\tc\\x9b31m\\u{202e}gpj\\u{200b}\\u{2066}x\\u{2028}y\\u{feff}\\x7f";
