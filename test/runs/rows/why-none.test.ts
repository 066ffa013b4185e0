import { expect, test } from "vitest";
import type { BatchFacts } from "../../../src/runs/rows/batch-facts.ts";
import { whyNone } from "../../../src/runs/rows/why-none.ts";

const day = 86_400_000;
const now = 100 * day;
const facts: BatchFacts = {
  ...{ id: "01A", status: "success", format: "parquet", hasDiagnostics: true, input: 9, failed: 5, endedAt: now - day },
  errors: [],
};
const untold = [{ code: "INGEST-1211-400", count: null }];

test.each<[string, Partial<BatchFacts>, boolean, string]>([
  ["files without text", {}, true, "packed"],
  ["no record failed", { failed: 0 }, false, "noneFailed"],
  ["nobody counts any", { failed: null }, false, "noneFailed"],
  [
    "the batch failed as a whole",
    { failed: null, status: "failed", errors: [{ code: "133", count: null }] },
    false,
    "noneFailed",
  ],
  ["no record failed, and diagnostics were off", { failed: 0, hasDiagnostics: false }, false, "noneFailed"],
  ["the code says so", { errors: untold }, false, "diagnosticsOff"],
  ["the code says so, and nobody counts", { failed: null, errors: untold }, false, "diagnosticsOff"],
  ["the batch says so", { hasDiagnostics: false }, false, "diagnosticsOff"],
  ["a month and more ago", { endedAt: now - 31 * day }, false, "expired"],
  [
    "counted by code alone, long ago",
    { failed: null, endedAt: 0, errors: [{ code: "X", count: 1 }] },
    false,
    "expired",
  ],
  ["yesterday", {}, false, "missing"],
  ["nobody says when", { endedAt: null }, false, "missing"],
])("%s", (_, changes, hasPacked, why) => {
  expect(whyNone({ ...facts, ...changes }, hasPacked, now)).toBe(why);
});
