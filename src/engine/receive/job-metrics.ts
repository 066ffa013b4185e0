import type { Job } from "../../runs/job/job.ts";
import { knownTypes, knownVerbs } from "../../runs/job/known-words.ts";
import { otherLabel, type Metrics } from "./meter.ts";

/** The part of an event of Lytics that is counted. */
export type MeteredJob = Pick<Job, "subjectType" | "verb" | "status">;

/**
 * Has events of Lytics counted.
 * @returns counts an event, once it was printed or delivered. Words that are not documented are counted as one, so that no sender
 * makes more series than there are words.
 */
export function meterJobs(meter: Metrics): (job: MeteredJob) => void {
  const count = meter.counter({
    name: "flowrun_jobs_total",
    help: "Events of Lytics printed or delivered, by what they are about and what became of it.",
    labels: ["subject_type", "verb", "status"],
    // A status follows from the other two.
    most: (knownTypes.length + 1) * (knownVerbs.length + 1),
  });
  return ({ subjectType, verb, status }) => {
    count(1, oneOf(knownTypes, subjectType), oneOf(knownVerbs, verb), status ?? "none");
  };
}

function oneOf(known: readonly string[], word: string | null): string {
  return word !== null && known.includes(word) ? word : otherLabel;
}
