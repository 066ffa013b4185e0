import type { Job } from "../../runs/job/job.ts";
import { cutText } from "../text/cut-text.ts";
import type { Painter } from "../text/painter.ts";
import { safeText } from "../text/safe-text.ts";
import { renderTime, type TimeTelling } from "../text/times.ts";

/**
 * An event of Lytics in a line: `lytics: work Web orders (6f3a…) failed at 2026-11-29T13:00:00Z; the file was not found`. Pure but
 * for `time`.
 */
export function jobLine(
  { subjectType, subjectId, jobName, verb, status, at, notes }: Job,
  painter: Painter,
  time: TimeTelling,
): string {
  const id = subjectId === null ? null : told(subjectId, longestName);
  const names = [
    told(subjectType ?? "subject", longestName),
    ...(jobName === null ? [id] : [told(jobName, longestName), id === null ? null : `(${id})`]),
    told(verb ?? "changed", longestName),
    at === null ? null : `at ${renderTime(at, time)}`,
  ].filter((word) => word !== null);
  const said = notes === null ? "" : `; ${told(notes.replaceAll("\n", " "), longestNotes)}`;
  return `${head(status, painter)} ${names.join(" ")}${said}`;
}

function head(status: Job["status"], painter: Painter): string {
  if (status === "failed") return painter.red("lytics:");
  return status === "success" ? painter.green("lytics:") : "lytics:";
}

const longestName = 200;
const longestNotes = 500;

function told(text: string, most: number): string {
  return cutText(safeText(text), most);
}
