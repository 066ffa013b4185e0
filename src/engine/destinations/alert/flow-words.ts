import type { FlowRun } from "../../../runs/record/flow-run.ts";
import { bounded } from "./form.ts";

/** A flow by its name, or its id. Pure. */
export function flowOf({ flowName, flowId }: Pick<FlowRun, "flowName" | "flowId">): string {
  return bounded(flowName ?? `flow ${flowId}`, 100);
}

/** A sandbox by its name, or its id; nothing where it is not told. Pure. */
export function sandboxOf({ sandbox: { name, id } }: Pick<FlowRun, "sandbox">): readonly string[] {
  const told = name ?? id;
  return told === null ? [] : [bounded(told, 100)];
}
