import { keptId, keptText } from "../../text/kept.ts";
import type { Job } from "../job/job.ts";
import { mostFlows, type FlowCounter } from "./count-flows.ts";
import { isOverdue, judgeByPace, notJudged, type FlowVerdict } from "./judge.ts";
import { learnPace } from "./pace.ts";
import type { WorkRecord } from "./work-record.ts";

/** Collects the events of works and workflows. */
export interface WorkCounter extends Pick<FlowCounter, "leavesOut"> {
  /** Of any other subject nothing is kept. */
  add(job: Job): void;
  /**
   * Judges them at a moment (epoch ms).
   * @param isHalted whether nothing is to be expected of the work of that id, though no event said so.
   */
  read(at: number, isHalted?: (id: string) => boolean): readonly WorkRecord[];
}

/** The subjects that run, and so are counted. */
export const countedSubjects = ["work", "workflow"] as const;

/** Events could name any number of works, as they could of flows. */
const mostWorks = mostFlows;
/** The pace is learned from so many ends, the last ones: of a work that syncs each minute those of three days. */
const mostEnds = 5000;
const longestName = 500;
const longestNotes = 1000;

/** Counts the works that events tell of, each handed over once and oldest first, in the order of their first events. */
export function countWorks(): WorkCounter {
  const known = new Map<string, KnownWork>();
  let leavesOut = false;
  return {
    add: (job) => {
      const at = job.at === null ? NaN : Date.parse(job.at);
      const subjectType = countedSubjects.find((type) => type === job.subjectType);
      if (subjectType === undefined || job.subjectId === null || Number.isNaN(at)) return;
      const subjectId = keptId(job.subjectId);
      const key = `${job.profile ?? ""}\n${subjectType}\n${subjectId}`;
      const found = known.get(key);
      if (found === undefined && known.size >= mostWorks) {
        leavesOut = true;
        return;
      }
      const work = found ?? beginWork(subjectType, subjectId, job.profile);
      if (found === undefined) known.set(key, work);
      note(work, job, at);
    },
    leavesOut: () => leavesOut,
    read: (at, isHalted = () => false) =>
      Array.from(known.values(), (work) => tell(work, at, isHalted(work.subjectId))),
  };
}

/** Times are epoch ms. */
interface KnownWork {
  readonly subjectType: string;
  readonly subjectId: string;
  readonly profile: string | null;
  jobName: string | null;
  workflow: string | null;
  succeeded: number;
  failed: number;
  lastVerb: string | null;
  lastAt: number;
  lastSuccessAt: number | null;
  lastFailure: { readonly at: number; readonly notes: string | null } | null;
  lastStatus: WorkRecord["lastStatus"];
  /** When it was last seen at work, or ended. */
  lastActiveAt: number;
  /** Whether it was deleted, and has not begun anew since. */
  isDeleted: boolean;
  /** When it ended, in order; more than are needed, for a while. */
  ends: number[];
}

function beginWork(subjectType: string, subjectId: string, profile: string | null): KnownWork {
  return {
    subjectType,
    subjectId,
    profile,
    jobName: null,
    workflow: null,
    succeeded: 0,
    failed: 0,
    lastVerb: null,
    lastAt: -Infinity,
    lastSuccessAt: null,
    lastFailure: null,
    lastStatus: null,
    lastActiveAt: -Infinity,
    isDeleted: false,
    ends: [],
  };
}

function note(work: KnownWork, { jobName, workflow, verb, status, notes }: Job, at: number): void {
  if (jobName !== null && jobName !== work.jobName) work.jobName = keptText(jobName, longestName);
  if (workflow !== null && workflow !== work.workflow) work.workflow = keptText(workflow, longestName);
  work.lastVerb = verb === null ? null : keptText(verb, 100);
  work.lastAt = at;
  if (verb === "deleted") work.isDeleted = true;
  else if (verb !== null && beginnings.has(verb)) work.isDeleted = false;
  if (status === null) return;
  work.lastActiveAt = at;
  if (status === "success") {
    work.succeeded += 1;
    work.lastSuccessAt = at;
  } else if (status === "failed") {
    work.failed += 1;
    work.lastFailure = { at, notes: notes === null ? null : keptText(notes, longestNotes) };
  } else return;
  work.lastStatus = status;
  work.ends.push(at);
  if (work.ends.length >= 2 * mostEnds) work.ends = work.ends.slice(-mostEnds);
}

function tell(work: KnownWork, at: number, isHalted: boolean): WorkRecord {
  const { lastVerb, lastAt, lastFailure } = work;
  const { state, missing, paceMs, nextExpectedAt } =
    isHalted || work.isDeleted ? notJudged("disabled") : judge(work, at);
  return {
    type: "flowrun.work",
    schemaVersion: 1,
    subjectType: work.subjectType,
    subjectId: work.subjectId,
    jobName: work.jobName,
    workflow: work.workflow,
    succeeded: work.succeeded,
    failed: work.failed,
    lastVerb,
    lastAt: iso(lastAt),
    lastStatus: work.lastStatus,
    lastSuccessAt: iso(work.lastSuccessAt),
    lastFailedAt: iso(lastFailure?.at ?? null),
    lastFailedNotes: lastFailure?.notes ?? null,
    paceMs,
    nextExpectedAt: iso(nextExpectedAt),
    state,
    missing,
    profile: work.profile,
  };
}

/** A work that is at it again was not deleted for good; one that was may still tell how it ended. */
const beginnings: ReadonlySet<string> = new Set(["created", "started", "syncing"]);

/** Each end is told of as it happens: there is no lag as between a run's start and its notification. */
function judge({ ends, lastActiveAt }: KnownWork, now: number): FlowVerdict {
  const told = ends.slice(-mostEnds);
  const pace = learnPace(told);
  const last = told.at(-1);
  if (pace === null || last === undefined) return notJudged("irregular");
  const verdict = judgeByPace(pace, { last, now, lagMs: 0 });
  // One that takes long over a cycle is at work, and not silent.
  return isOverdue(verdict.state) ? judgeByPace(pace, { last: lastActiveAt, now, lagMs: 0 }) : verdict;
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
