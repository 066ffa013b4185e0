import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { isTerminal } from "../../../runs/record/status.ts";
import { isRun, type Delivered } from "../destination.ts";
import { Refused } from "../refused.ts";
import { encodeFor } from "./exchange.ts";
import { metricsRequest, traceRequest, type TraceSpan, type Teller } from "./messages.ts";
import { createMeter } from "./meter.ts";
import type { OtlpSettings, Signal, OtlpTarget } from "./settings.ts";
import { nanos, traceOf } from "./trace.ts";

/** The ways and means of a delivery. */
export interface Delivering {
  readonly targets: OtlpSettings["targets"];
  readonly teller: Teller;
  /** Whose runs they are; `null` where each tells it itself. */
  readonly organisation: string | null;
  readonly now: () => number;
  /** Sends what is encoded for a target. @throws Refused where it is these data that are refused. */
  readonly send: (target: OtlpTarget, body: Uint8Array) => Promise<void>;
  /** Says something once: of what has one topic only the first. */
  readonly warn: (topic: string, text: string) => void;
}

/** Passes records on, and says of each few that they are safe. Of flows that do not run there are metrics alone. */
export type Deliver = (records: readonly Delivered[], onPassed: (count: number) => void) => Promise<void>;

/** So many runs a request at most, and so many bytes before they are packed: receivers have limits of their own. */
const most = { runs: 200, bytes: 4_000_000 } as const;

/** Most backends drop, without a word, what is older than they expect. */
const lateMs = 3_600_000;

/** A delivery whose metrics are counted from now on. */
export function createDelivery({ targets, teller, organisation, now, send, warn }: Delivering): Deliver {
  const targetOf = (signal: Signal): OtlpTarget | null => targets.find((one) => one.signal === signal) ?? null;
  const [traces, metrics] = [targetOf("traces"), targetOf("metrics")];
  const meter = createMeter();
  const startedAt = now();
  let toldAt = startedAt;

  const spansOf = (run: FlowRun): readonly TraceSpan[] => {
    const trace = traceOf(run, organisation);
    if (trace === null) {
      if (isTerminal(run.status)) warn("no time", `run ${run.runId} tells no time, so that there is no trace of it`);
      return [];
    }
    if (trace.endedAt < now() - lateMs) {
      warn("late", "runs among these ended more than an hour ago; most backends drop such spans, or do not show them");
    }
    return trace.spans;
  };

  /** Why the traces of some runs are refused; `null` where they are safe. */
  const sendTraces = async (
    target: OtlpTarget,
    records: readonly Delivered[],
  ): Promise<Refused | "too large" | null> => {
    const spans = records.filter(isRun).flatMap(({ run }) => spansOf(run));
    if (spans.length === 0) return null;
    const body = encodeFor(target, traceRequest(teller, spans));
    if (body.length > most.bytes && records.length > 1) return "too large";
    try {
      await send(target, body);
      return null;
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  };

  const sendMetrics = async (target: OtlpTarget, records: readonly Delivered[]): Promise<void> => {
    for (const one of records) {
      if (isRun(one)) meter.add(one.run);
      else if ("absent" in one) meter.miss(one.absent);
    }
    const counted = meter.read();
    if (counted.length === 0) return;
    // A series has one point at a time.
    toldAt = Math.max(toldAt + 1, now());
    const interval = { start: nanos(startedAt), now: nanos(toldAt) };
    try {
      await send(target, encodeFor(target, metricsRequest(teller, counted, interval)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // A later total makes up for a point that is lost, and no run is held up by it.
      warn("metrics refused", `it refuses metrics: ${error.why ?? ""}`);
    }
  };

  /** Those that are refused together are sent in halves, until only the one at fault is left. */
  const pass: Deliver = async (records, onPassed) => {
    const refusal = traces === null ? null : await sendTraces(traces, records);
    if (refusal === null) {
      if (metrics !== null) await sendMetrics(metrics, records);
      onPassed(records.length);
    } else if (refusal !== "too large" && records.length === 1) {
      const { message, why, hint } = refusal;
      throw new Refused(message, {
        ids: records.map(({ id }) => id),
        ...(why === null ? {} : { why }),
        ...(hint === null ? {} : { hint }),
      });
    } else {
      const half = Math.ceil(records.length / 2);
      await pass(records.slice(0, half), onPassed);
      await pass(records.slice(half), onPassed);
    }
  };

  return async (records, onPassed) => {
    for (let at = 0; at < records.length; at += most.runs) await pass(records.slice(at, at + most.runs), onPassed);
  };
}
