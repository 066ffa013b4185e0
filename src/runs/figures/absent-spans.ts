import { countFlows, type FlowCounter, type FlowHistory } from "../cadence/count-flows.ts";
import type { FlowRun } from "../record/flow-run.ts";

/** A stretch of a window in which runs of a flow were to begin, and did not. */
export interface AbsentSpan {
  readonly flowId: string;
  readonly flowName: string | null;
  readonly sandbox: FlowRun["sandbox"];
  /** The profile whose journal it was read from; `null` where it did not come from one. */
  readonly profile: string | null;
  /** From one run to the next, as a rule. */
  readonly paceMs: number | null;
  /** When the last run before it began; RFC 3339. */
  readonly from: string;
  /** When the first run after it began; `null` where the flow was silent still when the window ended. */
  readonly until: string | null;
  /** How many runs did not begin in it. */
  readonly missing: number;
}

/** Sees runs pass by, whichever are counted; `read` tells where some are missing. */
export interface AbsenceCounter {
  readonly pass: (run: FlowRun) => void;
  /**
   * A part of the window that nobody has, epoch milliseconds: that no run of it passes by tells nothing. One that lasts to the
   * window's end, or longer, ends what is judged.
   */
  readonly lack: (part: Part) => void;
  /** Whether there are more flows than are judged. */
  readonly leavesOut: () => boolean;
  /**
   * In the order in which they began; `null` where no run passed by, or more than can be remembered, and in a window of less
   * than a week: which days a flow does not run on nobody knows before.
   */
  read(): readonly AbsentSpan[] | null;
}

/** A part of a window, epoch milliseconds. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** A week, but for the hours that a reading may take or a journal may have lost. */
const leastWindowMs = 6.5 * 86_400_000;
/** Some hundred bytes each. */
const mostRuns = 200_000;
/** A flow that is always late fills no page. */
const mostSpans = 1000;

/** Finds where runs are missing in a window (epoch milliseconds), by the pace that each flow keeps in it otherwise. */
export function countAbsences({ from, to }: Part): AbsenceCounter {
  let counter: FlowCounter | null = countFlows(from);
  let passed = 0;
  const lacking: Part[] = [];
  let end = to;
  const isKnown = ({ from: begin, until }: AbsentSpan): boolean => {
    const [first, last] = [Date.parse(begin), until === null ? end : Date.parse(until)];
    return lacking.every((part) => part.to <= first || last <= part.from);
  };
  return {
    pass: (run) => {
      passed += 1;
      if (passed > mostRuns) counter = null;
      counter?.add(run);
    },
    lack: (part) => {
      if (part.to >= to) end = Math.min(end, part.from);
      else lacking.push(part);
    },
    leavesOut: () => counter?.leavesOut() === true,
    read: () => {
      if (counter === null || passed === 0 || end - from < leastWindowMs) return null;
      const spans = counter.read(end).flatMap(spansOf).filter(isKnown);
      return spans.sort((one, other) => one.from.localeCompare(other.from)).slice(0, mostSpans);
    },
  };
}

function spansOf({ flow, gaps }: FlowHistory): readonly AbsentSpan[] {
  const { flowId, flowName, sandbox, profile, paceMs } = flow;
  return gaps.map(({ from, until, missing }) => ({
    flowId,
    flowName,
    sandbox,
    profile,
    paceMs,
    from: new Date(from).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
    missing,
  }));
}
