import type { FlowRun } from "../record/flow-run.ts";
import { keptId, keptText } from "../../text/kept.ts";

/** A root cause, how often and when it came, and the flows it touched. */
export interface RootCause {
  /** `null` for what was left when there were too many codes. */
  readonly code: string | null;
  /** The message that came with it last, its first 500 characters. */
  readonly message: string | null;
  readonly count: number;
  /** RFC 3339. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** A hundred at most. */
  readonly flows: readonly { readonly id: string; readonly name: string | null }[];
}

/** Counts root causes; `read` gives those of the runs added so far. */
export interface RootCauseCounter {
  /** `at` is the run's time, epoch milliseconds. */
  add(run: FlowRun, at: number): void;
  /** Most frequent first. */
  read(): readonly RootCause[];
}

/** Codes come out of events, which could invent any number of them, and so do flows. */
const mostCodes = 1000;
const mostFlows = 100;
/** Some messages are as long as a page. */
const longestMessage = 500;

/** Counts the root causes of all runs that have one, whatever their status, in bounded memory. */
export function countRootCauses(): RootCauseCounter {
  const counters = new Map<string | null, Counter>();
  return {
    add: (run, at) => {
      if (run.rootCause === null) return;
      const told = keptId(run.rootCause.code);
      const code = counters.has(told) || counters.size < mostCodes ? told : null;
      const known = counters.get(code);
      const counter = known ?? { message: null, count: 0, first: at, last: at, flows: new Map() };
      if (known === undefined) counters.set(code === null ? null : keptText(code), counter);
      note(counter, run, at);
    },
    read: () =>
      [...counters]
        .map(([code, { message, count, first, last, flows }]) => ({
          code,
          message,
          count,
          firstSeen: new Date(first).toISOString(),
          lastSeen: new Date(last).toISOString(),
          flows: [...flows].map(([id, name]) => ({ id, name })),
        }))
        .sort((one, other) => other.count - one.count),
  };
}

interface Counter {
  message: string | null;
  count: number;
  first: number;
  last: number;
  readonly flows: Map<string, string | null>;
}

function note(counter: Counter, { rootCause, flowName, flowId: id }: FlowRun, at: number): void {
  counter.count += 1;
  const message = rootCause?.message ?? null;
  if (message !== null && message !== counter.message) counter.message = keptText(message, longestMessage);
  counter.first = Math.min(counter.first, at);
  counter.last = Math.max(counter.last, at);
  const { flows } = counter;
  const flowId = keptId(id);
  const known = flows.get(flowId);
  if (known === undefined && flows.size >= mostFlows) return;
  // A copy of the same name is not made again for each of its runs.
  if (flowName !== null && flowName !== known) flows.set(flowId, keptText(flowName, longestMessage));
  else if (known === undefined) flows.set(flowId, null);
}
