import { isOverdue } from "../../runs/cadence/judge.ts";
import type { WorkRecord } from "../../runs/cadence/work-record.ts";
import type { ReportedWorks } from "../../runs/report/report.ts";
import { renderCount } from "../text/numbers.ts";
import { dataTable, numberCell, row, textCell } from "./data-table.ts";
import { badge } from "./flow-head.ts";
import { markup, oneLine, type Markup } from "./html.ts";
import { counted, countOrNone, lengthTold, type ReportLook } from "./look.ts";
import type { ReportTimes } from "./told-times.ts";

/** The titles of its columns; the same in every form of a report. */
export const workHeads = ["Work", "Succeeded", "Failed", "Last event", "Last failed", "Its notes", "Every"] as const;

/** The works of Lytics, those that failed most first, and where that was read. Pure. */
export function workTable(told: ReportedWorks, { times }: ReportLook): Markup {
  const notes = workNotes(told).map((note) => markup`\n<p class="note">${note}</p>`);
  if (told.works.length === 0) return markup`${notes}`;
  const numbers: readonly string[] = ["Succeeded", "Failed", "Every"];
  const table = dataTable({
    caption: "Works of Lytics",
    heads: workHeads.map((head) => (numbers.includes(head) ? { number: head } : head)),
    rows: told.works.map((work) => workLine(work, times)),
  });
  return markup`${table}${notes}`;
}

function workLine(work: WorkRecord, times: ReportTimes): Markup {
  const failed = countOrNone(work.failed);
  return row(workHead(work), [
    numberCell(renderCount(work.succeeded)),
    failed === "" ? numberCell("") : markup`<td class="number bad">${failed}</td>`,
    wordsCell(lastEventTold(work, times)),
    textCell(lastFailureTold(work, times)),
    wordsCell(oneLine(work.lastFailedNotes ?? "", 300)),
    numberCell(lengthTold(work.paceMs)),
  ]);
}

/** Words of an event's own, which may be one long one: a path, a URL. */
function wordsCell(words: string): Markup {
  return markup`<td class="words">${words}</td>`;
}

function workHead(work: WorkRecord): Markup {
  const kind = kindOf(work);
  const place = kind === "" ? null : markup` <span class="place">${kind}</span>`;
  return markup`${oneLine(nameOf(work), 120)}${place}${isOverdue(work.state) ? markup` ${badge(work.state)}` : null}`;
}

/** A work by its name, or else its id, and what kind it is of: `Orders (aws_s3_import)`. Pure. */
export function calledWork(work: WorkRecord): string {
  const kind = kindOf(work);
  return oneLine(kind === "" ? nameOf(work) : `${nameOf(work)} (${kind})`, 160);
}

function nameOf({ jobName, subjectId }: WorkRecord): string {
  return jobName ?? subjectId;
}

/** Whose it is, and what kind of work; a workflow says that it is one. */
function kindOf({ profile, workflow, subjectType }: WorkRecord): string {
  const kind = workflow ?? (subjectType === "work" ? null : subjectType);
  return oneLine([profile, kind].filter((word) => word !== null).join(", "), 80);
}

/** `completed, Sat 28 Nov 12:38`. Pure. */
export function lastEventTold({ lastVerb, lastAt }: WorkRecord, times: ReportTimes): string {
  const told = [lastVerb, momentTold(lastAt, times)].filter((word) => word !== null && word !== "");
  return oneLine(told.join(", "), 120);
}

/** When it failed last, or nothing. Pure. */
export function lastFailureTold({ lastFailedAt }: WorkRecord, times: ReportTimes): string {
  return momentTold(lastFailedAt, times);
}

function momentTold(time: string | null, times: ReportTimes): string {
  return time === null ? "" : times.moment(Date.parse(time));
}

/** Sentences on the works as a whole: that there are none, how they were judged, where they were read. Pure. */
export function workNotes({ works, leavesOut, sources }: ReportedWorks): readonly string[] {
  const isMany = sources.length > 1;
  const reads = sources.map(({ profile, events, failure }) => {
    const what = failure ?? `${counted(events, "event")} of works and workflows`;
    return oneLine(isMany && profile !== null ? `${profile}: ${what}` : what, 120);
  });
  return [
    works.length === 0 ? "No work or workflow did anything in this window." : howJudged,
    `Read in Lytics: ${reads.join("; ")}.`,
    ...(leavesOut ? ["There were more works than are counted: the first of the window are."] : []),
  ];
}

const howJudged =
  "A work is late or absent by the pace of its ends in this window. None of them counts in the figures of runs.";
