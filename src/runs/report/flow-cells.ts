import type { FlowRun } from "../record/flow-run.ts";
import type { Timeline } from "../figures/timeline.ts";
import { keptId, keptText } from "../../text/kept.ts";
import { outcomes, type FlowCell, type RunOutcome, type OutcomeCounts } from "./report.ts";
import { timeOf } from "../../text/time-text.ts";

/** Collects the cells of a flow's row. */
export interface CellCounter {
  /** `at` is when the run began, epoch ms. */
  add(run: FlowRun, at: number): void;
  /**
   * A cell each run where there are so few, or else one each stretch of time.
   * @param expected when runs were expected that did not come, epoch ms.
   * @param most the most cells that there is room for.
   */
  read(expected: readonly number[], most: number): readonly FlowCell[];
}

/** More cells than that cannot be told apart, however wide the screen. */
export const mostCellsInRow = 200;

/** Counts the cells of one flow; a run that is told of twice has one, and the last word on it holds. */
export function countCells(pieces: Timeline): CellCounter {
  /** `null` once there are too many. */
  let runs: Map<string, KnownRun> | null = new Map();
  const buckets = new Map<number, Tally>();
  return {
    add: (run, at) => {
      const outcome = outcomeOf(run.status);
      tallyAt(buckets, pieces.indexOf(at))[outcome] += 1;
      if (runs === null) return;
      const runId = keptId(run.runId);
      const toldAt = run.updatedAt === null ? at : timeOf(run.updatedAt);
      const known = runs.get(runId);
      if (known === undefined || known.toldAt <= toldAt) {
        runs.set(runId, { at, toldAt, status: keptText(run.status, longestStatus), durationMs: run.durationMs });
      }
      if (runs.size > mostCellsInRow) runs = null;
    },
    read: (expected, most) => {
      if (runs !== null && runs.size + expected.length <= most) {
        const cells = [...Array.from(runs.values(), cellOfRun), ...expected.map(cellOfNone)];
        return cells.sort((one, other) => one.from - other.from);
      }
      const all = new Map(Array.from(buckets, ([index, tally]) => [index, { ...tally }] as const));
      for (const at of expected) tallyAt(all, pieces.indexOf(at)).absent += 1;
      return joinBuckets(all, pieces, Math.max(1, Math.ceil(pieces.length / most)));
    },
  };
}

const longestStatus = 100;

/** Epoch ms. */
interface KnownRun {
  readonly at: number;
  readonly toldAt: number;
  readonly status: string;
  readonly durationMs: number | null;
}

type Tally = Record<RunOutcome, number>;

function noOutcomes(): Tally {
  return { failed: 0, absent: 0, partialSuccess: 0, other: 0, success: 0 };
}

function tallyAt(buckets: Map<number, Tally>, index: number): Tally {
  const known = buckets.get(index);
  if (known !== undefined) return known;
  const fresh = noOutcomes();
  buckets.set(index, fresh);
  return fresh;
}

/** How a run of that status ended. Pure. */
export function outcomeOf(status: string): Exclude<RunOutcome, "absent"> {
  return status === "failed" || status === "partialSuccess" || status === "success" ? status : "other";
}

function cellOfRun({ at, status, durationMs }: KnownRun): FlowCell {
  const outcome = outcomeOf(status);
  return { from: at, to: at, outcome, counts: { ...noOutcomes(), [outcome]: 1 }, run: { status, durationMs } };
}

function cellOfNone(at: number): FlowCell {
  return { from: at, to: at, outcome: "absent", counts: { ...noOutcomes(), absent: 1 }, run: null };
}

/** Each cell stands for so many pieces of time. */
function joinBuckets(buckets: ReadonlyMap<number, Tally>, pieces: Timeline, share: number): readonly FlowCell[] {
  const joined = new Map<number, Tally>();
  for (const [index, tally] of buckets) {
    const into = tallyAt(joined, Math.floor(index / share));
    for (const outcome of outcomes) into[outcome] += tally[outcome];
  }
  return [...joined]
    .sort(([one], [other]) => one - other)
    .map(([index, counts]) => ({
      from: pieces.startOf(index * share),
      to: pieces.startOf(Math.min(pieces.length, (index + 1) * share)),
      outcome: worstOutcome(counts),
      counts,
      run: null,
    }));
}

function worstOutcome(counts: OutcomeCounts): RunOutcome {
  return outcomes.find((outcome) => counts[outcome] > 0) ?? "success";
}
