import { attributes, type Attributes } from "./attributes.ts";
import type { Fields, Message, Tell } from "./fields.ts";
import { logRecord, type LogRecord } from "./log-record.ts";
import { metric, type Interval, type Metric } from "./metric.ts";
import type { Signal } from "./signals.ts";
import { span, type TraceSpan } from "./span.ts";

/** Who tells: the resource that all of it is about. */
export interface Teller {
  readonly resource: Attributes;
  /** Of this program. */
  readonly version: string;
}

/** A request of a signal's service without any data. Pure. */
export function emptyRequest(signal: Signal): Message {
  const [resources] = names[signal];
  return (to) => {
    to.messages(1, resources, [], () => undefined);
  };
}

/** An ExportTraceServiceRequest. Pure. */
export function traceRequest(teller: Teller, spans: readonly TraceSpan[]): Message {
  return requestOf("traces", teller, spans, span);
}

/** An ExportMetricsServiceRequest. Pure. */
export function metricsRequest(teller: Teller, metrics: readonly Metric[], interval: Interval): Message {
  return requestOf("metrics", teller, metrics, (to, one) => {
    metric(to, one, interval);
  });
}

/** An ExportLogsServiceRequest. Pure. */
export function logsRequest(teller: Teller, records: readonly LogRecord[]): Message {
  return requestOf("logs", teller, records, logRecord);
}

/** The lists of a request in JSON, each inside the one before it. */
const names: Readonly<Record<Signal, readonly [resources: string, scopes: string, items: string]>> = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
};

/** All of a request has one resource and one scope. */
function requestOf<T>(signal: Signal, teller: Teller, items: readonly T[], tell: Tell<T>): Message {
  const [resources, scopes, name] = names[signal];
  return (request) => {
    request.messages(1, resources, [teller], (perResource) => {
      perResource.message(1, "resource", teller, resource);
      perResource.messages(2, scopes, [teller], (perScope) => {
        perScope.message(1, "scope", teller, scope);
        perScope.messages(2, name, items, tell);
      });
    });
  };
}

function resource(to: Fields, teller: Teller): void {
  attributes(to, 1, teller.resource);
}

function scope(to: Fields, { version }: Teller): void {
  to.text(1, "name", "flowrun");
  to.text(2, "version", version);
}
