import { createHash } from "node:crypto";
import type { Activity, Cause, FlowRun, RunCause, RunError } from "../../../runs/record/flow-run.ts";
import { isTerminal } from "../../../runs/record/status.ts";
import type { Attributes } from "./attributes.ts";
import { nanos, tellableMs } from "./nanos.ts";
import type { SpanEvent, TraceSpan } from "./span.ts";

/** A run as a trace. */
export interface RunTrace {
  /** The root before the others. */
  readonly spans: readonly TraceSpan[];
  /** When the run ended; epoch milliseconds. */
  readonly endedAt: number;
}

/**
 * A run that has ended, as a trace: the run is its root, the activities are its children, and errors are events of
 * whichever they belong to. Ids follow from the organisation and the run, so that one that is sent again is the same.
 * `null` for a run that has not ended, and for one that tells no time at all. Pure.
 */
export function traceOf(run: FlowRun, organisation: string | null): RunTrace | null {
  const times = isTerminal(run.status) ? timesOfRun(run) : null;
  if (times === null) return null;
  const whose = organisation ?? run.imsOrgId ?? "";
  const root = idsOf(whose, run.runId);
  const seen = new Map<string | null, number>();
  const children = run.activities.slice(0, mostActivities).map((activity, index) => {
    const nth = seen.get(activity.id) ?? 0;
    seen.set(activity.id, nth + 1);
    const spanId = digestOf([whose, run.runId, activity.id, nth]).subarray(0, 8);
    return spanOfActivity(activity, index, times, { traceId: root.traceId, spanId, parentSpanId: root.spanId });
  });
  return { spans: [spanOfRun(run, times, whose, root), ...children], endedAt: times.end };
}

/**
 * The ids of a run's trace and of its root span: the first 16 and the next 8 bytes of the SHA-256 of
 * `["organisation","run"]`.
 */
function idsOf(organisation: string, runId: string): Pick<TraceSpan, "traceId" | "spanId"> {
  const digest = digestOf([organisation, runId]);
  return { traceId: digest.subarray(0, 16), spanId: digest.subarray(16, 24) };
}

/** As JSON, so that no two lists of parts are the same text. */
function digestOf(parts: readonly (string | number | null)[]): Uint8Array {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}

/** Epoch milliseconds; `end` is never before `start`. */
interface Times {
  readonly start: number;
  readonly end: number;
}

type Timed = Pick<FlowRun, "startedAt" | "completedAt" | "durationMs">;

function timesOfRun(run: FlowRun): Times | null {
  const told = msOf(run.updatedAt) ?? msOf(run.createdAt);
  const { start, end } = knownTimes(run);
  const from = start ?? msOf(run.createdAt) ?? end ?? told;
  return from === null ? null : ordered(from, end ?? told ?? from);
}

/** Where an activity does not tell a time, it is the run's. */
function timesOfActivity(activity: Activity, run: Times): Times {
  const { start, end } = knownTimes(activity);
  return ordered(start ?? Math.min(run.start, end ?? run.start), end ?? Math.max(run.end, start ?? run.end));
}

function knownTimes({ startedAt, completedAt, durationMs }: Timed): {
  readonly start: number | null;
  readonly end: number | null;
} {
  const [started, completed] = [msOf(startedAt), msOf(completedAt)];
  return {
    start: started ?? within(completed, durationMs === null ? null : -durationMs),
    end: completed ?? within(started, durationMs),
  };
}

function ordered(start: number, end: number): Times {
  return { start, end: Math.max(start, end) };
}

function msOf(time: string | null): number | null {
  return time === null ? null : tellableMs(Date.parse(time));
}

function within(time: number | null, more: number | null): number | null {
  return time === null || more === null ? null : tellableMs(Math.round(time + more));
}

