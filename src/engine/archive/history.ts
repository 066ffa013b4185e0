import type { FlowRun } from "../../runs/record/flow-run.ts";
import type { Queries, Value } from "./database.ts";
import { idOf } from "./run-row.ts";
import { numberIn, numberOrNull, textIn, textOrNull } from "./row-values.ts";
import { timeOf } from "../../text/time-text.ts";

/** How often a code was met, and what became of the flows that had it. Times are epoch milliseconds. */
export interface CodeHistory {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  /** Runs that have the code anywhere, each counted once. */
  readonly last7Days: number;
  readonly last30Days: number;
  readonly last90Days: number;
  /** Most runs first; a hundred at most. */
  readonly flows: readonly FlowCount[];
  /** From a failure to the same flow's next success, the median of the last thousand; `null` where none has recovered. */
  readonly medianRecoveryMs: number | null;
}

/** A flow, and how many of its runs are meant. */
export interface FlowCount {
  readonly id: string;
  readonly name: string | null;
  readonly runs: number;
}

const dayMs = 24 * 3_600_000;

/** The history of a code in a journal; `null` where it was never met. */
export async function readCodeHistory(
  queries: Queries,
  journal: string,
  code: string,
  now: number,
): Promise<CodeHistory | null> {
  const own: readonly Value[] = [journal, idOf(code)];
  const [row] = await queries.all(
    `SELECT min(errors.updated_at) AS first_at, max(errors.updated_at) AS last_at,
      count(DISTINCT CASE WHEN errors.updated_at >= $3 THEN run_id END) AS week,
      count(DISTINCT CASE WHEN errors.updated_at >= $4 THEN run_id END) AS month,
      count(DISTINCT CASE WHEN errors.updated_at >= $5 THEN run_id END) AS quarter
    FROM ${errorsOfCode}`,
    [...own, now - 7 * dayMs, now - 30 * dayMs, now - 90 * dayMs],
  );
  if (row?.["first_at"] == null) return null;
  // When a root cause was met first is remembered beyond the run that had it.
  const [known] = await queries.all(
    `SELECT min(first_at) AS at FROM {schema}firsts WHERE journal = $1 AND root_code = $2`,
    own,
  );
  const flows = await queries.all(
    `SELECT runs.flow_id AS id, max(flow_name) AS name, count(DISTINCT run_id) AS runs
    FROM ${errorsOfCode} GROUP BY runs.flow_id ORDER BY runs DESC, id LIMIT 100`,
    own,
  );
  return {
    firstSeenAt: Math.min(numberIn(row, "first_at"), known?.["at"] == null ? Infinity : numberIn(known, "at")),
    lastSeenAt: numberIn(row, "last_at"),
    last7Days: numberIn(row, "week"),
    last30Days: numberIn(row, "month"),
    last90Days: numberIn(row, "quarter"),
    flows: flows.map((flow) => ({
      id: textIn(flow, "id"),
      name: textOrNull(flow, "name"),
      runs: numberIn(flow, "runs"),
    })),
    medianRecoveryMs: await medianRecovery(queries, own),
  };
}

const errorsOfCode = `{schema}run_errors AS errors JOIN {schema}runs AS runs
      ON runs.journal = errors.journal AND runs.event_key = errors.event_key
    WHERE errors.journal = $1 AND errors.code = $2`;

async function medianRecovery(queries: Queries, own: readonly Value[]): Promise<number | null> {
  const rows = await queries.all(
    `SELECT ${nextSuccess("failed")} - failed.updated_at AS took
    FROM (SELECT DISTINCT runs.journal, runs.flow_id, runs.updated_at FROM ${errorsOfCode} AND runs.status = 'failed'
      ORDER BY runs.updated_at DESC LIMIT 1000) AS failed`,
    own,
  );
  const took = rows.flatMap((row) => numberOrNull(row, "took") ?? []).sort((one, other) => one - other);
  return took[Math.floor((took.length - 1) / 2)] ?? null;
}

/** When the same flow succeeded next after a row of `runs`, or of what has its columns. */
function nextSuccess(row: string): string {
  return `(SELECT min(after.updated_at) FROM {schema}runs AS after WHERE after.flow_id = ${row}.flow_id
      AND after.updated_at > ${row}.updated_at AND after.status = 'success' AND after.journal = ${row}.journal)`;
}

