import { attributes, type Attributes } from "./attributes.ts";
import type { Fields } from "./fields.ts";

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

/** The time that metrics are counted for; nanoseconds since 1970. */
export interface Interval {
  readonly start: bigint;
  readonly now: bigint;
}

/** Tells a Metric. */
export function metric(to: Fields, { name, description, unit, kind, points }: Metric, interval: Interval): void {
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

const cumulative = 2;

const kindFields = { gauge: [5, "gauge"], sum: [7, "sum"], histogram: [9, "histogram"] } as const;

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
