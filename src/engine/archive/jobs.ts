import { isObject } from "../../json.ts";
import { shortKey } from "../../runs/events/event-key.ts";
import type { Job } from "../../runs/job/job.ts";
import { readJobRecord } from "../../runs/job/read-job-record.ts";
import type { Database, Insertion, Queries, Row, Value } from "./database.ts";
import { takeNumbers } from "./take-numbers.ts";
import { noteAccount } from "./journal-names.ts";
import { packRecord } from "./pack.ts";
import { boundedMoment } from "./read-archived.ts";
import { unpacked } from "./read-back.ts";
import { bytesIn, numberIn, numberOrNull, textIn } from "./row-values.ts";
import { countOrNull, eventKey, idOrNull, journalKey, wordsOrNull } from "./run-row.ts";

/** An event of Lytics to be kept, by the key that is the same whenever it comes again. */
export interface KeyedJob {
  readonly key: string;
  readonly job: Job;
}

/**
 * Keeps events of an account of Lytics, each once, in one transaction: one that is there already stays as it is.
 * @param account the name of its list of events, as its connection has it.
 * @returns how many were new. @throws FlowrunError of the database; then none of them is in, or nobody can tell.
 */
export async function addJobs(database: Database, account: string, jobs: readonly KeyedJob[]): Promise<number> {
  if (jobs.length === 0) return 0;
  return database.transaction((queries) => insertJobs(queries, account, jobs));
}

/** The same inside a transaction of the caller's. */
export async function insertJobs(queries: Queries, account: string, jobs: readonly KeyedJob[]): Promise<number> {
  if (jobs.length === 0) return 0;
  const now = await clockOf(queries);
  const short = await noteAccount(queries, account, now);
  const { first } = await takeNumbers(queries, jobs.length);
  const rows = jobs.map((job, index) => jobValues(short, first + index, job, now));
  return queries.insert(jobsTable, rows);
}

async function clockOf(queries: Queries): Promise<number> {
  const [row] = await queries.all(`SELECT {now} AS now`);
  return row === undefined ? 0 : numberIn(row, "now");
}

const jobsTable: Insertion = {
  table: "jobs",
  columns: [
    ...["account", "event_key", "seq", "at", "subject_type", "subject_id", "verb", "status", "workflow", "job_name"],
    ...["priority", "account_id", "user_id", "notes", "document"],
  ],
};

function jobValues(account: string, seq: number, { key, job }: KeyedJob, now: number): readonly Value[] {
  const at = job.at === null ? NaN : Date.parse(job.at);
  return [
    ...[account, eventKey(shortKey(key)), seq, Number.isNaN(at) ? now : Math.min(Math.max(at, earliest), latest)],
    ...[idOrNull(job.subjectType), idOrNull(job.subjectId), idOrNull(job.verb), job.status],
    ...[idOrNull(job.workflow), wordsOrNull(job.jobName), countOrNull(job.priority)],
    ...[idOrNull(job.accountId), idOrNull(job.userId), wordsOrNull(job.notes)],
    packRecord(JSON.stringify(job)),
  ];
}

/** The years 1 to 9999: beyond these a database's own times end, and its tools with them. */
const earliest = Date.parse("0001-01-01T00:00:00Z");
const latest = Date.parse("9999-12-31T23:59:59.999Z");

/** An event as the archive gives it back. */
export interface KeptJob {
  readonly seq: number;
  /** When it happened, epoch milliseconds; of one that does not say, when it was put there. */
  readonly at: number;
  readonly eventKey: string;
  /** The record, or the end of a sentence that says why it is none. */
  readonly record: Job | string;
}

/** The part of an account's events that is wanted, by when they happened: both ends inside; epoch milliseconds, or infinite. */
export interface JobsWindow {
  readonly from: number;
  readonly to: number;
}

const rowsAtOnce = 500;

/**
 * The events of an account that were there when the reading began, oldest first, some at a time.
 * @param account its name; none for one that the archive does not know.
 */
