import type { Connection } from "../../adobe/access/connect.ts";
import { isSandboxName } from "../../adobe/platform/api.ts";
import { listEnabledFlows, type ListedFlow } from "../../adobe/platform/flows.ts";
import type { DeclaredFlow } from "../../runs/cadence/count-flows.ts";
import type { FlowRecord } from "../../runs/cadence/flow-record.ts";
import { readRecord } from "../../runs/record/read-record.ts";
import type { Service } from "../../runs/record/flow-run.ts";
import type { ReadingOptions } from "../options/reading-options.ts";

/** The flows of a window, and what Flow Service is to be asked about them. */
export interface ScheduledFlows {
  readonly flows: readonly FlowRecord[];
  /** Which of AEP's services ran a flow, by its id. */
  readonly serviceOf: (flowId: string) => Service;
  readonly options: Pick<ReadingOptions, "events" | "keep" | "patience">;
  /** The words of `--sandbox`. */
  readonly sandboxes: readonly string[];
  /** Whether flows that did not run at all are wanted. */
  readonly withSilent: boolean;
}

/**
 * The words of Flow Service about the window's flows, and of those in their sandboxes that have a schedule and did not run. A flow
 * that it does not list among the enabled ones is not enabled.
 * @throws FlowrunError where it cannot be asked.
 */
export async function loadDeclared(
  connection: Connection,
  scheduled: ScheduledFlows,
): Promise<readonly DeclaredFlow[]> {
  const { flows, serviceOf, options, withSilent } = scheduled;
  const api = { ...connection.journal(options.patience), url: connection.platformUrl() };
  const known = new Map(flows.map((flow) => [flow.flowId, flow]));
  const listed = new Map<string, ListedFlow>();
  const asked = sandboxesOf(scheduled);
  for (const sandbox of asked) {
    for (const flow of await listEnabledFlows(api, sandbox)) listed.set(flow.flowId, flow);
  }
  const silent = [...listed.values()].filter(
    (flow) => !known.has(flow.flowId) && withSilent && isExpected(flow, options),
  );
  const told = flows.flatMap((flow) => {
    const found = listed.get(flow.flowId);
    if (found !== undefined) return [found];
    const isOurs = flow.sandbox.name !== null && asked.includes(flow.sandbox.name.toLowerCase());
    const service = serviceOf(flow.flowId);
    // Only the services whose flows people make are known to list all of them.
    return isOurs && (service === "sources" || service === "destinations") ? [disabled(flow)] : [];
  });
  return [...told, ...silent];
}

/** Those that the window's runs name, or else the user, or else the one that everybody has. */
function sandboxesOf({ flows, sandboxes }: ScheduledFlows): readonly string[] {
  const told = flows.flatMap(({ sandbox }) => (sandbox.name === null ? [] : [sandbox.name]));
  const named = [...told, ...sandboxes].map((name) => name.toLowerCase()).filter(isSandboxName);
  return named.length === 0 ? ["prod"] : [...new Set(named)].sort();
}

/** Whether runs of it would be in the window, and are to be; nobody knows when a flow without a schedule is to run. */
function isExpected(flow: ListedFlow, { events, keep }: ScheduledFlows["options"]): boolean {
  if (!flow.isEnabled || flow.schedule === null || flow.schedule === "once") return false;
  if (flow.isDestination && !events.anyCode) return false;
  const { flowId, flowName, sandbox } = flow;
  const run = readRecord({ type: "flowrun.run", schemaVersion: 1, runId: flowId, flowId, flowName, sandbox });
  return typeof run !== "string" && keep(run);
}

function disabled({ flowId, flowName, sandbox }: FlowRecord): DeclaredFlow {
  return { flowId, flowName, sandbox, isEnabled: false, schedule: null, lastRun: null };
}
