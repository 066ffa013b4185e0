import { readKeptJobs, type JobsReader, type JobsWindow, type KeptJob } from "../archive/jobs.ts";
import { jobCandidates, type JobsTaken } from "./job-candidate.ts";
import type { Batch, Fault, Source } from "./source.ts";

/** Which archived events of Lytics are read, and in which form they are handed on. */
export interface ArchivedJobsReading<T> extends JobsTaken<T> {
  readonly database: JobsReader;
  /** The account's name. */
  readonly account: string;
  /** The profile whose they are told to be. */
  readonly profile: string;
  readonly window: JobsWindow;
}

/** The events of an account that an archive has of a window, oldest first, some at a time. Its marks are no places. */
export function archivedJobsSource<T>({
  database,
  account,
  profile,
  window,
  keep,
  encode,
}: ArchivedJobsReading<T>): Source<T> {
  const batchOf = (rows: readonly KeptJob[]): Batch<T> => {
    const rejects: Fault[] = [];
    const candidates = rows.flatMap(({ seq, eventKey: key, record }) => {
      if (typeof record === "string") {
        rejects.push({ position: `row ${String(seq)}`, reason: record });
        return [];
      }
      return jobCandidates({ key, job: { ...record, profile } }, key, { keep, encode });
    });
    return {
      candidates,
      runs: rows.length - rejects.length,
      rejects,
      withoutRaw: [],
      waitMs: 0,
      mark: { next: "", last: null, atEnd: false, recordedAt: rows.at(-1)?.at ?? null, count: rows.length },
      nextAfter: () => "",
    };
  };
  return {
    async *read() {
      for await (const rows of readKeptJobs(database, account, window)) yield batchOf(rows);
    },
    describe: ({ position }) => `${position} of the archive`,
  };
}
