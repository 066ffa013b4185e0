import type { Fields, Message } from "./fields.ts";

/** The value of an attribute; `null` is unknown, and leaves the attribute out. */
export type AttributeValue = string | number | boolean | readonly string[] | null;

/** Attributes, by their names. */
export type Attributes = readonly (readonly [name: string, value: AttributeValue])[];

/** A span; times are nanoseconds since 1970. */
export interface TraceSpan {
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
  /** The reason of a failure; `null` where nothing failed. */
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
  return signal === "traces" ? traceRequests([]) : metricsRequests([]);
}

/** An ExportTraceServiceRequest. Pure. */
export function traceRequest(teller: Teller, spans: readonly TraceSpan[]): Message {
  return traceRequests([{ teller, spans }]);
}

/** An ExportMetricsServiceRequest. Pure. */
export function metricsRequest(teller: Teller, metrics: readonly Metric[], interval: Interval): Message {
  return metricsRequests([{ teller, metrics, interval }]);
}

interface Told {
  readonly teller: Teller;
}

interface ToldSpans extends Told {
  readonly spans: readonly TraceSpan[];
}

interface ToldMetrics extends Told {
  readonly metrics: readonly Metric[];
  readonly interval: Interval;
}

function traceRequests(all: readonly ToldSpans[]): Message {
  return (to) => {
    to.messages(1, "resourceSpans", all, resourceSpans);
  };
}

function resourceSpans(to: Fields, told: ToldSpans): void {
  to.message(1, "resource", told.teller, resource);
  to.messages(2, "scopeSpans", [told], scopeSpans);
}

function scopeSpans(to: Fields, { teller, spans }: ToldSpans): void {
  to.message(1, "scope", teller, scope);
  to.messages(2, "spans", spans, span);
}

function metricsRequests(all: readonly ToldMetrics[]): Message {
  return (to) => {
    to.messages(1, "resourceMetrics", all, resourceMetrics);
  };
}

function resourceMetrics(to: Fields, told: ToldMetrics): void {
  to.message(1, "resource", told.teller, resource);
  to.messages(2, "scopeMetrics", [told], scopeMetrics);
}

function scopeMetrics(to: Fields, { teller, metrics, interval }: ToldMetrics): void {
  to.message(1, "scope", teller, scope);
  to.messages(2, "metrics", metrics, (inner, one) => {
    metric(inner, one, interval);
  });
}

function resource(to: Fields, teller: Teller): void {
  attributes(to, 1, teller.resource);
}

function scope(to: Fields, { version }: Teller): void {
  to.text(1, "name", "flowrun");
  to.text(2, "version", version);
}

const kindInternal = 1;
const statusError = 2;

function span(to: Fields, of: TraceSpan): void {
  to.id(1, "traceId", of.traceId);
  to.id(2, "spanId", of.spanId);
  if (of.parentSpanId !== null) to.id(4, "parentSpanId", of.parentSpanId);
  to.text(5, "name", shortened(of.name));
  to.code(6, "kind", kindInternal);
  to.fixed(7, "startTimeUnixNano", of.start);
  to.fixed(8, "endTimeUnixNano", of.end);
  attributes(to, 9, of.attributes);
  to.messages(11, "events", of.events, event);
  if (of.droppedEvents > 0) to.code(12, "droppedEventsCount", of.droppedEvents);
  to.messages(13, "links", of.links, link);
  if (of.error !== null) to.message(15, "status", of.error, failure);
}

function event(to: Fields, { at, name, attributes: own }: SpanEvent): void {
  to.fixed(1, "timeUnixNano", at);
  to.text(2, "name", name);
  attributes(to, 3, own);
}

function link(to: Fields, { traceId, spanId }: SpanLink): void {
  to.id(1, "traceId", traceId);
  to.id(2, "spanId", spanId);
}

function failure(to: Fields, reason: string): void {
  to.text(2, "message", shortened(reason));
  to.code(3, "code", statusError);
}

const cumulative = 2;

const kindFields = { gauge: [5, "gauge"], sum: [7, "sum"], histogram: [9, "histogram"] } as const;

function metric(to: Fields, { name, description, unit, kind, points }: Metric, interval: Interval): void {
  to.text(1, "name", name);
  to.text(2, "description", description);
  to.text(3, "unit", unit);
  const [number, field] = kindFields[kind];
  to.message(number, field, points, (data) => {
    data.messages(1, "dataPoints", points, (inner, one) => {
      point(inner, one, kind, interval);
    });
    if (kind !== "gauge") data.code(2, "aggregationTemporality", cumulative);
    if (kind === "sum") data.flag(3, "isMonotonic", true);
  });
}

function point(to: Fields, { attributes: own, value }: Point, kind: Metric["kind"], { start, now }: Interval): void {
  attributes(to, kind === "histogram" ? 9 : 7, own);
  if (kind !== "gauge") to.fixed(2, "startTimeUnixNano", start);
  to.fixed(3, "timeUnixNano", now);
  if (typeof value !== "number") distribution(to, value);
  else if (kind === "sum") to.fixed(6, "asInt", BigInt(value));
  else to.double(4, "asDouble", value);
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
  to.messages(number, "attributes", all.filter(isKnown), keyValue);
}

type KnownValue = NonNullable<AttributeValue>;

function isKnown(attribute: Attributes[number]): attribute is readonly [string, KnownValue] {
  return attribute[1] !== null;
}

function keyValue(to: Fields, [name, value]: readonly [string, KnownValue]): void {
  to.text(1, "key", name);
  to.message(2, "value", value, anyValue);
}

function anyValue(to: Fields, value: KnownValue): void {
  if (typeof value === "string") to.text(1, "stringValue", shortened(value));
  else if (typeof value === "boolean") to.flag(2, "boolValue", value);
  else if (typeof value !== "number") to.message(5, "arrayValue", value, arrayValue);
  // Nothing that is counted is below 0, and what is larger than a number can count to is no count.
  else if (Number.isSafeInteger(value) && value >= 0) to.whole(3, "intValue", value);
  else to.double(4, "doubleValue", value);
}

function arrayValue(to: Fields, values: readonly string[]): void {
  to.messages(1, "values", values, anyValue);
}

/** Backends drop or cut what is longer, each at another length; this one most of them take. In UTF-16 units. */
const longestText = 4096;

/** A pair of surrogates is not cut in two. */
function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
