import type { Inbox } from "../../../engine/receive/inbox.ts";
import type { Job } from "../../../runs/job/job.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { count, number } from "../../terminal/reporter.ts";

/** The fate of all that came in, so far. */
export interface ListenCounts {
  /** Kept, and acknowledged. */
  deliveries: number;
  /** Deliveries of which nothing is new. */
  known: number;
  /** Runs that were handed on, those that failed among them, … */
  runs: number;
  failed: number;
  /** … and those that only the journal had. */
  recovered: number;
  /** Events of Lytics that were handed on, and those that tell of a failure among them. */
  jobs: number;
  failedJobs: number;
}

/** Pure. */
export function noListenCounts(): ListenCounts {
  return { deliveries: 0, known: 0, recovered: 0, runs: 0, failed: 0, jobs: 0, failedJobs: 0 };
}

/** Counts what is put down. */
export function countedInbox(inbox: Inbox, counts: ListenCounts, onPut: () => void): Inbox {
  return {
    put: async (delivery, events) => {
      const fresh = await inbox.put(delivery, events);
      if (fresh === 0) counts.known += 1;
      else if (fresh !== "full") counts.deliveries += 1;
      onPut();
      return fresh;
    },
  };
}

/** Counts an event of Lytics that was handed on. */
export function countJob(counts: ListenCounts, { status }: Pick<Job, "status">): void {
  counts.jobs += 1;
  if (status === "failed") counts.failedJobs += 1;
}

/** Counts a run that was handed on. */
export function countRun(counts: ListenCounts, { status, via }: Pick<FlowRun, "status" | "via">): void {
  counts.runs += 1;
  if (status === "failed") counts.failed += 1;
  if (via === "journal") counts.recovered += 1;
}

/** The parts that are at work, and the words for them. */
export interface ListenWording {
  /** The verb for what was handed on: `printed`. */
  readonly did: string;
  /** Whether the journal is read at all. */
  readonly isCompared: boolean;
  /** Whether Adobe delivers here, and whether Lytics does. */
  readonly hasRuns: boolean;
  readonly hasJobs: boolean;
}

/**
 * `12 runs delivered, 1 failed, 3 of them only the journal had · 9 deliveries, 2 known already`; and apart from these
 * `4 events of Lytics delivered, 1 failed`. Pure.
 */
export function listenWords(counts: ListenCounts, wording: ListenWording): string {
  const { did, hasRuns, hasJobs } = wording;
  const { jobs, failedJobs } = counts;
  return [
    ...(hasRuns ? [runWords(counts, wording)] : []),
    ...(hasJobs || jobs > 0 ? [`${count(jobs, "event")} of Lytics ${did}, ${number(failedJobs)} failed`] : []),
  ].join(" · ");
}

/**
 * The same for a line that is redrawn, which has the width of a terminal: the first of these that fits it, the last where
 * none does. They leave out first what was told at the start, then words, then how many deliveries there were. Pure.
 */
export function liveWords(where: string, counts: ListenCounts, wording: ListenWording): readonly string[] {
  const { hasRuns, hasJobs } = wording;
  const { runs, failed, recovered, jobs, failedJobs } = counts;
  const missed = recovered === 0 ? "" : `, ${number(recovered)} only in the journal`;
  const ran = hasRuns ? [`${count(runs, "run")}, ${number(failed)} failed${missed}`] : [];
  const delivered = hasRuns ? [deliveryWords(counts)] : [];
  const events = hasJobs || jobs > 0 ? [`${number(jobs)} of Lytics, ${number(failedJobs)} failed`] : [];
  return [
    [`listening on ${where}`, listenWords(counts, wording)],
    ["listening", ...ran, ...delivered, ...events],
    [...ran, ...events],
  ].map((parts) => parts.join(" · "));
}

function deliveryWords({ deliveries, known }: ListenCounts): string {
  const all = deliveries + known;
  return `${number(all)} ${all === 1 ? "delivery" : "deliveries"}`;
}

function runWords(counts: ListenCounts, { did, isCompared }: ListenWording): string {
  const { known, recovered, runs, failed } = counts;
  return [
    `${count(runs, "run")} ${did}, ${number(failed)} failed`,
    isCompared ? `, ${recovered === 0 ? "none" : number(recovered)} of them only the journal had` : "",
    ` · ${deliveryWords(counts)}`,
    known === 0 ? "" : `, ${number(known)} known already`,
  ].join("");
}
