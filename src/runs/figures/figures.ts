import type { FlowRun } from "../record/flow-run.ts";
import { countQuantiles, type QuantileCounter, type Quantiles } from "./quantiles.ts";
import { isTerminal } from "../record/status.ts";

/** The figures of many runs together. */
export interface Figures {
  readonly runs: number;
  readonly success: number;
  readonly partialSuccess: number;
  readonly failed: number;
  /** Of any other status, those in progress included. */
  readonly other: number;
  /** The share of ended runs that ended as `success` or `partialSuccess`, from 0 to 1; `null` where none ended. */
  readonly successRate: number | null;
  readonly durationMs: Quantiles;
  /** Sums over the runs that tell; `null` where none does. */
  readonly records: { readonly input: number | null; readonly output: number | null; readonly failed: number | null };
  readonly bytes: { readonly input: number | null; readonly output: number | null };
}

/** Adds runs up; `read` gives the figures of those added so far. */
export interface FigureCounter {
  add(run: FlowRun): void;
  /** Adds those that another has added up. */
  merge(other: FigureCounter): void;
  read(): Figures;
  readonly soFar: SoFar;
}

/** The counts and sums of runs added up so far. */
interface SoFar {
  readonly counts: Record<"runs" | "ended" | "success" | "partialSuccess" | "failed", number>;
  readonly durations: QuantileCounter;
  readonly sums: Record<"input" | "output" | "failed" | "bytesIn" | "bytesOut", number | null>;
}

/** Counts runs, in memory that does not grow with their number. */
export function countFigures(): FigureCounter {
  const soFar: SoFar = {
    counts: { runs: 0, ended: 0, success: 0, partialSuccess: 0, failed: 0 },
    durations: countQuantiles(),
    sums: { input: null, output: null, failed: null, bytesIn: null, bytesOut: null },
  };
  const { counts, durations, sums } = soFar;
  return {
    soFar,
    merge: ({ soFar: other }) => {
      counts.runs += other.counts.runs;
      counts.ended += other.counts.ended;
      counts.success += other.counts.success;
      counts.partialSuccess += other.counts.partialSuccess;
      counts.failed += other.counts.failed;
      durations.merge(other.durations);
      sums.input = plus(sums.input, other.sums.input);
      sums.output = plus(sums.output, other.sums.output);
      sums.failed = plus(sums.failed, other.sums.failed);
      sums.bytesIn = plus(sums.bytesIn, other.sums.bytesIn);
      sums.bytesOut = plus(sums.bytesOut, other.sums.bytesOut);
    },
    add: ({ status, durationMs, records, bytes }) => {
      counts.runs += 1;
      if (isTerminal(status)) counts.ended += 1;
      if (status === "success" || status === "partialSuccess" || status === "failed") counts[status] += 1;
      if (durationMs !== null) durations.add(durationMs);
      sums.input = plus(sums.input, records.input);
      sums.output = plus(sums.output, records.output);
      sums.failed = plus(sums.failed, records.failed);
      sums.bytesIn = plus(sums.bytesIn, bytes.input);
      sums.bytesOut = plus(sums.bytesOut, bytes.output);
    },
    read: () => {
      const { runs, ended, success, partialSuccess, failed } = counts;
      return {
        runs,
        success,
        partialSuccess,
        failed,
        other: runs - success - partialSuccess - failed,
        successRate: ended === 0 ? null : (success + partialSuccess) / ended,
        durationMs: durations.read(),
        records: { input: sums.input, output: sums.output, failed: sums.failed },
        bytes: { input: sums.bytesIn, output: sums.bytesOut },
      };
    },
  };
}

function plus(sum: number | null, amount: number | null): number | null {
  return amount === null ? sum : (sum ?? 0) + amount;
}
