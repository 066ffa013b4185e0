import type { FlowRun } from "../record/flow-run.ts";
import { keptId, keptText } from "../../text/kept.ts";
import type { FlowLabel } from "./report.ts";

/** Of a name so many characters are kept; most have a dozen. */
const longestName = 500;

/** How a run's flow is called. Pure. */
export function labelOf({ flowId, flowName, sandbox, profile }: FlowRun): FlowLabel {
  const where = sandbox.name ?? sandbox.id;
  return {
    id: keptText(keptId(flowId)),
    name: flowName === null ? null : keptText(flowName, longestName),
    sandbox: where === null ? null : keptText(where, longestName),
    profile,
  };
}
