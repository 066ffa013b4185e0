import type { FlowRecord } from "./flow-record.ts";
import type { WorkRecord } from "./work-record.ts";

/** The flows with those first that need a look: what did not run before what failed, and that before what is well. Pure. */
export function byNeed(flows: readonly FlowRecord[]): readonly FlowRecord[] {
  return inOrderOf(
    flows,
    ({ lost, ...flow }) => needOf(flow, lost !== null),
    ({ flowName, flowId }) => flowName ?? flowId,
  );
}

/** The same for works. Pure. */
export function worksByNeed(works: readonly WorkRecord[]): readonly WorkRecord[] {
  return inOrderOf(
    works,
    (work) => needOf(work),
    ({ jobName, subjectId }) => jobName ?? subjectId,
  );
}

/** As far as both tell how they are. */
type Judged = Pick<FlowRecord | WorkRecord, "state" | "lastStatus">;

/** Whether its last run failed, and there may be another: one that was switched off is dealt with. Pure. */
export function hasFailedLast({ state, lastStatus }: Judged): boolean {
  return lastStatus === "failed" && state !== "disabled";
}

/** Whether it is worth an exit code: it is absent, or failed last. Pure. */
export function isBad(judged: Judged): boolean {
  return judged.state === "absent" || hasFailedLast(judged);
}

function needOf(judged: Judged, isLost = false): number {
  const needs = [judged.state === "absent", judged.state === "late", isLost, hasFailedLast(judged)];
  const first = needs.indexOf(true);
  return first === -1 ? needs.length : first;
}

/** @param nameOf as the first column shows it. */
function inOrderOf<Row>(
  rows: readonly Row[],
  neededBy: (row: Row) => number,
  nameOf: (row: Row) => string,
): readonly Row[] {
  const keyed = rows.map((row) => ({ row, need: neededBy(row), name: nameOf(row).toLowerCase() }));
  keyed.sort((one, other) => one.need - other.need || compare(one.name, other.name));
  return keyed.map(({ row }) => row);
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
