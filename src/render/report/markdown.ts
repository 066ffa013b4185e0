import { isOverdue } from "../../runs/cadence/judge.ts";
import { thinOut } from "../../runs/report/duration-line.ts";
import type { FailureSample, RunOutcome, Report, ReportedCause, ReportedFlow } from "../../runs/report/report.ts";
import { outcomes } from "../../runs/report/report.ts";
import { markdownText } from "../formats/markdown.ts";
import { sparkline } from "../sheets/sparkline.ts";
import { renderCount, renderShare } from "../text/numbers.ts";
import { safeText } from "../text/safe-text.ts";
import { howLearned, silenceTold, whyNoAbsence } from "./absence-table.ts";
import { causeCode, causeNotes, causeWhen, chainTold, flowsTold, partTitle } from "./cause-text.ts";
import { gapWords, sourceTold } from "./coverage-table.ts";
import { leftOutWords } from "./flow-table.ts";
import { oneLine } from "./html.ts";
import { aboutLine, stretchWords } from "./head-words.ts";
import {
  amountTold,
  calledWhere,
  causeWords,
  counted,
  countOrNone,
  lengthTold,
  nameOfFlow,
  outcomeWords,
  type ReportLook,
  showCommand,
} from "./look.ts";
import { tilesOf } from "./tiles.ts";
import { calledWork, lastEventTold, lastFailureTold, workHeads, workNotes } from "./work-table.ts";

/**
 * A report as Markdown, as GitHub, GitLab and Jira's editor read it: what the page shows, in tables and lines. Text from
 * events is text: no table, link, mention, picture or HTML comes of it. Pure.
 */
export function renderReportMarkdown(report: Report, look: ReportLook): string {
  const parts = [
    [`# ${text(look.title, 200)}`],
    [text(aboutLine(report, look), 500)],
    look.stale === null ? [] : [`**${text(look.stale, 500)}**`],
    tiles(report),
    section("When each flow ran", flowLines(report, look)),
    section(`Runs, by ${stretchWords(report)}`, bars(report)),
    section("Expected, absent", absences(report, look)),
    section("Flows", flows(report)),
    section("Why runs failed", causes(report, look)),
    partly(report, look),
    works(report, look),
    section("Coverage", coverage(report, look)),
    [madeBy(report, look)],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** As many flows as a ticket holds. */
const mostFlows = 100;
/** Signs in a line, which a table in a ticket has room for. */
const width = 28;

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`## ${title}`, "", ...lines];
}

function text(content: string, most: number): string {
  return markdownText(safeText(oneLine(content, most)));
}

/** A text of harmless signs only stands as code, where it is read best. */
function code(content: string): string {
  const line = oneLine(content, 120);
  return /^[\w .:'=/-]+$/.test(line) ? `\`${line}\`` : text(line, 120);
}

/** A cell that is empty would be taken for a mistake by nobody, and so is left empty. */
function table(heads: readonly string[], rights: readonly number[], rows: readonly (readonly string[])[]) {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((_, index) => (rights.includes(index) ? "---:" : "---"))), ...rows.map(line)];
}

function tiles(report: Report): readonly string[] {
  const all = tilesOf(report);
  return table(
    all.map(({ label }) => label),
    [],
    [all.map(({ value, tone }) => (tone === null ? value : `**${value}**`)), all.map(({ note }) => note)],
  );
}

const signs: Readonly<Record<RunOutcome, string>> = {
  failed: "×",
  absent: "○",
  partialSuccess: "▄",
  other: "-",
  success: "█",
};

