import { isOverdue } from "../../runs/cadence/judge.ts";
import type { Report, ReportedWorks } from "../../runs/report/report.ts";
import { renderCount, renderShare } from "../text/numbers.ts";
import { counted, amountTold, lengthTold } from "./look.ts";

/** A figure at the head of a report. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  /** The line below it. */
  readonly note: string;
  /** The kind of bad news that it is; `null` where it is none. */
  readonly tone: "failed" | "absent" | null;
}

/** The figures that are seen first. Pure. */
export function tilesOf(report: Report): readonly Tile[] {
  const { total, flows, absences, causes, causesLeftOut, runsLeftOut, works } = report;
  const { runs, successRate, failed, partialSuccess, durationMs, records } = total;
  const missing = (absences ?? []).reduce((sum, absence) => sum + absence.missing, 0);
  const silent = (absences ?? []).filter(({ until }) => until === null).length;
  const gapsTold =
    absences === null
      ? "not judged: filtered"
      : `${counted(absences.length, "gap")}${silent > 0 ? `, ${renderCount(silent)} still open` : ""}`;
  return [
    {
      label: "Runs",
      value: renderCount(runs),
      note: `${renderCount(flows.length)}${runsLeftOut > 0 ? "+" : ""} ${flows.length === 1 ? "flow" : "flows"}`,
      tone: null,
    },
    {
      label: "Success rate",
      value: successRate === null ? "–" : renderShare(successRate),
      note: `${renderCount(partialSuccess)} in part`,
      tone: null,
    },
    {
      label: "Failed",
      value: renderCount(failed),
      note: counted(causes.length + causesLeftOut, "root cause"),
      tone: failed > 0 ? "failed" : null,
    },
    {
      label: "Expected, absent",
      value: absences === null ? "–" : renderCount(missing),
      note: gapsTold,
      tone: missing > 0 ? "absent" : null,
    },
    {
      label: "Duration",
      value: durationMs.p50 === null ? "–" : lengthTold(durationMs.p50),
      note: durationMs.p95 === null ? "none told" : `p95 ${lengthTold(durationMs.p95)}`,
      tone: null,
    },
    {
      label: "Records read",
      value: records.input === null ? "–" : amountTold(records.input),
      note: records.failed === null ? "rejected: not told" : `${renderCount(records.failed)} rejected`,
      tone: null,
    },
    ...(works === null ? [] : [workTile(works)]),
  ];
}

/** Its figure is of works, not of failures: one that is tried every minute would hide the others. */
function workTile({ works, leavesOut }: ReportedWorks): Tile {
  const failed = works.filter((work) => work.failed > 0).length;
  const overdue = works.filter(({ state }) => isOverdue(state)).length;
  const all = `of ${renderCount(works.length)}${leavesOut ? "+" : ""} in Lytics`;
  return {
    label: "Works failed",
    value: renderCount(failed),
    note: overdue === 0 ? all : `${all}, ${renderCount(overdue)} overdue`,
    tone: failed > 0 ? "failed" : null,
  };
}
