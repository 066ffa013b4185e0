import { readRecord } from "../../runs/record/read-record.ts";
import type { DeliveredRun } from "./destination.ts";

/** A failed run that never was, for a look at what arrives over there; its names say what it is. Pure. */
export function testRun(profile: string, now: number): DeliveredRun {
  const at = (ago: number): string => new Date(now - ago).toISOString();
  const id = `flowrun-test-${String(now)}`;
  const run = readRecord({
    schemaVersion: 1,
    key: id,
    position: id,
    runId: id,
    flowId: "flowrun-test",
    flowName: "A test of flowrun: no run failed",
    status: "failed",
    profile,
    createdAt: at(65_000),
    startedAt: at(60_000),
    completedAt: at(1000),
    updatedAt: at(1000),
    durationMs: 59_000,
    service: "sources",
    records: { input: 100, output: 97, failed: 3 },
    errors: [
      {
        code: "CONNECTOR-2001-500",
        message: "The copy failed. (A test of flowrun: no run failed.)",
        severity: "error",
        causes: [
          {
            code: "AADSTS7000222",
            message: "The client secret has expired. (A test.)",
            depth: 1,
            kind: "cause",
            count: null,
          },
        ],
      },
    ],
    rootCause: { code: "AADSTS7000222", message: "The client secret has expired. (A test.)" },
  });
  if (typeof run === "string") throw new Error(`the test run ${run}`);
  return { id, run };
}
