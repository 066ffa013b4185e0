import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { shortfallIn } from "../../../src/engine/destinations/otlp/answer.ts";
import { encodeJson } from "../../../src/engine/destinations/otlp/json.ts";
import type { Attributes } from "../../../src/engine/destinations/otlp/attributes.ts";
import { logOf } from "../../../src/engine/destinations/otlp/job-log.ts";
import { createJobMeter } from "../../../src/engine/destinations/otlp/job-meter.ts";
import type { LogRecord } from "../../../src/engine/destinations/otlp/log-record.ts";
import { logsRequest, metricsRequest, traceRequest } from "../../../src/engine/destinations/otlp/messages.ts";
import type { Metric, Point } from "../../../src/engine/destinations/otlp/metric.ts";
import type { TraceSpan } from "../../../src/engine/destinations/otlp/span.ts";
import { createMeter } from "../../../src/engine/destinations/otlp/meter.ts";
import { decodeProtobuf, encodeProtobuf } from "../../../src/engine/destinations/otlp/protobuf.ts";
import { traceOf } from "../../../src/engine/destinations/otlp/trace.ts";
import { resolveEventSelection } from "../../../src/runs/events/event-selection.ts";
import { normalise } from "../../../src/runs/events/normalise.ts";
import { readJob } from "../../../src/runs/job/read-job.ts";
import type { FlowRun } from "../../../src/runs/record/flow-run.ts";
import { casesOf } from "../../support/cases.ts";
import { hostileEvent } from "../../support/hostile.ts";
import { decodeRequest, inside, services } from "../../support/otlp-receiver.ts";

const events = resolveEventSelection(["runs"]);
const teller = { resource: [["service.name", "a"] as const], version: "1" };

const runs = fc
  .array(hostileEvent, { minLength: 1, maxLength: 4 })
  .map((all) =>
    all.flatMap((event, n): readonly FlowRun[] =>
      normalise(`p${n}`, event, { events, raw: false, profile: "p", via: "journal" }).runs.map(({ run }) => run),
    ),
  );

/** Any event of Lytics, also of somebody who sends what he likes. */
const jobs = fc.array(
  fc
    .record(
      {
        id: fc.string(),
        subject_type: fc.constantFrom("work", "workflow", "segment", ""),
        subject_id: fc.oneof(fc.string({ unit: "binary" }), fc.integer()),
        verb: fc.constantFrom("failed", "completed", "synced", "x"),
        timestamp: fc.oneof(
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          fc.string(),
        ),
        notes: fc.oneof(fc.string({ unit: "binary" }), fc.constant("\u{1f600}".repeat(3000))),
        priority: fc.oneof(fc.integer(), fc.double()),
        related: fc.array(fc.record({ type: fc.string(), id: fc.string() })),
        context: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
      },
      { requiredKeys: ["verb"] },
    )
    .map((item) => readJob(item, null))
    .filter((event) => typeof event !== "string")
    .map(({ job }) => job),
  { minLength: 1, maxLength: 4 },
);

test("a time after 2262, which takes the last of its 64 bits, is read as it is from either encoding", () => {
  const read = readJob({ verb: "failed", timestamp: "2262-04-11T23:47:16.855Z" }, null);
  if (typeof read === "string") throw new Error(read);
  const record = logOf(read.job, 1234);
  expect(record.at).toBe(9_223_372_036_855_000_000n);
  for (const [type, bytes] of encoded(logsRequest(teller, [record]))) {
    const message = decodeRequest("logs", type, bytes);
    expect(inside(message, "resourceLogs", "scopeLogs", "logRecords"), type).toEqual([meantLog(record)]);
  }
});

describe("any record", () => {
  test("of Lytics is read as the log record that was meant, and as the metrics", () => {
    fc.assert(
      fc.property(jobs, (all) => {
        const meter = createJobMeter();
        for (const job of all) meter.add(job);
        const metrics = meter.read();
        const records = all.map((job) => logOf(job, 1234));
        for (const [type, bytes] of encoded(logsRequest(teller, records))) {
          const message = decodeRequest("logs", type, bytes);
          expect(inside(message, "resourceLogs", "scopeLogs", "logRecords")).toEqual(records.map(meantLog));
        }
        for (const [type, bytes] of encoded(metricsRequest(teller, metrics, { start: 5n, now: 7n }))) {
          const message = decodeRequest("metrics", type, bytes);
          expect(inside(message, "resourceMetrics", "scopeMetrics", "metrics")).toEqual(metrics.map(meantMetric));
        }
      }),
      { numRuns: casesOf(150) },
    );
  });

  test("is read by the published definitions as the trace that was meant, from either encoding", () => {
    let seen = 0;
    fc.assert(
      fc.property(runs, (all) => {
        const spans = all.flatMap((run) => traceOf(run, null)?.spans ?? []);
        const request = traceRequest(teller, spans);
        const expected = spans.map(meantSpan);
        seen += spans.length;
        for (const [type, bytes] of encoded(request)) {
          const message = decodeRequest("traces", type, bytes);
          expect(inside(message, "resourceSpans", "scopeSpans", "spans")).toEqual(expected);
        }
      }),
      { numRuns: casesOf(150) },
    );
    expect(seen).toBeGreaterThan(casesOf(150));
  });

  test("is read as the metrics that were meant", () => {
    fc.assert(
      fc.property(runs, (all) => {
        const meter = createMeter();
        for (const run of all) meter.add(run);
        const metrics = meter.read();
        const request = metricsRequest(teller, metrics, { start: 5n, now: 7n });
        const expected = metrics.map(meantMetric);
        for (const [type, bytes] of encoded(request)) {
          const message = decodeRequest("metrics", type, bytes);
          expect(inside(message, "resourceMetrics", "scopeMetrics", "metrics")).toEqual(expected);
        }
      }),
      { numRuns: casesOf(100) },
    );
  });
});

