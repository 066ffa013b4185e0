import { renderCount } from "../../../render/text/numbers.ts";
import { safeText } from "../../../render/text/safe-text.ts";
import { quoteForShell } from "../../../render/text/shell-word.ts";
import type { Job, RelatedSubject } from "../../../runs/job/job.ts";
import { bounded, whenIn, timesOf, type AlertText, type Fact } from "./form.ts";

/** Failures of the same work or workflow are one alert; `null` for an event that stands alone. Pure. */
export function likenessOfJob({ status, subjectType, subjectId }: Job): string | null {
  return status === "failed" && subjectId !== null ? JSON.stringify([subjectType, subjectId]) : null;
}

/** The alert of an event of Lytics, or of several that tell that the same work failed. Pure. */
export function jobAlert(jobs: readonly Job[], profile: string): AlertText {
  const job = jobs.reduce((newest, other) => ((other.at ?? "") > (newest.at ?? "") ? other : newest));
  const isFailure = job.status === "failed";
  const title = isFailure
    ? `${subjectOf(job)} failed${timesOf(jobs)}`
    : `${subjectOf(job)}: ${bounded(verbOf(job), 40)}`;
  const notes = job.notes === null ? "" : `${isFailure ? ": " : ", "}${bounded(job.notes, 100)}`;
  return {
    isFailure,
    title,
    facts: isFailure ? failureFacts(jobs, job) : [],
    meaning: null,
    remedy: isFailure
      ? "Look at it in Lytics, whose log of it says more; once the cause is gone, start it again."
      : null,
    command: commandFor(jobs, job, profile),
    line: [`${title}${notes}`, ...whenOf(jobs)].join(", "),
  };
}

/** `Work Web orders from S3`; its id where it has no name. */
function subjectOf({ subjectType, subjectId, jobName }: Job): string {
  const type = bounded(subjectType ?? "subject", 40);
  const name = jobName ?? subjectId;
  return `${type.slice(0, 1).toUpperCase()}${type.slice(1)}${name === null ? "" : ` ${bounded(name, 100)}`}`;
}

function verbOf({ verb }: Job): string {
  return verb ?? "no verb";
}

function failureFacts(jobs: readonly Job[], job: Job): readonly Fact[] {
  const { subjectType, subjectId, workflow, notes, related } = job;
  const events = jobs.length === 1 ? "" : `, ${renderCount(jobs.length)} events`;
  return [
    { name: "Subject", value: bounded(wordsOf({ type: subjectType, id: subjectId }), 200) },
    { name: "Verb", value: bounded(verbOf(job), 40) + events },
    ...(workflow === null ? [] : [{ name: "Workflow", value: bounded(workflow, 100) }]),
    ...(notes === null ? [] : [{ name: "Notes", value: bounded(notes, 500) }]),
    ...(related.length === 0 ? [] : [{ name: "Related", value: relatedIn(related) }]),
    ...whenOf(jobs).map((value) => ({ name: "When", value })),
  ];
}

const mostRelated = 5;

function relatedIn(related: readonly RelatedSubject[]): string {
  const told = related.slice(0, mostRelated).map((one) => bounded(wordsOf(one), 80));
  const more = related.length - told.length;
  return [...told, ...(more === 0 ? [] : [`${renderCount(more)} more`])].join(", ");
}

function wordsOf({ type, id }: RelatedSubject): string {
  return [type, id].filter((word) => word !== null).join(" ");
}

function whenOf(jobs: readonly Job[]): readonly string[] {
  return whenIn(jobs.map(({ at }) => at));
}

/** Shows all of them, and what has become of their subject since. */
function commandFor(jobs: readonly Job[], { subjectId }: Job, profile: string): string {
  const [since = "-P1D"] = jobs.flatMap(({ at }) => at ?? []).sort();
  const id = subjectId === null ? "" : ` --subject-id ${quoteForShell(patternFor(subjectId))}`;
  return bounded(`flowrun lytics since ${quoteForShell(since)}${id} --profile ${quoteForShell(profile)}`, 400);
}

/** Of a longer id the beginning is enough. */
const longestId = 60;

/** An id as `--subject-id` takes it: what would end a word there, or cannot be typed, is any character. */
function patternFor(id: string): string {
  const start = id.slice(0, longestId).replaceAll(/[^]/g, (unit) => (safeText(unit) === unit ? unit : "?"));
  const word = start.replaceAll(/[,*…]|^ | $/g, "?");
  return id.length > longestId ? `${word}*` : word;
}
