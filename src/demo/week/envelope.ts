import { account } from "../account.ts";
import { uuidFrom } from "../chance.ts";
import type { Fate } from "./cast.ts";
import { renderRun } from "./payload.ts";
import type { Run } from "./run.ts";

const providerMetadata = "aep_observability_catalog_events";
const { imsOrgId, clientId } = account;

/**
 * The event of one or more runs of one flow, in the wrapper they come in. `eventId` stays the same
 * when it is delivered again. Pure.
 */
export function wrapRuns(runs: readonly [Run, ...Run[]], eventId: string, deliveredAt: number): unknown {
  const [run] = runs;
  const code = eventCode(run);
  switch (run.shape) {
    case "envelope":
      return {
        event_id: eventId,
        event: {
          ...renderRun(run),
          slaCreatedAt: deliveredAt - 120,
          processStartTime: deliveredAt - 31,
          header: header(code),
          transformedTime: deliveredAt - 30,
        },
      };
    case "messages":
      return { messages: runs.map((each) => message(each, deliveredAt)) };
    case "messagesArray":
      return runs.map((each) => ({ messages: [message(each, deliveredAt)] }));
    case "bare":
      return { ...renderRun(run), header: header(code) };
    case "headerless":
      return run.outcome === "inProgress" ? { ...renderRun(run), alertName: "Sources Flow Run Start" } : renderRun(run);
    case "cloudEvent":
      return { ...cloudEvent(run, eventId, deliveredAt), data: renderRun(run) };
    case "cloudEventText":
      return { ...cloudEvent(run, eventId, deliveredAt), data: JSON.stringify(renderRun(run)) };
    case "headerBody":
      return {
        header: {
          msgType: "flowRunNotification",
          msgId: eventId,
          msgVersion: "1.0",
          createdAt: deliveredAt,
          imsOrgId,
          ...header(code),
        },
        body: renderRun(run),
      };
    case "hybrid":
      return hybrid(run, eventId, deliveredAt);
    case "hybridBatch":
      return runs.map((each) => hybrid(each, uuidFrom(`event ${each.key}`), deliveredAt));
  }
}

function header(eventCode: string): object {
  return { _adobeio: { imsOrgId, providerMetadata, eventCode } };
}

function message(run: Run, timestamp: number): object {
  return {
    msgType: "eventNotification",
    version: "1.0",
    timestamp,
    imsOrgId,
    schema: { name: "run-notification", version: "1.0" },
    provider: "FlowService",
    _eventNotificationMeta: { category: "Platform Notifications", type: eventCode(run) },
    value: renderRun(run),
  };
}

function cloudEvent(run: Run, eventId: string, deliveredAt: number): object {
  return {
    specversion: "1.0",
    type: eventCode(run),
    source: `urn:aio_provider_metadata:${providerMetadata}`,
    // What its publisher called it, which is not the event id that Adobe delivers it under.
    id: uuidFrom(`published ${eventId}`),
    time: new Date(deliveredAt).toISOString().replace("Z", "418023Z"),
    datacontenttype: "application/json",
    eventid: eventId,
    event_id: eventId,
    recipientclientid: clientId,
    recipient_client_id: clientId,
  };
}

function hybrid(run: Run, eventid: string, deliveredAt: number): object {
  const body = {
    specversion: "1.0",
    source: `urn:aio_provider_metadata:${providerMetadata}`,
    time: new Date(deliveredAt).toISOString(),
    type: eventCode(run),
    datacontenttype: "application/json",
    data: renderRun(run),
  };
  return { eventid, event: { body }, recipientclientid: clientId };
}

const reportedAsInfo: readonly Fate[] = [
  "success",
  "errorsWithinThreshold",
  "errorsWithoutDiagnostics",
  "partialSuccess",
  "cancelled",
  "inProgress",
];

/** The older generation names the outcome, and spells failure in two ways; the newer names a package. */
function eventCode({ shape, outcome, flow, n }: Run): string {
  const fine = reportedAsInfo.includes(outcome);
  if (shape === "envelope" || shape === "messages" || shape === "messagesArray") {
    return fine ? "sources_flow_run_success" : n % 2 === 0 ? "sources_flow_run_failure" : "sources_flow_run_failed";
  }
  const family = {
    batch: "source_flow_run",
    streaming: "source_flow_run",
    identity: "identity_ingestion",
    profile: "profile_ingestion",
    destination: "destination_flow_run",
  }[flow.kind];
  return `${family}_${fine ? "info" : "error"}`;
}
