import { FlowrunError, type FailureKind } from "../../../errors.ts";
import type { Host } from "../../../host.ts";
import type { Report } from "../../../runs/report/report.ts";
import type { Zone } from "../../../text/zone.ts";
import { openZone } from "../../options/clock.ts";
import type { ReportFlags } from "../../options/flags.ts";
import { count, createReporter } from "../../terminal/reporter.ts";
import { checkFailed } from "../reading/read.ts";
import { readReport } from "./read-report.ts";
import { checkWithLytics } from "./read-works.ts";
import { resolveReported, resolveTarget, type ReportTarget } from "./report-options.ts";
import { openReportFile, renderReport, type ReportFile } from "./write-report.ts";

/**
 * A window as one page: once, or anew every so often until somebody stops it.
 * @throws FlowrunError `usage` for options that have no meaning here and a file that cannot be written, before anything is
 * asked.
 */
export async function runReport(when: string | undefined, flags: ReportFlags, host: Host): Promise<void> {
  const target = resolveTarget(flags);
  const zone = await openZone(flags.time, host.stdout);
  const round: Round = { when, flags, target, zone, host };
  if (target.watchMs === null) await makeOnce(round);
  else await keepMaking(round, target.watchMs);
}

/** All that one making of the page takes. */
interface Round {
  readonly when: string | undefined;
  readonly flags: ReportFlags;
  readonly target: ReportTarget;
  readonly zone: Zone;
  readonly host: Host;
}

async function makeOnce(round: Round): Promise<void> {
  const { target, host } = round;
  const { outcome, options, report } = await make(round);
  if (target.opens) await show(target, round.flags, host);
  const works = report.works?.works ?? [];
  // A work that failed is as bad as a run, and one that did anything is as good as one.
  checkFailed({ ...options, failsOnEmpty: options.failsOnEmpty && works.length === 0 }, outcome);
  const failed = works.filter((work) => work.failed > 0).length;
  if (options.exitStatus && failed > 0) throw new FlowrunError("runFailed", `${count(failed, "work")} failed`);
}

/** @throws FlowrunError where nothing could be read, or written; a file is then what it was. */
async function make(round: Round) {
  const { when, flags, target, zone, host } = round;
  const reading = await resolveReported(when, flags, { now: host.now(), zone });
  checkWithLytics(flags, reading.options, host);
  const file = await openReportFile(target, host);
  try {
    const { report, outcome } = await readReport(reading, zone, host);
    if (report === null) throw outcome.failure ?? nothingRead();
    await put(report, null, file, round);
    return { report, outcome, options: reading.options };
  } finally {
    await file.abandon();
  }
}

function nothingRead(): FlowrunError {
  return new FlowrunError("unavailable", "no profile could be read", {
    why: "each of them has told its own trouble above",
    hint: "read one of them alone: flowrun report --profile <name> -o report.html",
  });
}

async function put(report: Report, stale: string | null, file: ReportFile, { target, zone }: Round): Promise<void> {
  try {
    await file.write(await renderReport(report, target, { zone, stale }));
    await file.finish();
  } finally {
    // Whoever stops it in the middle finds nothing beside the page.
    await file.abandon();
  }
}

/** Failures that may pass while a page is kept up to date. */
const passing: readonly FailureKind[] = ["auth", "forbidden", "unavailable", "protocol", "gap", "state", "timeout"];

/** The first page has to come about; after that the last good one stays, and says that it is not new. */
async function keepMaking(round: Round, everyMs: number): Promise<void> {
  const { target, flags, host } = round;
  const { quiet = false, verbose = 0, progress, profile } = flags;
  const { notify } = createReporter(host, { quiet, verbose, live: progress, profile });
  const isOver = (): boolean => host.signal.aborted;
  let { report } = await make(round);
  if (target.opens) await show(target, flags, host);
  for (;;) {
    await host.sleep(everyMs, host.signal);
    if (isOver()) return;
    try {
      ({ report } = await make(round));
    } catch (error) {
      if (isOver()) return;
      if (!(error instanceof FlowrunError) || !passing.includes(error.kind)) throw error;
      // Of several profiles each has told already why it could not be read.
      if (!error.isTold) notify({ kind: "warning", text: `the page stays as it was: ${wordsOf(error)}` });
      await put(report, staleWords(error, target), await openReportFile(target, host), round).catch(
        (worse: unknown) => {
          // A disk that is full keeps the last good page, too.
          if (!(worse instanceof FlowrunError)) throw worse;
        },
      );
    }
  }
}

function wordsOf({ message, why }: FlowrunError): string {
  return why === null ? message : `${message}: ${why}`;
}

/** A failure quotes names and addresses. */
function staleWords(error: FlowrunError, { isRedacted }: ReportTarget): string {
  const why = isRedacted ? "what it is made of could not be read" : wordsOf(error);
  return `This page is not up to date: ${why}. It shows what was known before.`;
}

/** Having no browser is no failure: the page is there. */
async function show({ path }: ReportTarget, { quiet = false, profile }: ReportFlags, host: Host): Promise<void> {
  const { openInBrowser } = await import("../../terminal/browser.ts");
  if (path === null || (await openInBrowser(path, host))) return;
  const { notify } = createReporter(host, { quiet, verbose: 0, live: false, profile });
  notify({ kind: "warning", text: `nothing was found to show it with; open it by hand: ${path}` });
}
