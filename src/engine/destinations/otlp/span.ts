import { attributes, shortened, type Attributes } from "./attributes.ts";
import type { Fields } from "./fields.ts";

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

/** Tells a Span. */
export function span(to: Fields, of: TraceSpan): void {
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

const kindInternal = 1;
const statusError = 2;

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
