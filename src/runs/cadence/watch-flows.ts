import { keptId } from "../../text/kept.ts";
import type { FlowRun } from "../record/flow-run.ts";
import { countFlows, type DeclaredFlow, type FlowCounter, type FlowHistory } from "./count-flows.ts";
import { isOverdue } from "./judge.ts";

/** Flows that are watched for as long as anybody likes. */
export interface FlowWatch {
  add(run: FlowRun): void;
  /**
   * All flows, judged at a moment, epoch ms: it goes on from one to the next, and not back.
   * @param declared the flows that Flow Service has, which are judged by that.
   */
  look(at: number, declared?: readonly DeclaredFlow[]): readonly FlowHistory[];
  /** Whether there are more of them than are remembered. */
  leavesOut(): boolean;
}

/** To judge a thousand flows takes a while, and a minute more or less is nothing to any of them. */
const judgedEveryMs = 60_000;

/**
 * Watches flows from a moment on (epoch ms). Their pace is learned from the last one to two windows of that length, so that
 * memory does not grow with time, and a flow that was given another schedule is soon judged by it.
 */
export function watchFlows(from: number, windowMs: number): FlowWatch {
  let current: Counted = { from, counter: countFlows(from) };
  let next: Counted = { from: from + windowMs, counter: countFlows(from + windowMs) };
  let judged: Judged | null = null;
  let silent: ReadonlySet<string> = new Set();
  let isStirred = false;
  return {
    add: (run) => {
      current.counter.add(run);
      if (timeOf(run) >= next.from) next.counter.add(run);
      if (silent.has(keptId(run.flowId))) isStirred = true;
    },
    look: (at, declared = nothing) => {
      if (at >= next.from + windowMs) {
        current = next;
        next = { from: at, counter: countFlows(at) };
      }
      const isFresh = judged !== null && judged.declared === declared && at - judged.at < judgedEveryMs;
      if (judged !== null && isFresh && !isStirred) return judged.histories;
      const histories = current.counter.read(at, declared);
      judged = { at, declared, histories };
      silent = new Set(histories.filter(({ flow: { state } }) => isOverdue(state)).map(({ flow }) => flow.flowId));
      isStirred = false;
      return histories;
    },
    leavesOut: () => current.counter.leavesOut(),
  };
}

const nothing: readonly DeclaredFlow[] = [];

interface Judged {
  readonly at: number;
  readonly declared: readonly DeclaredFlow[];
  readonly histories: readonly FlowHistory[];
}

interface Counted {
  readonly from: number;
  readonly counter: FlowCounter;
}

/** When it was told of; one that does not say belongs to every time. */
function timeOf({ updatedAt }: FlowRun): number {
  return updatedAt === null ? Infinity : Date.parse(updatedAt);
}