function flowLines({ flows: all, from, to }: Report, { times }: ReportLook): readonly string[] {
  if (all.length === 0) return ["No flow ran in this window."];
  const stepMs = Math.max(1, (to - from) / width);
  const wholeMinutes = Math.round(stepMs / 60_000) * 60_000;
  const rows = all.slice(0, mostFlows).map((flow) => [text(nameOfFlow(flow), 80), `\`${lineOf(flow, from, stepMs)}\``]);
  const legend = [...outcomes].reverse().map((outcome) => `\`${signs[outcome]}\` ${outcomeWords[outcome]}`);
  return [
    ...table(["Flow", times.span(from, to)], [], rows),
    "",
    `${legend.join("; ")}; the worst of each ${wholeMinutes === 0 ? "stretch" : lengthTold(wholeMinutes)}.`,
    ...more(all.length - mostFlows, "flow"),
  ];
}

function lineOf({ cells }: ReportedFlow, from: number, stepMs: number): string {
  const worst: (RunOutcome | null)[] = Array.from({ length: width }, () => null);
  for (const cell of cells) {
    const at = Math.floor(((cell.from + cell.to) / 2 - from) / stepMs);
    const index = Math.min(width - 1, Math.max(0, at));
    const known = worst[index] ?? null;
    if (known === null || outcomes.indexOf(cell.outcome) < outcomes.indexOf(known)) worst[index] = cell.outcome;
  }
  return worst.map((outcome) => (outcome === null ? "·" : signs[outcome])).join("");
}

function bars({ buckets, total }: Report): readonly string[] {
  if (total.runs === 0) return ["There is nothing to draw."];
  const runs = buckets.map(({ counts }) => counts.failed + counts.partialSuccess + counts.other + counts.success);
  const failed = buckets.map(({ counts }) => counts.failed);
  const most = (values: readonly number[]): string => renderCount(Math.max(0, ...values));
  return [
    "```text",
    `runs    ${sparkline(runs, runs.length)}  at most ${most(runs)}`,
    `failed  ${sparkline(failed, failed.length)}  at most ${most(failed)}`,
    "```",
  ];
}

function absences(report: Report, { times }: ReportLook): readonly string[] {
  const why = whyNoAbsence(report);
  if (why !== null) return [why];
  const rows = (report.absences ?? []).map((absence) => [
    text(calledWhere(absence.flow), 120),
    lengthTold(absence.paceMs),
    times.moment(absence.from),
    absence.until === null ? `**${silenceTold(absence)}**` : times.moment(absence.until),
    renderCount(absence.missing),
  ]);
  const heads = ["Flow", "Usually every", "Last run before", "Next run", "Runs missing"];
  return [...table(heads, [4], rows), "", howLearned];
}

function flows({ flows: all, runsLeftOut }: Report): readonly string[] {
  if (all.length === 0) return ["No flow ran in this window."];
  const rows = all.slice(0, mostFlows).map((flow) => {
    const { figures, state, paceMs, durations } = flow;
    const mark = state === "absent" || state === "late" ? ` **${state}**` : "";
    return [
      `${text(calledWhere(flow), 120)}${mark}`,
      renderCount(figures.runs),
      figures.successRate === null ? "" : renderShare(figures.successRate),
      countOrNone(figures.failed),
      countOrNone(figures.partialSuccess),
      lengthTold(figures.durationMs.p50),
      lengthTold(figures.durationMs.p95),
      durationLine(durations),
      amountTold(figures.records.input),
      countOrNone(figures.records.failed),
      lengthTold(paceMs),
    ];
  });
  const heads = [
    "Flow",
    "Runs",
    "Success",
    "Failed",
    "In part",
    "p50",
    "p95",
    "Durations",
    "Records",
    "Rejected",
    "Every",
  ];
  return [
    ...table(heads, [1, 2, 3, 4, 5, 6, 8, 9, 10], rows),
    ...more(all.length - mostFlows, "flow"),
    ...(runsLeftOut === 0 ? [] : ["", leftOutWords(runsLeftOut)]),
  ];
}

function durationLine(points: ReportedFlow["durations"]): string {
  const lengths = thinOut(points, 24).map(({ ms }) => Math.max(0, ms));
  return lengths.length === 0 ? "" : `\`${sparkline(lengths, lengths.length)}\``;
}

