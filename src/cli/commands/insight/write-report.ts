import type { Host } from "../../../host.ts";
import type { Report } from "../../../runs/report/report.ts";
import type { Zone } from "../../../text/zone.ts";
import { version } from "../../../version.ts";
import type { ReportTarget } from "./report-options.ts";

/** Where a report is written to: a file that is whole in the end or as it was before, or stdout. */
export interface ReportFile {
  write(text: string): Promise<void>;
  finish(): Promise<void>;
  /** Safe after `finish`, and more than once. */
  abandon(): Promise<void>;
}

/** @throws FlowrunError `usage` for a file that cannot be written, or that somebody else wrote. */
export async function openReportFile({ path }: ReportTarget, { stdout, signal }: Host): Promise<ReportFile> {
  if (path === null) {
    const done = (): Promise<void> => Promise.resolve();
    return { write: (text) => stdout.write(text), finish: done, abandon: done };
  }
  const [{ openOutFile }, { isReport }] = await Promise.all([
    import("../../../state/out-file.ts"),
    import("../../../render/report/report-mark.ts"),
  ]);
  const file = await openOutFile(path, { option: "-o", example: "report.html", mayReplace: isReport });
  return {
    ...file,
    finish: () => {
      // What was interrupted is not the whole.
      signal.throwIfAborted();
      return file.finish();
    },
  };
}

/** The report in its form, redacted where that is wanted. */
export async function renderReport(
  report: Report,
  { form, title, isRedacted, watchMs }: ReportTarget,
  { zone, stale }: { readonly zone: Zone; readonly stale: string | null },
): Promise<string> {
  const [{ reportTimes }, catalogue, { redactReport }] = await Promise.all([
    import("../../../render/report/told-times.ts"),
    import("../../../runs/catalogue/catalogue.ts"),
    import("../../../runs/report/redact.ts"),
  ]);
  const isKnown = (code: string): boolean => code === "unknown" || catalogue.explain(code).length > 0;
  const shown = isRedacted ? redactReport(report, isKnown) : report;
  const look = {
    title,
    times: reportTimes(zone, report),
    catalogue,
    version,
    isRedacted,
    refreshMs: watchMs,
    stale,
  };
  if (form === "markdown")
    return (await import("../../../render/report/markdown.ts")).renderReportMarkdown(shown, look);
  return (await import("../../../render/report/page.ts")).renderReportPage(shown, look);
}
