import { countReport, type ReportPlan } from "../../../src/runs/report/count-report.ts";
import type { ReadSource, Report } from "../../../src/runs/report/report.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { utc } from "../../../src/text/zone.ts";
import { sampleRun } from "../../render/sample-runs.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** A Sunday's noon, when the window of seven days ends. */
export const end = Date.UTC(2026, 10, 29, 12);
export const begin = end - 7 * day;

/** A run of *Orders* that began at an instant and took three minutes, changed as told. */
export function runAt(startedAt: number, changes: Partial<FlowRun> = {}): FlowRun {
  const iso = (at: number): string => new Date(at).toISOString();
  const completedAt = iso(startedAt + 3 * minute);
  return sampleRun({
    runId: `run at ${startedAt}`,
    flowId: "orders",
    flowName: "Orders",
    startedAt: iso(startedAt),
    completedAt,
    updatedAt: completedAt,
    durationMs: 3 * minute,
    ...changes,
  });
}

/** A run that failed with these codes, one beneath the other; the last is the root. */
export function failedAt(startedAt: number, codes: readonly string[], changes: Partial<FlowRun> = {}): FlowRun {
  const [outer = "", ...inner] = codes;
  const root = codes.at(-1) ?? "";
  const causes = inner.map((code, at) => ({
    code,
    message: `it is ${code}`,
    depth: at + 1,
    kind: "cause" as const,
    count: null,
  }));
  const error = {
    code: outer,
    message: `it is ${outer}`,
    activity: null,
    count: null,
    severity: "error" as const,
    side: null,
    causes,
  };
  return runAt(startedAt, {
    status: "failed",
    errors: [error],
    rootCause: { code: root, message: `it is ${root}` },
    ...changes,
  });
}

export const wholeRead: ReadSource = {
  profile: "acme",
  source: "the journal",
  isFile: false,
  from: begin,
  to: end,
  missing: [],
  events: 10,
  unreadable: 0,
  failure: null,
};

/** The report on some runs of the week. */
export function reportOn(
  runs: Iterable<FlowRun>,
  plan: Partial<ReportPlan> = {},
  coverage: readonly ReadSource[] = [wholeRead],
): Report {
  const counter = countReport({ from: begin, to: end, zone: utc, judgesAbsence: true, ...plan });
  for (const run of runs) counter.add(run);
  return counter.read(end, coverage);
}

/** Every so often from the beginning of the week to its end. */
export function every(stepMs: number, from = begin + minute): readonly number[] {
  return Array.from({ length: Math.floor((end - from) / stepMs) }, (_, n) => from + n * stepMs);
}
