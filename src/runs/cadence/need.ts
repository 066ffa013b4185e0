import type { FlowRecord } from "./flow-record.ts";

/** The flows with those first that need a look: what did not run before what failed, and that before what is well. Pure. */
export function byNeed(flows: readonly FlowRecord[]): readonly FlowRecord[] {
  const keyed = flows.map((flow) => ({ flow, need: needOf(flow), name: nameOf(flow) }));
  keyed.sort((one, other) => one.need - other.need || compare(one.name, other.name));
  return keyed.map(({ flow }) => flow);
}

/** Whether its last run failed, and there may be another: one that was switched off is dealt with. Pure. */
export function hasFailedLast({ state, lastStatus }: FlowRecord): boolean {
  return lastStatus === "failed" && state !== "disabled";
}

function needOf(flow: FlowRecord): number {
  const needs = [flow.state === "absent", flow.state === "late", flow.lost !== null, hasFailedLast(flow)];
  const first = needs.indexOf(true);
  return first === -1 ? needs.length : first;
}

/** As the column `flow` shows it. */
function nameOf({ flowName, flowId }: FlowRecord): string {
  return (flowName ?? flowId).toLowerCase();
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
