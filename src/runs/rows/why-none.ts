import type { BatchFacts } from "./batch-facts.ts";

/**
 * Why none of a batch's records can be told: none was rejected, or those that were are not kept (`diagnosticsOff`), not
 * any more (`expired`), in files that hold no text (`packed`), or nobody knows (`missing`).
 */
export type NoneTold = "noneFailed" | "diagnosticsOff" | "expired" | "packed" | "missing";

/** So long are diagnostics kept, in milliseconds. */
const diagnosticsKeptMs = 30 * 86_400_000;

/**
 * Why a batch without a file that can be read tells of no record.
 * @param hasPacked whether there are files that hold no text.
 * @param now epoch milliseconds.
 */
export function whyNone(facts: BatchFacts, hasPacked: boolean, now: number): NoneTold {
  if (hasPacked) return "packed";
  const isUntold = facts.errors.some(({ code }) => code === withoutDiagnostics);
  const areCounted = (facts.failed ?? 0) > 0 || facts.errors.some(({ count }) => (count ?? 0) > 0);
  if (!isUntold && !areCounted) return "noneFailed";
  if (isUntold || facts.hasDiagnostics === false) return "diagnosticsOff";
  return facts.endedAt !== null && now - facts.endedAt > diagnosticsKeptMs ? "expired" : "missing";
}

/** "Errors were found, and error diagnostics are off." */
const withoutDiagnostics = "INGEST-1211-400";
