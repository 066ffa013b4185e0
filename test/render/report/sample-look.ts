import type { ReportLook } from "../../../src/render/report/look.ts";
import { reportTimes } from "../../../src/render/report/told-times.ts";
import * as catalogue from "../../../src/runs/catalogue/catalogue.ts";
import type { Report } from "../../../src/runs/report/report.ts";
import { utc } from "../../../src/text/zone.ts";

/** How a report looks, changed as told. */
export function lookOf(report: Report, changes: Partial<ReportLook> = {}): ReportLook {
  return {
    title: "Flow runs",
    times: reportTimes(utc, report),
    catalogue,
    version: "1.2.3",
    isRedacted: false,
    refreshMs: null,
    stale: null,
    ...changes,
  };
}