function spanOfRun(
  run: FlowRun,
  times: Times,
  organisation: string,
  ids: Pick<TraceSpan, "traceId" | "spanId">,
): TraceSpan {
  return {
    ...ids,
    parentSpanId: null,
    name: run.flowName ?? run.flowId,
    start: nanos(times.start),
    end: nanos(times.end),
    attributes: [
      ["aep.run.id", run.runId],
      ["aep.flow.id", run.flowId],
      ["aep.flow.name", run.flowName],
      ["aep.status", run.status],
      ["aep.service", run.service],
      ["aep.sandbox.id", run.sandbox.id],
      ["aep.sandbox.name", run.sandbox.name],
      ["aep.organisation.id", run.imsOrgId],
      ["aep.event.id", run.eventId],
      ["aep.provider_ref.id", run.providerRefId],
      ...amounts(run),
      ...(run.batchIds.length === 0 ? [] : [["aep.batch.ids", run.batchIds.slice(0, mostInList)] as const]),
      ["aep.root_cause.code", run.rootCause?.code ?? null],
      ["aep.root_cause.message", run.rootCause?.message ?? null],
      ["aep.root_cause.new", run.new],
      // As OpenTelemetry's conventions have it, of a span that failed.
      ["error.type", isFailed(run) ? (run.rootCause?.code ?? null) : null],
    ],
    ...eventsOf(run.errors, times.end),
    links: run.predecessors.slice(0, mostInList).map(({ runId }) => idsOf(organisation, runId)),
    error: isFailed(run) ? reasonOf(run.rootCause ?? run.errors[0]) : null,
  };
}

function spanOfActivity(
  activity: Activity,
  index: number,
  run: Times,
  ids: Pick<TraceSpan, "traceId" | "spanId" | "parentSpanId">,
): TraceSpan {
  const { start, end } = timesOfActivity(activity, run);
  return {
    ...ids,
    name: activity.name ?? activity.id ?? `activity ${index + 1}`,
    start: nanos(start),
    end: nanos(end),
    attributes: [
      ["aep.activity.id", activity.id],
      ["aep.activity.name", activity.name],
      ["aep.activity.kind", activity.kind],
      ["aep.status", activity.status],
      ...amounts(activity),
      ["error.type", isFailed(activity) ? (activity.errors[0]?.code ?? null) : null],
    ],
    ...eventsOf(activity.errors, end),
    links: [],
    error: isFailed(activity) ? reasonOf(activity.errors[0]) : null,
  };
}

function isFailed({ status }: Pick<FlowRun, "status">): boolean {
  return status === "failed";
}

function reasonOf(cause: Cause | null | undefined): string {
  return cause == null ? "" : wordsOf(cause);
}

function wordsOf({ code, message }: Cause): string {
  return message === null ? code : `${code}: ${message}`;
}

function amounts({ records, bytes, files }: Pick<FlowRun, "records" | "bytes" | "files">): Attributes {
  const known: Attributes[number][] = [];
  for (const [prefix, counts] of [
    ["aep.records", records],
    ["aep.bytes", bytes],
    ["aep.files", files],
  ] as const) {
    // Most of them are not told.
    for (const [name, value] of Object.entries<number | null>({ ...counts })) {
      if (value !== null) known.push([`${prefix}.${name}`, value]);
    }
  }
  return known;
}

/** A run has a handful; what has no end would be no request that anybody takes. */
const mostActivities = 1000;

/** As many as OpenTelemetry's own programs leave on a span. */
const mostEvents = 128;

/** In lists of ids, which have no end where somebody sends what he likes. */
const mostInList = 100;

function eventsOf(errors: readonly RunError[], at: number): Pick<TraceSpan, "events" | "droppedEvents"> {
  return {
    events: errors.slice(0, mostEvents).map((error) => eventOf(error, at)),
    droppedEvents: Math.max(0, errors.length - mostEvents),
  };
}

function eventOf(error: RunError, at: number): SpanEvent {
  return {
    at: nanos(at),
    name: "exception",
    attributes: [
      ["exception.type", error.code],
      ["exception.message", error.message],
      [
        "exception.stacktrace",
        error.causes.length === 0 ? null : [wordsOf(error), ...linesOf(error.causes)].join("\n"),
      ],
      ["aep.error.severity", error.severity],
      ["aep.error.side", error.side],
      ["aep.error.activity", error.activity],
      ["aep.error.count", error.count],
    ],
  };
}

/** The causes, each beneath what it is the cause of. */
function linesOf(causes: readonly RunCause[]): readonly string[] {
  return causes.slice(0, mostInList).map((cause) => {
    const indent = "  ".repeat(Math.min(Math.max(cause.depth, 1), 20));
    return `${indent}caused by ${wordsOf(cause)}`;
  });
}