export async function* readKeptJobs(
  queries: JobsReader,
  account: string,
  { from, to }: JobsWindow,
): AsyncGenerator<readonly KeptJob[], void, undefined> {
  if (!(await hasJobs(queries))) return;
  const [newest] = await queries.all(`SELECT last_seq FROM {schema}meta`);
  const upTo = newest === undefined ? 0 : numberIn(newest, "last_seq");
  let after: readonly [at: number, seq: number] = [boundedMoment(from), -1];
  for (;;) {
    const rows = await queries.all(
      `SELECT seq, at, event_key, document FROM {schema}jobs
      WHERE ${ofAccount} AND at >= $2 AND at <= $3 AND (at, seq) > ($2, $4) AND seq <= $5
      ORDER BY at, seq LIMIT ${rowsAtOnce}`,
      [journalKey(account), after[0], boundedMoment(to), after[1], upTo],
    );
    if (rows.length > 0) yield rows.map(keptJobIn);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtOnce) return;
    after = [numberIn(last, "at"), numberIn(last, "seq")];
  }
}

/** As `ofJournal`. */
const ofAccount = "account || '' = $1";

/** An archive that may be of the first version, which has no events of Lytics. */
export type JobsReader = Pick<Database, "all" | "hasTable">;

/** Whether an archive has room for them at all. */
function hasJobs(database: Pick<Database, "hasTable">): Promise<boolean> {
  return database.hasTable("jobs");
}

function keptJobIn(row: Row): KeptJob {
  const value = unpacked(bytesIn(row, "document"));
  return {
    seq: numberIn(row, "seq"),
    at: numberIn(row, "at"),
    eventKey: textIn(row, "event_key"),
    record: isObject(value) ? readJobRecord(value) : "cannot be unpacked",
  };
}

/** How many events of an account there are, and when the first and the last of them happened (epoch milliseconds; `null` for none). */
export interface JobsCount {
  readonly jobs: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
}

/** Counts the events of an account, by its name, that happened before a moment (epoch milliseconds, or Infinity). */
export async function countJobs(database: JobsReader, account: string, before = Infinity): Promise<JobsCount> {
  const [row] = (await hasJobs(database))
    ? await database.all(
        `SELECT count(*) AS jobs, min(at) AS first_at, max(at) AS last_at FROM {schema}jobs
        WHERE account = $1 AND at < $2`,
        [journalKey(account), boundedMoment(before)],
      )
    : [];
  if (row === undefined) return { jobs: 0, firstAt: null, lastAt: null };
  return {
    jobs: numberIn(row, "jobs"),
    firstAt: numberOrNull(row, "first_at"),
    lastAt: numberOrNull(row, "last_at"),
  };
}

/** How many events of an account cannot be read back. @param onRead told how many were looked at so far. */
export async function verifyJobs(
  database: JobsReader,
  account: string,
  onRead: (soFar: number) => void,
): Promise<{ readonly jobs: number; readonly unreadable: number }> {
  let [jobs, unreadable] = [0, 0];
  for await (const rows of readKeptJobs(database, account, { from: -Infinity, to: Infinity })) {
    jobs += rows.length;
    unreadable += rows.filter(({ record }) => typeof record === "string").length;
    onRead(jobs);
  }
  return { jobs, unreadable };
}

const prunedAtOnce = 2000;

/** Forgets the events of an account that happened before a moment (epoch milliseconds), some at a time. @returns how many are gone. */
export async function pruneJobs(
  database: Database,
  account: string,
  before: number,
  onGone: (soFar: number) => void,
): Promise<number> {
  if (!(await hasJobs(database))) return 0;
  for (let gone = 0; ;) {
    const some = await database.run(
      `DELETE FROM {schema}jobs WHERE seq IN (SELECT seq FROM {schema}jobs
        WHERE ${ofAccount} AND at < $2 ORDER BY at, seq LIMIT ${prunedAtOnce})`,
      [journalKey(account), before],
    );
    gone += some;
    if (some < prunedAtOnce) return gone;
    onGone(gone);
  }
}
