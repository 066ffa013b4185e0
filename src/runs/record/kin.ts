import type { Downstream, FlowRun } from "./flow-run.ts";

/** Of a run what its kin are found and told by. */
export type Kin = Omit<Downstream, "downstream"> &
  Pick<FlowRun, "batchIds" | "predecessors" | "providerRefId" | "profile">;

/** That part of a run, for who remembers many. Pure. */
export function kinOf(run: Kin): Kin {
  const { runId, flowId, flowName, service, status, updatedAt, startedAt, durationMs, records } = run;
  const { batchIds, predecessors, providerRefId, profile } = run;
  return {
    ...{ runId, flowId, flowName, service, status, updatedAt, startedAt, durationMs, records },
    ...{ batchIds, predecessors, providerRefId, profile },
  };
}

/** The names by which other runs may say that they came of this one: its own id, and those of its batches. Pure. */
export function namesOf({ runId, batchIds }: Pick<FlowRun, "runId" | "batchIds">): readonly string[] {
  return [...new Set([runId, ...batchIds])];
}

/**
 * The names by which a run says what it came of: the ids of its predecessors and, of a service after the sources, the
 * provider's own name for it, which is the batch's id there. Pure.
 */
export function namesOfOrigin({
  runId,
  predecessors,
  service,
  providerRefId,
}: Pick<FlowRun, "runId" | "predecessors" | "service" | "providerRefId">): readonly string[] {
  const isLater = service !== "sources" && service !== "unknown";
  const names = [
    ...predecessors.map((run) => run.runId),
    ...(isLater && providerRefId !== null ? [providerRefId] : []),
  ];
  return [...new Set(names)].filter((name) => name !== runId);
}
