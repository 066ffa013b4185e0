import { countOf, type JsonObject, objectOf } from "../../json.ts";
import type { Amounts, Records } from "../record/flow-run.ts";

/** The work of a run or of one of its activities: when it began and ended, and how much it moved. `null` is unknown. */
export interface Work {
  /** Epoch milliseconds. */
  readonly startedMs: number | null;
  readonly completedMs: number | null;
  readonly records: Records;
  readonly bytes: Amounts;
  readonly files: Amounts;
}

/**
 * Reads the work from a run's `metrics` or from an activity: `durationSummary`, `recordSummary`, `sizeSummary` and
 * `fileSummary`, as AEP's flow-run notifications have them. Pure.
 */
export function readWork(holder: JsonObject): Work {
  const duration = objectOf(holder["durationSummary"]);
  return {
    startedMs: readTime(duration["startedAtUTC"]),
    // Destinations are specified with `stopped`, though every run seen says `completed`.
    completedMs: readTime(duration["completedAtUTC"]) ?? readTime(duration["stoppedAtUTC"]),
    records: readRecords(objectOf(holder["recordSummary"])),
    bytes: readBytes(objectOf(holder["sizeSummary"])),
    files: readFiles(objectOf(holder["fileSummary"])),
  };
}

/**
 * A run's work, each figure that is unknown taken from the last activity that knows it: a run starts with the first
 * activity, though, and while it goes on no activity's end is its own. Pure.
 */
export function fillWork(run: Work, activities: readonly Work[], inProgress: boolean): Work {
  const { records, bytes, files } = activities.reduceRight(fillAmounted, run);
  return {
    startedMs: run.startedMs ?? activities.find((activity) => activity.startedMs !== null)?.startedMs ?? null,
    completedMs: run.completedMs ?? (inProgress ? null : lastEnd(activities)),
    records,
    bytes,
    files,
  };
}

/**
 * Epoch milliseconds of a time as delivered: from 1e11 on it is in milliseconds, from 1e9 to 1e11 in seconds, and
 * anything else is unknown (`updatedAtUTC` has been seen as 0 and as 87473822). Pure.
 */
export function readTime(value: unknown): number | null {
  if (typeof value !== "number" || !(value >= 1e9)) return null;
  const ms = value < 1e11 ? value * 1000 : value;
  return ms <= lastMs ? Math.trunc(ms) : null;
}

/** How long something took: known only with both ends, and never negative. Pure. */
export function durationOf({ startedMs, completedMs }: Pick<Work, "startedMs" | "completedMs">): number | null {
  if (startedMs === null || completedMs === null || completedMs < startedMs) return null;
  return completedMs - startedMs;
}

/** The end of the year 9999: RFC 3339 goes no further. */
const lastMs = 253_402_300_799_999;

function readRecords(summary: JsonObject): Records {
  return {
    input: countOf(summary["inputRecordCount"]),
    output: countOf(summary["outputRecordCount"]) ?? countOf(summary["createdRecordCount"]),
    created: countOf(summary["createdRecordCount"]),
    updated: countOf(summary["updatedRecordCount"]),
    deleted: countOf(summary["deletedRecordCount"]),
    skipped: countOf(summary["skippedRecordCount"]),
    failed: countOf(summary["failedRecordCount"]),
    warning: countOf(summary["warningRecordCount"]),
  };
}

function readBytes(summary: JsonObject): Amounts {
  return {
    input: countOf(summary["inputBytes"]),
    output: countOf(summary["outputBytes"]),
    skipped: countOf(summary["skippedBytes"]),
    failed: countOf(summary["failedBytes"]),
  };
}

function readFiles(summary: JsonObject): Amounts {
  return {
    input: countOf(summary["inputFileCount"]),
    output: countOf(summary["outputFileCount"]),
    skipped: countOf(summary["skippedFileCount"]),
    failed: countOf(summary["failedFileCount"]),
  };
}

function lastEnd(activities: readonly Work[]): number | null {
  return activities.findLast((activity) => activity.completedMs !== null)?.completedMs ?? null;
}

type Amounted = Pick<Work, "records" | "bytes" | "files">;

function fillAmounted(own: Amounted, other: Amounted): Amounted {
  return {
    records: {
      input: own.records.input ?? other.records.input,
      output: own.records.output ?? other.records.output,
      created: own.records.created ?? other.records.created,
      updated: own.records.updated ?? other.records.updated,
      deleted: own.records.deleted ?? other.records.deleted,
      skipped: own.records.skipped ?? other.records.skipped,
      failed: own.records.failed ?? other.records.failed,
      warning: own.records.warning ?? other.records.warning,
    },
    bytes: fillAmounts(own.bytes, other.bytes),
    files: fillAmounts(own.files, other.files),
  };
}

function fillAmounts(own: Amounts, other: Amounts): Amounts {
  return {
    input: own.input ?? other.input,
    output: own.output ?? other.output,
    skipped: own.skipped ?? other.skipped,
    failed: own.failed ?? other.failed,
  };
}
