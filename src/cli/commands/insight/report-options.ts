import { FlowrunError } from "../../../errors.ts";
import { parseDuration } from "../../../adobe/journal/when.ts";
import type { JournalStart } from "../../../engine/sources/journal.ts";
import type { Zone } from "../../../text/zone.ts";
import type { ReportFlags, ReportForm } from "../../options/flags.ts";
import { resolveReading, turnAway, type ReadingOptions } from "../../options/reading-options.ts";
import { resolveBegin } from "./begin.ts";

/** Where a report goes, and what it is. */
export interface ReportTarget {
  /** `null` for stdout. */
  readonly path: string | null;
  readonly form: ReportForm;
  readonly title: string;
  readonly isRedacted: boolean;
  /** Whether it is shown once it is written. */
  readonly opens: boolean;
  /** So often it is written anew, in ms; `null` for once. */
  readonly watchMs: number | null;
}

/** Whoever reads a week every second asks Adobe for more than anybody looks at. */
const shortestWatchMs = 10_000;

/** @throws FlowrunError `usage` for a file that tells no form, and for options that do not go together. Pure. */
export function resolveTarget(flags: ReportFlags): ReportTarget {
  const { output, format, title = "", redact = false, open = false, watch } = flags;
  const form = format ?? formOf(output);
  const path = output === "-" ? null : (output ?? "");
  if (path?.toLowerCase().endsWith(".gz") === true) {
    throw new FlowrunError("usage", `-o ${path} would be a packed report`, {
      why: "no browser shows one, and it could not be told from a file that flowrun did not write",
      hint: `flowrun report -o ${path.slice(0, -".gz".length)}; to pack it: flowrun report -o - | gzip > report.html.gz`,
    });
  }
  const watchMs = watch === undefined ? null : parseDuration(watch);
  if (path === null && (open || watchMs !== null)) {
    const option = open ? "--open" : "--watch";
    throw new FlowrunError("usage", `${option} and -o - do not go together`, {
      why: "stdout is no file, and what was written there cannot be written anew or shown",
      hint: `name a file: flowrun report -o report.html ${option}${open ? "" : ` ${watch ?? ""}`}`,
    });
  }
  if (watchMs !== null) checkWatch(flags, watch ?? "", watchMs);
  return {
    path,
    form,
    title: title.trim() === "" ? "Flow runs" : title,
    isRedacted: redact,
    opens: open,
    watchMs,
  };
}

/** The form of a file, by the ending of its name. @throws FlowrunError `usage` for another one. */
function formOf(output: string | undefined): ReportForm {
  if (output === undefined) {
    throw new FlowrunError("usage", "report names no file", {
      why: "it writes a page, and needs to know where: -o is not there",
      hint: "flowrun report -o report.html; or -o report.md, or -o - for stdout",
    });
  }
  if (output === "-" || /\.html?$/i.test(output)) return "html";
  if (/\.(?:md|markdown)$/i.test(output)) return "markdown";
  throw new FlowrunError("usage", `-o ${output} does not say what the report is to be`, {
    why: "here -o is a file, whose name ends in .html or .md, or - for stdout",
    hint: "flowrun report -o report.html; to choose by hand: --format markdown; figures for programs: flowrun stats -P7D -o json",
  });
}

function checkWatch({ exitStatus, failOn, strict, from }: ReportFlags, words: string, watchMs: number): void {
  const ending =
    exitStatus === true ? "exit-status" : failOn !== undefined ? "fail-on" : strict === true ? "strict" : null;
  if (ending !== null) {
    throw new FlowrunError("usage", `--${ending} and --watch do not go together`, {
      why: "it sets the exit code of a reading that ends, and this one goes on",
      hint: "leave one of them out",
    });
  }
  if (from === "-" || from === "/dev/stdin") {
    throw new FlowrunError("usage", "--from - and --watch do not go together", {
      why: "stdin can be read once, and the page is to be made again and again",
      hint: "name a file: flowrun report -o report.html --from runs.ndjson --watch PT5M",
    });
  }
  if (watchMs >= shortestWatchMs) return;
  throw new FlowrunError("usage", `--watch ${words} is too often`, {
    why: "each time all of the window is read; ten seconds is the least",
    hint: "flowrun report -o report.html --watch PT1M",
  });
}

/** The window that is read for a report. */
export interface ReportReading {
  readonly options: ReadingOptions;
  readonly start: JournalStart;
  /** Whether all runs of the flows are read, so that one which is not there was absent. */
  readonly judgesAbsence: boolean;
  /** Whether the works of Lytics are read as well. */
  readonly withWorks: boolean;
}

/** @throws FlowrunError `usage` for what cannot be, and for options that have no meaning here. */
export async function resolveReported(
  when: string | undefined,
  flags: ReportFlags,
  { now, zone }: { readonly now: number; readonly zone: Zone },
): Promise<ReportReading> {
  turnAway(["last"], flags, "report", {
    why: "it is about a window, not about so many runs",
    hint: "choose the runs first: flowrun since -P7D --last 100 --json | flowrun report -o report.html --from -",
  });
  const reading = { ...flags, output: "table", headers: true, pager: false } as const;
  const options = await resolveReading(reading, now, zone);
  const words = when ?? (flags.from === undefined ? "-P7D" : "oldest");
  const start = resolveBegin("report", words, reading, { now, zone });
  return { options, start, judgesAbsence: readsAll(flags), withWorks: flags.withLytics === true };
}

/** Filters by flow and sandbox leave whole flows out; all others leave out runs of a flow. */
function readsAll({ status, run, code, where, max, events }: ReportFlags): boolean {
  const hasAllStatuses = status === undefined || status.some((word) => word.toLowerCase() === "all");
  const hasAllEvents = events === undefined || events.every((word) => ["sources", "runs"].includes(word));
  return hasAllStatuses && hasAllEvents && [run, code, where, max].every((filter) => filter === undefined);
}