/** That a flow has failed in the same way before. Times are epoch milliseconds. */
export interface EarlierFailure {
  readonly runId: string;
  readonly failedAt: number;
  /** How many runs of the flow have failed so before. */
  readonly count: number;
  /** When the flow succeeded next; `null` where it did not. */
  readonly recoveredAt: number | null;
}

/** The last time before a failed run that its flow failed by the same root cause; `null` where it never did, or none is known. */
export async function findEarlierFailure(
  queries: Queries,
  journal: string,
  run: FlowRun,
): Promise<EarlierFailure | null> {
  if (run.rootCause === null || run.updatedAt === null) return null;
  const values = [journal, idOf(run.flowId), idOf(run.rootCause.code), timeOf(run.updatedAt), idOf(run.runId)];
  const earlier = `{schema}runs AS runs WHERE runs.journal = $1 AND runs.flow_id = $2 AND root_code = $3
      AND runs.updated_at < $4 AND run_id <> $5 AND status = 'failed'`;
  const [last] = await queries.all(
    `SELECT run_id, runs.updated_at AS failed_at, ${nextSuccess("runs")} AS recovered_at
    FROM ${earlier} ORDER BY runs.updated_at DESC LIMIT 1`,
    values,
  );
  if (last === undefined) return null;
  const [all] = await queries.all(`SELECT count(DISTINCT run_id) AS n FROM ${earlier}`, values);
  return {
    runId: textIn(last, "run_id"),
    failedAt: numberIn(last, "failed_at"),
    count: all === undefined ? 1 : numberIn(all, "n"),
    recoveredAt: numberOrNull(last, "recovered_at"),
  };
}

/** When the flow of a failed run succeeded next (epoch milliseconds); `null` where it did not, or nobody knows. */
export async function findRecovery(queries: Queries, journal: string, run: FlowRun): Promise<number | null> {
  if (run.updatedAt === null) return null;
  const [row] = await queries.all(
    `SELECT min(updated_at) AS at FROM {schema}runs
    WHERE flow_id = $1 AND updated_at > $2 AND status = 'success' AND journal = $3`,
    [idOf(run.flowId), timeOf(run.updatedAt), journal],
  );
  return row === undefined ? null : numberOrNull(row, "at");
}

/** Says of each run whether its root cause is new for its flow; `null` where nobody can tell. */
export type Novelty = (run: FlowRun) => boolean | null;

/**
 * Tells causes that were met before from new ones. A root cause is new where the flow has been known for a
 * week, and this cause of it was not; of a flow that was met later nobody can say so. Runs that are handed over are learnt from.
 */
export async function readNovelty(queries: Queries, journal: string): Promise<Novelty> {
  const rows = await queries.all(`SELECT flow_id, root_code, first_at FROM {schema}firsts WHERE journal = $1`, [
    journal,
  ]);
  const firsts = new Map(
    rows.map((row) => [keyOf(textIn(row, "flow_id"), textIn(row, "root_code")), numberIn(row, "first_at")]),
  );
  const firstOf = (flow: string, code: string, at: number): number => {
    const known = firsts.get(keyOf(flow, code)) ?? Infinity;
    if (at < known && firsts.size < mostFirsts) firsts.set(keyOf(flow, code), at);
    return Math.min(at, known);
  };
  return ({ flowId, rootCause, updatedAt }) => {
    const at = timeOf(updatedAt);
    if (Number.isNaN(at)) return null;
    const flow = idOf(flowId);
    const flowAt = firstOf(flow, "", at);
    if (rootCause === null) return null;
    const causeAt = firstOf(flow, idOf(rootCause.code), at);
    if (causeAt < at) return false;
    return at - flowAt >= knownForMs ? true : null;
  };
}

/** A flow must be known for so long before anything of it is called new: else a young archive would call all of it new. */
const knownForMs = 7 * dayMs;

/** Events could name any number of flows and codes. */
const mostFirsts = 200_000;

function keyOf(flow: string, code: string): string {
  return `${flow}\t${code}`;
}
