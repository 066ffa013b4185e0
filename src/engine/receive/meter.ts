import { safeText } from "../../render/text/safe-text.ts";

/** One thing that is counted or measured, as Prometheus knows it. */
export interface MetricFamily {
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  /** The names of its labels, where its series are told apart by any. */
  readonly labels?: readonly string[];
  /**
   * How many series it has at most; 100 where that is left out. What would be one more is counted under `other`; of a gauge,
   * it is left out.
   */
  readonly most?: number;
}

/** Counts by name, for the page that Prometheus reads. It knows nothing of what is counted. */
export interface Metrics {
  /** @returns adds to the series of those labels, as many as the family has. */
  counter(family: MetricFamily): (by?: number, ...labels: readonly string[]) => void;
  /** @returns sets the series of those labels. */
  gauge(family: MetricFamily): (value: number, ...labels: readonly string[]) => void;
  /** A gauge that is looked at when the page is asked for; `null` leaves it out. */
  watch(family: MetricFamily, read: () => number | null): void;
  /**
   * @param bounds of its buckets, each the most that is counted there, ascending; the one without an end comes by itself.
   * @returns counts a value.
   */
  histogram(family: MetricFamily, bounds: readonly number[]): (value: number) => void;
  /** All of it, in the text format 0.0.4, in the order in which the families were named. */
  page(): string;
}

/** The content type of `page()`. */
export const pageType = "text/plain; version=0.0.4; charset=utf-8";

const usualMost = 100;

/** A meter in which nothing is counted yet. */
export function createMetrics(): Metrics {
  const families: (() => string)[] = [];
  const add = (family: MetricFamily, type: string, samples: () => readonly string[]): void => {
    families.push(() => [...headOf(family, type), ...samples(), ""].join("\n"));
  };
  return {
    counter: (family) => {
      const series = createSeries(family);
      if (family.labels === undefined) series.set([], 0);
      add(family, "counter", series.samples);
      return (by = 1, ...labels) => {
        const own = series.has(labels) ? labels : labels.map(() => otherLabel);
        series.set(own, (series.get(own) ?? 0) + by);
      };
    },
    gauge: (family) => {
      const series = createSeries(family);
      add(family, "gauge", series.samples);
      return (value, ...labels) => {
        if (series.has(labels)) series.set(labels, value);
      };
    },
    watch: (family, read) => {
      add(family, "gauge", () => {
        const value = read();
        return value === null ? [] : [`${family.name} ${number(value)}`];
      });
    },
    histogram: (family, bounds) => {
      const counts = bounds.map(() => 0);
      let [all, sum] = [0, 0];
      add(family, "histogram", () => histogramSamples(family.name, { bounds, counts, all, sum }));
      return (value) => {
        all += 1;
        sum += value;
        const at = bounds.findIndex((bound) => value <= bound);
        if (at !== -1) counts[at] = (counts[at] ?? 0) + 1;
      };
    },
    page: () => families.map((lines) => lines()).join(""),
  };
}

/** The label of what there is no room for, or no word. */
export const otherLabel = "other";

function createSeries({ name, labels = [], most = usualMost }: MetricFamily) {
  const series = new Map<string, { readonly of: readonly string[]; readonly value: number }>();
  const keyOf = (of: readonly string[]): string => (of.length === 1 ? (of[0] ?? "") : JSON.stringify(of));
  return {
    get: (of: readonly string[]) => series.get(keyOf(of))?.value,
    set: (of: readonly string[], value: number): void => {
      series.set(keyOf(of), { of, value });
    },
    /** Whether it is there, or may be added. */
    has: (of: readonly string[]): boolean => series.has(keyOf(of)) || series.size < most,
    samples: (): readonly string[] =>
      Array.from(series.values(), ({ of, value }) => `${name}${labelled(labels, of)} ${number(value)}`),
  };
}

function headOf({ name, help }: MetricFamily, type: string): readonly string[] {
  return [`# HELP ${name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}`, `# TYPE ${name} ${type}`];
}

interface Histogram {
  readonly bounds: readonly number[];
  /** Of each bucket by itself; on the page, each holds those below it as well. */
  readonly counts: readonly number[];
  readonly all: number;
  readonly sum: number;
}

function histogramSamples(name: string, { bounds, counts, all, sum }: Histogram): readonly string[] {
  let below = 0;
  const buckets = bounds.map((bound, at) => {
    below += counts[at] ?? 0;
    return `${name}_bucket${labelled(["le"], [number(bound)])} ${below}`;
  });
  return [...buckets, `${name}_bucket{le="+Inf"} ${all}`, `${name}_sum ${number(sum)}`, `${name}_count ${all}`];
}

function labelled(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, at) => `${name}="${labelText(values[at] ?? "")}"`).join(",")}}`;
}

/** A label may come from an event, and the page may be looked at in a terminal. */
function labelText(value: string): string {
  const lines = value.split("\n").map((line) => safeText(line).replace(/\\/g, "\\\\").replace(/"/g, '\\"'));
  return lines.join("\\n");
}

function number(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}
