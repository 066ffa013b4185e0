import { account } from "../account.ts";
import { between, hexFrom, uuidFrom } from "../chance.ts";
import { batchMetrics } from "./batch.ts";
import { crm } from "./cast.ts";
import type { Run } from "./run.ts";

/** A run as AEP's flow-run notifications hold it, without any wrapper or header. Pure. */
export function renderRun(run: Run): object {
  const { flow } = run;
  const user = flow.kind === "destination" ? "AepActivationService" : "acp_foundation_connectors";
  return {
    id: run.id,
    createdAt: run.startedAt + between(200, 1_300, `${run.key} created`),
    updatedAt: run.updatedAt,
    createdBy: `${user}@AdobeID`,
    updatedBy: `${user}@AdobeID`,
    createdClient: user,
    updatedClient: user,
    sandboxId: uuidFrom(`sandbox ${flow.sandbox}`),
    sandboxName: flow.sandbox,
    imsOrgId: account.imsOrgId,
    flowId: flow.id,
    providerRefId: providerRef(run),
    etag: `"${hexFrom(`${run.key} etag`, 8)}-0000-0200-0000-${hexFrom(`${run.key} ${run.outcome}`, 8)}"`,
    ...body(run),
    ...(flow.name === null ? {} : { flowName: flow.name }),
  };
}

function providerRef(run: Run): string {
  if (run.flow.kind === "streaming") return `${run.startedAt}-${run.completedAt}`;
  if (run.flow.kind === "batch") return `M-${run.flow.id}-incremental-0:${uuidFrom(`${run.key} copy`)}`;
  return hexFrom(`${run.key} batch`, 24);
}

function body(run: Run): object {
  if (run.outcome === "inProgress") return { metrics: { statusSummary: { status: "inProgress" } }, activities: [] };
  switch (run.flow.kind) {
    case "batch":
      return batchMetrics(run);
    case "streaming":
      return streamingMetrics(run);
    case "identity":
    case "profile":
    case "destination":
      return downstreamMetrics(run, run.flow.kind);
  }
}

function streamingMetrics(run: Run): object {
  const { flow, records } = run;
  const failed = run.outcome === "partialSuccess" ? Math.ceil(records / between(20, 60, `${run.key} failed`)) : 0;
  const percentage = Math.round((100 * (records - failed)) / records);
  const started = new Date(run.startedAt).toISOString().slice(0, 19).replace("T", " ");
  return {
    metrics: {
      durationSummary: { startedAtUTC: run.startedAt, completedAtUTC: run.completedAt },
      latencySummary: { minMs: between(900, 2_000, run.key), maxMs: between(60_000, 600_000, run.key) },
      recordSummary: {
        inputRecordCount: records,
        createdRecordCount: records - failed,
        failedRecordCount: failed,
        warningRecordCount: 0,
        ingestedRecordPercentage: percentage,
        ...(failed === 0
          ? {}
          : {
              failedInfo: [
                { code: "DCVS-1106-400", type: "Error", count: failed, message: "required key [_id] not found" },
              ],
            }),
      },
      statusSummary: { status: failed === 0 ? "success" : "partialSuccess" },
    },
    flowType: "streaming",
    message: `Streaming Sources flow run ${flow.name ?? flow.id} which started at ${started} completed, with ${records - failed} Records ingested and Ingestion rate is ${percentage}.`,
    url: `https://experience.adobe.com/#/@kestrelloom/sname:${flow.sandbox}/platform/source/dataflows/${flow.id}/activity/${run.id}`,
  };
}

const downstream = {
  identity: { id: "46382888-2f46-11eb-adc1-0242ac120002", name: "UIS Batch Activity", error: "" },
  profile: { id: "08e3217c-2f46-11eb-adc1-0242ac120002", name: "UPS Batch Activity", error: "UPINGT-007002-500" },
  destination: {
    id: "51d82b36-6b8f-11eb-9439-0242ac130002",
    name: "Activation Batch Publisher Activity",
    error: "ACTBTC-1105-400",
  },
} as const;

function downstreamMetrics(run: Run, kind: keyof typeof downstream): object {
  const failed = run.outcome !== "success";
  const { id, name, error } = downstream[kind];
  const durationSummary = { startedAtUTC: run.startedAt, completedAtUTC: run.completedAt };
  const recordSummary = failed
    ? {}
    : {
        inputRecordCount: run.records,
        createdRecordCount: run.records,
        outputRecordCount: run.records,
        failedRecordCount: 0,
      };
  const statusSummary = failed
    ? { status: "failed", errors: [{ code: error, message: "The job could not be carried through." }] }
    : { status: "success" };
  const activity = {
    id,
    name,
    updatedAtUTC: 0,
    durationSummary,
    latencySummary: {},
    sizeSummary: {},
    recordSummary,
    fileSummary: {},
    statusSummary,
  };
  return {
    ...(run.predecessorId === null ? {} : { predecessors: [predecessorOf(run.predecessorId)] }),
    metrics: { durationSummary, ...(failed ? {} : { recordSummary }), statusSummary },
    activities: [activity],
  };
}

function predecessorOf(flowRunId: string): object {
  const flowSpec = { id: uuidFrom("spec crm"), version: "1.0" };
  return { flowId: crm.id, flowRunId, flowSpec };
}
