import type { Job } from "../../../runs/job/job.ts";
import type { LogRecord } from "./log-record.ts";
import { nanos, tellableMs } from "./nanos.ts";

/**
 * An event of Lytics as a log record: an error where it tells that a work or a workflow failed.
 * @param now when it is sent, epoch ms. Pure.
 */
export function logOf(job: Job, now: number): LogRecord {
  const at = job.at === null ? null : tellableMs(Date.parse(job.at));
  return {
    at: at === null ? null : nanos(at),
    observedAt: nanos(now),
    isError: job.status === "failed",
    body: bodyOf(job),
    eventName: job.type,
    attributes: [
      ["flowrun.job.event.id", job.eventId],
      ["flowrun.job.subject.type", job.subjectType],
      ["flowrun.job.subject.id", job.subjectId],
      ["flowrun.job.verb", job.verb],
      ["flowrun.job.status", job.status],
      ["flowrun.job.name", job.jobName],
      ["flowrun.job.workflow", job.workflow],
      ["flowrun.job.notes", job.notes],
      ["flowrun.job.priority", job.priority],
      ["flowrun.job.account.id", job.accountId],
      ["flowrun.job.user.id", job.userId],
      ["flowrun.job.related", job.related.length === 0 ? null : relatedIn(job)],
      ["flowrun.job.context", Object.keys(job.context).length === 0 ? null : JSON.stringify(job.context)],
    ],
  };
}

/** `work Web orders from S3 failed: the file was not found` */
function bodyOf({ subjectType, subjectId, jobName, verb, notes }: Job): string {
  const words = [subjectType, jobName ?? subjectId, verb].filter((word) => word !== null).join(" ");
  return notes === null ? words : `${words}: ${notes}`;
}

/** A list has no end where somebody sends what he likes. */
const mostInList = 100;

function relatedIn({ related }: Job): readonly string[] {
  return related.slice(0, mostInList).map(({ type, id }) => [type, id].filter((word) => word !== null).join(" "));
}
