import type { AbsentRecord } from "../../../runs/cadence/flow-record.ts";
import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { isTerminal } from "../../../runs/record/status.ts";
import type { Attributes } from "./attributes.ts";
import type { Distribution, Metric, Point } from "./metric.ts";

/** Counts runs that have ended, and those that are missing, by flow. */
export interface Meter {
  readonly add: (run: FlowRun) => void;
  readonly miss: (record: AbsentRecord) => void;
  /** The metrics of all flows that were counted since this was asked last. */
  readonly read: () => readonly Metric[];
}

/** So many flows are told apart, and of each so many statuses and root causes; the rest is counted as `other`. */
const most = { flows: 1000, statuses: 10, causes: 20 } as const;

/** Stands for all that is not told apart. */
export const otherKey = "other";

/** Upper bounds of the durations' buckets, in seconds: from a second to a day. */
const bounds: readonly number[] = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** A meter at zero, in memory that does not grow with the number of runs. */
export function createMeter(): Meter {
  const flows = new Map<string, FlowFigures>();
  let changed = new Set<FlowFigures>();
  const flowOf = (record: Flow): FlowFigures => {
    const name = keyIn(flows, record.flowId, most.flows);
    const flow =
      flows.get(name) ?? figuresOf(name === record.flowId ? attributesOf(record) : [["aep.flow.id", otherKey]]);
    flows.set(name, flow);
    changed.add(flow);
    return flow;
  };
  return {
    add: (run) => {
      if (isTerminal(run.status)) count(flowOf(run), run);
    },
    miss: (record) => {
      flowOf(record).missing = record.missing ?? 0;
    },
    read: () => {
      const told = [...changed];
      changed = new Set();
      return metricsOf(told);
    },
  };
}

type Flow = Pick<FlowRun, "flowId" | "flowName" | "sandbox">;

/** A name that is counted apart while there is room, or `other`. Pure. */
export function keyIn(map: ReadonlyMap<string, unknown>, name: string, limit: number): string {
  return map.has(name) || map.size < limit ? name : otherKey;
}

/** The figures of a flow since the meter was at zero. */
interface FlowFigures {
  /** As its first run told them: with other ones it would be another series. */
  readonly attributes: Attributes;
  readonly runs: Map<string, number>;
  readonly failed: Map<string, number>;
  /** Of these only what any run told. */
  readonly records: Map<string, number>;
  readonly bytes: Map<string, number>;
  duration: Distribution | null;
  /** Epoch milliseconds. */
  lastSuccess: number | null;
  /** How many runs were to begin and did not, by the last word on that; `null` where there is none. */
  missing: number | null;
}

function figuresOf(attributes: Attributes): FlowFigures {
  return {
    attributes,
    runs: new Map(),
    failed: new Map(),
    records: new Map(),
    bytes: new Map(),
    duration: null,
    lastSuccess: null,
    missing: null,
  };
}

function attributesOf({ flowId, flowName, sandbox }: Flow): Attributes {
  return [
    ["aep.flow.id", flowId],
    ["aep.flow.name", flowName],
    ["aep.sandbox.name", sandbox.name],
  ];
}

function count(flow: FlowFigures, run: FlowRun): void {
  add(flow.runs, keyIn(flow.runs, run.status, most.statuses), 1);
  if (run.status === "failed") {
    add(flow.failed, keyIn(flow.failed, run.rootCause?.code ?? "unknown", most.causes), 1);
  }
  const { records, bytes } = run;
  add(flow.records, "input", records.input);
  add(flow.records, "output", records.output);
  add(flow.records, "failed", records.failed);
  add(flow.bytes, "input", bytes.input);
  add(flow.bytes, "output", bytes.output);
  if (run.durationMs !== null) flow.duration = spread(flow.duration, run.durationMs / 1000);
  const endedAt = Date.parse(run.completedAt ?? run.updatedAt ?? "");
  if (run.status === "success" && endedAt > (flow.lastSuccess ?? -Infinity)) flow.lastSuccess = endedAt;
}

function add(sums: Map<string, number>, name: string, more: number | null): void {
  if (more === null) return;
  // A sum is whole, and stays where it is once it can count no further.
  sums.set(name, Math.min(Number.MAX_SAFE_INTEGER, Math.round((sums.get(name) ?? 0) + more)));
}

function spread(before: Distribution | null, value: number): Distribution {
  const bound = bounds.findIndex((upper) => value <= upper);
  const bucket = bound === -1 ? bounds.length : bound;
  const buckets = before?.buckets ?? [...bounds, Infinity].map(() => 0);
  return {
    count: (before?.count ?? 0) + 1,
    sum: Math.min(Number.MAX_VALUE, (before?.sum ?? 0) + value),
    least: Math.min(before?.least ?? value, value),
    most: Math.max(before?.most ?? value, value),
    bounds,
    buckets: buckets.map((counted, index) => (index === bucket ? counted + 1 : counted)),
  };
}

function metricsOf(flows: readonly FlowFigures[]): readonly Metric[] {
  const sums = (of: "runs" | "failed" | "records" | "bytes", attribute: string): readonly Point[] =>
    flows.flatMap(({ attributes, [of]: counted }) =>
      [...counted].map(([name, value]) => ({ attributes: [...attributes, [attribute, name] as const], value })),
    );
  const metrics: readonly Metric[] = [
    {
      name: "flowrun.runs",
      description: "Flow runs that ended",
      unit: "{run}",
      kind: "sum",
      points: sums("runs", "aep.status"),
    },
    {
      name: "flowrun.runs.failed",
      description: "Flow runs that failed",
      unit: "{run}",
      kind: "sum",
      points: sums("failed", "aep.root_cause.code"),
    },
    {
      name: "flowrun.records",
      description: "Records of flow runs that ended",
      unit: "{record}",
      kind: "sum",
      points: sums("records", "aep.fate"),
    },
    {
      name: "flowrun.bytes",
      description: "Bytes of flow runs that ended",
      unit: "By",
      kind: "sum",
      points: sums("bytes", "aep.fate"),
    },
    {
      name: "flowrun.run.duration",
      description: "How long flow runs took",
      unit: "s",
      kind: "histogram",
      points: flows.flatMap(({ attributes, duration }) => (duration === null ? [] : [{ attributes, value: duration }])),
    },
    {
      name: "flowrun.last_success",
      description: "When the last flow run ended well, in seconds since 1970",
      unit: "s",
      kind: "gauge",
      points: flows.flatMap(({ attributes, lastSuccess }) =>
        lastSuccess === null ? [] : [{ attributes, value: lastSuccess / 1000 }],
      ),
    },
    {
      name: "flowrun.runs.missing",
      description: "Flow runs that were to begin and did not; 0 once the flow runs again",
      unit: "{run}",
      kind: "gauge",
      points: flows.flatMap(({ attributes, missing }) => (missing === null ? [] : [{ attributes, value: missing }])),
    },
  ];
  return metrics.filter(({ points }) => points.length > 0);
}
