import type { Fields, Message } from "./fields.ts";

/** The value of an attribute; `null` is unknown, and leaves the attribute out. */
export type AttributeValue = string | number | boolean | readonly string[] | null;

/** Attributes, by their names. */
export type Attributes = readonly (readonly [name: string, value: AttributeValue])[];

/** A span; times are nanoseconds since 1970. */
export interface Span {
  /** 16 bytes. */
  readonly traceId: Uint8Array;
  /** 8 bytes. */
  readonly spanId: Uint8Array;
  /** `null` for the root. */
  readonly parentSpanId: Uint8Array | null;
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** Events that there was no room for. */
  readonly droppedEvents: number;
  readonly links: readonly SpanLink[];
  /** What went wrong; `null` where nothing did. */
  readonly error: string | null;
}

/** Something that happened within a span. */
export interface SpanEvent {
  readonly at: bigint;
  readonly name: string;
  readonly attributes: Attributes;
}

/** Another span that this one came of. */
export interface SpanLink {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
}

/** A metric, counted since `start`. */
export interface Metric {
  readonly name: string;
  readonly description: string;
  /** As UCUM writes it: `s`, `By`, `{run}`. */
  readonly unit: string;
  /** A sum only ever grows; a gauge is the last value. */
  readonly kind: "sum" | "gauge" | "histogram";
  readonly points: readonly Point[];
}

/** The value of a metric for one set of attributes: whole in a sum. */
export interface Point {
  readonly attributes: Attributes;
  readonly value: number | Distribution;
}

/** How values are distributed. */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly least: number;
  readonly most: number;
  /** The upper bounds of all buckets but the last, which has none. */
  readonly bounds: readonly number[];
  readonly buckets: readonly number[];
}

/** Who tells: the resource that all of it is about. */
export interface Teller {
  readonly resource: Attributes;
  /** Of this program. */
  readonly version: string;
}

/** The time that metrics are counted for; nanoseconds since 1970. */
export interface Interval {
  readonly start: bigint;
  readonly now: bigint;
}

/** A request of either service without any data. Pure. */
export function emptyRequest(signal: "traces" | "metrics"): Message {
  return (to) => {
    to.messages(1, signal === "traces" ? "resourceSpans" : "resourceMetrics", []);
  };
}

/** An ExportTraceServiceRequest. Pure. */
export function traceRequest(teller: Teller, spans: readonly Span[]): Message {
  return (to) => {
    to.messages(1, "resourceSpans", [
      (resourceSpans) => {
        resource(resourceSpans, teller);
        resourceSpans.messages(2, "scopeSpans", [
          (scopeSpans) => {
            scope(scopeSpans, teller);
            scopeSpans.messages(2, "spans", spans.map(span));
          },
        ]);
      },
    ]);
  };
}

/** An ExportMetricsServiceRequest. Pure. */
export function metricsRequest(teller: Teller, metrics: readonly Metric[], interval: Interval): Message {
  return (to) => {
    to.messages(1, "resourceMetrics", [
      (resourceMetrics) => {
        resource(resourceMetrics, teller);
        resourceMetrics.messages(2, "scopeMetrics", [
          (scopeMetrics) => {
            scope(scopeMetrics, teller);
            scopeMetrics.messages(
              2,
              "metrics",
              metrics.map((one) => metric(one, interval)),
            );
          },
        ]);
      },
    ]);
  };
}

function resource(to: Fields, teller: Teller): void {
  to.message(1, "resource", (fields) => {
    attributes(fields, 1, teller.resource);
  });
}

function scope(to: Fields, { version }: Teller): void {
  to.message(1, "scope", (fields) => {
    fields.text(1, "name", "flowrun");
    fields.text(2, "version", version);
  });
}

const kindInternal = 1;
const statusError = 2;

