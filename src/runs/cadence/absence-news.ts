import type { FlowHistory } from "./count-flows.ts";
import type { AbsentRecord } from "./flow-record.ts";
import { isOverdue } from "./judge.ts";

/** A flow that was told of as late or absent: as much of it as is needed to tell it once, and that it is back. */
export interface ToldAbsence {
  readonly flowId: string;
  readonly state: "late" | "absent";
  /** When its last run before the silence began; RFC 3339. */
  readonly since: string | null;
}

/** The news of flows at a moment, and all that are told of with it. */
export interface AbsenceNews {
  readonly records: readonly AbsentRecord[];
  readonly told: readonly ToldAbsence[];
}

/** Flows come and go, and one that is gone for good is never told to be back. */
const mostTold = 1000;

/**
 * Flows of one profile that have become late or absent, or that run again. One is told of when it becomes late, when it
 * becomes absent, and when a run of it has begun; never because its pace is judged otherwise. Pure.
 * @param told those that were told of before; `null` where nobody knows of any before.
 * @param at when they were judged, epoch ms.
 */
export function absenceNews(
  histories: readonly FlowHistory[],
  told: readonly ToldAbsence[] | null,
  at: number,
): AbsenceNews {
  const before = new Map((told ?? []).map((one) => [one.flowId, one]));
  const after = new Map(before);
  const records: AbsentRecord[] = [];
  const tell = ({ flow }: FlowHistory, silentSince: string | null): void => {
    records.push({
      ...flow,
      type: "flowrun.absent",
      at: new Date(at).toISOString(),
      before: before.get(flow.flowId)?.state ?? (told === null ? null : "ok"),
      silentSince,
    });
  };
  for (const history of histories) {
    const { flowId, state, lastRunAt } = history.flow;
    const was = before.get(flowId);
    if (isOverdue(state)) {
      const isTold = was?.since === lastRunAt && (was.state === state || was.state === "absent");
      if (isTold) continue;
      tell(history, lastRunAt);
      after.set(flowId, { flowId, state, since: lastRunAt });
    } else if (was !== undefined && lastRunAt !== null && lastRunAt > (was.since ?? "")) {
      tell(history, was.since);
      after.delete(flowId);
    }
  }
  return { records, told: [...after.values()].slice(-mostTold) };
}

/** The same whenever the same is told: of a flow, by its state, and since when it was silent. Pure. */
export function absenceKey({ profile, flowId, state, silentSince }: AbsentRecord): string {
  const told = isOverdue(state) ? state : "back";
  return ["flowrun.absent", profile ?? "", flowId, told, silentSince ?? ""].join("\n");
}
