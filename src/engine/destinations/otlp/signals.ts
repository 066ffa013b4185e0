import { FlowrunError } from "../../../errors.ts";
import type { Address } from "../address.ts";
import { everyRecord, type Brings, type RecordType, type Subject } from "../destination.ts";

/** Every kind of telemetry, in the order in which they are sent. */
export const signals = ["traces", "metrics", "logs"] as const;

/** A kind of telemetry. */
export type Signal = (typeof signals)[number];

/** The records that an address has a form for. @throws FlowrunError `usage`. Pure. */
export function recordsFor(address: Address): readonly RecordType[] {
  const wanted = namedSignals(address) ?? signals;
  return everyRecord.filter((record) => wanted.some((signal) => records[signal].includes(record)));
}

/** The signals that an address wants, and those that a reading needs in any case. */
export interface ChosenSignals {
  readonly wanted: readonly Signal[];
  readonly needed: readonly Signal[];
}

/** Reads `?signals=`; without it all are wanted. @throws FlowrunError `usage` for what is unknown, or leaves nothing. Pure. */
export function chooseSignals(address: Address, { of, withJobs = false }: Brings): ChosenSignals {
  const named = namedSignals(address);
  const wanted = named ?? signals;
  // There may be events of Lytics among runs, and whoever names logs expects them.
  const usual = withJobs ? signals : needs[of];
  const needed = of === "runs" && named !== null ? named : wanted.filter((signal) => usual.includes(signal));
  if (needed.length === 0) throw withoutForm(address);
  return { wanted, needed };
}

/** Whether a word is one of those that are known. Pure. */
export function isOneOf<T extends string>(known: readonly T[], name: string): name is T {
  return known.some((one) => one === name);
}

/** The signals that a reading needs: of runs there are traces, of events of Lytics there are logs, and of both there are metrics. */
const needs: Readonly<Record<Subject, readonly Signal[]>> = { runs: ["traces", "metrics"], jobs: ["metrics", "logs"] };

/** The records that a signal tells of: of a run that did not begin there is no trace. */
const records: Readonly<Record<Signal, readonly RecordType[]>> = {
  traces: ["flowrun.run"],
  metrics: everyRecord,
  logs: ["flowrun.job"],
};

function withoutForm({ shown }: Address): FlowrunError {
  return new FlowrunError("usage", `${shown} has no form for events of Lytics`, {
    why: "of an event there are logs and metrics, and no traces",
    hint: "leave ?signals= away for both, or name one: ?signals=logs",
  });
}

/** @returns `null` where none is named. */
function namedSignals({ options }: Address): readonly Signal[] | null {
  const unknown = [...options.keys()].find((name) => name !== "signals");
  if (unknown !== undefined) {
    throw new FlowrunError("usage", `--to does not know ?${unknown}= of an OTLP address`, {
      why: "the only option there is ?signals=; a URL that needs options of its own goes into a variable",
      hint: 'export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="https://…"   and …_METRICS_ENDPOINT, …_LOGS_ENDPOINT, with --to otlp',
    });
  }
  const named = options.getAll("signals").flatMap((text) => text.split(","));
  const odd = named.find((name) => !isOneOf(signals, name));
  if (odd !== undefined) {
    throw new FlowrunError("usage", `--to does not know the signal "${odd}"`, {
      why: "of a run there are traces and metrics, of an event of Lytics logs and metrics",
      hint: "leave ?signals= away for all, or name one: ?signals=traces",
    });
  }
  return named.length === 0 ? null : signals.filter((signal) => named.includes(signal));
}