function more(count: number, what: string): readonly string[] {
  return count > 0 ? ["", `And ${counted(count, `more ${what}`)}.`] : [];
}

function causes(report: Report, look: ReportLook): readonly string[] {
  const notes = causeNotes(report);
  if (report.causes.length === 0 && notes.length === 0) {
    return [report.total.runs === 0 ? "There is no run." : "No run failed."];
  }
  return [...report.causes.flatMap((cause) => causeLines(cause, look)), ...notes];
}

function causeLines(cause: ReportedCause, look: ReportLook): readonly string[] {
  const { count, message, sample } = cause;
  const words = causeWords(cause.code, look.catalogue);
  const names = flowsTold(cause).map((name) => text(name, 60));
  const chain = sample === null ? [] : chainTold(sample).map(stepLine);
  return [
    `### ${code(causeCode(cause))}: ${counted(count, "run")}`,
    "",
    ...words.flatMap(({ meaning, remedy }) => [
      ...(meaning === null ? [] : [text(meaning, 1000), ""]),
      ...(remedy === null ? [] : [`**Do:** ${text(remedy, 1000)}`, ""]),
    ]),
    ...(words.length > 0 || message === null ? [] : [text(message, 300), ""]),
    `${names.join(", ")} · ${causeWhen(cause, look.times)}`,
    "",
    ...(chain.length === 0 ? [] : [...chain, ""]),
    ...(sample === null || look.isRedacted ? [] : [exampleLine(sample, look), ""]),
  ];
}

function partly({ partCauses }: Report, look: ReportLook): readonly string[] {
  if (partCauses.length === 0) return [];
  return section(
    partTitle,
    partCauses.flatMap((cause) => causeLines(cause, look)),
  );
}

function stepLine(
  { code: step, message, depth, isRoot }: FailureSample["chain"][number],
  _: number,
  all: readonly unknown[],
) {
  const root = isRoot && all.length > 1 ? " **root cause**" : "";
  return `${"  ".repeat(Math.min(depth, 6))}- ${code(step)}${root}${message === null ? "" : `: ${text(message, 300)}`}`;
}

function exampleLine(sample: FailureSample, { times }: ReportLook): string {
  const { flow, at } = sample;
  return `One of them: ${text(calledWhere(flow), 120)}, ${times.moment(at)}: ${code(showCommand(sample))}`;
}

function coverage({ coverage: all }: Report, { times }: ReportLook): readonly string[] {
  const rows = all.map((read) => [
    text(sourceTold(read), 150),
    times.moment(read.from),
    times.moment(read.to),
    renderCount(read.events),
    gapWords(read, times)
      .map((gap) => text(gap, 300))
      .join("; ") || "nothing",
  ]);
  return table(["Read from", "From", "To", "Events", "Missing"], [3], rows);
}

function works({ works: told }: Report, { times }: ReportLook): readonly string[] {
  if (told === null) return [];
  const notes = workNotes(told).map((note) => text(note, 500));
  const rows = told.works
    .slice(0, mostFlows)
    .map((work) => [
      `${text(calledWork(work), 160)}${isOverdue(work.state) ? ` **${work.state}**` : ""}`,
      renderCount(work.succeeded),
      countOrNone(work.failed),
      text(lastEventTold(work, times), 120),
      text(lastFailureTold(work, times), 60),
      text(work.lastFailedNotes ?? "", 300),
      lengthTold(work.paceMs),
    ]);
  return section("Works of Lytics", [
    ...(rows.length === 0 ? [] : table(workHeads, [1, 2, 6], rows)),
    ...more(told.works.length - mostFlows, "work"),
    ...(rows.length === 0 ? [] : [""]),
    ...notes,
  ]);
}

function madeBy({ madeAt }: Report, { times, version, isRedacted }: ReportLook): string {
  const redacted = isRedacted ? " Names and ids are hashed, and messages left out." : "";
  return `Made by flowrun ${version} on ${times.moment(madeAt)} ${times.zoneName}.${redacted}`;
}
