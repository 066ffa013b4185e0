import { account } from "../account.ts";
import { between, hexFrom, modulo, uuidFrom } from "../chance.ts";
import { crm, sourceFlows, type Flow } from "./cast.ts";
import { zero } from "./rhythm.ts";
import { incident } from "./run.ts";

/** An event that is no flow run. */
export interface Other {
  /** When it was written, epoch ms. */
  readonly at: number;
  readonly key: string;
  readonly render: () => unknown;
}

const { imsOrgId, clientId } = account;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * The other events that the same journal carries in the week before `present` (epoch ms): alerts, ingestion notices, audit
 * trail, other providers. Pure.
 */
export function otherEvents(present: number): readonly Other[] {
  const every = (name: string, intervalMs: number, lastMs: number, render: (n: number, at: number) => unknown) => {
    // Numbered as runs are: back from `zero`.
    const first = Math.ceil((zero - lastMs - present) / intervalMs);
    return Array.from({ length: Math.floor((7 * day) / intervalMs) }, (_, index): Other => {
      const n = first + index;
      const at = zero - lastMs - n * intervalMs;
      return { at, key: `${name} ${String(n)}`, render: () => render(n, at) };
    });
  };
  return [
    ...alerts(present),
    ...every("ingestion", 6 * hour, 25 * minute, ingestion),
    ...every("audit", day, 3 * hour, audit),
    ...every("trigger", day, 7 * hour, analyticsTrigger),
    ...every("content", 2 * day, 5 * hour, contentLog),
  ];
}

interface Alert {
  readonly name: string;
  readonly flow: Flow;
  readonly value: string;
  readonly says: string;
  readonly firedMs: number;
  readonly resolvedMs: number;
}

/** Each alert twice: when it fired, and when it was over. */
function alerts(present: number): readonly Other[] {
  const receipts = sourceFlows.find(({ key }) => key === "receipts") ?? crm;
  const list: readonly Alert[] = [
    {
      name: "sources_flow_run_delay",
      flow: crm,
      value: "164",
      says: "Sources Flow Run Delay above 150 minutes. The current value is 164 minutes.",
      firedMs: incident.fromMs - 165 * minute,
      resolvedMs: incident.untilMs - 40 * minute,
    },
    {
      name: "sources_ingestion_error_rate_exceeded",
      flow: receipts,
      value: "2",
      says: "Sources Ingestion Error Rate Exceeded is above 1%. The current value is 2%.",
      firedMs: 9 * hour,
      resolvedMs: 6.5 * hour,
    },
  ];
  return list.flatMap((alert) => [
    {
      at: present - alert.firedMs,
      key: `alert ${alert.name}`,
      render: () => renderAlert(alert, "FIRING", present),
    },
    {
      at: present - alert.resolvedMs,
      key: `alert ${alert.name} over`,
      render: () => renderAlert(alert, "INACTIVE", present),
    },
  ]);
}

function renderAlert(alert: Alert, status: "FIRING" | "INACTIVE", present: number): unknown {
  const { name, flow, value, says, firedMs, resolvedMs } = alert;
  const resolved = status === "INACTIVE";
  return {
    id: uuidFrom(`alert ${name}`),
    status,
    name,
    message: `${resolved ? "Resolved" : "Triggered"} : ${says}`,
    createdAt: new Date(present - firedMs).toISOString(),
    ...(resolved ? { resolvedAt: new Date(present - resolvedMs).toISOString() } : {}),
    severity: "high",
    imsOrgId,
    sandboxName: flow.sandbox,
    sandboxId: uuidFrom(`sandbox ${flow.sandbox}`),
    value,
    url: `https://experience.adobe.com/#/@kestrelloom/sname:${flow.sandbox}/platform/source/dataflows/${flow.id}/activity`,
    flowId: flow.id,
    header: adobeio("source_flow_run_error"),
  };
}

function ingestion(n: number, at: number): unknown {
  const batch = `01K${hexFrom(`ingestion ${n}`, 23).toUpperCase()}`;
  return {
    event_id: uuidFrom(`ingestion ${n}`),
    event: {
      "xdm:ingestionId": batch,
      "xdm:customerIngestionId": batch,
      "xdm:imsOrg": imsOrgId,
      "xdm:completed": at - 4_100,
      "xdm:datasetId": hexFrom("dataset", 24),
      "xdm:eventCode": modulo(n, 9) === 4 ? "ing_load_failure" : "ing_load_success",
      "xdm:sandboxName": "prod",
      sentTime: String(at - 900),
      processStartTime: at - 40,
      transformedTime: at - 33,
      header: adobeio("platform_event"),
    },
  };
}

function audit(n: number, at: number): unknown {
  return {
    id: uuidFrom(`audit ${n}`),
    payload: {
      assetType: n % 2 === 0 ? "Audience" : "Dataset",
      assetId: uuidFrom(`asset ${n}`),
      assetName: n % 2 === 0 ? "Loyal customers" : "Shop receipts",
      timestamp: String(at),
      action: "Update",
      imsOrgId,
      sandboxName: "prod",
      requestId: hexFrom(`audit request ${n}`, 32),
    },
    header: adobeio("audit_events_info"),
  };
}

function analyticsTrigger(n: number, at: number): unknown {
  return {
    event_id: uuidFrom(`trigger ${n}`),
    event: {
      "com.adobe.mcloud.pipeline.pipelineMessage": {
        header: { sentTime: at, imsOrg: imsOrgId },
        "com.adobe.mcloud.protocol.trigger": {
          triggerId: uuidFrom("cart abandoned"),
          triggerTimestamp: at - 1_000,
          enrichments: { analyticsHitSummary: { products: {} } },
        },
      },
    },
  };
}

function contentLog(n: number, at: number): unknown {
  return {
    specversion: "1.0",
    id: uuidFrom(`content ${n}`),
    source: "urn:aio_provider_metadata:content_logs",
    type: "com.adobe.acp.contentlogs.read",
    datacontenttype: "application/json",
    time: new Date(at).toISOString(),
    eventid: uuidFrom(`content delivered ${n}`),
    recipientclientid: clientId,
    data: { Action: "Read", "Item Name": "lookbook.jpg", "Item Version": String(between(0, 9, `content ${n}`)) },
  };
}

function adobeio(eventCode: string): object {
  return { _adobeio: { imsOrgId, providerMetadata: "aep_observability_catalog_events", eventCode } };
}
