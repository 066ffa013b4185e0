import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { isTerminal } from "../../../runs/record/status.ts";
import { isJob, isRun, type Delivered } from "../destination.ts";
import { Refused } from "../refused.ts";
import { encodeFor } from "./exchange.ts";
import type { Message } from "./fields.ts";
import { logOf } from "./job-log.ts";
import { createJobMeter } from "./job-meter.ts";
import { logsRequest, metricsRequest, traceRequest, type Teller } from "./messages.ts";
import { createMeter } from "./meter.ts";
import { nanos } from "./nanos.ts";
import type { OtlpSettings, OtlpTarget } from "./settings.ts";
import type { TraceSpan } from "./span.ts";
import { traceOf } from "./trace.ts";

/** The ways and means of a delivery. */
export interface Delivering {
  readonly targetOf: OtlpSettings["targetOf"];
  readonly teller: Teller;
  /** Whose records they are; `null` where each tells it itself. */
  readonly organisation: string | null;
  readonly now: () => number;
  /** Sends what is encoded for a target. @throws Refused where it is these data that are refused. */
  readonly send: (target: OtlpTarget, body: Uint8Array) => Promise<void>;
  /** Says something once: of what has one topic only the first. */
  readonly warn: (topic: string, text: string) => void;
}

/** Passes records on, and says of each few that they are safe. Of flows that do not run there are metrics alone. */
export type Deliver = (records: readonly Delivered[], onPassed: (count: number) => void) => Promise<void>;

/** So many records a request at most, and so many bytes before they are packed: receivers have limits of their own. */
const most = { records: 200, bytes: 4_000_000 } as const;

/** Most backends drop, without a word, what is older than they expect. */
const lateMs = 3_600_000;

/** A delivery whose metrics are counted from now on. */
export function createDelivery({ targetOf, teller, organisation, now, send, warn }: Delivering): Deliver {
  const meter = createMeter();
  const jobMeter = createJobMeter();
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

  /** All that is told of each record by itself; a signal without data is not sent. */
  const requestsFor = (records: readonly Delivered[]): readonly Telling[] => {
    const [runs, jobs] = [records.filter(isRun), records.filter(isJob)];
    const traces = runs.length === 0 ? null : targetOf("traces");
    const logs = jobs.length === 0 ? null : targetOf("logs");
    const spans = traces === null ? [] : runs.flatMap(({ run }) => spansOf(run));
    return [
      ...(traces === null || spans.length === 0 ? [] : [{ target: traces, message: traceRequest(teller, spans) }]),
      ...(logs === null
        ? []
        : [
            {
              target: logs,
              message: logsRequest(
                teller,
                jobs.map(({ job }) => logOf(job, now())),
              ),
            },
          ]),
    ];
  };

  /** Why the traces or the logs of some records are refused; `null` where they are safe. */
  const tell = async (records: readonly Delivered[]): Promise<Refused | "too large" | null> => {
    for (const { target, message } of requestsFor(records)) {
      const body = encodeFor(target, message);
      if (body.length > most.bytes && records.length > 1) return "too large";
      try {
        await send(target, body);
      } catch (error) {
        if (error instanceof Refused) return error;
        throw error;
      }
    }
    return null;
  };

  const sendMetrics = async (records: readonly Delivered[]): Promise<void> => {
    for (const one of records) {
      if (isRun(one)) meter.add(one.run);
      else if (isJob(one)) jobMeter.add(one.job);
      else meter.miss(one.absent);
    }
    const counted = [...meter.read(), ...jobMeter.read()];
    const target = counted.length === 0 ? null : targetOf("metrics");
    if (target === null) return;
    // A series has one point at a time.
    toldAt = Math.max(toldAt + 1, now());
    const interval = { start: nanos(startedAt), now: nanos(toldAt) };
    try {
      await send(target, encodeFor(target, metricsRequest(teller, counted, interval)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // A later total makes up for a point that is lost, and nothing is held up by it.
      warn("metrics refused", `it refuses metrics: ${error.why ?? ""}`);
    }
  };

  /** Those that are refused together are sent in halves, until only the one at fault is left. */
  const pass: Deliver = async (records, onPassed) => {
    const refusal = await tell(records);
    if (refusal === null) {
      await sendMetrics(records);
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
    for (let at = 0; at < records.length; at += most.records)
      await pass(records.slice(at, at + most.records), onPassed);
  };
}

/** A request, and who it goes to. */
interface Telling {
  readonly target: OtlpTarget;
  readonly message: Message;
}