function encoded(request: Parameters<typeof encodeJson>[0]): readonly (readonly [string, Uint8Array])[] {
  return [
    ["application/x-protobuf", encodeProtobuf(request)],
    ["application/json", encodeJson(request)],
  ];
}

/** A list that has something in it; one without is not told apart from none. */
function some(name: string, list: readonly unknown[]): object {
  return list.length === 0 ? {} : { [name]: list };
}

function meantSpan(span: TraceSpan): object {
  const hex = (id: Uint8Array): string => Buffer.from(id).toString("hex");
  expect([span.traceId.length, span.spanId.length]).toEqual([16, 8]);
  expect(span.end).toBeGreaterThanOrEqual(span.start);
  return {
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    ...(span.parentSpanId === null ? {} : { parentSpanId: hex(span.parentSpanId) }),
    name: meantText(span.name),
    kind: 1,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    ...meantAttributes(span.attributes),
    ...some(
      "events",
      span.events.map(({ at, name, attributes }) => ({
        timeUnixNano: String(at),
        name,
        ...meantAttributes(attributes),
      })),
    ),
    ...(span.droppedEvents === 0 ? {} : { droppedEventsCount: span.droppedEvents }),
    ...some(
      "links",
      span.links.map(({ traceId, spanId }) => ({ traceId: hex(traceId), spanId: hex(spanId) })),
    ),
    ...(span.error === null ? {} : { status: { code: 2, message: meantText(span.error) } }),
  };
}

function meantLog({ at, isError, body, attributes }: LogRecord): object {
  return {
    ...(at === null ? {} : { timeUnixNano: String(at) }),
    severityNumber: isError ? 17 : 9,
    severityText: isError ? "ERROR" : "INFO",
    body: { stringValue: meantText(body) },
    ...meantAttributes(attributes),
    observedTimeUnixNano: "1234000000",
    eventName: "flowrun.job",
  };
}

function meantMetric({ name, description, unit, kind, points }: Metric): object {
  const dataPoints = points.map((point) => meantPoint(point, kind));
  const data = {
    dataPoints,
    ...(kind === "gauge" ? {} : { aggregationTemporality: 2 }),
    ...(kind === "sum" ? { isMonotonic: true } : {}),
  };
  return { name, description, unit, [kind]: data };
}

function meantPoint({ attributes, value }: Point, kind: Metric["kind"]): object {
  const common = { ...meantAttributes(attributes), timeUnixNano: "7" };
  if (kind === "gauge") return { ...common, asDouble: value };
  if (typeof value === "number") {
    expect(Number.isSafeInteger(value)).toBe(true);
    return { ...common, startTimeUnixNano: "5", asInt: String(value) };
  }
  const { count, sum, least, most, bounds, buckets } = value;
  expect(buckets.reduce((all, one) => all + one)).toBe(count);
  return {
    ...common,
    startTimeUnixNano: "5",
    count: String(count),
    sum,
    min: least,
    max: most,
    explicitBounds: bounds,
    bucketCounts: buckets.map(String),
  };
}

function meantAttributes(attributes: Attributes): object {
  return some(
    "attributes",
    attributes.flatMap(([key, value]) => (value === null ? [] : [{ key, value: meantValue(value) }])),
  );
}

function meantValue(value: NonNullable<Attributes[number][1]>): object {
  if (typeof value === "string") return { stringValue: meantText(value) };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value !== "number") return { arrayValue: some("values", value.map(meantValue)) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** As UTF-8 can hold it, and no longer than backends take. */
function meantText(text: string): string {
  const whole = text.length <= 4096 ? text : `${text.slice(0, 4095).replace(/[\ud800-\udbff]$/, "")}…`;
  return Buffer.from(whole).toString();
}

describe("protobuf", () => {
  it.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 21 - 1, 2 ** 21])("holds a message of %i bytes in another", (size) => {
    const message = traceRequest({ resource: [], version: "v".repeat(size) }, []);
    const [type, bytes] = encoded(message)[0]!;
    const [scope] = inside(decodeRequest("traces", type, bytes), "resourceSpans", "scopeSpans");
    expect(scope?.["scope"]).toEqual({ name: "flowrun", version: "v".repeat(size) });
  });

  test("is decoded as the published encoder writes it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.string({ minLength: 1, maxLength: 250 }),
        (count, words) => {
          const { response } = services.traces;
          const partialSuccess = { rejectedSpans: count, errorMessage: words };
          const bytes = response.encode(response.fromObject({ partialSuccess })).finish();
          const found = shortfallIn({ "content-type": ["application/x-protobuf"] }, bytes);
          expect(found?.rejected ?? 0).toBe(count);
        },
      ),
      { numRuns: casesOf(100) },
    );
  });

  test("is refused, or read to its end, whatever it is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const fields = decodeProtobuf(bytes);
        const size = (fields ?? []).reduce((all, { value }) => all + (typeof value === "number" ? 1 : value.length), 0);
        expect(size).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: casesOf(1000) },
    );
  });
});