function span(of: Span): Message {
  return (to) => {
    to.id(1, "traceId", of.traceId);
    to.id(2, "spanId", of.spanId);
    if (of.parentSpanId !== null) to.id(4, "parentSpanId", of.parentSpanId);
    to.text(5, "name", shortened(of.name));
    to.code(6, "kind", kindInternal);
    to.fixed(7, "startTimeUnixNano", of.start);
    to.fixed(8, "endTimeUnixNano", of.end);
    attributes(to, 9, of.attributes);
    to.messages(11, "events", of.events.map(event));
    if (of.droppedEvents > 0) to.code(12, "droppedEventsCount", of.droppedEvents);
    to.messages(13, "links", of.links.map(link));
    const { error } = of;
    if (error === null) return;
    to.message(15, "status", (status) => {
      status.text(2, "message", shortened(error));
      status.code(3, "code", statusError);
    });
  };
}

function event({ at, name, attributes: own }: SpanEvent): Message {
  return (to) => {
    to.fixed(1, "timeUnixNano", at);
    to.text(2, "name", name);
    attributes(to, 3, own);
  };
}

function link({ traceId, spanId }: SpanLink): Message {
  return (to) => {
    to.id(1, "traceId", traceId);
    to.id(2, "spanId", spanId);
  };
}

const cumulative = 2;

function metric({ name, description, unit, kind, points }: Metric, interval: Interval): Message {
  return (to) => {
    to.text(1, "name", name);
    to.text(2, "description", description);
    to.text(3, "unit", unit);
    const [number, field] = kindFields[kind];
    to.message(number, field, (data) => {
      data.messages(
        1,
        "dataPoints",
        points.map((one) => point(one, kind, interval)),
      );
      if (kind !== "gauge") data.code(2, "aggregationTemporality", cumulative);
      if (kind === "sum") data.flag(3, "isMonotonic", true);
    });
  };
}

const kindFields = { gauge: [5, "gauge"], sum: [7, "sum"], histogram: [9, "histogram"] } as const;

function point({ attributes: own, value }: Point, kind: Metric["kind"], { start, now }: Interval): Message {
  return (to) => {
    attributes(to, kind === "histogram" ? 9 : 7, own);
    if (kind !== "gauge") to.fixed(2, "startTimeUnixNano", start);
    to.fixed(3, "timeUnixNano", now);
    if (typeof value !== "number") distribution(to, value);
    else if (kind === "sum") to.fixed(6, "asInt", BigInt(value));
    else to.double(4, "asDouble", value);
  };
}

function distribution(to: Fields, { count, sum, least, most, bounds, buckets }: Distribution): void {
  to.fixed(4, "count", BigInt(count));
  to.double(5, "sum", sum);
  to.fixeds(6, "bucketCounts", buckets.map(BigInt));
  to.doubles(7, "explicitBounds", bounds);
  to.double(11, "min", least);
  to.double(12, "max", most);
}

function attributes(to: Fields, number: number, all: Attributes): void {
  const known = all.flatMap(([name, value]) => (value === null ? [] : [keyValue(name, value)]));
  to.messages(number, "attributes", known);
}

function keyValue(name: string, value: NonNullable<AttributeValue>): Message {
  return (to) => {
    to.text(1, "key", name);
    to.message(2, "value", anyValue(value));
  };
}

function anyValue(value: NonNullable<AttributeValue>): Message {
  return (to) => {
    if (typeof value === "string") to.text(1, "stringValue", shortened(value));
    else if (typeof value === "boolean") to.flag(2, "boolValue", value);
    else if (typeof value === "number") number(to, value);
    else {
      to.message(5, "arrayValue", (list) => {
        list.messages(1, "values", value.map(anyValue));
      });
    }
  };
}

/** Nothing that is counted is below 0, and what is larger than a number can count to is no count. */
function number(to: Fields, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) to.whole(3, "intValue", value);
  else to.double(4, "doubleValue", value);
}

/** Backends drop or cut what is longer, each at another length; this one most of them take. In UTF-16 units. */
const longestText = 4096;

/** A pair of surrogates is not cut in two. */
function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
